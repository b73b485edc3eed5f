"""Picture of an HTML page as Chromium shows it: python docs/page_picture.py PAGE.html OUT.png [--dark]."""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright


def main() -> None:
    """Open the page without a network and save what is seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--width", type=int, default=1180)
    parser.add_argument("--height", type=int, default=1000)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        size = {"width": given.width, "height": given.height}
        shown = browser.new_page(color_scheme="dark" if given.dark else "light", viewport=size)  # type: ignore[arg-type]
        shown.goto(given.page.resolve().as_uri())
        shown.screenshot(path=given.out)
        browser.close()


if __name__ == "__main__":
    main()
