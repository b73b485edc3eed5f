"""Frequency domain analysis and orientation flow of NFIQ 2."""

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.nfiq2.blocks import Angles
from biocapture.fingerprint.nfiq2.windows import Windows

MINIMUM_FLOW = np.deg2rad(4.0)
"""Smaller changes of orientation between neighbours are not counted (NFIQ 2)."""


def frequency_concentration(windows: Windows) -> NDArray[np.float64]:
    """Share of the dominant ridge frequency in the spectrum of each (16, 32, K) window, (K,). Higher is better.

    1.0 where the maximum is at the lowest or highest frequency (NFIQ 2; Lim, Jiang & Yau 2002).
    """
    profile = windows.sum(axis=0, dtype=np.uint16).T / windows.shape[0]
    spectrum = np.abs(np.fft.rfft(profile, axis=1))[:, 1:]  # bins 1..16
    spectrum = np.concatenate([spectrum, spectrum[:, -2::-1]], axis=1)  # bins 17..31 mirror 15..1
    peak = spectrum.argmax(axis=1)
    k = np.clip(peak, 1, 29)
    each = np.arange(len(spectrum))
    near = spectrum[each, k] + 0.3 * (spectrum[each, k - 1] + spectrum[each, k + 1])
    total = spectrum[:, :15].sum(axis=1)
    edge = (peak == 0) | (peak + 1 >= 31)
    return np.where(edge, 1.0, near / np.where(edge, 1.0, total))


def orientation_flow(angles: Angles, foreground: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean change of orientation to the eight neighbours, of cells wholly inside the print. Lower is smoother.

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
    return (mean[inner & (mean > MINIMUM_FLOW)] - MINIMUM_FLOW) / np.deg2rad(86.0)
