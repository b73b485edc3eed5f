"""Who may import whom: the layers of docs/architecture.md as a test. No part has an exception of its own."""

import ast
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "biocapture"

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "types", "measure", "guidance", "workers"}),
    frozenset({"models", "images", "profile", "synthetic"}),
    frozenset({"fingerprint", "iris", "face"}),
    frozenset({"assessment"}),
    frozenset({"comparison", "enrolment", "runs"}),
    frozenset({"comparison.evaluation", "enrolment.station", "enrolment.dedup"}),
    frozenset({"enrolment.readiness", "runs.page"}),
    frozenset({"devices", "workers.drivers", "enrolment.outbox"}),
    frozenset({"capture", "devices.conformance"}),
    frozenset({"capture.health", "service"}),
    frozenset({"cli"}),
)
"""A part imports parts of the layers above its own in this list, never of its own or of those below.

``errors`` and ``types`` are below ``measure``, ``guidance`` and ``workers`` within the first; see :data:`WITHIN`.
"""

WITHIN = ("errors", "types", "measure", "guidance", "workers")
"""The parts of the first layer in order: each may import those before it."""

MAX_LAYERS = 11

KEPT_OUT = {
    "devices": frozenset({"fingerprint", "iris", "face", "assessment", "comparison", "enrolment", "runs", "profile"}),
    "workers.drivers": frozenset().union(*LAYERS) - {"workers.drivers"},
}
"""Parts that keep away from more than their layer says: adapters judge nothing; drivers run under another Python."""

DOORS = {
    "onnxruntime": {"models"},
    "pydantic": {"profile", "enrolment", "devices", "service"},
    "matplotlib": {"comparison.evaluation"},
    "jinja2": {"guidance"},
    "markupsafe": {"runs.page"},
    "cryptography": {"enrolment.station", "enrolment.outbox", "devices"},
    "httpx": {"enrolment.outbox"},
    "fsspec": {"runs"},
    "ray": {"runs", "workers"},
    "starlette": {"service"},
    "uvicorn": {"service"},
    "prometheus_client": {"service"},
    "python_multipart": {"service"},
    "typer": {"cli"},
    "rich": {"cli"},
}
"""Packages that only some parts may import."""

LOADED_BY_NAME = {"assessment/modalities.py"}
"""The door to the modality packages; the adapters of entry points are in no file of ours."""

PARTS = frozenset().union(*LAYERS)
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES}


def part_of(module: str) -> str:
    """The part that a module (without ``biocapture.``) belongs to: the longest name in the table."""
    while module and module not in PARTS:
        module = module.rpartition(".")[0]
    return module


def layer_of(part: str) -> int:
    """Number of a layer, from 1."""
    return next(number for number, layer in enumerate(LAYERS, 1) if part in layer)


@functools.cache
def parsed(path: Path) -> ast.Module:
    """A file of ours; it is parsed once per process."""
    return ast.parse(path.read_text(encoding="utf8"))


def imported_names(tree: ast.AST) -> Iterator[str]:
    """Dotted names of all imports, wherever in the file they stand, and those given to ``import_module``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node).endswith("import_module") and node.args:
            yield from _loaded_by_name(node.args[0])


def _called(node: ast.Call) -> str:
    """Name of the function, without what stands before its last dot."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _loaded_by_name(argument: ast.expr) -> Iterator[str]:
    """What the argument of ``import_module`` can name; a formatted name after ``biocapture.`` is a modality."""
    for node in ast.walk(argument):
        if isinstance(node, ast.JoinedStr) and ast.unparse(node).startswith("f'biocapture.{"):
            yield from (f"biocapture.{modality}" for modality in ("fingerprint", "iris", "face"))
        elif isinstance(node, ast.Constant) and str(node.value).startswith("biocapture.") and node.value[-1] != ".":
            yield node.value


@functools.cache
def names_in(path: Path) -> tuple[str, ...]:
    """:func:`imported_names` of a file."""
    return tuple(imported_names(parsed(path)))


