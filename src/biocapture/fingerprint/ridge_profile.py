"""Profiles across the ridges of rotated windows: local clarity and ridge-valley uniformity of NFIQ 2."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.types import GreyPixels

Flat = NDArray[np.float64]

RIDGE_WIDTH_SCALE = 20.0
"""Widths are divided by this: 500 / 125 · 5 px, the widest ridge at 500 ppi (NFIQ 2)."""

GROUP = 4
"""Means of widths are summed in groups of four, as OpenCV does: a mean of just 0.15 may fall short of 0.15."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Mean grey along the ridges of K windows and the line fitted through it.

    Attributes
    ----------
    line : (K, 32) float64
        Least-squares line T(x) through the profile.
    ridge : (K, 32) bool
        Columns darker than the line.
    """

    line: Flat
    ridge: NDArray[np.bool_]


def profile(windows: GreyPixels) -> Profile:
    """Profile of (K, 16, 32) windows: column means against their least-squares line, coefficients at 10 decimals."""
    width = windows.shape[2]
    value = windows.astype(np.uint16).sum(axis=1, dtype=np.uint16) / windows.shape[1]
    x = np.arange(1.0, width + 1.0)
    centred = x - x.mean()
    level = value.mean(axis=1)
    slope = (centred * (value - level[:, None])).sum(axis=1) / (centred**2).sum()
    intercept = level - slope * x.mean()
    line = x * _ten_decimals(slope)[:, None] + _ten_decimals(intercept)[:, None]
    return Profile(line, value < line)


def local_clarity(windows: GreyPixels) -> Flat:
    """Local clarity score of each (16, 32) window, (K,) in 0..1. Higher is better.

    1 - (α + β) / 2 with α the share of valley pixels darker and β the share of ridge pixels not darker than the line;
    0 where mean ridge or valley widths are implausible (NFIQ 2; Chen, Dass & Jain 2005).
    """
    if not len(windows):
        return np.zeros(0)
    seen = profile(windows)
    # For integer greys, g < T is g <= ceil(T) - 1.
    limit = np.clip(np.ceil(seen.line) - 1, -1, 255)
    darker = windows <= np.maximum(limit, 0).astype(np.uint8)[:, None, :]
    pixels_darker = np.where(limit < 0, 0, darker.view(np.uint8).sum(axis=1, dtype=np.uint8)).astype(np.intp)
    height = windows.shape[1]
    ridges = seen.ridge.sum(axis=1)
    valleys = seen.ridge.shape[1] - ridges
    alpha = np.where(seen.ridge, 0, pixels_darker).sum(axis=1) / np.maximum(height * valleys, 1)
    beta = np.where(seen.ridge, height - pixels_darker, 0).sum(axis=1) / np.maximum(height * ridges, 1)
    return np.where(_plausible_widths(seen.ridge), 1 - (alpha + beta) / 2, 0.0)


def uniformity_ratios(windows: GreyPixels) -> tuple[Flat, NDArray[np.intp]]:
    """Ratios of the widths of neighbouring ridges and valleys, all windows' together. Even ridges give 1.

    Returns
    -------
    ratios : (M,) float64
    owner : (M,) int
        Index of the window each ratio comes from.
    """
    ridge = profile(windows).ridge if len(windows) else np.zeros((0, 32), bool)
    window, change = np.nonzero(ridge[:, 1:-1] != ridge[:, :-2])
    count = np.bincount(window, minlength=len(ridge))
    start = np.cumsum(count) - count
    width = np.diff(change)
    # Run p lies between changes p+1 and p+2 of its window: the first complete run is dropped (NFIQ 2).
    position = np.arange(len(change)) - start[window]
    remaining = count[window] - position
    first = np.flatnonzero((position >= 1) & (remaining >= 3))
    ratio = width[first + 1] / width[first] if first.size else np.zeros(0)
    owner = window[first]
    # NFIQ 2 lists the ratios backwards and inverts every second one, beginning with the first or the second.
    from_end = count[owner] - 3 - position[first]
    begin = ridge[owner, change[start[owner]] + 1].astype(np.intp)
    return np.where(from_end % 2 == begin, 1 / np.where(ratio == 0, 1.0, ratio), ratio), owner


def _plausible_widths(ridge: NDArray[np.bool_]) -> NDArray[np.bool_]:
    window, change = np.nonzero(ridge[:, 1:] != ridge[:, :-1])
    count = np.bincount(window, minlength=len(ridge))
    start = np.cumsum(count) - count
    position = np.arange(len(change)) - start[window]
    previous = np.where(position == 0, 0, np.concatenate(([0], change[:-1])))
    width = (change - previous) / RIDGE_WIDTH_SCALE
    is_ridge = ridge[window, change]
    ridge_mean = _grouped_mean(width, window, position // 2, is_ridge, len(ridge))
    valley_mean = _grouped_mean(width, window, position // 2, ~is_ridge, len(ridge))
    return (
        (count > 0) & (0.15 <= ridge_mean) & (ridge_mean <= 0.5) & (0.1 <= valley_mean) & (valley_mean <= 0.5)
    )


def _grouped_mean(
    width: Flat, window: NDArray[np.intp], slot: NDArray[np.intp], chosen: NDArray[np.bool_], windows: int
) -> Flat:
    """Mean of the chosen widths of each window, summed in groups of four; 0 for none."""
    table = np.zeros((windows, 16))
    table[window[chosen], slot[chosen]] = width[chosen]
    count = np.bincount(window[chosen], minlength=windows)
    total = np.zeros(windows)
    for group in range(0, 16, GROUP):
        a, b, c, d = table[:, group : group + GROUP].T
        total = np.where(count >= group + GROUP, total + (((a + b) + c) + d), ((total + a) + b) + c)
    return total * (1.0 / np.maximum(count, 1))


def _ten_decimals(value: Flat) -> Flat:
    """Rounded half away from zero to 10 decimals."""
    return np.copysign(np.floor(np.abs(value * 1e10) + 0.5), value) / 1e10
