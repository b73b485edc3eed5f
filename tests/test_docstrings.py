"""Every public function says what each of its parameters is, under the names that they have."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1] / "src" / "biocapture"

DECLARED = re.compile(
    r"^(measure|commands?\.|app\.|[a-z_]+\.(command|callback)|overload|property|functools\.cached_property)"
)
"""Decorators of what documents its parameters elsewhere: measures take a batch, commands have their help."""

SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : .*)?$", re.MULTILINE)

MIN_MODULES = 300


def public_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions of modules, and public methods of public classes."""
    for path in sorted(ROOT.rglob("*.py")):
        place = str(path.relative_to(ROOT))
        for node in ast.parse(path.read_text(encoding="utf8")).body:
            members = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
            for member in members:
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                    yield f"{place}:{member.name}", member


def parameters(function: ast.FunctionDef) -> set[str]:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return {argument.arg for argument in every} - {"self", "cls"}


def is_declared(function: ast.FunctionDef) -> bool:
    return any(DECLARED.match(ast.unparse(decorator)) for decorator in function.decorator_list)


def described(function: ast.FunctionDef) -> set[str]:
    """Names that the section on parameters lists."""
    section = SECTION.search(ast.get_docstring(function) or "")
    entries = ENTRY.findall(section[1]) if section else []
    return {name.strip().lstrip("*") for entry in entries for name in entry.split(",")}


def test_parameters_are_described_under_their_names() -> None:
    functions = [(name, each) for name, each in public_functions() if parameters(each) and not is_declared(each)]
    assert len(functions) > MIN_MODULES
    wrong = {
        name: sorted(parameters(each) ^ described(each))
        for name, each in functions
        if parameters(each) ^ described(each)
    }
    assert not wrong, "\n".join(f"{name}: {', '.join(names)}" for name, names in wrong.items())


def test_every_public_function_has_a_docstring() -> None:
    assert [name for name, each in public_functions() if not ast.get_docstring(each)] == []
