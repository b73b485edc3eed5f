"""Iris stroma in polar form: the texture by which eyes differ."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""Numbers of any shape, float32 or float64: layers keep the precision they were computed in."""

Index = NDArray[np.integer[Any]]

ROWS, COLUMNS = 128, 1024
"""Size of a texture: pupil to limbus, and once around from the nasal horizontal, 0.35° a column."""

STAMP_REACH = 30
"""Rows and columns that an oval may reach from its centre."""


def iris_texture(random: np.random.Generator) -> Floats:
    """Relief of one iris, about -3 (pits) … 3 (fibres), mean 0, deviation 1.

    The anatomy after Wildes (1997, doi:10.1109/5.628669): radial fibres, a collarette at about a third of the width,
    a web of trabeculae around it, crypts, concentric furrows in the ciliary zone, freckles. How much there is of each
    differs between irises.

    Parameters
    ----------
    random : numpy.random.Generator

    Returns
    -------
    (ROWS, COLUMNS) float32
        Periodic in the columns.
    """
    depth = ((np.arange(ROWS, dtype=np.float32) + 0.5) / ROWS)[:, None]
    collarette = _collarette(random)
    inner = smooth_step((collarette + 0.12 - depth) / 0.05)
    web, fibres, mottle = random.uniform((0.5, 0.5, 0.2), (1.5, 1.3, 0.7))
    relief = web * (0.35 + 0.65 * inner) * _web(random) + fibres * (1 - 0.4 * inner) * _fibres(random)
    relief = _displace(relief, random) + mottle * _noise(random, 5.0, 3.0) + 0.3 * _noise(random, 45.0, 18.0)
    relief += 0.7 * np.exp(-(((depth - collarette) / 0.03) ** 2)) * (1 + 0.6 * _noise(random, 9.0, 3.0))
    relief += _crypts(random, collarette) + _furrows(random, depth) + _freckles(random)
    relief -= 1.6 * np.exp(-((depth / 0.03) ** 2)) * (1 + 0.4 * _noise(random, 4.0, 2.0))  # the ruff: pigment
    relief -= relief.mean()
    return np.clip(relief / relief.std(), -3.5, 3.5).astype(np.float32)


def _line(random: np.random.Generator, along: float) -> Floats:
    """(1, COLUMNS) noise of deviation 1, periodic."""
    return _noise(random, along, 1.0, rows=1)


def _noise(random: np.random.Generator, along: float, across: float, rows: int = ROWS) -> Floats:
    """(rows, COLUMNS) Gaussian noise of deviation 1 with the given correlation; periodic in the columns."""
    pad = int(3 * along) + 1
    white = random.standard_normal((rows, COLUMNS), np.float32)
    wrapped = np.concatenate([white[:, -pad:], white, white[:, :pad]], axis=1)
    smooth = cv2.GaussianBlur(wrapped, (0, 0), along, sigmaY=across, borderType=cv2.BORDER_REFLECT)[:, pad:-pad]
    return smooth / smooth.std()


def _web(random: np.random.Generator) -> Floats:
    """Trabeculae: bright lines where smooth noise changes sign; the meshes between them are dark."""
    lines = [np.exp(-((_noise(random, *scale) / 0.35) ** 2)) for scale in ((4.0, 6.0), (8.0, 8.0))]
    return 1.6 * (np.maximum(*lines) - 0.45)


def _fibres(random: np.random.Generator) -> Floats:
    """Radial fibres of three widths."""
    return 0.7 * _noise(random, 3.5, 18.0) + 0.55 * _noise(random, 7.0, 22.0) + 0.4 * _noise(random, 16.0, 26.0)


