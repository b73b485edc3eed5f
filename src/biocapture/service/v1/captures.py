"""One picture: its assessment, and the portrait cut from it."""

import base64
import io

from biocapture.assessment.modalities import measures
from biocapture.assessment.options import options_of
from biocapture.assessment.portrait import make_portrait
from biocapture.assessment.samples import sample_of
from biocapture.assessment.scoring import reports
from biocapture.errors import ProfileError
from biocapture.guidance import text
from biocapture.profile.load import load_profile
from biocapture.service.body import picture_of
from biocapture.service.messages import Answer, Call, Settings, json_answer
from biocapture.service.problems import problem
from biocapture.service.v1.queries import AssessQuery, PortraitQuery, language_of, profile_of
from biocapture.types import Failure, Picture


def assess(call: Call, settings: Settings) -> Answer:
    """Assess the one picture of a call.

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
    report = reports([sample_of(picture.data, options, picture.file_name)], options)[0]
    language = language_of(query, call, settings, options.profile.language)
    content = report.to_dict(language) | {"language": language, "guidance": report.guidance(language)}
    return json_answer(content, verdicts=((str(report.modality), report.outcome),))


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
        "data": base64.b64encode(_png(cut.pixels, rules.portrait.ppi)).decode(),
        "width_px": cut.pixels.shape[1],
        "height_px": cut.pixels.shape[0],
        "changes": list(cut.changes),
    }
    return json_answer(content)


def _png(pixels: Picture, ppi: float) -> bytes:
    from PIL import Image as Pillow

    stream = io.BytesIO()
    Pillow.fromarray(pixels).save(stream, "PNG", dpi=(ppi, ppi))
    return stream.getvalue()
