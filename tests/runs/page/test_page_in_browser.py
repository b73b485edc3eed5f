"""The report in a real browser: no errors, nothing loaded, sorted and read by keyboard, light, dark and narrow."""

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.support.run_tables import write_run

from biocapture.runs.page import write_run_page

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MIN_CONTRAST = 4.5
"""Of text and ground (WCAG 2.2, level AA)."""

CONTRASTS = """
() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (text) => {
    const [r, g, b] = parts(text).slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = {};
  const texts = "h1,h1 span,h2,h3,p,small,td,th,b,code,summary,nav a,.name,.v,.up,.down,.tick";
  for (const node of document.querySelectorAll(texts)) {
    const style = getComputedStyle(node);
    const drawn = node instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(drawn), light(ground(node))].sort((x, y) => y - x);
    const name = node.tagName + "." + (node.getAttribute("class") ?? "");
    found[name] = Math.min(found[name] ?? 99, (a + 0.05) / (b + 0.05));
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    before = write_run(folder / "before", 400, seed=1)
    write_run_page(write_run(folder / "run", 800, better=5.0), folder / "report.html", against=before)
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: playwright is not installed")
    if not CHROMIUM:
        pytest.skip("NO BROWSER TEST: there is no chromium on this machine")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, page_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    scheme, width = getattr(request, "param", ("light", 1280))
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, offline=True)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else said.append(asked.url))
    opened.goto(page_path.as_uri())
    yield opened
    context.close()
    assert said == []


VIEWS = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]


@pytest.mark.parametrize("page", VIEWS, indirect=True)
def test_it_fits_and_is_legible(page: Any, request: pytest.FixtureRequest) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    faint = {name: ratio for name, ratio in page.evaluate(CONTRASTS).items() if ratio < MIN_CONTRAST}
    assert faint == {}
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    dark = request.node.callspec.params["page"][0] == "dark"
    assert (max(map(int, ground[4:-1].split(","))) < 60) is dark


def test_tables_are_sorted_by_keyboard(page: Any) -> None:
    page.evaluate("document.querySelector('#measures th:nth-child(5) button').focus()")
    column = (
        "[...document.querySelectorAll('#measures table')[0].tBodies[0].rows].map(r => Number(r.cells[4].dataset.v))"
    )
    page.keyboard.press("Enter")
    falling = page.evaluate(column)
    assert falling == sorted(falling, reverse=True)
    assert page.evaluate("document.activeElement.closest('th').getAttribute('aria-sort')") == "descending"
    page.keyboard.press("Space")
    assert page.evaluate(column) == sorted(falling)
    assert page.evaluate("document.activeElement.closest('th').getAttribute('aria-sort')") == "ascending"


def test_the_keyboard_reaches_everything_in_order(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    seen: set[str] = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.tagName"))
    assert {"DIV", "BUTTON", "SUMMARY"} <= seen
    unreachable = "[...document.querySelectorAll('button,summary,a,.scroll')].filter(n => n.tabIndex < 0).length"
    assert page.evaluate(unreachable) == 0


def test_pictures_and_regions_are_named(page: Any) -> None:
    parts = "[...document.querySelectorAll('[role=img],[role=region],nav')]"
    assert page.evaluate(f"{parts}.length") > 20
    assert page.evaluate(f"{parts}.filter(n => !n.getAttribute('aria-label')).length") == 0
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(n => Number(n.tagName[1]))")
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert levels.count(1) == 1
