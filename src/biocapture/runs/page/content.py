"""What stands on the page: numbers of a run brought into the order in which they are read."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from biocapture.assessment.report import printable
from biocapture.guidance.pages import page_environment
from biocapture.guidance.words import report_phrase
from biocapture.profile.load import Profile
from biocapture.runs.page import tables
from biocapture.runs.page.against import changes, paired
from biocapture.runs.page.counts import VERDICTS, Tally
from biocapture.runs.page.kept import MAX_SAMPLED, Case
from biocapture.runs.page.reference import Reference
from biocapture.runs.page.rows import Run

HERE = Path(__file__).parent
MAX_FACTS, MAX_FACT = 300, 300
"""Of a manifest, on the page."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a page is made of.

    Attributes
    ----------
    run, found : Run, Tally
    profile : Profile
    reference : Reference
    language : str
    before : Tally or None
        The run to compare with, and ``before_name`` its name.
    picture : callable
        Data URI of a case: whether with what was seen in it, or as it is.
    """

    run: Run
    found: Tally
    profile: Profile
    reference: Reference
    language: str
    before: Tally | None
    before_name: str
    picture: Callable[[Case, bool], str]


def page(facts: Facts) -> str:
    """The whole page."""
    language = facts.language
    environment = page_environment(HERE, language)
    environment.globals |= {
        "w": partial(report_phrase, language=language),
        "VERDICTS": VERDICTS,
        "zip": zip,
        "lower_first": lambda sentence: sentence[:1].lower() + sentence[1:],
    }
    environment.filters["plain"] = printable
    style, script = ((HERE / name).read_text(encoding="utf8") for name in ("page.css", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return environment.get_template("page.html.j2").render(
        style=style, script=script, digest=digest, language=language, **_content(facts)
    )


def _content(facts: Facts) -> dict[str, Any]:
    found = facts.found
    pictures = facts.picture
    cases = [
        (kind, name, [(case, pictures(case, True)) for _, case in lists[kind].cases])
        for kind in found.modalities
        for name, lists in (("worst", found.worst), ("borderline", found.borderline))
        if kind in lists and lists[kind].cases
    ]
    reasons = tables.reasons(found)
    keys = [(row.modality, row.key) for row in reasons if (row.modality, row.key) in found.examples]
    examples = {key: [(case, pictures(case, False)) for _, case in found.examples[key].cases] for key in keys}
    shown = any(uri for *_, listed in cases for _, uri in listed) or any(
        uri for listed in examples.values() for _, uri in listed
    )
    return {
        "name": printable(facts.run.path.name),
        "today": date.today().isoformat(),
        "version": _version(),
        "profile": facts.profile,
        "total": found.rows,
        "verdicts": found.verdicts.tolist() if found.rows else [0] * len(VERDICTS),
        "modalities": [tables.overview(found, kind, facts.profile) for kind in found.modalities],
        "unreadable": int(found.verdicts[-1]) if found.rows else 0,
        "reasons": reasons,
        "top_share": max((row.share for row in reasons), default=1.0) or 1.0,
        "examples": examples,
        "groups": [(name, tables.groups(found, name)) for name in ("position", "device")],
        "days": tables.days(found, report_phrase("days_label", facts.language)),
        "measures": tables.measures(found, facts.reference, facts.profile),
        "reference": facts.reference,
        "sampled": MAX_SAMPLED,
        "cases": cases,
        "pictures": shown,
        "correlations": tables.correlations(found, report_phrase("heat_label", facts.language)),
        "errors": sorted(found.errors.items(), key=lambda item: -item[1].rows),
        "manifest": list(_flat(facts.run.manifest))[:MAX_FACTS],
        "against": [] if facts.before is None else changes(facts.before, found),
        "before_name": printable(facts.before_name),
        "paired": [] if facts.before is None else _paired(facts.before, found),
    }


def _paired(before: Tally, now: Tally) -> list[tuple[str, Any]]:
    both = [kind for kind in now.modalities if kind in before.modalities]
    pairs = ((kind, paired(before.sampled[kind], now.sampled[kind])) for kind in both)
    return [(kind, found) for kind, found in pairs if found is not None]


def _flat(manifest: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Name and value of everything in a manifest, nested names joined by dots."""
    if isinstance(manifest, dict) and depth < 8:
        for key, value in manifest.items():
            yield from _flat(value, f"{name}.{key}" if name else str(key), depth + 1)
    else:
        yield name[:MAX_FACT], str(manifest)[:MAX_FACT]


def _version() -> str:
    try:
        return version("biocapture")
    except PackageNotFoundError:
        return "?"
