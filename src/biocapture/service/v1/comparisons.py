"""Comparison of two captures, and templates."""

from biocapture.assessment.options import options_of
from biocapture.comparison.compare import compare as compare_sources
from biocapture.comparison.compare import template_bytes
from biocapture.comparison.protocol import matcher_for
from biocapture.errors import UsageError
from biocapture.service.body import parts_of, picture_of
from biocapture.service.endpoints import BYTES
from biocapture.service.messages import Answer, Call, Settings, json_answer
from biocapture.service.v1.queries import CompareQuery, TemplateQuery


def compare(call: Call, settings: Settings) -> Answer:
    """Compare the fields ``probe`` and ``reference`` of a call.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
        :class:`~biocapture.service.v1.answers.ComparedPair`.
    """
    query = CompareQuery.model_validate(dict(call.query))
    parts = {part.field: part.data for part in parts_of(call)}
    for field in ("probe", "reference"):
        if not parts.get(field):
            raise UsageError("is missing or empty", field)
    pair = compare_sources(parts["probe"], parts["reference"], query.modality, ppi=query.ppi)
    fmr = float(query.fmr)
    content = {
        "modality": str(pair.modality),
        "score": round(float(pair.comparison.score), 4),
        "fmr": fmr,
        "threshold": matcher_for(pair.modality).THRESHOLDS[fmr],
        "match": pair.is_match(fmr),
        "summary": pair.summary,
    }
    return json_answer(content)


def template(call: Call, settings: Settings) -> Answer:
    """Template of the one picture of a call.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
        Its bytes.
    """
    query = TemplateQuery.model_validate(dict(call.query))
    picture = picture_of(call)
    options = options_of(query.modality, position=query.position, ppi=query.ppi, max_pixels=settings.max_pixels)
    return Answer(200, template_bytes(picture.data, options, query.format), BYTES)
