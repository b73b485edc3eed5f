"""What there is: measures, profiles, versions, and the explanation of any name in an answer."""

import difflib
import math
import sys
from importlib.metadata import version as installed
from typing import Any

from biocapture.assessment.modalities import measures as all_measures
from biocapture.assessment.modalities import native_columns
from biocapture.assessment.report import COLUMNS
from biocapture.errors import UnknownMeasureError
from biocapture.guidance import text, texts
from biocapture.measure import Measure
from biocapture.profile.load import load_profile, shipped_profiles
from biocapture.service.messages import Answer, Call, Settings, json_answer
from biocapture.service.v1.queries import LanguageQuery, MeasuresQuery, language_of


def measures(call: Call, settings: Settings) -> Answer:
    """Every measure.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
        :class:`~biocapture.service.v1.answers.MeasureList`.
    """
    query = MeasuresQuery.model_validate(dict(call.query))
    language = language_of(query, call, settings)
    kinds = (query.modality,) if query.modality else ()
    return json_answer({"measures": [_measure(item, language) for item in all_measures(*kinds).values()]})


def explain(call: Call, settings: Settings) -> Answer:
    """One measure, column or reason.

    Parameters
    ----------
    call : Call
        Its path names it.
    settings : Settings

    Returns
    -------
    Answer
        :class:`~biocapture.service.v1.answers.Explanation`.
    """
    query = LanguageQuery.model_validate(dict(call.query))
    language = language_of(query, call, settings)
    name = call.path.get("name", "")
    base = name.removesuffix(".score")
    if (item := all_measures().get(base)) is not None:
        return json_answer({"name": name, "meaning": item.description, "measure": _measure(item, language)})
    meanings = COLUMNS | native_columns() | dict(texts(language))
    if name not in meanings:
        near = difflib.get_close_matches(name, [*all_measures(), *meanings], n=1, cutoff=0.3)
        raise UnknownMeasureError("nothing of this name" + (f"; did you mean {near[0]!r}?" if near else ""), name)
    return json_answer({"name": name, "meaning": meanings[name], "measure": None})


def profiles(call: Call, settings: Settings) -> Answer:
    """The shipped profiles.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
        :class:`~biocapture.service.v1.answers.ProfileList`.
    """
    names = shipped_profiles()
    listed = [{"name": name, "title": load_profile(name, all_measures()).title} for name in names]
    return json_answer({"default": load_profile(settings.profile, all_measures()).name, "profiles": listed})


def profile(call: Call, settings: Settings) -> Answer:
    """Minima and required positions of a profile.

    Parameters
    ----------
    call : Call
        Its path names a shipped profile.
    settings : Settings

    Returns
    -------
    Answer
        :class:`~biocapture.service.v1.answers.ProfileRules`.
    """
    name = call.path.get("name", "")
    if name not in shipped_profiles():
        raise UnknownMeasureError(f"no such profile; there are: {', '.join(shipped_profiles())}", name)
    rules = load_profile(name, all_measures())
    content = {
        "name": rules.name,
        "title": rules.title,
        "language": rules.language,
        "required": [str(position) for position in rules.required],
        "retake": rules.retake,
        "review": rules.review,
        "notes": rules.notes,
    }
    return json_answer(content)


def version(call: Call, settings: Settings) -> Answer:
    """Versions of the service.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
        :class:`~biocapture.service.v1.answers.Version`.
    """
    return json_answer({"biocapture": installed("biocapture"), "python": sys.version.split()[0], "api": "1"})


def _measure(item: Measure, language: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "unit": item.unit,
        "range": [value if math.isfinite(value) else None for value in item.range],
        "iso": item.iso or "",
        "summary": item.summary,
        "guidance": text(item.guidance, language) if item.guidance else "",
    }
