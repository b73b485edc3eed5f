"""What people wear and hold before their faces, drawn onto portraits along the 98 landmarks.

Every function takes the picture (changed in place), (98, 2) landmarks in it, and a random generator. Landmarks stay
where they are: a network learns to place what it cannot see.
"""

from collections.abc import Callable

import cv2
import numpy as np
from models.face_data.points import Places
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Cover = Callable[[Rgb, Places, np.random.Generator], None]


def colour(rng: np.random.Generator, low: int = 0, high: int = 256) -> tuple[int, int, int]:
    return tuple(int(value) for value in rng.integers(low, high, 3))


def cloth(shape: tuple[int, ...], rng: np.random.Generator) -> Rgb:
    """A surface of one colour with folds, stripes or a coarse pattern."""
    height, width = shape[:2]
    kind = rng.random()
    base = np.array(colour(rng), np.float32)
    cells = (2, 2) if kind < 0.5 else (int(rng.integers(3, 24)), int(rng.integers(3, 24)))
    folds = cv2.resize(rng.uniform(0.5, 1.3, cells).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    surface = base * folds[..., None]
    if kind > 0.8:
        stripes = np.sin(np.arange(width) * rng.uniform(0.1, 1.2) + np.arange(height)[:, None] * rng.uniform(-1, 1))
        surface += stripes[..., None] * np.array(colour(rng, -60, 60), np.float32)
    return np.clip(surface, 0, 255).astype(np.uint8)


def paint(picture: Rgb, outline: Places, rng: np.random.Generator, hole: Places | None = None) -> None:
    """Fill a polygon with cloth, but for a hole in it."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [outline.astype(np.int32)], 255, cv2.LINE_AA)
    if hole is not None:
        cv2.fillPoly(mask, [hole.astype(np.int32)], 0, cv2.LINE_AA)
    weight = cv2.GaussianBlur(mask, (0, 0), 0.8)[..., None].astype(np.float32) / 255
    picture[:] = (picture * (1 - weight) + cloth(picture.shape, rng) * weight).astype(np.uint8)


def frame_of(places: Places) -> tuple[Places, Places, Places]:
    """Middle between the eyes, vector across (half the face's width), vector down (eyes to chin)."""
    middle = places[[60, 64, 68, 72], :2].mean(axis=0)
    return middle, (places[28, :2] - places[4, :2]) / 2, places[16, :2] - middle


def ellipse(middle: Places, across: Places, down: Places, start: float = 0, stop: float = 360) -> Places:
    """Polygon of an ellipse with the given half axes, angles in degrees from ``across`` towards ``down``."""
    angle = np.radians(np.linspace(start, stop, 40))[:, None]
    return middle + np.cos(angle) * across + np.sin(angle) * down


def glasses(picture: Rgb, places: Places, rng: np.random.Generator) -> None:
    """Frames of any thickness, clear to black lenses, now and then a reflection."""
    middle, across, down = frame_of(places)
    size = np.hypot(*across)
    wide, high = rng.uniform(0.3, 0.5), rng.uniform(0.2, 0.45)
    rim, thick = colour(rng, 0, 140), int(rng.integers(1, 5))
    dark, lens = rng.choice((0.0, rng.uniform(0.0, 0.8), rng.uniform(0.85, 1.0))), colour(rng, 0, 90)
    layer = picture.copy()
    centres = [places[corners, :2].mean(axis=0) for corners in ((60, 64), (68, 72))]
    lenses = [ellipse(c, across * wide, down / np.hypot(*down) * size * high).astype(np.int32) for c in centres]
    for outline in lenses:
        cv2.fillPoly(layer, [outline], lens, cv2.LINE_AA)
        if rng.random() < 0.3:
            spot = outline[rng.integers(0, 40, 3)]
            cv2.fillPoly(layer, [spot], colour(rng, 120, 256), cv2.LINE_AA)
            dark = max(float(dark), 0.3)
    picture[:] = cv2.addWeighted(layer, float(dark), picture, 1 - float(dark), 0)
    cv2.polylines(picture, lenses, True, rim, thick, cv2.LINE_AA)
    for one, other in ((centres[0], middle), (centres[1], middle)):
        bridge = one + (other - one) * 0.6
        cv2.line(picture, tuple(map(int, bridge)), tuple(map(int, other)), rim, thick, cv2.LINE_AA)


def mask(picture: Rgb, places: Places, rng: np.random.Generator) -> None:
    """Over mouth and nose, as doctors wear."""
    start = int(rng.integers(3, 9))
    top = places[int(rng.integers(52, 55)), :2]
    paint(picture, np.concatenate((places[start : 33 - start, :2], top[None])), rng)


def scarf(picture: Rgb, places: Places, rng: np.random.Generator) -> None:
    """Head scarf or hood: everything around the face, down to the shoulders."""
    middle, across, down = frame_of(places)
    centre = middle + 0.15 * down
    inner = ellipse(centre, across * rng.uniform(0.8, 1.0), down * rng.uniform(0.78, 0.98))
    outer = ellipse(centre, across * rng.uniform(1.25, 1.7), down * rng.uniform(1.2, 1.6), 180, 360)
    wide = rng.uniform(1.3, 2.8)
    below = np.stack((centre + across * wide + down * 2.5, centre - across * wide + down * 2.5))
    paint(picture, np.concatenate((outer, below)), rng, inner)


def hat(picture: Rgb, places: Places, rng: np.random.Generator) -> None:
    """Cap, hat or helmet: a crown from the forehead up, often with a brim."""
    middle, across, down = frame_of(places)
    brow = middle - down * rng.uniform(0.25, 0.6)
    crown = ellipse(brow, across * rng.uniform(1.0, 1.5), down * rng.uniform(0.5, 1.1), 180, 360)
    paint(picture, crown, rng)
    if rng.random() < 0.6:
        paint(picture, ellipse(brow, across * rng.uniform(1.1, 2.2), down * rng.uniform(0.06, 0.2)), rng)


def hair(picture: Rgb, places: Places, rng: np.random.Generator) -> None:
    """Dark or light strands over forehead and sides."""
    middle, across, down = frame_of(places)
    shade = np.array((150, 110, 75)) * rng.uniform(0.1, 1.3) + rng.uniform(-15, 15, 3)
    for _ in range(int(rng.integers(20, 90))):
        root = middle - down * rng.uniform(0.7, 1.2) + across * rng.uniform(-0.8, 0.8)
        side = across * rng.choice((-1, 1)) * rng.uniform(0.3, 1.3)
        tip = middle + side + down * rng.uniform(-0.6, 0.5)
        bend = (root + tip) / 2 + side * 0.4
        strand = np.stack((root, bend, tip)).astype(np.int32)
        tone = tuple(int(v) for v in np.clip(shade * rng.uniform(0.6, 1.4), 0, 255))
        cv2.polylines(picture, [strand], False, tone, int(rng.integers(1, 4)), cv2.LINE_AA)


def beard(picture: Rgb, places: Places, rng: np.random.Generator) -> None:
    """The lower face darkened, lips left free."""
    region = np.concatenate((places[5:28, :2], places[[82, 57, 55, 76], :2]))
    shade = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(shade, [region.astype(np.int32)], 255)
    cv2.fillPoly(shade, [places[76:88, :2].astype(np.int32)], 0)
    soft = cv2.GaussianBlur(shade, (0, 0), 4)[..., None].astype(np.float32) / 255 * rng.uniform(0.4, 0.95)
    grain = rng.uniform(0.6, 1.3, (*picture.shape[:2], 1)).astype(np.float32)
    light = 0 if rng.random() < 0.7 else 120
    tone = np.array(colour(rng, 5 + light, 70 + light), np.float32) * grain
    picture[:] = np.clip(picture * (1 - soft) + tone * soft, 0, 255).astype(np.uint8)


def hand(picture: Rgb, places: Places, rng: np.random.Generator) -> None:
    """Fingers of the face's own colour over a part of it."""
    middle, across, down = frame_of(places)
    size = np.hypot(*across)
    cheek = picture[
        tuple(np.clip(places[[10, 22], 1::-1].mean(axis=0).astype(int), 0, np.array(picture.shape[:2]) - 1))
    ]
    start = middle + across * rng.uniform(-1, 1) + down * rng.uniform(0, 1.1)
    angle = rng.uniform(0, 2 * np.pi)
    along, beside = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle)))) * size
    for finger in range(int(rng.integers(1, 5))):
        tone = tuple(int(v) for v in np.clip(cheek * rng.uniform(0.75, 1.15), 0, 255))
        at = start + beside * 0.26 * finger
        tip, root = at, at + along * rng.uniform(1.2, 2)
        cv2.line(picture, tuple(map(int, tip)), tuple(map(int, root)), tone, max(1, int(0.24 * size)), cv2.LINE_AA)


def thing(picture: Rgb, places: Places, rng: np.random.Generator) -> None:
    """Anything at all: a patch of cloth over a part of the face."""
    middle, across, down = frame_of(places)
    centre = middle + across * rng.uniform(-1.2, 1.2) + down * rng.uniform(-0.8, 1.2)
    paint(picture, ellipse(centre, across * rng.uniform(0.15, 0.6), down * rng.uniform(0.1, 0.5)), rng)


COVERS: tuple[tuple[float, Cover], ...] = (
    (0.1, hair),
    (0.1, beard),
    (0.22, glasses),
    (0.05, mask),
    (0.14, scarf),
    (0.14, hat),
    (0.05, hand),
    (0.08, thing),
)


def cover_randomly(picture: Rgb, places: Places, rng: np.random.Generator) -> Rgb:
    """A copy of the picture with a random choice of covers."""
    seen = np.ascontiguousarray(picture).copy()
    for probability, cover in COVERS:
        if rng.random() < probability:
            cover(seen, places, rng)
    return seen
