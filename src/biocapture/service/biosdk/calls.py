"""The calls of the Bio-SDK that take one record; comparison is in ``matching.py``."""

import math
from importlib.metadata import version as installed
from typing import Any

from biocapture.assessment.options import Options, options_of
from biocapture.assessment.report import Report
from biocapture.assessment.scoring import reports
from biocapture.comparison.compare import sample_and_template
from biocapture.comparison.protocol import TemplateExchange, matcher_for
from biocapture.errors import BiocaptureError
from biocapture.images.codecs.compressed import picture_bytes
from biocapture.images.decode import decode_record_image
from biocapture.images.records.from_samples import ISO_FORMATS
from biocapture.images.records.record import images_in_record
from biocapture.service.biosdk.envelope import FAILED_QUALITY, SdkError, answered, answered_bare
from biocapture.service.biosdk.matching import COMPARED
from biocapture.service.biosdk.records import (
    KINDS,
    Segment,
    asked_kinds,
    of_kind,
    record_of,
    segmented,
    segments_of,
    written,
)
from biocapture.service.messages import Answer, Call, Settings

API_VERSION = "0.9"
DETAILS = "biocapture.details"
"""Flag of a request for measures, verdict and guidance in ``analyticsInfo``, which is empty otherwise."""

TEMPLATES = ("FINGER",)
SOURCES = {"ISO19794_4_2011": "FINGER", "ISO19794_5_2011": "FACE", "ISO19794_6_2011": "IRIS"}
TARGETS = {"IMAGE/PNG": "PNG", "IMAGE/JPEG": "JPEG"}


def init(call: Call, settings: Settings) -> Answer:
    """What this SDK can do.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
    """
    kinds = list(KINDS)
    about = {
        "apiVersion": API_VERSION,
        "sdkVersion": installed("biocapture"),
        "supportedModalities": kinds,
        "supportedMethods": {
            "QUALITY_CHECK": kinds,
            "EXTRACT": list(TEMPLATES),
            "MATCH": list(COMPARED),
            "CONVERT_FORMAT": kinds,
        },
        "otherInfo": {},
        "productOwner": {"organization": "biocapture", "type": "biocapture"},
    }
    return answered_bare(call, lambda _: about)


def check_quality(call: Call, settings: Settings) -> Answer:
    """Quality of a record: for each modality the mean over its captures.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
    """
    verdicts: list[tuple[str, str]] = []

    def scores(request: dict[str, Any]) -> dict[str, Any]:
        segments = segments_of(request.get("sample"), "sample")
        kinds = asked_kinds(request.get("modalitiesToCheck"), segments, "modalitiesToCheck")
        options = options_of(profile=settings.profile, max_pixels=settings.max_pixels)
        assessed = {kind: [_assessed(each, options) for each in of_kind(segments, kind)] for kind in kinds}
        verdicts.extend((str(one.modality), one.outcome) for each in assessed.values() for one in each)
        detailed = _flag(request, DETAILS)
        return {
            "scores": {kind: _score(each, detailed, settings) for kind, each in assessed.items()},
            "analyticsInfo": {},
        }

    answer = answered(call, scores)
    return Answer(answer.status, answer.body, answer.media_type, tuple(verdicts))


def extract_template(call: Call, settings: Settings) -> Answer:
    """Templates of a record: ISO/IEC 19794-2 for fingers. Captures of other modalities are left as they came.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
    """

    def record(request: dict[str, Any]) -> dict[str, Any]:
        segments = segments_of(request.get("sample"), "sample")
        kinds = asked_kinds(request.get("modalitiesToExtract"), segments, "modalitiesToExtract")
        options = options_of(max_pixels=settings.max_pixels)
        chosen = [each for kind in kinds for each in of_kind(segments, kind)]
        return record_of([_extracted(each, options) for each in chosen])

    return answered(call, record)


def segment(call: Call, settings: Settings) -> Answer:
    """The captures of a record one by one. Records that hold one finger or eye each are given back.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
    """

    def record(request: dict[str, Any]) -> dict[str, Any]:
        segments = segments_of(request.get("sample"), "sample")
        kinds = asked_kinds(request.get("modalitiesToSegment"), segments, "modalitiesToSegment")
        chosen = [each for kind in kinds for each in of_kind(segments, kind)]
        for each in chosen:
            each.sample(settings.max_pixels)  # what is damaged is told
        given = [written(each, each.block, _registered(each), "RAW", _quality_of(each)) for each in chosen]
        return record_of([segmented(each) for each in given])

    return answered(call, record)


