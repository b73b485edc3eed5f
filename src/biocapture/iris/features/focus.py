"""Blur of the pupil's edge: how much, and how much more along one direction."""

from dataclasses import dataclass

import numpy as np

from biocapture.iris.outline import Outline
from biocapture.iris.rings import Rings, ring_angles, ring_greys
from biocapture.types import Field, GreyPixels, Values

ANGLES, SECTOR, STEPS = 128, 8, 25
"""Number of profiles across the edge; neighbours whose median is one sector's profile; samples of a profile."""

MAX_REACH = 0.45
"""Longest half of a profile, relative to the lesser of pupil radius and iris width."""

NEAR_DEVIATIONS, NEAR_PX = 2.2, 2.0
"""Half of the second profiles: this many deviations of the blur that the first ones found, and this much more."""

MIN_STEP_GREYS = 12.0
"""Greys between pupil and iris below which an edge is too faint to be measured."""

MIN_SECTORS = 6
"""Sectors with a clear edge below which no blur is measured."""


@dataclass(frozen=True, slots=True)
class EdgeBlur:
    """Spread of the pupil's edge, as deviation of a Gaussian; NaN where too little of the edge is clear.

    Attributes
    ----------
    across_px : float
        In the direction of least blur: defocus.
    motion_px : float
        Length of the straight motion that explains the difference to the direction of most blur.
    """

    across_px: float
    motion_px: float


def edge_blur(pixels: GreyPixels, outline: Outline) -> EdgeBlur:
    """Blur from profiles across the pupil's edge: long ones for a first guess, then as short as the blur allows.

    Squared deviations of blurs add up, and vary with the edge's direction as an ellipse does: a constant and a second
    harmonic. A straight motion of length L has the variance L²/12 along itself, none across.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.

    Returns
    -------
    EdgeBlur
    """
    longest_px = MAX_REACH * min(outline.pupil.radius_px, outline.limbus.radius_px - outline.pupil.radius_px)
    first = _spread(pixels, outline, longest_px)
    if np.isfinite(first).sum() < MIN_SECTORS:
        return EdgeBlur(float("nan"), float("nan"))
    near_px = min(longest_px, NEAR_DEVIATIONS * float(np.nanquantile(first, 0.75)) + NEAR_PX)
    spread = _spread(pixels, outline, near_px)
    mean, second = _fit_variance(spread if np.isfinite(spread).sum() >= MIN_SECTORS else first)
    return EdgeBlur(float(np.sqrt(max(0.0, mean - second))), float(np.sqrt(24 * second)))


def _spread(pixels: GreyPixels, outline: Outline, reach_px: float) -> Values:
    """(sectors,) deviation of the edge in px, NaN where it is not clear.

    A step blurred by a point spread is that one's distribution function p. The integral of p(1 - p) is σ/√π for a
    Gaussian and L/6 for a box: times √π, it is within 3 % of the deviation for both.
    """
    share = _normalise(_profiles(pixels, outline, reach_px))
    spread_px = np.sqrt(np.pi) * (share * (1 - share)).mean(axis=0) * 2 * reach_px
    return np.maximum(spread_px, 0.0).astype(np.float64)


def _profiles(pixels: GreyPixels, outline: Outline, reach_px: float) -> Field:
    """(STEPS, sectors) greys from pupil to iris; NaN where too little is visible."""
    down, right = outline.pupil.vectors(ring_angles(ANGLES))
    scale = 1 + np.linspace(-reach_px, reach_px, STEPS)[:, None] / np.hypot(down, right)
    row = (outline.pupil.row_px + scale * down).astype(np.float32)
    column = (outline.pupil.column_px + scale * right).astype(np.float32)
    return _sector_medians(ring_greys(pixels, outline, row, column))


def _sector_medians(profiles: Rings) -> Field:
    """Median over neighbouring angles of the profiles that are visible throughout.

    Those with a reflection in the pupil, which makes their inside brighter than the iris, are left out.
    """
    inside, outside = profiles.grey[: STEPS // 3].max(axis=0), profiles.grey[-STEPS // 4 :].mean(axis=0)
    free = profiles.seen.all(axis=0) & (inside < outside)
    order = np.sort(np.where(free, profiles.grey, np.inf).reshape(STEPS, -1, SECTOR), axis=2)
    count = free.reshape(-1, SECTOR).sum(axis=1)
    middle = np.take_along_axis(order, np.maximum(count - 1, 0)[None, :, None] // 2, axis=2)[:, :, 0]
    return np.where(count > SECTOR // 2, middle, np.nan).astype(np.float32)


def _normalise(profile: Field) -> Field:
    """0 in the pupil, 1 in the iris; NaN where the step between them is below :data:`MIN_STEP_GREYS`."""
    end = STEPS // 6
    low, high = profile[:end].mean(axis=0), profile[-end:].mean(axis=0)
    step = np.where(high - low >= MIN_STEP_GREYS, high - low, np.nan)
    return np.clip((profile - low) / step, -0.2, 1.2)


def _fit_variance(spread: Values) -> tuple[float, float]:
    """Mean and second harmonic's amplitude of the variance; the quarter of worst fit is left out of a second fit.

    Noise alone gives an amplitude; its square is on average twice the variance of a coefficient, which is taken off.
    """
    normal = ring_angles(ANGLES).reshape(-1, SECTOR).mean(axis=1)
    seen = np.isfinite(spread)
    design = np.stack([np.ones_like(normal), np.cos(2 * normal), np.sin(2 * normal)], axis=1)[seen]
    variance = spread[seen] ** 2
    miss = np.abs(design @ np.linalg.lstsq(design, variance, rcond=None)[0] - variance)
    near = miss <= np.quantile(miss, 0.75)
    mean, cosine, sine = np.linalg.lstsq(design[near], variance[near], rcond=None)[0]
    noise = 2 / near.sum() * np.mean(miss**2)
    return float(mean), float(np.sqrt(max(0.0, cosine**2 + sine**2 - 2 * noise)))
