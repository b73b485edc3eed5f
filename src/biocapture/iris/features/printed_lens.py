"""Printed contact lenses: a lattice of dots that is the same in all directions, which no iris is."""

import cv2
import numpy as np

from biocapture.iris.outline import Outline
from biocapture.types import Field, GreyPixels, Mask

SIDE = 32
"""Samples along a patch."""

PER_RADIUS = 64
"""Samples per iris radius: dots printed 0.03 to 0.15 mm apart are 2 to 8 samples apart."""

DIRECTIONS_RAD = np.deg2rad((0.0, 45.0, 135.0, 180.0))
"""Where patches lie around the pupil; below it, because lids and lashes hang over the upper half."""

MIN_DEPTH = 0.45
"""Patches lie half-way between this (or the pupil's rim, if that is wider) and the limbus, in iris radii."""

MIN_RADIUS_PX = 60.0
"""Radius of the iris below which dots are not resolved."""

SMOOTH = 11
"""Side of the square in samples whose mean is taken off as shading."""

MAX_GREYS = 40.0
"""Larger differences are mirrored lamps and lashes, and count as this much."""

MIN_FREQUENCY, MAX_FREQUENCY = 0.14, 0.45
"""Frequencies that are compared, in cycles per sample."""


def lattice_peak_db(pixels: GreyPixels, outline: Outline) -> float:
    """How far the strongest spatial frequency common to all patches stands out.

    Each patch's power spectrum is taken relative to the (geometric) mean of its own frequencies of the same magnitude;
    of the patches' powers the least counts. Fibres run towards the pupil, in another direction in every patch, and
    leave nothing in common.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.

    Returns
    -------
    float
        dB; NaN for an iris smaller than :data:`MIN_RADIUS_PX`.
    """
    if outline.limbus.major_px < MIN_RADIUS_PX:
        return float("nan")
    patches = np.stack([_patch(pixels, outline, angle) for angle in DIRECTIONS_RAD.tolist()])
    power = np.log(np.abs(np.fft.rfft2(patches * _WINDOW)) ** 2 + 1)
    usual = (power[:, _BAND] @ _SAME_RING) / _SAME_RING.sum(axis=0)
    return float((power[:, _BAND] - usual).min(axis=0).max() * (10 / np.log(10)))


def _patch(pixels: GreyPixels, outline: Outline, angle: float) -> Field:
    """(SIDE, SIDE) upright square of the iris in one direction from the pupil, shading taken off."""
    limbus = outline.limbus
    step = limbus.major_px / PER_RADIUS
    depth = (max(outline.pupil.radius_px / limbus.radius_px, MIN_DEPTH) + 1) / 2
    column, row = limbus.stretch @ (depth * np.cos(angle), depth * np.sin(angle))
    first = step * (SIDE - 1) / 2
    moved = np.array([[step, 0, limbus.column_px + column - first], [0, step, limbus.row_px + row - first]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    patch = cv2.warpAffine(pixels, moved, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    detail = patch - cv2.blur(patch, (SMOOTH, SMOOTH))
    return np.clip(detail, -MAX_GREYS, MAX_GREYS)


def _frequencies() -> tuple[Mask, Field]:
    """(SIDE, SIDE // 2 + 1) what is compared, and for each pair of those whether their magnitudes are about equal."""
    down, across = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    size = np.hypot(down, across)
    band = (size > MIN_FREQUENCY) & (size < MAX_FREQUENCY)
    apart = np.abs(size[band][:, None] - size[band][None])
    return band, (apart < 1 / SIDE).astype(np.float32)


_BAND, _SAME_RING = _frequencies()
_WINDOW = np.outer(np.hanning(SIDE), np.hanning(SIDE)).astype(np.float32)
