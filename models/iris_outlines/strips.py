"""The limbus drawn blind: its left and right end read off strips on which nothing is drawn, then fitted near them.

A strip shows what lies left and right of a pupil, with columns in px along its borders. The circle through both ends
is fitted to where each ray is half way between the greys of the iris and of the white beside it, which takes no edge
and nothing of the library.
"""

import itertools
from pathlib import Path

import cv2
import numpy as np
from models.iris_outlines.search import Circle, Grey
from numpy.typing import NDArray

Row = list[str]

PIXEL_HEIGHT = {"mmu2": 0.886}
"""Height over width of what is round, of cameras whose pixels are not square: median of the shapes of 39 pupils."""

HALF_WIDTH_PX = {"mmu2": 80, "iitd_odd": 130, "casia_thousand_6": 130, "inp_iris": 90}
"""Of a strip, in pixels of the picture."""

WIDE, HIGH, ACROSS, DOWN = 480, 207, 3, 4
"""Of a strip, in pixels of the sheet; strips of a sheet."""

RAYS = np.linspace(0, 2 * np.pi, 180, endpoint=False)
RAYS = RAYS[(np.sin(RAYS) > -0.5) & (np.sin(RAYS) < 0.8)]
"""Angles that lids seldom cover."""

DISTANCES = np.linspace(0.82, 1.2, 77)
IRIS, WHITE = slice(4, 16), slice(56, 68)
"""Distances from the centre in iris radii; which of them are iris and white."""

MAX_OFF = 0.12
"""Iris radii between the circle that was read and a ray's half way."""

MAX_CHANGE = 0.1
"""Change in iris radii from which the circle is left as it was read, to be looked at."""


def sheets(rows: list[Row], images: Path, out: Path) -> None:
    """Write pictures of strips, numbered as the rows.

    Parameters
    ----------
    rows : list of list of str
        Of the table of ``annotate.py``; their pupils are known.
    images, out : Path
    """
    out.mkdir(parents=True, exist_ok=True)
    numbered = sorted(enumerate(rows), key=lambda pair: (pair[1][0], pair[0]))
    for camera, group in itertools.groupby(numbered, key=lambda pair: pair[1][0]):
        strips = [_strip(images, index, row) for index, row in group]
        for number, start in enumerate(range(0, len(strips), ACROSS * DOWN)):
            part = strips[start : start + ACROSS * DOWN]
            part += [np.zeros_like(part[0])] * (-len(part) % ACROSS)
            lines = [np.hstack(part[first : first + ACROSS]) for first in range(0, len(part), ACROSS)]
            cv2.imwrite(str(out / f"{camera}_{number}.png"), np.vstack(lines))


def _strip(images: Path, index: int, row: Row) -> NDArray[np.uint8]:
    grey = np.asarray(cv2.imread(str(images / row[0] / row[1]), cv2.IMREAD_GRAYSCALE), np.uint8)
    at, right, radius = (float(field) for field in row[2:5])
    half = HALF_WIDTH_PX[row[0]]
    factor = WIDE / (2 * half)
    shift = np.array(
        [[factor, 0, WIDE / 2 - factor * right], [0, factor, HIGH / 2 - factor * (at + 0.25 * radius)]], np.float32
    )
    strip = cv2.warpAffine(grey, shift, (WIDE, HIGH), flags=cv2.INTER_CUBIC)
    low, high = np.percentile(strip, [1, 97])
    even = np.clip((strip - low) * 255 / max(high - low, 1), 0, 255).astype(np.uint8)
    seen = cv2.cvtColor(even, cv2.COLOR_GRAY2BGR)
    for column in range(int(np.ceil((right - half) / 5) * 5), int(right + half), 5):
        place, long = round(factor * (column - right) + WIDE / 2), 14 if column % 20 == 0 else 7
        cv2.line(seen, (place, HIGH - long), (place, HIGH), (0, 255, 255), 1)
        cv2.line(seen, (place, 0), (place, long), (0, 255, 255), 1)
        if column % 20 == 0:
            cv2.putText(seen, str(column), (place - 10, HIGH - 17), 0, 0.4, (0, 255, 255), 1, cv2.LINE_AA)
    cv2.putText(seen, str(index), (4, 28), 0, 0.6, (0, 0, 255), 2)
    return np.asarray(seen, np.uint8)


