"""The languages: one JSON file beside this module holds every word of one language."""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from biocapture.errors import UsageError

FOLDER = Path(__file__).parent

LANGUAGES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
"""Codes (ISO 639-1) of the languages there are: the names of the files. A new file is a new language."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words of one language, as they stand in its file.

    Attributes
    ----------
    digits : dict
        ``thousands`` and ``decimal`` → separator in numbers.
    weekdays : sequence of str
        Monday first.
    positions : dict
        Position → its name.
    verdicts : dict
        Verdict, or ``ERROR`` → form → word. Forms: ``label`` in tables, ``meaning`` beside it, ``headline`` over a
        record or a drawn capture, ``attempt`` behind one attempt of a slot.
    record, report : dict
        Key → phrase of a record's readiness, and of a run's report.
    sentences : dict
        Guidance key → what the operator does next.
    """

    digits: Mapping[str, str]
    weekdays: Sequence[str]
    positions: Mapping[str, str]
    verdicts: Mapping[str, Mapping[str, str]]
    record: Mapping[str, str]
    report: Mapping[str, str]
    sentences: Mapping[str, str]


@functools.cache
def vocabulary(language: str) -> Vocabulary:
    """All words of a language.

    Parameters
    ----------
    language : str
        One of :data:`LANGUAGES`.

    Returns
    -------
    Vocabulary

    Raises
    ------
    UsageError
        There is no such language.
    """
    if language not in LANGUAGES:
        raise UsageError(f"no such language; there are: {', '.join(LANGUAGES)}", language)
    return Vocabulary(**json.loads((FOLDER / f"{language}.json").read_text(encoding="utf8")))
