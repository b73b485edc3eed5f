"""What lies before the eyes, by the skin beside it: tinted lenses, veils and glare of glasses."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import SIDE_PX, AlignedFace
from biocapture.face.features.cheeks import Window
from biocapture.face.features.luminance import Grey, luminance
from biocapture.face.landmarks import ALIGNED_EYE_DISTANCE_PX, LEFT_EYE, RIGHT_EYE, Points, ratio

REACH = 0.12
"""Half width of the strip below an eye, in eye distances."""

BELOW_EYE, BELOW_LENS, STRIP = (0.06, 0.16), (0.36, 0.5), (0.02, 0.5)
"""From the lower lid downwards, in eye distances: behind a lens, skin below it, and both with the rim between."""

RIM_PX, SIDE_OF_RIM_PX = 3, 10
"""Half width of what may be a frame's lower rim, and height of what is compared above and below it. A median of ten
rows does not see a frame of four."""

MARGIN_PX = 3
"""Around the outline of an eye, for landmarks err."""

DARK_SHARE = 10.0
"""Percentile of the luminance of an open eye: iris and lashes fill a third of it."""


@dataclass(frozen=True, slots=True)
class LensStatistics:
    """Statistics of both eyes; NaN where not assessable.

    Attributes
    ----------
    lens_brightness : float
        Luminance behind the lenses over the skin below them, of the brighter eye: 1 = no lens, and 1 where shade fades
        without the edge that a lens has.
    eye_veil : float
        Green light of the darkest tenth of an eye over that of the cheek below it, of the paler eye: 0 = black.
    """

    lens_brightness: float
    eye_veil: float


def lens_statistics(
    aligned: AlignedFace, patches: tuple[Window, Window] | None, eye_brightness: float
) -> LensStatistics:
    """Compare what lies before the eyes with the skin beside it.

    Parameters
    ----------
    aligned : AlignedFace
    patches : (Window, Window) or None
        On the left and on the right cheek; None where one lies outside.
    eye_brightness : float
        Upper quartile around the eyes in medians of the cheeks: bright eyes are behind no dark lens.

    Returns
    -------
    LensStatistics
    """
    if patches is None:
        return LensStatistics(float("nan"), float("nan"))
    eyes = [aligned.points[LEFT_EYE], aligned.points[RIGHT_EYE]]
    return LensStatistics(
        max(eye_brightness, *(_behind_lens(aligned, eye) for eye in eyes)),
        max(_veil(aligned, eye, patch) for eye, patch in zip(eyes, patches, strict=True)),
    )


def _veil(aligned: AlignedFace, eye: Points, patch: Window) -> float:
    window, outline = _around(eye)
    if not outline.any():
        return float("nan")
    inside = _green(aligned, window)[outline > 0]
    cheek = float(np.median(_green(aligned, patch)))
    return ratio(float(np.percentile(inside, DARK_SHARE)), cheek)


def _green(aligned: AlignedFace, window: Window) -> Grey:
    """Green light, linear, 255 = white: the red of a flash in a pupil is none."""
    return luminance(np.repeat(aligned.pixels[window][..., 1:2], 3, axis=2))


def _around(eye: Points) -> tuple[Window, Grey]:
    """Window around an eye, and its outline in it."""
    (left, top), (right, bottom) = eye.min(axis=0) - MARGIN_PX, eye.max(axis=0) + MARGIN_PX
    (left, top), (right, bottom) = np.clip([(left, top), (right, bottom)], 0, SIDE_PX)
    outline = np.zeros((max(0, bottom - top), max(0, right - left)), np.uint8)
    if outline.size:
        cv2.fillConvexPoly(outline, (eye - (left, top)).astype(np.int32), 1)
    return (slice(top, bottom), slice(left, right)), outline


def _behind_lens(aligned: AlignedFace, eye: Points) -> float:
    """Of one eye: the larger of skin behind a lens over skin below it, and of the step at the rim."""
    column, lid = float(eye[:, 0].mean()), float(eye[:, 1].max())
    first, last, left, right = (
        int(np.clip(place, 0, SIDE_PX))
        for place in (
            lid + STRIP[0] * ALIGNED_EYE_DISTANCE_PX,
            lid + STRIP[1] * ALIGNED_EYE_DISTANCE_PX,
            column - REACH * ALIGNED_EYE_DISTANCE_PX,
            column + REACH * ALIGNED_EYE_DISTANCE_PX,
        )
    )
    strip = aligned.pixels[first:last, left:right]
    whole = int((STRIP[1] - STRIP[0]) * ALIGNED_EYE_DISTANCE_PX)
    if len(strip) < whole or strip.shape[1] < 2 * (RIM_PX + SIDE_OF_RIM_PX):  # cut off by the border of the frame
        return float("nan")
    rows = np.median(luminance(np.ascontiguousarray(strip)), axis=1)
    spans = [
        rows[int((start - STRIP[0]) * ALIGNED_EYE_DISTANCE_PX) : int((stop - STRIP[0]) * ALIGNED_EYE_DISTANCE_PX)]
        for start, stop in (BELOW_EYE, BELOW_LENS)
    ]
    return max(ratio(float(np.median(spans[0])), float(np.median(spans[1]))), _step(rows))


def _step(rows: NDArray[np.float64]) -> float:
    """Smallest ratio of the medians above and below a rim, over all its places."""
    medians = np.median(np.lib.stride_tricks.sliding_window_view(rows, SIDE_OF_RIM_PX), axis=1)
    apart = SIDE_OF_RIM_PX + 2 * RIM_PX
    return float(np.min(medians[:-apart] / np.maximum(medians[apart:], 1.0)))
