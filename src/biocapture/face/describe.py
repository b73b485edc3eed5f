"""The straight line for ONE face: picture and inputs go in, statistics come out."""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import UsageError
from biocapture.face.alignment import FRAME, AlignedFace, Rgb, align
from biocapture.face.features.background import background_statistics, crop_background
from biocapture.face.features.cheeks import cheek_patches
from biocapture.face.features.colour import colour_distance, colour_variety
from biocapture.face.features.detail import blur_px
from biocapture.face.features.eyes import eye_statistics
from biocapture.face.features.geometry import eye_opening, geometry_statistics, mouth_opening
from biocapture.face.features.head import cut_at_top
from biocapture.face.features.lenses import lens_statistics
from biocapture.face.features.light import light_statistics
from biocapture.face.features.luminance import luminance
from biocapture.face.features.occlusion import eye_boxes, occlusion_statistics, visible_mask
from biocapture.face.features.parsing import FacePart, head_covering, parts_in_frame
from biocapture.face.features.recapture import recapture_statistics
from biocapture.face.features.region import Region, face_region
from biocapture.face.features.skin import skin_statistics
from biocapture.face.inputs import MAX_SIDE_PX, Inputs, rgb_picture
from biocapture.face.landmarks import Points
from biocapture.face.networks import backend as networks
from biocapture.face.ofiq import backend as ofiq
from biocapture.face.proportion import stretch
from biocapture.face.statistics import FaceBatch
from biocapture.measure import values_of
from biocapture.types import Failure, Sample, Trace, no_trace

BACKENDS: Mapping[str, Callable[[Rgb], Inputs]] = MappingProxyType(
    {"default": networks.find_inputs, "ofiq": ofiq.find_inputs}
)
"""Name → what finds faces, landmarks, pose and parts for the measures; "default" needs no download."""

NO_LANDMARKS = Failure("face.no_face", "no landmarks")

PART_OF_COLUMN = {"head_covering": FacePart.HAT, "hair_share": FacePart.HAIR, "glasses_share": FacePart.EYEGLASSES}
"""Columns that are not assessable where the parsing does not distinguish their class."""

OFIQ_OUTPUT_COLUMNS = {
    "Sharpness": "ofiq_sharpness",
    "CompressionArtifacts": "ofiq_compression",
    "ExpressionNeutrality": "ofiq_expression",
    "UnifiedQualityScore": "ofiq_quality",
}
"""OFIQ's name of what only its own models answer → column."""

INPUT_COLUMNS = ("pitch_deg", "yaw_deg", "roll_deg", "score", "instability")
"""Numbers that are passed on as they were supplied."""


def describe(sample: Sample, backend: str = "default", trace: Trace = no_trace) -> FaceBatch:
    """Detect and measure the largest face of a picture; a batch of one.

    A picture without a face is a failure, never an exception.

    Parameters
    ----------
    sample : Sample
    backend : str
        One of :data:`BACKENDS`.
    trace : Trace
        Receives the stages "aligned", "region", "luminance" and "background".

    Returns
    -------
    FaceBatch
        Of one face.

    Raises
    ------
    UsageError
        There is no such backend.
    ModelError
        A model of the backend is missing or damaged.
    """
    pixels, inputs = run_backend(sample.image.pixels, backend)
    batch = describe_inputs(pixels, inputs, trace)
    return dataclasses.replace(batch, notes=((f"face.inputs_{backend}",),))


def largest_face(pixels: NDArray[np.uint8], backend: str = "default") -> Points | Failure:
    """Landmarks of the largest face of a picture, or why there are none.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
        Grey or RGB.
    backend : str
        One of :data:`BACKENDS`.

    Returns
    -------
    (98, 2) int64 or Failure
        Column and row in the picture.
    """
    _, inputs = run_backend(pixels, backend)
    failure = failure_of(inputs)
    return inputs.points if failure is None and inputs.points is not None else failure or NO_LANDMARKS


def run_backend(pixels: NDArray[np.uint8], backend: str) -> tuple[Rgb, Inputs]:
    """The picture in colour, and what a backend finds in it.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
        Grey or RGB.
    backend : str
        One of :data:`BACKENDS`.

    Returns
    -------
    picture : (H, W, 3) uint8
        A single black pixel where a side exceeds 32766 pixels.
    inputs : Inputs

    Raises
    ------
    UsageError
        There is no such backend.
    """
    if backend not in BACKENDS:
        raise UsageError(f"no such backend of faces; there are: {', '.join(BACKENDS)}", backend)
    if max(pixels.shape) > MAX_SIDE_PX:
        return np.zeros((1, 1, 3), np.uint8), Inputs(areas_px2=np.zeros(0))
    picture = rgb_picture(pixels)
    return picture, BACKENDS[backend](picture)