def ours(names: Iterable[str]) -> set[str]:
    """Modules of ours among imported names, without ``biocapture.``."""
    found = set()
    for name in names:
        module = name.removeprefix("biocapture.") if name.startswith("biocapture.") else ""
        while module and module not in MODULES:
            module = module.rpartition(".")[0]
        found |= {module} - {""}
    return found


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def imports_of_modules() -> dict[str, set[str]]:
    """Module → modules it imports."""
    return {module_of(path): ours(names_in(path)) for path in FILES}


def is_allowed(part: str, target: str) -> bool:
    """Whether a part may import another."""
    if part == target:
        return True
    if part in WITHIN and target in WITHIN:
        return WITHIN.index(target) < WITHIN.index(part)
    return layer_of(target) < layer_of(part) and target not in KEPT_OUT.get(part, frozenset())


@pytest.mark.parametrize("part", sorted(PARTS))
def test_imports_lead_to_lower_layers_only(part: str) -> None:
    wrong = [
        f"{module} imports {target}"
        for module, targets in imports_of_modules().items()
        if part_of(module) == part
        for target in targets
        if not is_allowed(part, part_of(target))
    ]
    assert not wrong


def test_every_module_has_a_layer() -> None:
    assert [module for module in MODULES if not part_of(module)] == []
    assert [part for part in PARTS if part not in {part_of(module) for module in MODULES}] == []


def test_layers_are_few() -> None:
    assert len(LAYERS) <= MAX_LAYERS


def test_no_circles_among_modules() -> None:
    done: set[str] = set()
    while ready := {
        module for module, targets in imports_of_modules().items() if module not in done and targets <= done | {module}
    }:
        done |= ready
    assert set(imports_of_modules()) - done == set()


def test_the_top_of_the_package_is_one_page() -> None:
    entries = {path.relative_to(ROOT).parts[0] for path in FILES}
    assert len(entries) <= 20
    for folder in {path.parent for path in FILES} - {ROOT}:
        files = [path.name for path in folder.iterdir() if path.is_file() and path.name != "__init__.py"]
        assert len(files) <= 16, folder


@pytest.mark.parametrize("door", sorted(DOORS))
def test_doors(door: str) -> None:
    users = {part_of(module_of(path)) for path in FILES if any(name.split(".")[0] == door for name in names_in(path))}
    assert users == DOORS[door], "a part that may not, or a permission nobody uses"


def test_nobody_else_loads_modules_by_name() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in FILES
        if "import_module" in path.read_text(encoding="utf8") and "f'biocapture.{" in ast.unparse(parsed(path))
    }
    assert users == LOADED_BY_NAME


MODALITIES = frozenset({"fingerprint", "iris", "face"})
GENERIC = ("assessment", "comparison", "capture", "runs", "cli", "workers", "measure", "models", "guidance", "profile")
"""Parts that treat all modalities alike, and name none but as the default of an argument."""


def test_one_door_leads_to_the_modalities() -> None:
    around = {
        f"{module} imports {target}"
        for module, targets in imports_of_modules().items()
        if part_of(module) not in MODALITIES and module != "assessment.modalities"
        for target in targets
        if part_of(target) in MODALITIES
    }
    assert around == set()


def named_modalities(tree: ast.AST) -> Iterator[str]:
    """Members of ``Modality`` that a file names, but for defaults of arguments."""
    defaults = {
        id(default)
        for node in ast.walk(tree)
        if isinstance(node, ast.arguments)
        for default in (*node.defaults, *node.kw_defaults)
    }
    for node in ast.walk(tree):
        named = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Modality" and node.attr.isupper()
        if named and id(node) not in defaults:
            yield ast.unparse(node)


def test_generic_code_names_no_modality() -> None:
    generic = [path for path in FILES if module_of(path).split(".")[0] in GENERIC]
    assert {module_of(path).split(".")[0] for path in generic} == set(GENERIC)
    named = {module_of(path): sorted(named_modalities(parsed(path))) for path in generic}
    assert {module: names for module, names in named.items() if names} == {}
