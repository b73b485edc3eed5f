"""Profiles across the ridges of rotated windows: local clarity and ridge-valley uniformity of NFIQ 2."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.nfiq2.windows import Windows

Flat = NDArray[np.float64]

RIDGE_WIDTH_SCALE = 20.0
"""Widths are divided by this: 500 / 125 · 5 px, the widest ridge at 500 ppi (NFIQ 2)."""

RIDGE_WIDTHS = (0.15, 0.5)
VALLEY_WIDTHS = (0.1, 0.5)
"""Plausible mean widths, scaled (NFIQ 2)."""

GROUP = 4
"""Means of widths are summed in groups of four, as OpenCV does: a mean of just 0.15 may fall short of 0.15."""

MAX_RUNS = 16
"""Ridges (or valleys) that 32 columns can hold."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Mean grey along the ridges of K windows and the line fitted through it.

    Attributes
    ----------
    line : (32, K) float64
        Least-squares line T(x) through the profile.
    ridge : (32, K) bool
        Columns darker than the line.
    """

    line: Flat
    ridge: NDArray[np.bool_]


def profile(windows: Windows) -> Profile:
    """Profile of (16, 32, K) windows: means along the ridges against their line, coefficients at 10 decimals."""
    length, width = windows.shape[:2]
    value = windows.sum(axis=0, dtype=np.uint16) / length
    x = np.arange(1.0, width + 1.0)[:, None]
    centred = x - x.mean()
    level = value.mean(axis=0)
    slope = (centred * (value - level)).sum(axis=0) / (centred**2).sum()
    intercept = level - slope * x.mean()
    line = x * _ten_decimals(slope) + _ten_decimals(intercept)
    return Profile(line, value < line)


def local_clarity(windows: Windows) -> Flat:
    """Local clarity score of each window, (K,) in 0..1. Higher is better.

    1 - (α + β) / 2 with α the share of valley pixels darker and β the share of ridge pixels not darker than the line;
    0 where mean ridge or valley widths are implausible (NFIQ 2; Chen, Dass & Jain 2005).
    """
    seen = profile(windows)
    # For whole greys, g < T is g <= ceil(T) - 1; nothing is below 0.
    limit = np.clip(np.ceil(seen.line) - 1, -1, 255)
    darker = windows <= np.maximum(limit, 0).astype(np.uint8)
    pixels_darker = np.where(limit < 0, 0, darker.sum(axis=0, dtype=np.uint8)).astype(np.intp)
    length, width = windows.shape[:2]
    ridges = seen.ridge.sum(axis=0)
    alpha = np.where(seen.ridge, 0, pixels_darker).sum(axis=0) / np.maximum(length * (width - ridges), 1)
    beta = np.where(seen.ridge, length - pixels_darker, 0).sum(axis=0) / np.maximum(length * ridges, 1)
    return np.where(_plausible_widths(seen.ridge.T), 1 - (alpha + beta) / 2, 0.0)


def uniformity_ratios(windows: Windows) -> tuple[Flat, NDArray[np.intp]]:
    """Ratios of the widths of neighbouring ridges and valleys, all windows' together. Even ridges give 1.

    Returns
    -------
    ratios : (M,) float64
    owner : (M,) int
        Index of the window each ratio comes from.
    """
    ridge = profile(windows).ridge.T
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


_Indices = NDArray[np.intp]


def _changes(ridge: NDArray[np.bool_]) -> tuple[_Indices, _Indices, _Indices, _Indices]:
    """Where (K, L) labels change: window and column of each change, first change of each window, rank in the window."""
    window, change = np.nonzero(ridge[:, 1:] != ridge[:, :-1])
    count = np.bincount(window, minlength=len(ridge))
    start = np.cumsum(count) - count
    return window, change, start, np.arange(len(change)) - start[window]


def _plausible_widths(ridge: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(K,) bool: mean ridge and valley widths are those of a print; (K, 32) labels."""
    window, change, _, position = _changes(ridge)
    previous = np.concatenate(([0], change[:-1])) if change.size else change
    previous[position == 0] = 0  # the first width is one short (NFIQ 2)
    # Runs alternate: those at even positions are of the kind that the window begins with.
    width = np.zeros((MAX_RUNS, 2, len(ridge)))
    width[position // 2, position % 2, window] = (change - previous) / RIDGE_WIDTH_SCALE
    count = np.bincount(window, minlength=len(ridge))
    mean = _grouped_mean(width, np.stack([(count + 1) // 2, count // 2]))
    ridge_mean, valley_mean = np.where(ridge[:, 0], mean, mean[::-1])
    return _within(ridge_mean, RIDGE_WIDTHS) & _within(valley_mean, VALLEY_WIDTHS)


def _within(value: Flat, limits: tuple[float, float]) -> NDArray[np.bool_]:
    return (limits[0] <= value) & (value <= limits[1])


def _grouped_mean(value: Flat, count: _Indices) -> Flat:
    """Mean of the first ``count`` values along the first axis, summed in groups of four; 0 for none."""
    total = np.zeros(count.shape)
    for group in range(0, len(value), GROUP):
        a, b, c, d = value[group : group + GROUP]
        total = np.where(count >= group + GROUP, total + (((a + b) + c) + d), ((total + a) + b) + c)
    return total * (1.0 / np.maximum(count, 1))


def _ten_decimals(value: Flat) -> Flat:
    """Rounded half away from zero to 10 decimals."""
    return np.copysign(np.floor(np.abs(value * 1e10) + 0.5), value) / 1e10
