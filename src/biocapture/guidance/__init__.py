"""What the operator does next, one sentence per reason key and language."""

import functools
import json
from pathlib import Path

LANGUAGES = ("en", "id")


@functools.cache
def texts(language: str) -> dict[str, str]:
    """All texts of one language, key → sentence."""
    content: dict[str, str] = json.loads((Path(__file__).parent / f"{language}.json").read_text(encoding="utf8"))
    return content


def text(key: str, language: str = "en") -> str:
    """The sentence for ``key``; the key itself when it has none (tests prove that ours all have one)."""
    return texts(language).get(key, key)