def convert_format(call: Call, settings: Settings) -> Answer:
    """The picture in every block of a record, as PNG or JPEG.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
    """

    def record(request: dict[str, Any]) -> dict[str, Any]:
        for name in ("sourceFormat", "targetFormat"):
            if not request.get(name):
                raise SdkError.missing(name)
        source, target = str(request["sourceFormat"]).upper(), str(request["targetFormat"]).upper()
        if source not in SOURCES:
            raise SdkError.invalid("sourceFormat")
        if target not in TARGETS:
            raise SdkError.invalid("targetFormat")
        segments = segments_of(request.get("sample"), "sample")
        kinds = asked_kinds(request.get("modalitiesToConvert"), segments, "modalitiesToConvert")
        chosen = [each for kind in kinds for each in of_kind(segments, kind)]
        if any(each.kind != SOURCES[source] for each in chosen):
            raise SdkError.invalid("sourceFormat")
        return record_of([_converted(each, TARGETS[target], settings.max_pixels) for each in chosen])

    return answered(call, record)


def _assessed(segment: Segment, options: Options) -> Report:
    return reports([segment.sample(options.max_pixels)], options)[0]


def _score(assessed: list[Report], detailed: bool, settings: Settings) -> dict[str, Any]:
    """Mean of the qualities; a capture in which nothing is found counts as 0."""
    qualities = [0.0 if math.isnan(report.quality) else report.quality for report in assessed]
    if any(report.error for report in assessed):
        raise SdkError(FAILED_QUALITY, "Quality Check Failed")
    language = settings.language or "en"
    info = {key: value for report in assessed for key, value in _details(report, language).items()} if detailed else {}
    return {"score": round(sum(qualities) / len(qualities), 2), "errors": [], "analyticsInfo": info}


def _details(report: Report, language: str) -> dict[str, str]:
    """Verdict, instructions and scores of one capture; all values are texts."""
    facts = {"verdict": report.outcome, "guidance": " ".join(report.guidance(language))}
    facts |= {name: f"{value.score:.1f}" for name, value in report.measures.items() if not math.isnan(value.score)}
    return {f"{report.position}.{name}": text for name, text in facts.items()}


def _extracted(segment: Segment, options: Options) -> dict[str, Any]:
    if segment.kind not in TEMPLATES:
        segment.sample(options.max_pixels)  # what is damaged is told
        return written(segment, segment.block, _registered(segment), "RAW", _quality_of(segment))
    sample = segment.sample(options.max_pixels)
    template = sample_and_template(sample, options)[1]
    matcher = matcher_for(KINDS[segment.kind])
    assert isinstance(matcher, TemplateExchange)
    quality = reports([sample], options)[0].quality
    block = matcher.WRITERS["iso2011"](template)
    return written(segment, block, "2", "PROCESSED", 0 if math.isnan(quality) else round(quality))


def _converted(segment: Segment, kind: str, max_pixels: int) -> dict[str, Any]:
    try:
        stored = images_in_record(segment.block)[0]
        image = decode_record_image(stored, stored.modality, max_pixels=max_pixels)
    except BiocaptureError:
        raise SdkError.invalid("sample") from None
    return written(
        segment, picture_bytes(image.pixels, kind, image.ppi), _registered(segment), "RAW", _quality_of(segment)
    )


def _registered(segment: Segment) -> str:
    return ISO_FORMATS[KINDS[segment.kind]]


def _quality_of(segment: Segment) -> int:
    """The quality that a segment came with, 0..100; 0 where it has none."""
    info = segment.given.get("bdbInfo")
    quality = info.get("quality") if isinstance(info, dict) else None
    score = quality.get("score") if isinstance(quality, dict) else None
    return int(score) if isinstance(score, int | float) and 0 <= score <= 100 else 0


def _flag(request: dict[str, Any], name: str) -> bool:
    flags = request.get("flags")
    return isinstance(flags, dict) and str(flags.get(name, "")).lower() == "true"
