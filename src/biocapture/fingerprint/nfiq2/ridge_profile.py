"""Profiles across the ridges of rotated windows: local clarity and ridge-valley uniformity of NFIQ 2."""

from dataclasses import dataclass

import numpy as np

from biocapture.fingerprint.nfiq2.windows import Windows
from biocapture.types import Indices, Mask, Values

WIDTH_SCALE_PX = 20.0
"""Widths are divided by this: 500 / 125 · 5 px, the widest ridge at 500 ppi (NFIQ 2)."""

RIDGE_WIDTHS = (0.15, 0.5)
VALLEY_WIDTHS = (0.1, 0.5)
"""Plausible mean widths, scaled (NFIQ 2)."""

SUMMATION_GROUP = 4
"""Means of widths are summed in groups of four, as OpenCV does: a mean of just 0.15 may fall short of 0.15."""

MAX_RUNS = 16
"""Ridges (or valleys) that 32 columns can hold."""


@dataclass(frozen=True, slots=True)
class RidgeProfile:
    """Mean grey along the ridges of K windows against the line fitted through it.

    Attributes
    ----------
    line : (32, K) float64
        Least-squares line T(x) through the profile, in greys.
    ridge : (32, K) bool
        Columns darker than the line.
    """

    line: Values
    ridge: Mask


def ridge_profile(windows: Windows) -> RidgeProfile:
    """Tell ridges from valleys: means along the ridges against their line, whose coefficients have 10 decimals.

    Parameters
    ----------
    windows : (16, 32, K) uint8

    Returns
    -------
    RidgeProfile
    """
    length, width = windows.shape[:2]
    value = windows.sum(axis=0, dtype=np.uint16) / length
    x = np.arange(1.0, width + 1.0)[:, None]
    centred = x - x.mean()
    level = value.mean(axis=0)
    slope = (centred * (value - level)).sum(axis=0) / (centred**2).sum()
    intercept = level - slope * x.mean()
    line = x * _ten_decimals(slope) + _ten_decimals(intercept)
    return RidgeProfile(line, value < line)


def local_clarity(windows: Windows) -> Values:
    """Local clarity score of each window. Higher is better.

    1 - (α + β) / 2 with α the share of valley pixels darker and β the share of ridge pixels not darker than the line;
    0 where mean ridge or valley widths are implausible (NFIQ 2; Chen, Dass & Jain 2005).

    Parameters
    ----------
    windows : (16, 32, K) uint8
        :data:`~biocapture.fingerprint.nfiq2.windows.CLARITY`.

    Returns
    -------
    (K,) float64
        0..1.
    """
    profile = ridge_profile(windows)
    # For whole greys, g < T is g <= ceil(T) - 1; nothing is below 0.
    limit = np.clip(np.ceil(profile.line) - 1, -1, 255)
    darker = windows <= np.maximum(limit, 0).astype(np.uint8)
    pixels_darker = np.where(limit < 0, 0, darker.sum(axis=0, dtype=np.uint8)).astype(np.intp)
    length, width = windows.shape[:2]
    ridges = profile.ridge.sum(axis=0)
    alpha = np.where(profile.ridge, 0, pixels_darker).sum(axis=0) / np.maximum(length * (width - ridges), 1)
    beta = np.where(profile.ridge, length - pixels_darker, 0).sum(axis=0) / np.maximum(length * ridges, 1)
    return np.where(_plausible_widths(profile.ridge.T), 1 - (alpha + beta) / 2, 0.0)


def uniformity_ratios(windows: Windows) -> tuple[Values, Indices]:
    """Ratios of the widths of neighbouring ridges and valleys, all windows' together. Even ridges give 1.

    Parameters
    ----------
    windows : (16, 32, K) uint8
        :data:`~biocapture.fingerprint.nfiq2.windows.UNIFORMITY`.

    Returns
    -------
    ratios : (M,) float64
    owner : (M,) int
        Index of the window each ratio comes from.
    """
    # NFIQ 2 ignores the last column here.
    ridge = ridge_profile(windows).ridge.T
    window, change, start, position = _changes(ridge[:, :-1])
    count = np.bincount(window, minlength=len(ridge))
    # Run p lies between changes p and p + 1 of its window; the first complete run is dropped (NFIQ 2).
    width = np.diff(change)
    first = np.flatnonzero((position >= 1) & (count[window] - position >= 3))
    owner = window[first]
    ratio = width[first + 1] / width[first] if first.size else np.zeros(0)
    # NFIQ 2 lists the ratios backwards and inverts every second one, beginning with the first or the second.
    from_end = count[owner] - 3 - position[first]
    begin = ridge[owner, change[start[owner]] + 1].astype(np.intp) if first.size else owner
    inverted = from_end % 2 == begin
    return np.where(inverted, 1 / np.where(inverted, ratio, 1.0), ratio), owner


def _changes(ridge: Mask) -> tuple[Indices, Indices, Indices, Indices]:
    """Where (K, L) labels change: window and column of each change, first change of each window, rank in the window."""
    window, change = np.nonzero(ridge[:, 1:] != ridge[:, :-1])
    count = np.bincount(window, minlength=len(ridge))
    start = np.cumsum(count) - count
    return window, change, start, np.arange(len(change)) - start[window]


def _plausible_widths(ridge: Mask) -> Mask:
    """(K,) whether mean ridge and valley widths are those of a print; (K, 32) labels."""
    window, change, _, position = _changes(ridge)
    previous = np.concatenate(([0], change[:-1])) if change.size else change
    previous[position == 0] = 0  # the first width is one short (NFIQ 2)
    # Runs alternate: those at even positions are of the kind that the window begins with.
    width = np.zeros((MAX_RUNS, 2, len(ridge)))
    width[position // 2, position % 2, window] = (change - previous) / WIDTH_SCALE_PX
    count = np.bincount(window, minlength=len(ridge))
    mean = _grouped_mean(width, np.stack([(count + 1) // 2, count // 2]))
    ridge_mean, valley_mean = np.where(ridge[:, 0], mean, mean[::-1])
    return _within(ridge_mean, RIDGE_WIDTHS) & _within(valley_mean, VALLEY_WIDTHS)


def _within(value: Values, limits: tuple[float, float]) -> Mask:
    return (limits[0] <= value) & (value <= limits[1])


def _grouped_mean(value: Values, count: Indices) -> Values:
    """Mean of the first ``count`` values along the first axis, summed in groups of four; 0 for none."""
    total = np.zeros(count.shape)
    for group in range(0, len(value), SUMMATION_GROUP):
        a, b, c, d = value[group : group + SUMMATION_GROUP]
        total = np.where(count >= group + SUMMATION_GROUP, total + (((a + b) + c) + d), ((total + a) + b) + c)
    return total * (1.0 / np.maximum(count, 1))


def _ten_decimals(value: Values) -> Values:
    """Rounded half away from zero to 10 decimals."""
    return np.copysign(np.floor(np.abs(value * 1e10) + 0.5), value) / 1e10
