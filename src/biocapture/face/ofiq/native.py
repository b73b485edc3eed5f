"""OFIQ's names for the measures, and their raw values and scalars from inputs of any source."""

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from biocapture.face.describe import OFIQ_OUTPUT_COLUMNS, describe_inputs
from biocapture.face.inputs import inputs_from_arrays, rgb_picture
from biocapture.face.measures import iso_capture, iso_subject
from biocapture.face.measures.curves import Logistic
from biocapture.face.statistics import FaceBatch
from biocapture.measure import Column, Curve, Measure

OFIQ_MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "BackgroundUniformity": iso_capture.background_uniformity,
        "IlluminationUniformity": iso_capture.illumination_uniformity,
        "LuminanceMean": iso_capture.luminance_mean,
        "LuminanceVariance": iso_capture.luminance_variance,
        "UnderExposurePrevention": iso_capture.under_exposure,
        "OverExposurePrevention": iso_capture.over_exposure,
        "DynamicRange": iso_capture.dynamic_range,
        "NaturalColour": iso_capture.natural_colour,
        "SingleFacePresent": iso_subject.single_face,
        "EyesOpen": iso_subject.eyes_open,
        "MouthClosed": iso_subject.mouth_closed,
        "EyesVisible": iso_subject.eyes_visible,
        "MouthOcclusionPrevention": iso_subject.mouth_occlusion,
        "FaceOcclusionPrevention": iso_subject.face_occlusion,
        "InterEyeDistance": iso_subject.inter_eye_distance,
        "HeadSize": iso_subject.head_size,
        "LeftwardCropOfTheFaceImage": iso_subject.leftward_crop,
        "RightwardCropOfTheFaceImage": iso_subject.rightward_crop,
        "MarginAboveOfTheFaceImage": iso_subject.margin_above,
        "MarginBelowOfTheFaceImage": iso_subject.margin_below,
        "HeadPoseYaw": iso_subject.yaw,
        "HeadPosePitch": iso_subject.pitch,
        "HeadPoseRoll": iso_subject.roll,
        "NoHeadCoverings": iso_subject.head_covering,
    }
)
"""OFIQ's name → the measure with its raw value and mapping."""

OFIQ_CURVES: Mapping[str, Curve] = MappingProxyType(
    {
        "Sharpness": Logistic(-20.0, 15.0, height=1.0, offset=-14.0, scale=115.0),
        "CompressionArtifacts": Logistic(0.3308, 0.092, height=1.0, offset=-0.0278, scale=103.0),
        "ExpressionNeutrality": Logistic(-5000.0, 5000.0),
        "UnifiedQualityScore": Logistic(23.0, 2.6),
    }
)
"""OFIQ's mapping of the raw values of its forest, boosted trees and networks, which the user supplies."""

NATIVE = {
    f"ofiq.{name}{suffix}": f"{kind} of OFIQ's {name}, from the inputs that this run had"
    for name in (*OFIQ_MEASURES, *OFIQ_CURVES)
    for suffix, kind in (("", "Raw value"), (".scalar", "Scalar 0..100"))
}
"""Every native column → what it is."""

Answer = tuple[float, float] | None


def measures_from(
    image: NDArray[np.uint8],
    *,
    landmarks: ArrayLike | None,
    boxes: ArrayLike | None = None,
    pose: ArrayLike | None = None,
    parsing: ArrayLike | None = None,
    occlusion: ArrayLike | None = None,
    outputs: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Answer]:
    """Every OFIQ measure from inputs of one's own, as raw value and scalar.

    Parameters
    ----------
    image : (H, W, 3) or (H, W) uint8
        RGB or grey.
    landmarks : (98, 2) numbers or None
        WFLW order, column and row in the picture; None = no face.
    boxes : (n, 2) or (n, 4) numbers or None
        Every face found, (width, height) or (left, top, width, height); empty = no face.
    pose : (3,) float or None
        Pitch, yaw, roll in degrees, OFIQ's signs.
    parsing : (400, 400) int or None
        BiSeNet classes in the aligned frame.
    occlusion : (224, 224) bool or None
        True = visible face. Without it exposure is that of the whole face and occluded shares are None.
    outputs : mapping
        Raw values of OFIQ's own models by measure name (:data:`OFIQ_CURVES`), to be mapped; the others are None.

    Returns
    -------
    dict
        OFIQ's name of the measure → (raw value, scalar 0..100), or None.

    Raises
    ------
    UsageError
        An input of the wrong shape or type.

    Examples
    --------
    >>> import numpy as np
    >>> measures_from(np.zeros((8, 8), np.uint8), landmarks=None, boxes=[(4, 4), (2, 2)])["SingleFacePresent"]
    (0.25, 75.0)
    """
    batch = describe_inputs(rgb_picture(image), inputs_from_arrays(landmarks, boxes, pose, parsing, occlusion))
    answers = {name: _answer(float(item(batch)[0]), item.curve) for name, item in OFIQ_MEASURES.items()}
    return answers | {name: _answer(outputs.get(name, math.nan), curve) for name, curve in OFIQ_CURVES.items()}


def _answer(raw: float, curve: Curve) -> Answer:
    return None if math.isnan(raw) else (raw, float(curve(np.array([raw]))[0]))


def native(batch: FaceBatch) -> dict[str, Column]:
    """OFIQ's raw values and scalars under its own names, prefixed ``ofiq.``.

    Parameters
    ----------
    batch : FaceBatch
        N faces.

    Returns
    -------
    dict
        Column of :data:`NATIVE` → (N,) float64; NaN where it cannot be assessed.
    """
    raw = {name: item(batch) for name, item in OFIQ_MEASURES.items()}
    raw |= {name: getattr(batch, OFIQ_OUTPUT_COLUMNS[name]) for name in OFIQ_CURVES}
    curves = {name: item.curve for name, item in OFIQ_MEASURES.items()} | dict(OFIQ_CURVES)
    scalars = {f"{name}.scalar": curves[name](column) for name, column in raw.items()}
    return {name: (raw | scalars)[name.removeprefix("ofiq.")] for name in NATIVE}
