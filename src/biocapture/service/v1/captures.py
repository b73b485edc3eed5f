"""One picture: its assessment, and the portrait cut from it."""

import base64
from typing import Any

from biocapture.assessment.modalities import measures
from biocapture.assessment.options import Options, options_of
from biocapture.assessment.pipeline import NamedSource, assess_chunk, error_report
from biocapture.assessment.portrait import make_portrait
from biocapture.assessment.report import Report
from biocapture.assessment.samples import samples_of
from biocapture.errors import BiocaptureError, ProfileError
from biocapture.guidance import text
from biocapture.images.codecs.compressed import picture_bytes
from biocapture.profile.load import load_profile
from biocapture.service.body import Part, picture_of
from biocapture.service.messages import Answer, Call, Settings, json_answer
from biocapture.service.problems import problem
from biocapture.service.v1.queries import AssessQuery, PortraitQuery, language_of, profile_of
from biocapture.types import Failure


def assess(call: Call, settings: Settings) -> Answer:
    """Assess the captures of the one picture or record of a call.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
        The report with the guidance texts; :class:`~biocapture.service.v1.answers.AssessedCapture`.
    """
    query = AssessQuery.model_validate(dict(call.query))
    picture = picture_of(call)
    options = options_of(
        query.modality,
        position=query.position,
        ppi=query.ppi,
        profile=profile_of(query, settings),
        native=query.native,
        max_pixels=settings.max_pixels,
    )
    found = _reports(picture, options)
    language = language_of(query, call, settings, options.profile.language)
    first, *others = (_content(report, language) for report in found)
    verdicts = tuple((str(report.modality), report.outcome) for report in found)
    return json_answer(first | {"captures": others}, verdicts=verdicts)


def _reports(picture: Part, options: Options) -> list[Report]:
    """Of every capture: a slap comes before its fingers, a record's pictures in its order."""
    captures = list(samples_of(picture.data, options, picture.file_name))
    if len(captures) == 1 and isinstance(captures[0], BiocaptureError):
        raise captures[0]
    found: list[Report] = []
    for each in captures:
        if isinstance(each, BiocaptureError):
            found.append(error_report(b"", str(each), each.subject))
        else:
            found.extend(assess_chunk([NamedSource(each, options, picture.file_name)])[0])
    return found


def _content(report: Report, language: str) -> dict[str, Any]:
    return report.to_dict(language) | {"language": language, "guidance": report.guidance(language)}


def portrait(call: Call, settings: Settings) -> Answer:
    """Cut the largest face of the picture to the portrait of a profile.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
        :class:`~biocapture.service.v1.answers.CutPortrait`, or why there is none.
    """
    query = PortraitQuery.model_validate(dict(call.query))
    rules = load_profile(profile_of(query, settings), measures())
    cut = make_portrait(picture_of(call).data, rules)
    if isinstance(cut, Failure):
        language = language_of(query, call, settings, rules.language)
        return problem("undecodable", text(cut.reason, language), subject=cut.reason, language=language)
    if rules.portrait is None:
        raise ProfileError("has no [portrait]", rules.name)
    content = {
        "media_type": "image/png",
        "data": base64.b64encode(picture_bytes(cut.pixels, "PNG", rules.portrait.ppi)).decode(),
        "width_px": cut.pixels.shape[1],
        "height_px": cut.pixels.shape[0],
        "changes": list(cut.changes),
    }
    return json_answer(content)
