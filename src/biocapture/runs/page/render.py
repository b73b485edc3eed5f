"""The page: numbers of a run in the order in which they are read, laid out by a template."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from biocapture.guidance.pages import page_environment
from biocapture.guidance.plain_text import printable
from biocapture.guidance.words import report_phrase
from biocapture.profile.load import Profile
from biocapture.runs.page import capture_groups, measure_rows
from biocapture.runs.page.changes import changes, paired_difference
from biocapture.runs.page.reference import ReferencePopulation
from biocapture.runs.page.run_table import RunTable
from biocapture.runs.page.samples import MAX_SAMPLED, ExampleRow
from biocapture.runs.page.statistics import VERDICTS, RunStatistics

TEMPLATE = Path(__file__).parent / "template"
MAX_MANIFEST_LINES, MAX_MANIFEST_CHARACTERS = 300, 300
"""Lines of ``run.json`` on the page, and characters of each."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What a page is made of.

    Attributes
    ----------
    run : RunTable
    statistics : RunStatistics
        Of the run.
    profile : Profile
    reference : ReferencePopulation
    language : str
    before : RunStatistics or None
        Of an earlier run to compare with, which is called ``before_name``.
    picture : callable
        Takes a row and whether to draw what was found in the capture; returns a data URI, "" for none.
    """

    run: RunTable
    statistics: RunStatistics
    profile: Profile
    reference: ReferencePopulation
    language: str
    before: RunStatistics | None
    before_name: str
    picture: Callable[[ExampleRow, bool], str]


def render_page(content: PageContent) -> str:
    """Lay out the page.

    Parameters
    ----------
    content : PageContent

    Returns
    -------
    str
        HTML that needs nothing from elsewhere.
    """
    language = content.language
    environment = page_environment(TEMPLATE, language)
    environment.globals |= {
        "w": partial(report_phrase, language=language),
        "VERDICTS": VERDICTS,
        "zip": zip,
        "lower_first": lambda sentence: sentence[:1].lower() + sentence[1:],
    }
    environment.filters["plain"] = printable
    style, script = ((TEMPLATE / name).read_text(encoding="utf8") for name in ("page.css", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return environment.get_template("page.html.j2").render(
        style=style, script=script, digest=digest, language=language, **_variables(content)
    )


def _variables(content: PageContent) -> dict[str, Any]:
    statistics = content.statistics
    picture_of = content.picture
    cases = [
        (kind, name, [(row, picture_of(row, True)) for _, row in lists[kind].ranked])
        for kind in statistics.modalities
        for name, lists in (("worst", statistics.worst), ("borderline", statistics.borderline))
        if kind in lists and lists[kind].ranked
    ]
    reasons = capture_groups.reasons(statistics)
    keys = [(row.modality, row.key) for row in reasons if (row.modality, row.key) in statistics.examples]
    examples = {key: [(row, picture_of(row, False)) for _, row in statistics.examples[key].ranked] for key in keys}
    has_pictures = any(uri for *_, listed in cases for _, uri in listed) or any(
        uri for listed in examples.values() for _, uri in listed
    )
    return {
        "name": printable(content.run.path.name),
        "today": date.today().isoformat(),
        "version": _version(),
        "profile": content.profile,
        "total": statistics.rows,
        "verdicts": statistics.verdicts.tolist() if statistics.rows else [0] * len(VERDICTS),
        "modalities": [capture_groups.overview(statistics, kind, content.profile) for kind in statistics.modalities],
        "unreadable": int(statistics.verdicts[-1]) if statistics.rows else 0,
        "reasons": reasons,
        "top_share": max((row.share for row in reasons), default=1.0) or 1.0,
        "examples": examples,
        "groups": [(name, capture_groups.groups(statistics, name)) for name in ("position", "device")],
        "days": capture_groups.days(statistics, report_phrase("days_label", content.language)),
        "measures": measure_rows.measures(statistics, content.reference, content.profile),
        "reference": content.reference,
        "sampled": MAX_SAMPLED,
        "cases": cases,
        "pictures": has_pictures,
        "correlations": measure_rows.correlations(statistics, report_phrase("heat_label", content.language)),
        "errors": sorted(statistics.errors.items(), key=lambda item: -item[1].rows),
        "manifest": list(_flat(content.run.manifest))[:MAX_MANIFEST_LINES],
        "against": [] if content.before is None else changes(content.before, statistics),
        "before_name": printable(content.before_name),
        "paired": [] if content.before is None else _paired(content.before, statistics),
    }


def _paired(before: RunStatistics, now: RunStatistics) -> list[tuple[str, Any]]:
    both = [kind for kind in now.modalities if kind in before.modalities]
    pairs = ((kind, paired_difference(before.sampled[kind], now.sampled[kind])) for kind in both)
    return [(kind, difference) for kind, difference in pairs if difference is not None]


def _flat(manifest: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Name and value of everything in a manifest, nested names joined by dots."""
    if isinstance(manifest, dict) and depth < 8:
        for key, value in manifest.items():
            yield from _flat(value, f"{name}.{key}" if name else str(key), depth + 1)
    else:
        yield name[:MAX_MANIFEST_CHARACTERS], str(manifest)[:MAX_MANIFEST_CHARACTERS]


def _version() -> str:
    try:
        return version("biocapture")
    except PackageNotFoundError:
        return "?"
