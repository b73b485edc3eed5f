"""Pictures of anything but an eye: textures drawn at random, and pieces of photographs of people without their eyes."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Field = NDArray[np.float32]
Random = np.random.Generator


def fractal(shape: tuple[int, int], random: Random) -> Field:
    """Noise whose power falls with its frequency, longer in one direction; mean 0, deviation 1."""
    down, across = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    turn, stretch = random.uniform(0, np.pi), np.exp(random.uniform(0, 2.0))
    along, beside = np.cos(turn) * down + np.sin(turn) * across, np.cos(turn) * across - np.sin(turn) * down
    size = np.hypot(along * stretch, beside / stretch) + 0.5 / max(shape)
    spectrum = np.fft.rfft2(random.normal(0, 1, shape)) * size ** -random.uniform(0.3, 2.2)
    spectrum[0, 0] = 0
    drawn = np.fft.irfft2(spectrum, shape)
    return np.asarray(drawn / max(float(drawn.std()), 1e-9), np.float32)


def gratings(shape: tuple[int, int], random: Random) -> Field:
    """Bent ridges, like those of fingers, cloth or sand."""
    rows, columns = np.indices(shape, np.float32)
    turn, wave = random.uniform(0, np.pi), random.uniform(4, 60)
    bend = random.uniform(0, 6) * cv2.GaussianBlur(fractal(shape, random), (0, 0), random.uniform(5, 40))
    phase = 2 * np.pi * (rows * np.sin(turn) + columns * np.cos(turn)) / wave + bend
    return np.asarray(np.sin(phase) * random.uniform(0.6, 1.5) + 0.3 * fractal(shape, random), np.float32)


def stones(shape: tuple[int, int], random: Random) -> Field:
    """Cells around random points: gravel, bricks, scales, coins."""
    dots = np.ones(shape, np.uint8)
    for _ in range(int(random.integers(4, 200))):
        dots[random.integers(shape[0]), random.integers(shape[1])] = 0
    away = cv2.distanceTransform(dots, cv2.DIST_L2, 3)
    wide = float(away.max()) + 1e-6
    edge = np.tanh((away / wide - random.uniform(0.1, 0.6)) * random.uniform(1, 12))
    return np.asarray(random.choice((-1.0, 1.0)) * edge + random.uniform(0, 0.6) * fractal(shape, random), np.float32)


def strokes(shape: tuple[int, int], random: Random) -> Field:
    """Grass, hair, wires: many lines of about one direction."""
    drawn = np.zeros(shape, np.float32)
    turn, length = random.uniform(0, 2 * np.pi), random.uniform(0.05, 0.6) * max(shape)
    for _ in range(int(random.integers(10, 400))):
        start = random.uniform(0, 1, 2) * shape[::-1]
        way = turn + random.normal(0, random.uniform(0.05, 0.6))
        end = start + length * np.array([np.cos(way), np.sin(way)])
        line = np.rint(np.array([start, end])).astype(np.int32)
        cv2.polylines(drawn, [line], False, float(random.normal(0, 1)), int(random.integers(1, 6)), cv2.LINE_AA)
    return drawn + np.float32(random.uniform(0, 0.5)) * fractal(shape, random)


def patches(shape: tuple[int, int], random: Random) -> Field:
    """Objects: a few soft or hard shapes with shading, before a ground."""
    drawn = np.float32(random.uniform(0, 0.5)) * fractal(shape, random)
    for _ in range(int(random.integers(1, 12))):
        count = int(random.integers(3, 12))
        spread = random.uniform(0.03, 0.4) * max(shape)
        corners = random.uniform(-0.1, 1.1, 2) * shape[::-1] + random.normal(0, spread, (count, 2))
        mask = np.zeros(shape, np.float32)
        cv2.fillPoly(mask, [cv2.convexHull(np.rint(corners).astype(np.int32))], 1.0)
        mask = cv2.GaussianBlur(mask, (0, 0), float(np.exp(random.uniform(-0.5, 3))))
        inside = np.float32(random.normal(0, 1)) + np.float32(random.uniform(0, 0.6)) * fractal(shape, random)
        drawn = drawn * (1 - mask) + mask * inside
    return drawn


def letters(shape: tuple[int, int], random: Random) -> Field:
    """Lines of print."""
    drawn = np.zeros(shape, np.float32)
    size = random.uniform(0.3, 3)
    for row in range(int(20 * size), shape[0], max(8, int(24 * size))):
        words = "".join(random.choice(list("abcdefgh ijklmnop qrstuvwxyz 0123456789"), 60))
        cv2.putText(drawn, words, (5, row), int(random.integers(0, 5)), size, 1.0, max(1, int(2 * size)), cv2.LINE_AA)
    return np.asarray(random.choice((-1.0, 1.0)) * drawn * 2, np.float32)


KINDS: tuple[Callable[[tuple[int, int], Random], Field], ...] = (fractal, gratings, stones, strokes, patches, letters)


def texture(random: Random) -> Grey:
    """One picture: of one kind, or of two with an edge between, in any tone."""
    shape = int(random.integers(90, 480)), int(random.integers(90, 640))
    drawn = KINDS[random.integers(len(KINDS))](shape, random)
    if random.random() < 0.35:
        other = KINDS[random.integers(len(KINDS))](shape, random) + np.float32(random.normal(0, 1))
        part = cv2.GaussianBlur(fractal(shape, random), (0, 0), random.uniform(5, 60)) > random.normal(0, 0.3)
        mask = cv2.GaussianBlur(part.astype(np.float32), (0, 0), float(np.exp(random.uniform(-0.5, 2.5))))
        drawn = drawn * mask + other * (1 - mask)
    if random.random() < 0.3:
        drawn = np.asarray(np.tanh(drawn * random.uniform(1, 6)), np.float32)
    if random.random() < 0.4:
        drawn = cv2.GaussianBlur(drawn, (0, 0), float(np.exp(random.uniform(-0.5, 2.5))))
    grey = random.uniform(10, 245) + np.exp(random.uniform(0.5, 4.6)) * drawn
    if random.random() < 0.5:
        grey = grey + random.normal(0, random.uniform(0, 8), shape)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def beside_the_face(grey: Grey, random: Random) -> Grey:
    """A piece of a portrait below or beside the face: cloth, ground, hair."""
    height, width = grey.shape
    wide, tall = int(random.uniform(0.12, 0.5) * width), int(random.uniform(0.1, 0.4) * height)
    if random.random() < 0.6:
        top, left = height - tall, int(random.integers(0, width - wide + 1))
    else:
        wide = min(wide, width // 5)
        top, left = int(random.integers(0, height - tall + 1)), int(random.choice((0, width - wide)))
    return np.ascontiguousarray(grey[top : top + tall, left : left + wide])
