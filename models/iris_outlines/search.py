"""An exhaustive search for pupil and limbus, slow and without any code of the library: proposals to be judged by eye.

The pupil is the dark disc whose rim rises in the logarithm of greys in nearly every one of eight sectors (lashes and
frames are dark, too, but not all around). The limbus is the circle around it where the median grey of its left and of
its right side rises most, with the pupil's pixels filled in first.
"""

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.floating]
Circle = tuple[float, float, float]
"""Row, column, radius in px."""

WIDTH_PX = 160
"""Of the reduced image that is searched for pupils."""

SECTORS = 8
PUPIL_RADII = range(3, 34)
"""In px of the reduced image."""

EDGE_ANGLES = np.linspace(0, 2 * np.pi, 180, endpoint=False)
LATERAL = EDGE_ANGLES[np.abs(np.sin(EDGE_ANGLES - 0.15)) < 0.62]
"""Angles of the limbus that lids seldom cover."""


def without_glare(grey: Grey) -> Grey:
    """The image with small bright spots painted over.

    Parameters
    ----------
    grey : (H, W) uint8

    Returns
    -------
    (H, W) uint8
    """
    side = max(9, grey.shape[1] // 16) | 1
    opened = cv2.morphologyEx(grey, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    low, high = np.percentile(grey, [2, 99])
    spots = (cv2.subtract(grey, opened) > max(25.0, 0.25 * (high - low))).astype(np.uint8)
    if not 0 < spots.mean() < 0.12:
        return grey
    return np.asarray(cv2.inpaint(grey, cv2.dilate(spots, np.ones((5, 5), np.uint8)), 3, cv2.INPAINT_TELEA), np.uint8)


def find_pupil(clean: Grey) -> Circle:
    """The likeliest pupil of the whole image.

    Parameters
    ----------
    clean : (H, W) uint8
        See :func:`without_glare`.

    Returns
    -------
    (row, column, radius) in px
    """
    enlarged = clean.shape[1] / WIDTH_PX
    small = cv2.resize(clean, (WIDTH_PX, round(clean.shape[0] / enlarged)), interpolation=cv2.INTER_AREA)
    logs = np.log(cv2.GaussianBlur(small.astype(np.float32), (0, 0), 0.6) + 6)
    darkest, spread = float(np.percentile(logs, 3)), 1.2 * float(logs.std()) + 1e-3
    scores = []
    for radius in PUPIL_RADII:
        rises = np.stack([cv2.filter2D(logs, cv2.CV_32F, kernel) for kernel in _sector_kernels(radius)])
        rises.sort(axis=0)
        inside = cv2.blur(logs, (int(1.2 * radius),) * 2)
        score = np.maximum(rises[1], 0) + 0.35 * np.clip(rises[2:5].mean(axis=0), 0, 0.5)
        scores.append(score * np.clip(1.3 - (inside - darkest) / spread, 0.02, 1.3))
    volume = np.array(scores)
    at, row, column = np.unravel_index(volume.argmax(), volume.shape)
    return (row + 0.5) * enlarged - 0.5, (column + 0.5) * enlarged - 0.5, PUPIL_RADII[int(at)] * enlarged


@functools.cache
def _sector_kernels(radius: int) -> list[NDArray[np.float32]]:
    """Mean of the ring one px outside less that one px inside, per sector."""
    reach = radius + 2
    row, column = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    turn = (np.arctan2(row, column) / (2 * np.pi) * SECTORS) % SECTORS

    def ring(of: int, sector: int) -> NDArray[np.float32]:
        off = np.abs((turn - sector - 0.5 + SECTORS / 2) % SECTORS - SECTORS / 2)
        weight = np.clip(1 - np.abs(np.hypot(row, column) - of), 0, 1) * np.clip(1 - off, 0, 1)
        return np.asarray(weight / max(weight.sum(), 1e-6), np.float32)

    return [ring(radius + 1, sector) - ring(radius - 1, sector) for sector in range(SECTORS)]


def fit_pupil(clean: Grey, circle: Circle) -> Circle:
    """Fit a circle to the steepest rises of the logarithm of greys near one.

    Parameters
    ----------
    clean : (H, W) uint8
    circle : (row, column, radius) in px

    Returns
    -------
    (row, column, radius) in px
    """
    image = np.log(cv2.GaussianBlur(clean, (0, 0), max(0.7, clean.shape[1] / 320)).astype(np.float32) + 6)
    for low, high in ((0.7, 1.4), (0.8, 1.25), (0.85, 1.18)):
        radii = np.arange(max(1.0, circle[2] * low - 1.5), circle[2] * high + 1.5, 0.25)
        found = _fit_edges(image, circle, radii, EDGE_ANGLES, 6, 0.4)
        if not 0.5 < found[2] / circle[2] < 1.8:
            break
        circle = found
    return circle


def find_limbus(clean: Grey, pupil: Circle, between: tuple[float, float] | None = None) -> Circle:
    """The limbus around a pupil.

    Parameters
    ----------
    clean : (H, W) uint8
    pupil : (row, column, radius) in px
    between : (float, float), optional
        Least and greatest radius tried, px.

    Returns
    -------
    (row, column, radius) in px
    """
    unit = clean.shape[1] / WIDTH_PX
    image = cv2.GaussianBlur(clean, (0, 0), 1.2 * unit).astype(np.float32)
    low, high = between or (max(1.3 * pupil[2], 9 * unit), min(max(6 * pupil[2], 30 * unit), 75 * unit))
    radii = np.arange(low - 3 * unit, high + 3 * unit, 0.5 * max(1.0, unit))
    step = max(2, round(8 * unit / max(1.0, unit)))
    right = np.cos(LATERAL) > 0
    best: tuple[float, Circle] | None = None
    for down in np.arange(-6, 6.1, 1.5) * unit:
        for aside in np.arange(-6, 6.1, 1.5) * unit:
            if np.hypot(down, aside) > max(0.35 * pupil[2], 3 * unit):
                continue
            centre = pupil[0] + down, pupil[1] + aside
            sheet = _without_pupil(_polar(image, centre, radii, LATERAL), centre, radii, pupil, unit)
            rises = [_rise(np.median(sheet[side], axis=0), step) for side in (right, ~right)]
            both = np.minimum(*rises) + 0.5 * (rises[0] + rises[1])
            at = int(both.argmax())
            if best is None or both[at] > best[0]:
                best = float(both[at]), (*centre, float(radii[at + step // 2]))
    assert best is not None
    return _refine_limbus(image, best[1])


def _refine_limbus(image: Floats, circle: Circle) -> Circle:
    for low, high in ((0.85, 1.15), (0.9, 1.1)):
        radii = np.arange(circle[2] * low, circle[2] * high, 0.5)
        found = _fit_edges(image, circle, radii, LATERAL, min(6, len(radii) // 2), 25.0)
        apart = np.hypot(found[0] - circle[0], found[1] - circle[1])
        if not 0.85 < found[2] / circle[2] < 1.15 or apart > 0.12 * circle[2]:
            break
        circle = found
    return circle


def _without_pupil(sheet: Floats, centre: tuple[float, float], radii: Floats, pupil: Circle, unit: float) -> Floats:
    """The polar image with the pupil's pixels as grey as what is next to it."""
    row = centre[0] + np.outer(np.sin(LATERAL), radii) - pupil[0]
    column = centre[1] + np.outer(np.cos(LATERAL), radii) - pupil[1]
    inside = np.hypot(row, column) < 1.15 * pupil[2] + 2 * unit
    beside = ~inside & (radii < 1.35 * radii[0])[None]
    return np.where(inside, np.median(sheet[beside]) if beside.any() else np.median(sheet), sheet)


def _rise(profile: Floats, step: int) -> Floats:
    return np.asarray(profile[step:] - profile[:-step])


def _polar(image: Floats, centre: tuple[float, ...], radii: Floats, angles: Floats) -> Floats:
    row = (centre[0] + np.outer(np.sin(angles), radii)).astype(np.float32)
    column = (centre[1] + np.outer(np.cos(angles), radii)).astype(np.float32)
    return np.asarray(cv2.remap(image, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _fit_edges(image: Floats, circle: Circle, radii: Floats, angles: Floats, step: int, full: float) -> Circle:
    """Circle through the steepest rise at every angle; rises count up to ``full``, edges far from the circle do not."""
    sheet = _polar(image, circle, radii, angles)
    rise = sheet[:, step:] - sheet[:, :-step]
    edge, strength = radii[rise.argmax(axis=1) + step // 2], np.clip(rise.max(axis=1), 0, full) + 1e-6
    row, column = circle[0] + edge * np.sin(angles), circle[1] + edge * np.cos(angles)
    weight = strength
    for _ in range(5):
        found = _circle_through(row, column, weight)
        off = np.abs(np.hypot(row - found[0], column - found[1]) - found[2])
        weight = strength * (off < max(1.5 * np.median(off), 0.6))
    return found


def _circle_through(row: Floats, column: Floats, weight: Floats) -> Circle:
    equations = np.c_[2 * row, 2 * column, np.ones_like(row)] * weight[:, None]
    at, right, rest = np.linalg.lstsq(equations, (row**2 + column**2) * weight, rcond=None)[0]
    return float(at), float(right), float(np.sqrt(max(rest + at**2 + right**2, 1.0)))


def search(grey: Grey) -> tuple[Circle, Circle]:
    """Pupil and limbus of an eye.

    Parameters
    ----------
    grey : (H, W) uint8

    Returns
    -------
    pupil, limbus : (row, column, radius) in px
    """
    clean = without_glare(grey)
    pupil = fit_pupil(clean, find_pupil(clean))
    return pupil, find_limbus(clean, pupil)
