"""Training pictures of the detector: portraits of any size and turn on any background, and what the map must say."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from models.face_data.covers import cover_randomly
from models.face_data.nonfaces import Backgrounds
from models.face_data.points import Places
from models.face_data.portraits import Portrait, turn
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

SIDE_PX, CELLS, CELL_PX, REACH_PX = 128, 16, 8, 32.0

MIN_SHARE, MAX_SHARE = 0.045, 0.62
"""Distance from eyes to chin in sides of the picture: heads of a tenth to more than all of its height."""

EMPTY = 0.3
"""Share of pictures without a face."""

RENDERED = 0.5
"""Share of rendered heads."""

WARPS = 4
"""Every portrait is kept as it is and turned in depth so many times."""


@dataclass(frozen=True)
class Head:
    """A portrait as the camera might have seen it; of a rendered head also which pixels are the person's."""

    pixels: Rgb
    places: Places
    mask: NDArray[np.uint8] | None = None

    @property
    def axis(self) -> Places:
        """(2, 2): the middle between the eyes, the chin."""
        return np.stack((self.places[[60, 64, 68, 72]].mean(axis=0), self.places[16]))


@dataclass(frozen=True)
class Crowd:
    """Portraits and renders to draw heads from, half of each where there are both."""

    portraits: list[Head]
    renders: list[Head]

    def head(self, rng: np.random.Generator) -> Head:
        """One of them, half of the time with something before or on it."""
        pool = self.renders if self.renders and rng.random() < RENDERED else self.portraits
        head = pool[rng.integers(len(pool))]
        if rng.random() < 0.5:
            return head
        pixels = cover_randomly(head.pixels, head.places, rng)
        if head.mask is None:
            return Head(pixels, head.places)
        changed = (pixels != head.pixels).any(axis=2)
        return Head(pixels, head.places, np.where(changed, np.uint8(255), head.mask))


def load_renders(path: Path | None) -> list[Head]:
    """Heads written by models.face_data.render."""
    if path is None:
        return []
    with np.load(path) as table:
        return [Head(*one) for one in zip(table["pixels"], table["places"], table["mask"], strict=True)]


def heads(portraits: list[Portrait], rng: np.random.Generator) -> list[Head]:
    """Every portrait frontal and turned by up to 42 degrees."""
    found = [Head(portrait.pixels, portrait.places[:, :2]) for portrait in portraits]
    for portrait in portraits:
        found += [Head(*turn(portrait, rng.uniform(-42, 42), rng.uniform(-20, 20))) for _ in range(WARPS)]
    return found


def scene(
    crowd: Crowd, backgrounds: Backgrounds, rng: np.random.Generator
) -> tuple[Rgb, NDArray[np.float32], NDArray[np.float32]]:
    """One training picture, not yet photographed.

    Returns
    -------
    picture : (128, 128, 3) uint8
    target : (5, 16, 16) float32
        Nearness of a face's centre, 0..1; offset to the centre and vector from eyes to chin, in 32 px.
    weight : (16, 16) float32
        Where offset and vector count.
    """
    kind, axes = rng.random(), []
    picture = backgrounds(rng)
    if kind > EMPTY:
        if rng.random() < 0.35:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(1, 8))
        count = 1 if kind < 0.85 else int(rng.integers(2, 5))
        for _ in range(count):
            picture, axes = place(picture, axes, crowd.head(rng), rng, alone=kind < 0.65, largest=MAX_SHARE / count)
    if rng.random() < 0.5:
        picture = np.ascontiguousarray(picture[:, ::-1])
        axes = [np.stack((SIDE_PX - 1 - axis[:, 0], axis[:, 1]), axis=1) for axis in axes]
    return picture, *answer(axes)


