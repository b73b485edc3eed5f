"""The call of the Bio-SDK that compares a record with others."""

from typing import Any

from biocapture.assessment.options import Options, options_of
from biocapture.comparison.compare import sample_and_template
from biocapture.comparison.protocol import TemplateExchange, matcher_for
from biocapture.errors import BiocaptureError
from biocapture.service.biosdk.envelope import SdkError, answered
from biocapture.service.biosdk.records import KINDS, Segment, asked_kinds, of_kind, segments_of
from biocapture.service.messages import Answer, Call, Settings
from biocapture.types import Position

COMPARED = ("FINGER", "IRIS")
MATCH_FMR = 0.001
MAX_GALLERY = 100


def match(call: Call, settings: Settings) -> Answer:
    """Decide for every record of a gallery whether it is of the same person.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
        A modality matches where most of the positions that both records hold match at :data:`MATCH_FMR`.
    """

    def decisions(request: dict[str, Any]) -> list[dict[str, Any]]:
        probe = segments_of(request.get("sample"), "sample")
        gallery = request.get("gallery")
        if gallery is None:
            raise SdkError.missing("gallery")
        if not isinstance(gallery, list) or len(gallery) > MAX_GALLERY:
            raise SdkError.invalid("gallery")
        kinds = asked_kinds(request.get("modalitiesToMatch"), probe, "modalitiesToMatch")
        options = options_of(max_pixels=settings.max_pixels)
        probes = {kind: _templates(of_kind(probe, kind), options) for kind in kinds if kind in COMPARED}
        return [
            {
                "galleryIndex": index,
                "decisions": {kind: _decision(probes.get(kind), record, kind, options) for kind in kinds},
                "analyticsInfo": {},
            }
            for index, record in enumerate(gallery)
        ]

    return answered(call, decisions)


def _templates(segments: list[Segment], options: Options) -> list[tuple[Segment, Any]]:
    return [(each, _template(each, options)) for each in segments]


def _template(segment: Segment, options: Options) -> Any:
    """Template of a segment that holds a picture, or a stored template."""
    kind = KINDS[segment.kind]
    matcher = matcher_for(kind)
    if isinstance(matcher, TemplateExchange):
        reader = next((read for magic, read in matcher.READERS.items() if segment.block.startswith(magic)), None)
        if reader is not None:
            return reader(segment.block)
    return sample_and_template(segment.sample(options.max_pixels), options)[1]


def _decision(probes: list[tuple[Segment, Any]] | None, record: Any, kind: str, options: Options) -> dict[str, Any]:
    """What one modality says of one record of the gallery; what cannot be read there costs that decision alone."""
    if probes is None:
        return _decided("ERROR", "this modality is not compared")
    try:
        references = _templates(of_kind(segments_of(record, "gallery"), kind), options)
    except (SdkError, BiocaptureError) as error:
        return _decided("ERROR", str(error))
    matcher = matcher_for(KINDS[kind])
    pairs = [(a, b) for first, a in probes for second, b in references if _may_be_one(first, second)]
    if not pairs:
        return _decided("NOT_MATCHED")
    agreeing = sum(bool(matcher.compare(a, b).score >= matcher.THRESHOLDS[MATCH_FMR]) for a, b in pairs)
    return _decided("MATCHED" if 2 * agreeing > len(pairs) else "NOT_MATCHED")


def _may_be_one(first: Segment, second: Segment) -> bool:
    """Whether two captures name the same finger or eye, or one of them names none."""
    unknown = [each for each in (first, second) if each.position is Position.UNKNOWN]
    return bool(unknown) or first.position is second.position


def _decided(match: str, error: str = "") -> dict[str, Any]:
    return {"match": match, "errors": [error] if error else [], "analyticsInfo": {}}
