"""Iris stroma in polar form: what makes an eye an identity."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]

ROWS, COLUMNS = 128, 1024
"""Pupil to limbus, and once around from the nasal horizontal: 0.35° a column."""

FIBRES = ((5.0, 22.0, 1.0, 0.6), (9.0, 18.0, 0.9, 0.7), (16.0, 20.0, 0.5, 0.5), (34.0, 24.0, 0.0, 0.8))
"""Layers of fibres: deviation along the columns and the rows, weights of their web and of their smooth shading."""


def iris_texture(random: np.random.Generator) -> Field:
    """Relief of one iris, about -3 (pits) … 3 (fibres), mean 0, deviation 1.

    The anatomy after Wildes (1997, doi:10.1109/5.628669): radial fibres that meet in a web, a collarette at about a
    third of the width, crypts along it and outside of it, concentric furrows in the ciliary zone, freckles.

    Returns
    -------
    (ROWS, COLUMNS) float32
        Periodic in the columns.
    """
    depth = ((np.arange(ROWS, dtype=np.float32) + 0.5) / ROWS)[:, None]
    collarette = _collarette(random)
    relief = _fibres(random) * (0.7 + 0.3 * _step((depth - collarette) / 0.04))
    relief += 0.8 * np.exp(-(((depth - collarette) / 0.035) ** 2)) * (1 + 0.5 * _noise(random, 12.0, 3.0))
    relief += _crypts(random, collarette) + _furrows(random, depth) + _freckles(random)
    relief -= 1.6 * np.exp(-((depth / 0.035) ** 2))  # the ruff: pigment at the pupil's rim
    relief -= relief.mean()
    return np.clip(relief / relief.std(), -3.5, 3.5).astype(np.float32)


def _noise(random: np.random.Generator, along: float, across: float) -> Field:
    """Gaussian noise of deviation 1 with the given correlation; periodic in the columns."""
    pad = int(3 * along) + 1
    white = random.standard_normal((ROWS, COLUMNS)).astype(np.float32)
    wrapped = np.concatenate([white[:, -pad:], white, white[:, :pad]], axis=1)
    smooth = cv2.GaussianBlur(wrapped, (0, 0), along, sigmaY=across, borderType=cv2.BORDER_REFLECT)[:, pad:-pad]
    return smooth / smooth.std()


def _fibres(random: np.random.Generator) -> Field:
    """Radial fibres: bright lines where smooth noise changes sign form a web, the noise itself shades it."""
    relief = np.zeros((ROWS, COLUMNS), np.float32)
    for along, across, web, shade in FIBRES:
        noise = _noise(random, along, across)
        relief += web * (0.8 - np.abs(noise)) + shade * noise
    return _wandering(relief, random)


def _wandering(relief: Field, random: np.random.Generator) -> Field:
    """Fibres do not run straight: displace along the columns by up to a few degrees."""
    row, column = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    moved = np.mod(column + 5.0 * _noise(random, 30.0, 14.0), COLUMNS)
    wrapped = np.concatenate([relief, relief[:, :1]], axis=1)
    return cv2.remap(wrapped, moved, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _collarette(random: np.random.Generator) -> Field:
    """(1, COLUMNS) depth of the zigzag line between pupillary and ciliary zone."""
    return (
        np.float32(random.uniform(0.26, 0.42))
        + 0.025 * _noise(random, 60.0, 1.0)[:1]
        + 0.012 * _noise(random, 9.0, 1.0)[:1]
    )


def _step(at: Field) -> Field:
    return 1 / (1 + np.exp(-np.clip(at, -30, 30)))


def _blobs(random: np.random.Generator, row: Field, column: Field, height: Field, width: Field) -> Field:
    """(n, ROWS, COLUMNS) squared distance from each centre in its half axes."""
    down = (np.arange(ROWS)[None, :, None] - row[:, None, None]) / height[:, None, None]
    gap = np.mod(np.arange(COLUMNS)[None, None, :] - column[:, None, None] + COLUMNS / 2, COLUMNS) - COLUMNS / 2
    return (down**2 + (gap / width[:, None, None]) ** 2).astype(np.float32)


def _crypts(random: np.random.Generator, collarette: Field) -> Field:
    """Dark lozenges with a bright rim, most of them at the collarette."""
    count = int(random.integers(8, 36))
    column = random.uniform(0, COLUMNS, count)
    at = collarette[0, column.astype(int)] + np.abs(random.normal(0.04, 0.16, count))
    distance = _blobs(random, at * ROWS, column, random.uniform(4, 13, count), random.uniform(5, 17, count))
    pit = np.exp(-(distance**1.5)) * random.uniform(0.8, 2.6, count)[:, None, None]
    rim = np.exp(-(((np.sqrt(distance) - 1.25) / 0.22) ** 2))
    return (0.6 * rim - pit).sum(axis=0).astype(np.float32)


def _furrows(random: np.random.Generator, depth: Field) -> Field:
    """Contraction furrows: broken concentric arcs in the ciliary zone."""
    relief = np.zeros((ROWS, COLUMNS), np.float32)
    for at in random.uniform(0.5, 0.93, int(random.integers(1, 6))):
        wave = np.float32(at) + 0.012 * _noise(random, 70.0, 1.0)[:1]
        here = _step(3 * _noise(random, 60.0, 1.0)[:1])
        relief -= np.float32(random.uniform(0.4, 1.1)) * here * np.exp(-(((depth - wave) / 0.018) ** 2))
    return relief


def _freckles(random: np.random.Generator) -> Field:
    count = int(random.poisson(1.2))
    row, column = random.uniform(0.3, 0.9, count) * ROWS, random.uniform(0, COLUMNS, count)
    distance = _blobs(random, row, column, random.uniform(4, 10, count), random.uniform(6, 16, count))
    return -1.8 * np.exp(-(distance**2)).sum(axis=0).astype(np.float32)
