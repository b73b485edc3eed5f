"""What light, lens, sensor and file do to a training picture; each with its own probability."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Float = NDArray[np.float32]
Change = Callable[[Float, np.random.Generator], Float]


def brighten(picture: Float, rng: np.random.Generator) -> Float:
    return picture * np.float32(rng.uniform(0.25, 1.6))


def raise_contrast(picture: Float, rng: np.random.Generator) -> Float:
    return (picture - 128) * np.float32(rng.uniform(0.4, 1.6)) + 128


def gamma(picture: Float, rng: np.random.Generator) -> Float:
    return 255 * np.power(np.clip(picture, 0, 255) / 255, np.float32(rng.uniform(0.45, 2.2)))


def tint(picture: Float, rng: np.random.Generator) -> Float:
    """A slight cast, or now and then coloured light that leaves hardly one channel."""
    spread = 0.75 if rng.random() < 0.2 else 0.25
    return picture * rng.uniform(1 - spread, 1 + spread, 3).astype(np.float32)


def skin_tone(picture: Float, rng: np.random.Generator) -> Float:
    """Darker or lighter brown: red falls less than green and blue."""
    depth = rng.uniform(-0.4, 1.4)
    return picture * np.power(np.array((0.72, 0.6, 0.52), np.float32), np.float32(depth))


def grey(picture: Float, rng: np.random.Generator) -> Float:
    return np.repeat((picture @ np.array((0.299, 0.587, 0.114), np.float32))[..., None], 3, axis=2)


def saturate(picture: Float, rng: np.random.Generator) -> Float:
    level = grey(picture, rng)
    return level + (picture - level) * np.float32(rng.uniform(0.2, 1.9))


def light_from_side(picture: Float, rng: np.random.Generator) -> Float:
    """Brightness falls across the picture: gently, or at an edge as beside a window."""
    height, width = picture.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    across = np.cos(angle) * np.linspace(-1, 1, width) + np.sin(angle) * np.linspace(-1, 1, height)[:, None]
    slope = rng.uniform(0.3, 1.2) if rng.random() < 0.7 else rng.uniform(2, 8)
    ramp = np.clip(0.5 + slope * (across - rng.uniform(-0.3, 0.3)), 0, 1)
    return picture * (rng.uniform(0.1, 0.7) + ramp * rng.uniform(0.4, 1.2)).astype(np.float32)[..., None]


def spot(picture: Float, rng: np.random.Generator) -> Float:
    """A lamp, or backlight: a coloured glow somewhere."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    centre, radius = rng.uniform(0, 1, 2) * (height, width), rng.uniform(0.15, 0.7) * height
    glow = np.exp(-((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2) / (2 * radius**2))
    return picture + glow[..., None].astype(np.float32) * rng.uniform(0, 150, 3).astype(np.float32)


def blur(picture: Float, rng: np.random.Generator) -> Float:
    return cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.9)))


def motion_blur(picture: Float, rng: np.random.Generator) -> Float:
    """Motion blur in any direction."""
    return cv2.filter2D(picture, -1, streak(int(rng.integers(3, 9)), rng.uniform(0, 180)))


def streak(length: int, angle_deg: float) -> Float:
    """(length, length): what motion makes of a point, adding up to 1."""
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1 / length
    middle = (length - 1) / 2
    line = cv2.warpAffine(line, cv2.getRotationMatrix2D((middle, middle), angle_deg, 1), (length, length))
    return line / max(float(line.sum()), 1e-3)


def coarsen(picture: Float, rng: np.random.Generator) -> Float:
    """Enlarged from fewer pixels."""
    height, width = picture.shape[:2]
    share = rng.uniform(0.3, 0.85)
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def add_noise(picture: Float, rng: np.random.Generator) -> Float:
    return picture + rng.standard_normal(picture.shape, np.float32) * np.float32(rng.uniform(1, 16))


def compress(picture: Float, rng: np.random.Generator) -> Float:
    quality = int(rng.integers(10, 80))
    written = cv2.imencode(".jpg", np.clip(picture, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(written, cv2.IMREAD_COLOR).astype(np.float32)


def crease(picture: Float, rng: np.random.Generator) -> Float:
    """Wrinkles, scars, shadows of strands: dark lines that bend, where a smooth random field crosses zero."""
    height, width = picture.shape[:2]
    cells = rng.integers(4, 16, 2)
    field = cv2.resize(rng.normal(0, 1, cells).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    lines = np.exp(-np.square(field / np.float32(rng.uniform(0.05, 0.2))))
    where = cv2.resize(rng.uniform(-0.5, 1, (3, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return picture * (1 - np.float32(rng.uniform(0.1, 0.6)) * lines * np.clip(where, 0, 1))[..., None]


def mottle(picture: Float, rng: np.random.Generator) -> Float:
    """Rough or stained skin: greys multiplied by noise of some scale."""
    height, width = picture.shape[:2]
    cells = (int(rng.integers(6, 80)),) * 2
    field = cv2.resize(rng.normal(0, 1, cells).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return picture * np.exp(np.float32(rng.uniform(0.03, 0.2)) * field)[..., None]


def sharpen(picture: Float, rng: np.random.Generator) -> Float:
    """Local contrast raised, as by a camera's or an editor's sharpening."""
    smooth = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(1, 8)))
    return picture + np.float32(rng.uniform(0.3, 1.5)) * (picture - smooth)


CHANGES: tuple[tuple[float, Change], ...] = (
    (0.2, crease),
    (0.2, mottle),
    (0.35, light_from_side),
    (0.15, spot),
    (0.25, skin_tone),
    (0.45, brighten),
    (0.4, raise_contrast),
    (0.3, gamma),
    (0.4, tint),
    (0.3, saturate),
    (0.15, grey),
    (0.25, blur),
    (0.1, motion_blur),
    (0.15, coarsen),
    (0.15, sharpen),
    (0.25, add_noise),
    (0.25, compress),
)


def photograph(picture: Rgb, rng: np.random.Generator) -> Rgb:
    """The picture under random conditions, in the order light, exposure, colour, optics, noise, file."""
    seen = picture.astype(np.float32)
    for probability, change in CHANGES:
        if rng.random() < probability:
            seen = change(seen, rng)
    return np.clip(seen, 0, 255).astype(np.uint8)