def place(
    picture: Rgb, axes: list[Places], head: Head, rng: np.random.Generator, alone: bool, largest: float
) -> tuple[Rgb, list[Places]]:
    """Put a head into the picture where it hides no other; ``alone``: with its own background."""
    axis = head.axis
    length = np.hypot(*(axis[1] - axis[0]))
    share = rng.random()
    scale = MIN_SHARE * (largest / MIN_SHARE) ** share * SIDE_PX / length
    angle = rng.normal(0, 12) if rng.random() < 0.72 else rng.uniform(-180, 180)
    matrix = cv2.getRotationMatrix2D(tuple(map(float, axis.mean(axis=0))), angle, scale)
    room = min(0.62 * length * scale, 0.45 * SIDE_PX)
    middle = rng.normal(SIDE_PX / 2, SIDE_PX * 0.1, 2) if alone else rng.uniform(0, SIDE_PX, 2)
    matrix[:, 2] += np.clip(middle, room, SIDE_PX - room) - axis.mean(axis=0)
    seen = (axis @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    if any(np.hypot(*(seen.mean(axis=0) - other.mean(axis=0))) < 1.2 * reach(seen, other) for other in axes):
        return picture, axes
    source, matrix = reduce(head.pixels, matrix, scale)
    if head.mask is None and alone and share > 0.5 and rng.random() < 0.6:
        return cv2.warpAffine(source, matrix, (SIDE_PX,) * 2, borderMode=cv2.BORDER_REPLICATE), [*axes, seen]
    moved = cv2.warpAffine(source, matrix, (SIDE_PX,) * 2)
    cover = cv2.warpAffine(cutout(head, source.shape, rng), matrix, (SIDE_PX,) * 2)
    soft = cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.4, 2))[..., None].astype(np.float32) / 255
    return (picture * (1 - soft) + moved * soft).astype(np.uint8), [*axes, seen]


def reach(one: Places, other: Places) -> float:
    """Sum of the distances from eyes to chin."""
    return float(np.hypot(*(one[1] - one[0])) + np.hypot(*(other[1] - other[0])))


def reduce(pixels: Rgb, matrix: NDArray[np.float64], scale: float) -> tuple[Rgb, NDArray[np.float64]]:
    """Averaged over area before it is moved, so that small faces do not alias."""
    if scale > 0.7:
        return pixels, matrix
    share = min(1.0, scale * 1.4)
    small = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    matrix = matrix.copy()
    matrix[:, :2] /= share
    return small, matrix


def cutout(head: Head, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Mask of what is put into the picture: a render's person, a portrait's head, or all of the portrait."""
    if head.mask is not None:
        return cv2.resize(head.mask, shape[1::-1], interpolation=cv2.INTER_AREA)
    return outline(head, shape, rng) if rng.random() < 0.55 else np.full(shape[:2], 255, np.uint8)


def outline(head: Head, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Mask of the head, with hair and neck or without, at the size of ``shape``."""
    scale = shape[1] / head.pixels.shape[1]
    axis, half = head.axis * scale, np.hypot(*(head.places[28] - head.places[4])) / 2 * scale
    down = axis[1] - axis[0]
    length, angle = np.hypot(*down), np.degrees(np.arctan2(down[1], down[0]))
    mask = np.zeros(shape[:2], np.uint8)
    grown = rng.uniform(1.0, 1.35)
    centre = tuple(map(int, axis[0] + down * 0.12))
    cv2.ellipse(mask, centre, (int(length * grown), int(half * grown)), angle, 0, 360, 255, -1)
    if rng.random() < 0.7:
        shoulders = tuple(map(int, axis[1] + down * 1.25))
        cv2.ellipse(mask, shoulders, (int(length * 1.1), int(half * rng.uniform(1.6, 2.6))), angle, 0, 360, 255, -1)
        cv2.line(mask, centre, shoulders, 255, int(half * 1.2))
    return mask


def answer(axes: list[Places]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the map should say about faces with these eyes and chins."""
    target, weight = np.zeros((5, CELLS, CELLS), np.float32), np.zeros((CELLS, CELLS), np.float32)
    at = (np.arange(CELLS, dtype=np.float32) + 0.5) * CELL_PX
    for axis in axes:
        centre, down = axis.mean(axis=0), axis[1] - axis[0]
        spread = max(0.22 * float(np.hypot(*down)), 4.5)
        near = np.exp(-((at - centre[0]) ** 2 + (at[:, None] - centre[1]) ** 2) / (2 * spread**2))
        near /= near.max()
        inside = near > 0.5
        target[0] = np.maximum(target[0], near)
        target[1][inside] = (np.broadcast_to(centre[0] - at, near.shape) / REACH_PX)[inside]
        target[2][inside] = (np.broadcast_to(centre[1] - at[:, None], near.shape) / REACH_PX)[inside]
        target[3:, inside] = (down / REACH_PX)[:, None]
        weight[inside] = 1 / inside.sum()
    return target, weight