def read(rows: list[Row], images: Path, ends: list[Row]) -> tuple[list[Row], list[int]]:
    """The rows with the limbus between the ends that were read.

    Parameters
    ----------
    rows : list of list of str
    images : Path
    ends : list of list of str
        Row of the table, columns of the left and of the right end in px.

    Returns
    -------
    rows : list of list of str
        The radius is that of a circle of the same area, where pixels are not square.
    far : list of int
        Rows of which the fit leads far away: their circles are as they were read.
    """
    rows, far = [list(row) for row in rows], []
    for index, *columns in ends:
        row, (left, right) = rows[int(index)], (float(column) for column in columns)
        grey = np.asarray(cv2.imread(str(images / row[0] / row[1]), cv2.IMREAD_GRAYSCALE), np.uint8)
        height = PIXEL_HEIGHT.get(row[0], 1.0)
        seed = float(row[2]), (left + right) / 2, (right - left) / 2
        found = half_way(grey, seed, height)
        if np.abs(np.subtract(found, seed) / (1.6, 1, 1)).max() > MAX_CHANGE * seed[2]:
            far.append(int(index))
            found = seed
        row[5:8] = [f"{number:.1f}" for number in (found[0], found[1], found[2] * np.sqrt(height))]
    return rows, far


def half_way(grey: Grey, seed: Circle, height: float) -> Circle:
    """Circle where the greys are half way from those within it to those around it.

    Parameters
    ----------
    grey : (H, W) uint8
    seed : (row, column, radius) in px
    height : float
        See :data:`PIXEL_HEIGHT`.

    Returns
    -------
    (row, column, radius) in px
        Along columns; the seed where too few rays have a half way.
    """
    image = cv2.GaussianBlur(grey, (0, 0), max(0.8, seed[2] / 80)).astype(np.float32)
    row, column, radius = seed
    for _ in range(4):
        down, right = row + radius * height * np.outer(np.sin(RAYS), DISTANCES), np.outer(np.cos(RAYS), DISTANCES)
        aside = column + radius * right
        inside = ((aside >= 0) & (aside <= grey.shape[1] - 1) & (down >= 0) & (down <= grey.shape[0] - 1)).all(axis=1)
        sheet = cv2.remap(image, aside.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR)
        edge, weight = _crossings(cv2.GaussianBlur(sheet, (1, 9), 0), inside)
        if np.count_nonzero(weight) < 20:
            return seed
        wider, shift_right, shift_down = _ring(edge, weight)
        column, row = column + shift_right * radius, row + shift_down * radius * height
        radius *= 1 + wider
    return float(row), float(column), float(radius)


def _crossings(sheet: NDArray[np.float32], inside: NDArray[np.bool_]) -> tuple[NDArray[np.floating], ...]:
    """Where each ray is half way, nearest to the circle, less 1; its weight, 0 where it is not."""
    iris, white = np.median(sheet[:, IRIS], axis=1), np.median(sheet[:, WHITE], axis=1)
    above, step = sheet > (0.5 * (iris + white))[:, None], white - iris
    off = np.where(~above[:, :-1] & above[:, 1:], np.abs(DISTANCES[:-1] - 1), 9.0)
    usual = float(np.median(step[step > 0])) if (step > 0).any() else np.inf
    seen = (off.min(axis=1) < MAX_OFF) & (step > 0.35 * usual) & inside
    return DISTANCES[off.argmin(axis=1)] - 1, np.clip(step, 0, 2 * usual) * seen


def _ring(edge: NDArray[np.floating], weight: NDArray[np.floating]) -> NDArray[np.floating]:
    """Change of radius and shift right and down, in radii, without outliers; rows are held where no ray sees them."""
    terms = np.c_[np.ones_like(RAYS), np.cos(RAYS), np.sin(RAYS)]
    held = np.array([[0, 0, 0.15 * np.sqrt(weight.sum() * weight.max())]])
    kept = weight
    for _ in range(8):
        found = np.linalg.lstsq(np.r_[terms * kept[:, None], held], np.r_[edge * kept, 0], rcond=None)[0]
        off = np.abs(edge - terms @ found)
        kept = weight * (off < 3 * np.median(off[weight > 0]) + 0.012)
    return np.asarray(found)
