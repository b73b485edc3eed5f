"""What the project says it needs: each package once, and each extra that is asked for exists."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]


def packages(requirements: list[str]) -> set[str]:
    """Normalised names of requirements."""
    return {re.split(r"[^\w.-]", each, maxsplit=1)[0].lower().replace("_", "-") for each in requirements}


def test_nothing_is_both_needed_and_optional() -> None:
    needed = packages(PROJECT["dependencies"])
    assert {"numpy", "cryptography"} <= needed
    assert {name: sorted(packages(extra) & needed) for name, extra in EXTRAS.items() if packages(extra) & needed} == {}


def test_extras_that_are_asked_for_exist() -> None:
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "pyproject.toml"]
    text = "\n".join(path.read_text(encoding="utf8") for path in files)
    asked = {name for found in re.findall(r"biocapture\[([\w,]+)\]", text) for name in found.split(",")}
    asked |= set(re.findall(r'import_optional\("\w+", "(\w+)"\)', text))
    assert {"ptp", "plot"} <= asked
    assert asked <= set(EXTRAS)
