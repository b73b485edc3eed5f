"""BQAT's stateless service: one picture in, its columns out, by the names that BQAT's clients read.

Source: Biometix/bqat-stateless at b5299e7 and the columns of BQAT-CLI. A column is given only where our measure is
computed as theirs is; every other column of theirs is named in ``log``, never filled with something else.
"""

import math
from importlib.metadata import version as installed
from typing import Any

from biocapture.assessment.options import options_of
from biocapture.assessment.report import Report
from biocapture.assessment.samples import sample_of
from biocapture.assessment.scoring import reports
from biocapture.errors import DecodeError, UsageError
from biocapture.service.body import base64_bytes, json_object, picture_of
from biocapture.service.messages import Answer, Call, Settings, json_answer
from biocapture.types import Modality

ENGINE = "biocapture"
MODALITIES = {"fingerprint": Modality.FINGERPRINT, "finger": Modality.FINGERPRINT, "face": Modality.FACE}
MODALITIES |= {"iris": Modality.IRIS}

ISO_IRIS = {
    "iso_greyscale_utilization": "iris.greyscale_utilisation",
    "iso_iris_pupil_concentricity": "iris.concentricity",
    "iso_iris_pupil_contrast": "iris.iris_pupil_contrast",
    "iso_iris_pupil_ratio": "iris.dilation",
    "iso_iris_sclera_contrast": "iris.iris_sclera_contrast",
    "iso_margin_adequacy": "iris.margin_adequacy",
    "iso_pupil_boundary_circularity": "iris.pupil_circularity",
    "iso_usable_iris_area": "iris.usable_iris_area",
}
"""Their columns of ISO/IEC 29794-6 → our measures of the same clause, in the unit of the standard."""

OFIQ_FACE = {
    "background_uniformity": "face.background_uniformity",
    "illumination_uniformity": "face.illumination_uniformity",
    "luminance_mean": "face.luminance_mean",
    "luminance_variance": "face.luminance_variance",
    "under_exposure_prevention": "face.under_exposure",
    "over_exposure_prevention": "face.over_exposure",
    "dynamic_range": "face.dynamic_range",
    "natural_colour": "face.natural_colour",
    "single_face_present": "face.single_face",
    "eyes_open": "face.eyes_open",
    "mouth_closed": "face.mouth_closed",
    "eyes_visible": "face.eyes_visible",
    "mouth_occlusion_prevention": "face.mouth_occlusion",
    "face_occlusion_prevention": "face.face_occlusion",
    "inter_eye_distance": "face.inter_eye_distance",
    "head_size": "face.head_size",
    "leftward_crop_of_the_face_image": "face.leftward_crop",
    "rightward_crop_of_the_face_image": "face.rightward_crop",
    "downward_crop_of_the_face_image": "face.margin_below",
    "upward_crop_of_the_face_image": "face.margin_above",
    "head_pose_yaw": "face.yaw",
    "head_pose_pitch": "face.pitch",
    "head_pose_roll": "face.roll",
    "no_head_coverings": "face.head_covering",
}
"""Columns of the engine OFIQ → our measures of the same clause of ISO/IEC 29794-5, as scores 0..100."""

NOT_NFIQ2 = "NFIQ2 is not computed: quality is biocapture's own, nfiq2_estimate an estimate"
MISSING = "not computed by biocapture"


def assess_base64(call: Call, settings: Settings) -> Answer:
    """Assess the picture in a JSON body: ``modality``, ``data`` in base64 of either alphabet, ``id``, ``timestamp``.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
    """
    request = json_object(call.body)
    if not isinstance(request.get("data"), str):
        raise UsageError("expected data in base64", "data")
    modality = _modality(str(request.get("modality", "")))
    results, verdicts = _results(base64_bytes(request["data"], "data"), "", modality, settings)
    echoed = {name: _text(request.get(name)) for name in ("id", "timestamp")}
    content = {"results": results, "engine": ENGINE, "version": installed("biocapture"), "modality": str(modality)}
    return json_answer(content | echoed, verdicts=verdicts)


def assess_file(call: Call, settings: Settings) -> Answer:
    """Assess the file of a form; the modality stands in the query.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
    """
    modality = _modality(call.query.get("modality", ""))
    part = picture_of(call, "file")
    results, verdicts = _results(part.data, part.file_name, modality, settings)
    content = {"results": results, "engine": ENGINE, "version": installed("biocapture"), "modality": str(modality)}
    return json_answer(content, verdicts=verdicts)


def info(call: Call, settings: Settings) -> Answer:
    """Name and version.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
    """
    return json_answer({"backend": ENGINE, "version": installed("biocapture")})


def _modality(name: str) -> Modality:
    if name.lower() not in MODALITIES:
        raise UsageError(f"must be one of {', '.join(MODALITIES)}", "modality")
    return MODALITIES[name.lower()]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)[:200]


def _results(
    data: bytes, name: str, modality: Modality, settings: Settings
) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """Columns of one picture; one that cannot be read is told in ``log``, as BQAT does."""
    options = options_of(modality, profile=settings.profile, max_pixels=settings.max_pixels)
    try:
        report = reports([sample_of(data, options, name)], options)[0]
    except DecodeError as error:
        return {"file": name, "log": [{"load image": error.message}]}, ()
    size = {"file": name, "image_width": report.width_px, "image_height": report.height_px}
    columns, log = COLUMNS[modality](report)
    found = size | columns | ({"log": log} if log else {})
    return found, ((str(report.modality), report.outcome),)


Columns = tuple[dict[str, Any], list[dict[str, str]]]


def _finger_columns(report: Report) -> Columns:
    measured: dict[str, Any] = {"quality": _number(report.quality)}
    measured |= {"nfiq2_estimate": _score(report, "fingerprint.nfiq2_estimate")}
    return measured | _verdict(report), [{"NFIQ2": NOT_NFIQ2}]


def _iris_columns(report: Report) -> Columns:
    radius = report.measures.get("iris.iris_radius")
    measured: dict[str, Any] = {"quality": _number(report.quality)}
    measured |= {"iris_diameter": _number(2 * radius.raw) if radius else None}
    measured |= {name: _raw(report, ours) for name, ours in ISO_IRIS.items()}
    return measured | _verdict(report), [{"iso_overall_quality, iso_sharpness": MISSING}]


def _face_columns(report: Report) -> Columns:
    measured: dict[str, Any] = {"quality": _number(report.quality)}
    measured |= {name: _score(report, ours) for name, ours in OFIQ_FACE.items()}
    return measured | _verdict(report), [{"sharpness, compression_artifacts, expression_neutrality": MISSING}]


COLUMNS = {
    Modality.FINGERPRINT: _finger_columns,
    Modality.IRIS: _iris_columns,
    Modality.FACE: _face_columns,
}


def _verdict(report: Report) -> dict[str, Any]:
    return {"verdict": report.outcome, "reasons": [reason.key for reason in report.reasons]}


def _score(report: Report, measure: str) -> float | None:
    return _number(report.measures[measure].score) if measure in report.measures else None


def _raw(report: Report, measure: str) -> float | None:
    return _number(report.measures[measure].raw) if measure in report.measures else None


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 4)
