"""The page on the architecture shows the tree and the layers that are there."""

from docs import architecture


def test_the_page_is_that_of_the_source() -> None:
    page = architecture.PAGE.read_text(encoding="utf8")
    assert architecture.written(page) == page, "run: python -m docs.architecture"


def test_every_package_says_what_it_is_for() -> None:
    lines = [line for line in architecture.tree() if line]
    assert not [line for line in lines if not line[architecture.WIDTH :].strip()]