def _displace(relief: Floats, random: np.random.Generator) -> Floats:
    """Fibres do not run straight: displace along the columns by up to a few degrees."""
    row, column = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    moved = np.mod(column + 4.0 * _noise(random, 40.0, 20.0), COLUMNS)
    wrapped = np.concatenate([relief, relief[:, :1]], axis=1)
    return cv2.remap(wrapped, moved, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _collarette(random: np.random.Generator) -> Floats:
    """(1, COLUMNS) depth of the zigzag line between pupillary and ciliary zone."""
    return np.float32(random.uniform(0.26, 0.42)) + 0.025 * _line(random, 60.0) + 0.012 * _line(random, 9.0)


def _stamp(
    row: Floats, column: Floats, height: Floats, width: Floats, profile: Callable[[Floats, Index], Floats]
) -> Floats:
    """Ovals at the given places; ``profile(distance, index)`` gives their relief at a distance in half axes."""
    index = np.arange(len(row))[:, None, None]
    rows = np.rint(row).astype(int)[:, None, None] + np.arange(-STAMP_REACH, STAMP_REACH + 1)[None, :, None]
    columns = np.rint(column).astype(int)[:, None, None] + np.arange(-STAMP_REACH, STAMP_REACH + 1)[None, None, :]
    distance = np.hypot((rows - row[index]) / height[index], (columns - column[index]) / width[index])
    relief = np.zeros((ROWS + 2 * STAMP_REACH, COLUMNS))
    np.add.at(
        relief,
        (np.clip(rows + STAMP_REACH, 0, ROWS + 2 * STAMP_REACH - 1), columns % COLUMNS),
        profile(distance, index),
    )
    return relief[STAMP_REACH:-STAMP_REACH].astype(np.float32)


def _crypts(random: np.random.Generator, collarette: Floats) -> Floats:
    """Dark pits with a bright rim, most of them at the collarette."""
    count = int(random.integers(6, 40))
    column = random.uniform(0, COLUMNS, count)
    at = collarette[0, column.astype(int)] + np.abs(random.normal(0.02, 0.14, count))
    deep = random.uniform(0.8, 2.6, count)

    def profile(distance: Floats, index: Index) -> Floats:
        return 0.6 * np.exp(-(((distance - 1.25) / 0.22) ** 2)) - deep[index] * np.exp(-(distance**3))

    return _stamp(at * ROWS, column, random.uniform(3, 9, count), random.uniform(4, 13, count), profile)


def _furrows(random: np.random.Generator, depth: Floats) -> Floats:
    """Contraction furrows: broken concentric arcs in the ciliary zone."""
    relief = np.zeros((ROWS, COLUMNS), np.float32)
    for at in random.uniform(0.5, 0.93, int(random.integers(1, 6))):
        wave = np.float32(at) + 0.012 * _line(random, 70.0)
        here = smooth_step(3 * _line(random, 60.0))
        relief -= np.float32(random.uniform(0.4, 1.1)) * here * np.exp(-(((depth - wave) / 0.018) ** 2))
    return relief


def _freckles(random: np.random.Generator) -> Floats:
    """Flat dark patches of pigment, none to a few."""
    count = int(random.poisson(1.2))
    row, column = random.uniform(0.3, 0.9, count) * ROWS, random.uniform(0, COLUMNS, count)
    height, width = random.uniform(4, 10, count), random.uniform(6, 14, count)
    return _stamp(row, column, height, width, lambda distance, _: -1.8 * np.exp(-(distance**4)))


def smooth_step(at: Floats) -> Floats:
    """Logistic curve: a smooth step from 0 to 1 over about ±3.

    Parameters
    ----------
    at : (...) float

    Returns
    -------
    (...) float
    """
    return 1 / (1 + np.exp(-np.clip(at, -30, 30)))


def smooth_noise(random: np.random.Generator, shape: tuple[int, ...], down_px: float, across_px: float = 0.0) -> Floats:
    """Smooth noise of about deviation 1.

    Parameters
    ----------
    random : numpy.random.Generator
    shape : (int, int)
        Rows and columns.
    down_px, across_px : float
        Correlation along rows and columns; 0 across = the same as down.

    Returns
    -------
    (H, W) float32
    """
    scales = max(1.0, down_px), max(1.0, across_px or down_px)
    size = tuple(int(length / scale) + 4 for length, scale in zip(shape, scales, strict=True))
    coarse = random.standard_normal(size).astype(np.float32)
    return cv2.resize(coarse, shape[1::-1], interpolation=cv2.INTER_CUBIC)