def failure_of(inputs: Inputs) -> Failure | None:
    """Why nothing can be measured of a face (ISO/IEC 2382-37: failure to extract).

    Parameters
    ----------
    inputs : Inputs

    Returns
    -------
    Failure or None
        None where it can be measured.
    """
    if inputs.areas_px2 is not None and not inputs.areas_px2.size:
        return Failure("face.no_face", "no face was detected")
    if inputs.cut_off:
        return Failure("face.cut_off", "eyes, nose or mouth lie outside the picture")
    if inputs.implausible and inputs.masked:
        return Failure("face.uncover_face", "the mouth is covered, the eyes are free")
    if inputs.implausible:
        why = f"landmarks move by {inputs.instability:.3f} at a detection of {inputs.score:.2f}"
        return Failure("face.no_face", why)
    return NO_LANDMARKS if inputs.points is None else None


def describe_inputs(pixels: Rgb, inputs: Inputs, trace: Trace = no_trace) -> FaceBatch:
    """Measure one face of which landmarks and maps are known; a batch of one.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    inputs : Inputs
        What was found in it.
    trace : Trace
        Receives the stages, see :func:`describe`.

    Returns
    -------
    FaceBatch
        No face is a failure of the batch, never an exception.
    """
    columns = {
        "second_face": second_face(inputs.areas_px2),
        **{name: getattr(inputs, name) for name in INPUT_COLUMNS},
        **{column: inputs.outputs.get(name, float("nan")) for name, column in OFIQ_OUTPUT_COLUMNS.items()},
    }
    failure = failure_of(inputs)
    if failure is not None or inputs.points is None:
        empty = inputs.areas_px2 is not None and not inputs.areas_px2.size
        return FaceBatch.of_one({} if empty else columns, failure)
    columns |= values_of(geometry_statistics(inputs.points, pixels.shape[:2], inputs.yaw_deg))
    columns |= values_of(recapture_statistics(pixels, inputs.points))
    columns["mouth_opening"] = mouth_opening(inputs.points)
    columns["stretch"] = stretch(inputs.points)
    aligned = align(pixels, inputs.points)
    if aligned is None:
        return FaceBatch.of_one(columns, Failure("face.no_face", "eyes, nose and mouth fall together"))
    trace("aligned", aligned.pixels)
    return FaceBatch.of_one(columns | _of_aligned(aligned, pixels.shape[:2], inputs, trace))


def _of_aligned(aligned: AlignedFace, shape: tuple[int, int], inputs: Inputs, trace: Trace) -> dict[str, float]:
    region = face_region(aligned.points, FRAME)
    visible = None if inputs.visible is None else visible_mask(inputs.visible)
    parts = None if inputs.parsing is None else parts_in_frame(inputs.parsing)
    patches = cheek_patches(aligned.points, FRAME)
    boxes = eye_boxes(aligned.points, inputs.yaw_deg)
    grey = region_luminance(aligned.pixels, region)
    trace("region", region.mask)
    trace("luminance", grey)
    columns = values_of(light_statistics(grey, region, visible, patches))
    columns |= values_of(occlusion_statistics(aligned, region, visible, boxes))
    columns |= values_of(skin_statistics(aligned, region, grey, patches))
    columns |= values_of(eye_statistics(aligned, boxes, parts, columns["cheek_grey"]))
    columns |= values_of(lens_statistics(aligned, patches, columns["eye_brightness"]))
    columns["blur_px"] = blur_px(aligned, region)
    columns["eye_opening"] = eye_opening(aligned.points)
    columns["colour_variety"] = colour_variety(aligned.pixels)
    columns["colour_distance"] = colour_distance(aligned.pixels, region, patches)
    if inputs.parsing is not None:
        view = crop_background(aligned, shape, inputs.parsing)
        trace("background", view.mask)
        columns |= values_of(background_statistics(view))
        columns["head_covering"] = head_covering(inputs.parsing)
        columns["cut_at_top"] = _cut_at_top(aligned, inputs)
        columns |= {name: float("nan") for name, part in PART_OF_COLUMN.items() if part not in inputs.distinguished}
    return columns


def _cut_at_top(aligned: AlignedFace, inputs: Inputs) -> float:
    if inputs.parsing is None or inputs.points is None:
        return float("nan")
    return cut_at_top(inputs.parsing, aligned.matrix, inputs.points)


def region_luminance(pixels: Rgb, region: Region) -> NDArray[np.uint8]:
    """Luminance within a region, 0 elsewhere.

    Parameters
    ----------
    pixels : (616, 616, 3) uint8
        Aligned face, RGB.
    region : Region

    Returns
    -------
    (616, 616) uint8
    """
    grey = np.zeros(pixels.shape[:2], np.uint8)
    if region.area_px:
        inside = np.ascontiguousarray(pixels[region.window])
        grey[region.window] = luminance(inside) * region.mask[region.window]
    return grey


def second_face(areas_px2: NDArray[np.float64] | None) -> float:
    """Area of the second largest face in areas of the largest (ISO/IEC 29794-5 single face present).

    Parameters
    ----------
    areas_px2 : (n,) float64 or None
        Largest first; None = boxes are unknown.

    Returns
    -------
    float
        0 for a single face, NaN when boxes are unknown.
    """
    if areas_px2 is None:
        return float("nan")
    if len(areas_px2) < 2:
        return 0.0
    largest, second = areas_px2[:2].astype(np.float32)
    return float(second / largest) if largest else float("nan")
