"""The limit of pixels stands in one place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from biocapture import images
from biocapture.assessment.options import options_of
from biocapture.images.limits import MAX_PIXELS

ROOT = Path(images.__file__).parents[1]
OWN = {("images/limits.py", "MAX_PIXELS"), ("images/codecs/raster.py", "PILLOW_MAX_PIXELS")}
"""The limit, and Pillow's own."""


def named_numbers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Names of constants, fields and arguments with the whole number they are given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [(ast.unparse(target), node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and node.value:
            pairs = [(ast.unparse(node.target), node.value)]
        elif isinstance(node, ast.keyword):
            pairs = [(node.arg or "", node.value)]
        elif isinstance(node, ast.arguments):
            given = (*node.posonlyargs, *node.args)
            pairs = [*zip([each.arg for each in given[::-1]], node.defaults[::-1], strict=False)]
            pairs += [
                (each.arg, default) for each, default in zip(node.kwonlyargs, node.kw_defaults, strict=True) if default
            ]
        else:
            continue
        for name, value in pairs:
            numbers = (each.value for each in ast.walk(value) if isinstance(each, ast.Constant))
            yield from ((name, number) for number in numbers if type(number) is int)


def test_nobody_else_states_the_limit_of_pixels() -> None:
    own, others = set(), []
    for path in ROOT.rglob("*.py"):
        where = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf8")
        named = list(named_numbers(ast.parse(text)))
        same = [name for name, number in named if number == MAX_PIXELS]
        assert len(same) == sum(getattr(node, "value", None) == MAX_PIXELS for node in ast.walk(ast.parse(text))), where
        for name in {*same, *(name for name, number in named if "pixels" in name.lower() and number >= 1_000_000)}:
            if (where, name) in OWN:
                own.add((where, name))
            elif "BYTES" not in name:
                others.append((where, name))
    assert own == OWN
    assert others == []


def test_the_limit_is_the_default_everywhere() -> None:
    assert options_of().max_pixels == MAX_PIXELS
    for command in ("score", "run"):
        text = (ROOT / "cli" / f"{command}.py").read_text(encoding="utf8")
        assert re.search(r"max_pixels: MaxPixels = MAX_PIXELS\b", text), command
