"""The code blocks of the guide for contributors, which run as tests."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "contributing.md"


def blocks(heading: str) -> list[str]:
    """Code blocks of a section of the guide, in order."""
    section = GUIDE.read_text(encoding="utf8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
