"""Ridges grown along a flow: noise, filtered again and again, with minutiae strewn at random."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.synthetic.fingerprint.flow import index_of
from biocapture.types import Field

FILTER_DIRECTIONS = 32
"""Directions of the filters that grow the ridges."""

GROWTH_SIGMAS = (0.45, 0.5, 0.6, *[0.85] * 6)
"""Deviation of the filters' envelope in ridge periods, step by step: long filters comb all away that the flow does not
force, and what is left lies as evenly as on a lattice."""

DISTURBANCES = 0.025
"""Spots per square ridge period where the grown ridges are replaced by noise, from which minutiae arise at random
places, in groups and alone."""

SPOT_SIGMA, SPOT_STRENGTH = 1.2, 2.5
"""Deviation of a spot in ridge periods, and of its noise where ridges have 1."""

HEALING_SIGMA = 0.5
"""Deviation of the two filters after it, in ridge periods."""

SATURATION = 2.5


def saturated(wave: Field) -> Field:
    """Ridges and valleys of even depth.

    Parameters
    ----------
    wave : (H, W) float32
        Of deviation 1.

    Returns
    -------
    (H, W) float32
        -1 … 1.
    """
    return np.tanh(np.float32(SATURATION) * wave)


def grow_ridges(orientation: Field, period_px: float, random: np.random.Generator) -> Field:
    """Filter noise again and again along each pixel's own direction, until only ridges are left.

    After Cappelli, Maio & Maltoni 2000, which makes minutiae where the field cannot be combed smoothly. These lie
    evenly; a finger's do not, hence spots of noise that the last two filters make ridges of.

    Parameters
    ----------
    orientation : (H, W) float32
        Radians in [0, π).
    period_px : float
        Pixels of ``orientation``, at least 3.
    random : numpy.random.Generator

    Returns
    -------
    (H, W) float32
        Of deviation 1, not yet :func:`saturated`, so that it can be resampled.
    """
    index = index_of(orientation, FILTER_DIRECTIONS)
    wave = random.standard_normal(orientation.shape, np.float32)
    for sigma in GROWTH_SIGMAS:
        wave = saturated(_filter(wave, index, period_px, sigma * period_px))
    spots = _spots(orientation.shape, period_px, random)
    noise = np.float32(SPOT_STRENGTH) * random.standard_normal(orientation.shape, np.float32)
    wave += spots * (noise - wave)
    wave = saturated(_filter(wave, index, period_px, HEALING_SIGMA * period_px))
    return _filter(wave, index, period_px, HEALING_SIGMA * period_px)


def _spots(shape: tuple[int, ...], period_px: float, random: np.random.Generator) -> Field:
    """1 in the middle of spots at random places, 0 elsewhere."""
    count = random.poisson(DISTURBANCES * shape[0] * shape[1] / period_px**2)
    sigma = SPOT_SIGMA * period_px
    spots = np.zeros(shape, np.float32)
    spots[random.integers(0, shape[0], count), random.integers(0, shape[1], count)] = 2 * np.pi * sigma**2
    return np.minimum(cv2.GaussianBlur(spots, (0, 0), sigma), np.float32(1))


def _filter(pattern: Field, index: NDArray[np.intp], period: float, sigma: float) -> Field:
    """Even Gabor filter of each pixel's own direction; isotropic envelope, hence separable.

    Directions that mirror each other share both separable parts: one is their difference, the other their sum. Only
    the rows that have such pixels are filtered.
    """
    half = int(np.ceil(2.6 * sigma))
    at = np.arange(-half, half + 1)
    envelope = np.exp(-0.5 * (at / sigma) ** 2)
    filtered = np.zeros_like(pattern)
    for direction in range(FILTER_DIRECTIONS // 2 + 1):
        chosen, mirrored = index == direction, index == FILTER_DIRECTIONS - direction
        rows = np.flatnonzero((chosen | mirrored).any(axis=1))
        if not len(rows):
            continue
        first, end = rows[0], rows[-1] + 1
        band = pattern[max(first - half, 0) : end + half]
        inner = slice(min(first, half), min(first, half) + end - first)
        across = np.pi * direction / FILTER_DIRECTIONS + np.pi / 2
        u, v = 2 * np.pi / period * np.cos(across), -2 * np.pi / period * np.sin(across)
        even = cv2.sepFilter2D(band, cv2.CV_32F, envelope * np.cos(u * at), envelope * np.cos(v * at))[inner]
        odd = cv2.sepFilter2D(band, cv2.CV_32F, envelope * np.sin(u * at), envelope * np.sin(v * at))[inner]
        np.subtract(even, odd, out=filtered[first:end], where=chosen[first:end])
        np.add(even, odd, out=filtered[first:end], where=mirrored[first:end])
    return filtered / np.float32(np.sqrt((filtered**2).mean()) + 1e-9)
