"""A synthetic finger: orientation field, ridges grown along it, and its minutiae."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.synthetic.fingerprint.flow import BEND_SCALE_PX, FREQUENCIES, Pattern, bend, class_flow
from biocapture.synthetic.fingerprint.ridges import grow_ridges, saturated
from biocapture.synthetic.fingerprint.stretch import Stretch
from biocapture.synthetic.fingerprint.truth import Minutiae, true_minutiae
from biocapture.types import Field

__all__ = ["HEIGHT_PX", "WIDTH_PX", "Finger", "Minutiae", "Pattern", "finger"]

HEIGHT_PX, WIDTH_PX = 640, 496
"""Size of the master pattern at 500 ppi; impressions show a part of it."""

REDUCTION, MARGIN_PX = 2, 48
"""Ridges are grown at half the resolution, and a little beyond the master pattern, on which they are then stretched."""

PERIODS_PX = 8.4, 11.0
"""Ridge periods of fingers; prints of nine sensors have 10.1 px, deviation 0.95."""

BEND_DEG = 14.0
"""Bends of the flow with which fingers of a class share as much of it as real ones."""


@dataclass(frozen=True, slots=True)
class Finger:
    """A synthetic finger: the pattern of which impressions show a part.

    Attributes
    ----------
    pattern : Pattern
    ridges : (H, W) float32
        -1 on ridges … +1 in valleys, smooth.
    orientation : (H, W) float32
        Radians in [0, π), along the ridges, counter-clockwise with rows pointing down.
    period_px : float
        Ridge period at 500 ppi.
    minutiae : Minutiae
    """

    pattern: Pattern
    ridges: Field
    orientation: Field
    period_px: float
    minutiae: Minutiae


def finger(
    seed: int, pattern: Pattern | None = None, period_px: float | None = None, bend_deg: float = BEND_DEG
) -> Finger:
    """Grow a finger; the same seed gives the same finger.

    Every finger has its own class, places of cores and deltas, curvature, ridge period, stretch of the skin and
    minutiae: different fingers are as different for the comparison as real ones (``benchmarks/studies/fingers.py``).

    Parameters
    ----------
    seed : int
        Which synthetic finger.
    pattern : Pattern, optional
        Default: drawn with the frequencies of a population.
    period_px : float, optional
        Mean ridge period in pixels at 500 ppi, at least 6; default: drawn from 8.4 to 11.0.
    bend_deg : float
        Deviation by which the flow bends off its class's; with 0, fingers of a class share more than real ones.

    Returns
    -------
    Finger
    """
    random = np.random.default_rng([seed, 0xF1])
    drawn = pattern or list(FREQUENCIES)[random.choice(len(FREQUENCIES), p=list(FREQUENCIES.values()))]
    period = period_px or float(random.uniform(*PERIODS_PX))
    flow = bend(_even_flow(drawn, random), bend_deg, BEND_SCALE_PX / REDUCTION, random)
    wave = grow_ridges(flow, period / REDUCTION, random)
    stretch = Stretch.drawn(random, (HEIGHT_PX, WIDTH_PX))
    row, column = stretch.places(MARGIN_PX, REDUCTION)
    ridges = saturated(cv2.remap(wave, column, row, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101))
    orientation = stretch.turned(_resampled(flow, row, column))
    return Finger(drawn, ridges, orientation, period, true_minutiae(ridges, orientation, period))


def _even_flow(pattern: Pattern, random: np.random.Generator) -> Field:
    """The class's flow on even skin, at the resolution of the growth."""
    row, column = (
        (REDUCTION * np.arange((side + 2 * MARGIN_PX) // REDUCTION) + (REDUCTION - 1) / 2 - MARGIN_PX).astype(
            np.float32
        )
        for side in (HEIGHT_PX, WIDTH_PX)
    )
    right, up = np.meshgrid(column - np.float32(WIDTH_PX / 2), np.float32(HEIGHT_PX * 0.46) - row)
    return class_flow(pattern, right, up, random)


def _resampled(orientation: Field, row: Field, column: Field) -> Field:
    """Orientation at other places, through its doubled angle."""
    double = cv2.merge([np.cos(2 * orientation), np.sin(2 * orientation)])
    cosine, sine = cv2.split(cv2.remap(double, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101))
    return np.arctan2(sine, cosine) / 2
