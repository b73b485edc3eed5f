"""Frequency domain analysis and orientation flow of NFIQ 2."""

import numpy as np

from biocapture.fingerprint.nfiq2.windows import Windows
from biocapture.types import Mask, Values

MIN_FLOW_RAD, FLOW_RANGE_RAD = np.deg2rad(4.0), np.deg2rad(90.0 - 4.0)
"""Change of orientation between neighbours from which it counts, and how much more counts as 1 (NFIQ 2)."""

SIDE_BIN_WEIGHT = 0.3
"""Weight of the two frequencies beside the dominant one (NFIQ 2)."""

COUNTED_BINS = 15
"""Lowest frequencies whose sum the dominant one is compared with: half of the 31 of a 32-sample profile (NFIQ 2)."""


def frequency_concentration(windows: Windows) -> Values:
    """Share of the dominant ridge frequency in the spectrum of the profile of each window. Higher is better.

    NFIQ 2's frequency domain analysis, FDA (Lim, Jiang & Yau 2002).

    Parameters
    ----------
    windows : (16, 32, K) uint8
        Rows across the ridges: the profile has 32 samples, means of 16.

    Returns
    -------
    (K,) float64
        0..1 on most prints; 1.0 where the maximum is at the lowest or highest frequency.
    """
    profile = windows.sum(axis=0, dtype=np.uint16).T / windows.shape[0]
    spectrum = np.abs(np.fft.rfft(profile, axis=1))[:, 1:]  # bins 1..16
    spectrum = np.concatenate([spectrum, spectrum[:, -2::-1]], axis=1)  # bins 17..31 mirror 15..1
    peak = spectrum.argmax(axis=1)
    k = np.clip(peak, 1, 29)
    each = np.arange(len(spectrum))
    near = spectrum[each, k] + SIDE_BIN_WEIGHT * (spectrum[each, k - 1] + spectrum[each, k + 1])
    total = spectrum[:, :COUNTED_BINS].sum(axis=1)
    edge = (peak == 0) | (peak + 1 >= 31)
    return np.where(edge, 1.0, near / np.where(edge, 1.0, total))


def orientation_flow(angles: Values, foreground: Mask) -> Values:
    """Mean change of orientation to the eight neighbours, of cells with all neighbours on the print. Lower is smoother.

    Parameters
    ----------
    angles : (R, C) float64
        Orientation of every slanted block, radians.
    foreground : (R, C) bool

    Returns
    -------
    (M,) float64
        (mean change - 4°) / (90° - 4°), of the cells where it exceeds 4°. Angles wrap at 360°, not 180° (NFIQ 2).
    """
    rows, columns = angles.shape
    angle_map, flag_map = np.pad(angles, 1), np.pad(foreground, 1)
    total = np.zeros((rows, columns))
    inner = np.ones((rows, columns), bool)
    for down in range(3):
        for right in range(3):
            cell = slice(down, down + rows), slice(right, right + columns)
            change = np.abs(angles - angle_map[cell])
            total += np.minimum(change, 2 * np.pi - change)
            inner &= flag_map[cell]
    mean = total / 8
    return (mean[inner & (mean > MIN_FLOW_RAD)] - MIN_FLOW_RAD) / FLOW_RANGE_RAD
