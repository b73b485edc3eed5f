"""Recipes of the models: what they import is declared and exists, what their READMEs name is there."""

import ast
import functools
import importlib
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"
RECIPES = sorted(MODELS.rglob("*.py"))
RUNNABLE = [path for path in RECIPES if "__main__" in path.read_text(encoding="utf8")]
TEXTS = [*sorted(MODELS.rglob("*.md")), ROOT / "docs" / "face_components.md"]
INSTALLED_AS = {"cv2": "opencv-python-headless", "skimage": "scikit-image", "sklearn": "scikit-learn"}
"""Import name → name to install it by, where they differ."""

README = (MODELS / "README.md").read_text(encoding="utf8")


def name_of(path: Path) -> str:
    return str(path.relative_to(MODELS))


def imports(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Modules that a file imports and the names it takes from each, imports within functions included."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or "", tuple(alias.name for alias in node.names)))
    return found


def declared() -> set[str]:
    """What the package, its extras for training and the environments of models/README.md install."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    extras = project["optional-dependencies"]
    named = [*project["dependencies"], *extras["train"], *extras["train-networks"]]
    apart = [line for line in README.splitlines() if line.startswith("| ") and "'s | `pip install " in line]
    return {re.split(r"[<>=\[; ]", name)[0] for name in named} | {
        word for line in apart for word in re.findall(r"`(\w+)`", line)
    }


def test_third_party_imports_are_declared():
    known = declared() | {"models", "biocapture", "benchmarks"} | set(sys.stdlib_module_names)
    tops = {(name_of(path), module.split(".")[0]) for path in RECIPES for module, _ in imports(path)}
    missing = [(file, top) for file, top in sorted(tops) if INSTALLED_AS.get(top, top) not in known]
    assert not missing, "name it in [train], [train-networks] or an environment of models/README.md"


def test_imports_of_ours_exist():
    taken = [(name_of(path), module, names) for path in RECIPES for module, names in imports(path)]
    ours = [row for row in taken if row[1].split(".")[0] in ("models", "biocapture", "benchmarks")]
    missing = [(file, module, set(names) - _names_of(module)) for file, module, names in ours]
    assert ours
    assert not [row for row in missing if row[2]]


@functools.cache
def _names_of(module: str) -> set[str]:
    """Names that can be imported from a module of ours; recipes are read, not run."""
    if module.split(".", maxsplit=1)[0] == "biocapture":
        loaded = importlib.import_module(module)
        return set(dir(loaded)) | {path.stem for path in Path(loaded.__file__ or "").parent.glob("*.py")}
    file = ROOT / (module.replace(".", "/") + ".py")
    return _top_level(file) if file.is_file() else {path.stem for path in file.with_suffix("").glob("*.py")}


def _top_level(file: Path) -> set[str]:
    """Names that a module defines or imports, without running it."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return names


def test_every_recipe_stands_in_the_order():
    rows = [line for line in README.splitlines() if line.startswith("|")]
    missing = [
        name_of(path)
        for path in RUNNABLE
        if not any(f"`{path.parent.name}/" in row and re.search(rf"[`/]{path.stem}`", row) for row in rows)
    ]
    assert RUNNABLE
    assert not missing, "tell in models/README.md what it makes, of what, and how long it takes"


def test_recipes_tell_their_options():
    untold = {}
    for path in RUNNABLE:
        tree = ast.parse(path.read_text(encoding="utf8"))
        text = ast.get_docstring(tree) or ""
        assert f"python -m models.{path.parent.name}.{path.stem}" in text
        options = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and _is_option(node.value)}
        untold[name_of(path)] = options - set(re.findall(r"--[a-z]+", text))
    assert not {file: options for file, options in untold.items() if options}


def _is_option(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"--[a-z]+", value) is not None


def test_every_folder_has_a_readme():
    folders = {path for path in MODELS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert not [folder.name for folder in folders if not (folder / "README.md").is_file()]


def test_files_that_are_named_exist():
    missing = {str(path.relative_to(ROOT)): _missing(path) for path in (*TEXTS, *RECIPES)}
    assert not {path: names for path, names in missing.items() if names}


def _missing(path: Path) -> list[str]:
    text = path.read_text(encoding="utf8")
    if path.suffix == ".py":
        text = ast.get_docstring(ast.parse(text)) or ""
    roots = (path.parent, ROOT, MODELS, ROOT / "src" / "biocapture")
    named = set(re.findall(r"(?<![\w./*<>-])[a-z_0-9]+(?:/[a-z_0-9]+)+\.(?:py|md|csv|onnx)\b", text))
    named |= {link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in link}
    return [name for name in sorted(named) if not any((root / name).exists() for root in roots)]


def test_histories_are_short():
    sections = (MODELS / "HISTORY.md").read_text(encoding="utf8").split("\n## ")[1:]
    long = {section.split("\n")[0] for section in sections if len(section.strip().splitlines()) > 11}
    assert not long, "ten lines a model at most"
