"""Words of a run's report, per language, and how numbers are written in it."""

import functools
import json
from pathlib import Path


@functools.cache
def phrases() -> dict[str, dict[str, str]]:
    """Key → language → text."""
    content: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf8"))
    return content


def phrase(key: str, language: str = "en") -> str:
    """A word or phrase; the key itself when it has none."""
    return phrases().get(key, {}).get(language, key)


def number(value: float, language: str = "en", digits: int = 0) -> str:
    """A number as it is written in the language; – for none."""
    if value != value:
        return "–"
    shown = f"{round(value, digits) + 0.0:,.{digits}f}"  # + 0.0: no minus before nought
    return shown if language == "en" else shown.translate(str.maketrans(",.", ".,"))


def share(part: float, language: str = "en", digits: int = 1) -> str:
    """A share 0..1 in per cent."""
    return f"{number(100 * part, language, digits)}\u00a0%" if part == part else "–"
