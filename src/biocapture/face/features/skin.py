"""Shadow on the skin, teeth, and whether the picture has any colour."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.face.alignment import SIDE_PX, AlignedFace, Rgb
from biocapture.face.features.cheeks import Window
from biocapture.face.features.luminance import Grey, luminance
from biocapture.face.features.occlusion import outline_mask, pixels_inside
from biocapture.face.features.region import Region
from biocapture.face.landmarks import INNER_MOUTH, OUTER_MOUTH, Points, eye_distance, ratio

NOSE_BRIDGE = 52
"""Landmark on the nose bridge: the shadow of a brim or of hair falls on it."""

MAX_TOOTH_SATURATION = 0.2
"""Saturation up to which a bright spot in the mouth is a tooth; lips and tongue have 0.3 and more."""

MIN_COLOUR_DEPTH = 4.0
"""Mean colour depth below which a picture counts as grey; compression alone makes 1."""

MIN_TOOTH_BRIGHTNESS, MIN_TOOTH_LUMINANCE = 0.7, 45
"""Minimum luminance of teeth, in medians of the cheeks and in codes. The second: lips of dark skin may be brighter than
the first."""


@dataclass(frozen=True, slots=True)
class SkinStatistics:
    """Statistics of skin and mouth; NaN where not assessable.

    Attributes
    ----------
    cheek_grey : float
        Median luminance of both cheeks, 0..255.
    face_shade : float
        How far the darkest of both cheeks and nose bridge falls below the brightest, 0..1.
    colour_depth : float
        Mean difference of the largest and the smallest of red, green and blue over the face, 0..255.
    teeth_share : float
        Share of the mouth, 0..1; NaN in pictures without colour.
    """

    cheek_grey: float
    face_shade: float
    colour_depth: float
    teeth_share: float


def skin_statistics(
    aligned: AlignedFace, region: Region, grey: Grey, patches: tuple[Window, Window] | None
) -> SkinStatistics:
    """Measure skin and mouth.

    Parameters
    ----------
    aligned : AlignedFace
    region : Region
        The face in the frame.
    grey : (616, 616) uint8
        Luminance of the face region, 0 outside.
    patches : (Window, Window) or None
        On both cheeks; None where one lies outside.

    Returns
    -------
    SkinStatistics
    """
    windows = [] if patches is None else [*patches, _bridge(aligned.points)]
    medians = [_median(grey[window][region.mask[window] > 0]) for window in windows]
    cheek = float(np.mean(medians[:2])) if medians else float("nan")
    depth = _depth(np.ascontiguousarray(aligned.pixels[region.window]), region.mask[region.window])
    return SkinStatistics(
        cheek,
        1.0 - ratio(min(medians), max(medians)) if np.isfinite(medians).all() and medians else float("nan"),
        depth,
        _teeth(aligned, cheek) if depth >= MIN_COLOUR_DEPTH else float("nan"),
    )


def _bridge(points: Points) -> Window:
    """Square of a fifth of the eye distance on the nose bridge: several times as wide as the landmark errs."""
    reach = max(1, int(eye_distance(points) / 10))
    column, row = (int(np.clip(at, 0, SIDE_PX - 1)) for at in points[NOSE_BRIDGE])
    return slice(max(0, row - reach), row + reach + 1), slice(max(0, column - reach), column + reach + 1)


def _median(values: Grey) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _depth(pixels: Rgb, mask: Grey) -> float:
    if not mask.any():
        return float("nan")
    red, green, blue = cv2.split(pixels)
    depth = cv2.max(cv2.max(red, green), blue) - cv2.min(cv2.min(red, green), blue)
    return cv2.mean(depth, mask)[0]


def _teeth(aligned: AlignedFace, cheek_grey: float) -> float:
    """Share of the mouth that shows teeth, between the inner lips only, so that pale or shining lips do not count."""
    area = cv2.countNonZero(outline_mask(aligned.points[OUTER_MOUTH]))
    mouth = pixels_inside(aligned.pixels, outline_mask(aligned.points[INNER_MOUTH]))
    if not mouth.size:
        return ratio(0.0, area)
    brightest = mouth.max(axis=1).astype(np.float64)
    pale = brightest - mouth.min(axis=1) <= MAX_TOOTH_SATURATION * brightest
    bright = luminance(mouth[None])[0] >= max(MIN_TOOTH_LUMINANCE, MIN_TOOTH_BRIGHTNESS * cheek_grey)
    return ratio(min(float((pale & bright).sum()), area), area)
