"""Write the tree and the layers of ``architecture.md`` from the source: ``python -m docs.architecture``."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.test_layers import KEPT_OUT, LAYERS

ROOT = Path(__file__).parents[1] / "src" / "biocapture"
PAGE = Path(__file__).with_suffix(".md")
MARK = "<!-- {}: written by python -m docs.architecture -->"
WIDTH = 34


def first_sentence(path: Path) -> str:
    """The first sentence of a module's docstring, without its stop."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf8"))) or ""
    return text.split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".").replace("``", "")


def tree(folder: Path = ROOT, depth: int = 0) -> Iterator[str]:
    """A line per package and per module of the top, with what it is for."""
    for path in sorted(folder.iterdir(), key=lambda each: (each.is_dir(), each.name)):
        about = path / "__init__.py" if path.is_dir() else path
        if about.suffix != ".py" or about.name.startswith("__") != path.is_dir() or not about.is_file():
            continue
        if path.is_dir() or not depth:
            name = "  " * depth + path.name + ("/" if path.is_dir() else "")
            yield f"{name:<{WIDTH}}{first_sentence(about)}"
        if path.is_dir():
            yield from tree(path, depth + 1)


def layers() -> Iterator[str]:
    """A row per layer, from the lowest."""
    yield "| layer | parts | keep away from more than their layer says |"
    yield "|--:|---|---|"
    for number, layer in enumerate(LAYERS, 1):
        names = ", ".join(f"`{part}`" for part in sorted(layer))
        aside = "; ".join(
            f"`{part}`: imports nothing of ours" if len(KEPT_OUT[part]) > len(LAYERS) else f"`{part}`: judges nothing"
            for part in sorted(layer & KEPT_OUT.keys())
        )
        yield f"| {number} | {names} | {aside} |"


def picture() -> Iterator[str]:
    """The layers as a diagram: each stands on all below it."""
    yield "flowchart BT"
    for number, layer in enumerate(LAYERS, 1):
        yield f'  l{number}["{" · ".join(sorted(layer))}"]'
    yield "  " + " --> ".join(f"l{number}" for number in range(len(LAYERS), 0, -1))


def blocks() -> dict[str, str]:
    """Name of a written block → its text."""
    return {
        "tree": "\n".join(["```", *tree(), "```"]),
        "layers": "\n".join(layers()),
        "picture": "\n".join(["```mermaid", *picture(), "```"]),
    }


def written(page: str) -> str:
    """The page with every block as the source has it now."""
    for name, text in blocks().items():
        begin, end = MARK.format(name), f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"{PAGE.name} has no block {name}")
        page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf8")), encoding="utf8")
