"""Colours of skin, brows, lips, eyes and clothes, painted on the base mesh as it is seen from the front."""

from dataclasses import dataclass

import cv2
import numpy as np
from models.face_data.heads import LEFT_EYE, LOWER_TEETH, RIGHT_EYE, TONGUE, UPPER_TEETH, Floats, Indices, Person
from models.face_data.raster import sample
from numpy.typing import NDArray

WIDE, HIGH, PER_UNIT = 320, 448, 160.0
LEFT, TOP = -1.0, 8.7
"""Size of the painting, pixels per decimetre, and where its corner lies."""

TONES = np.log(
    np.array(((0.66, 0.42, 0.32), (0.5, 0.3, 0.2), (0.3, 0.155, 0.09), (0.1, 0.05, 0.032), (0.03, 0.017, 0.013)))
)
"""Skin from light to dark, linear RGB."""

EYE_CENTRE = np.array((0.3077, 7.284, 1.245), np.float32)
"""Of the left eye on the base mesh."""


@dataclass(frozen=True)
class Look:
    """Colours of one person: the painting, and where the eyes point (right, up, front)."""

    painting: Floats
    gaze: Floats
    iris: Floats
    pupil: float
    cloth: Floats
    collar: tuple[float, float]
    cropped: float
    hair: Floats


def places(rest: Floats) -> Floats:
    """(n, 2) column and row in the painting of places on the base mesh."""
    return np.stack(((rest[:, 0] - LEFT) * PER_UNIT, (TOP - rest[:, 1]) * PER_UNIT), axis=1).astype(np.float32)


def skin_tone(person: Person, rng: np.random.Generator) -> Floats:
    """By people, widely spread; every fifth of any tone."""
    usual = person.peoples @ (rng.uniform(0.5, 1), rng.uniform(0.15, 0.65), rng.uniform(0, 0.5))
    depth = usual if rng.random() < 0.8 else rng.uniform(0, 1)
    tone = [np.interp(depth * (len(TONES) - 1), np.arange(len(TONES)), column) for column in TONES.T]
    return np.exp(np.array(tone) + rng.normal(0, 0.06, 3)).astype(np.float32)


def look(person: Person, marks: Floats, rng: np.random.Generator) -> Look:
    """A random one; ``marks`` are the landmarks on the base mesh."""
    shades = np.array(
        ((0.012, 0.009, 0.007), (0.045, 0.022, 0.012), (0.13, 0.075, 0.03), (0.4, 0.39, 0.38)), np.float32
    )
    chosen = 3 if person.age > 2.5 and rng.random() < 0.6 else int(rng.choice(3, p=(0.6, 0.25, 0.15)))
    irises = np.array(((0.05, 0.022, 0.01), (0.02, 0.01, 0.006), (0.1, 0.16, 0.22), (0.09, 0.12, 0.06)), np.float32)
    turn = rng.normal(0, (0.2, 0.1)) if rng.random() < 0.7 else rng.uniform(-0.5, 0.5, 2) * (1, 0.6)
    gaze = np.array((turn[0], turn[1], 1), np.float32)
    return Look(
        _painting(person, places(marks), shades[chosen], rng),
        gaze / np.linalg.norm(gaze),
        irises[rng.choice(4, p=(0.4, 0.3, 0.15, 0.15))] * np.float32(rng.uniform(0.7, 1.6)),
        float(rng.uniform(0.13, 0.3)),
        (rng.uniform(0.01, 0.9, 3) ** rng.choice((1, 2.5))).astype(np.float32),
        (float(rng.uniform(5.3, 6.0)), float(rng.uniform(0, 0.6))),
        float(rng.uniform(0.3, 0.95)) if rng.random() < 0.5 else 0.0,
        shades[chosen],
    )


def _painting(person: Person, marks: Floats, hair: Floats, rng: np.random.Generator) -> Floats:
    tone = skin_tone(person, rng)
    canvas = np.broadcast_to(tone, (HIGH, WIDE, 3)).copy()
    for cells, strength in ((6, 0.08), (30, 0.05), (110, 0.05 + 0.06 * rng.random())):
        spots = cv2.resize(rng.standard_normal((cells, cells, 1)).astype(np.float32), (WIDE, HIGH))[..., None]
        canvas *= np.exp(strength * spots * np.array((0.6, 1, 1.1), np.float32))
    _flush(canvas, marks, rng)
    if person.age > 2.2:
        _wrinkles(canvas, marks, (person.age - 2.1) * rng.uniform(0.3, 1), rng)
    if rng.random() < 0.12:
        _freckles(canvas, rng)
    _lips(canvas, marks, person.male, rng)
    if person.male > 0.5 and person.age > 1.8 and rng.random() < 0.5:
        _beard(canvas, marks, hair, rng)
    _brows(canvas, marks, hair, rng)
    _lids(canvas, marks, person.male, rng)
    return canvas


def _blend(canvas: Floats, mask: NDArray[np.uint8], soft: float, tone: Floats, share: float) -> None:
    weight = (cv2.GaussianBlur(mask, (0, 0), soft).astype(np.float32) / 255 * np.float32(share))[..., None]
    canvas *= 1 - weight
    canvas += weight * tone


def _region(polygon: Floats) -> NDArray[np.uint8]:
    mask = np.zeros((HIGH, WIDE), np.uint8)
    cv2.fillPoly(mask, [np.round(polygon).astype(np.int32)], 255, cv2.LINE_AA)
    return mask


def _flush(canvas: Floats, marks: Floats, rng: np.random.Generator) -> None:
    """Redder cheeks and nose."""
    mask = np.zeros((HIGH, WIDE), np.uint8)
    for one, other in ((67, 8), (74, 24)):
        cv2.circle(mask, tuple(map(int, (marks[one] + marks[other]) / 2)), 22, 255, -1)
    cv2.circle(mask, tuple(map(int, marks[54])), 14, 255, -1)
    red = canvas * np.array((1.05, 0.72, 0.72), np.float32)
    _blend(canvas, mask, 12, red, rng.uniform(0, 1))


def _lips(canvas: Floats, marks: Floats, male: float, rng: np.random.Generator) -> None:
    mask = _region(marks[76:88])
    natural = canvas * np.array((0.85, 0.55, 0.55), np.float32)
    _blend(canvas, mask, 1.2, natural, rng.uniform(0.3, 1))
    if male < 0.5 and rng.random() < 0.4:
        _blend(
            canvas,
            mask,
            0.8,
            rng.uniform((0.1, 0.0, 0.01), (0.6, 0.15, 0.25)).astype(np.float32),
            rng.uniform(0.3, 0.9),
        )


def _brows(canvas: Floats, marks: Floats, hair: Floats, rng: np.random.Generator) -> None:
    """Strands along each brow, thin to bushy."""
    mask = np.zeros((HIGH, WIDE), np.uint8)
    grown, thick = rng.uniform(0.3, 1.3), int(rng.integers(1, 3))
    for upper, lower in (((33, 34, 35, 36, 37), (33, 41, 40, 39, 38)), ((46, 45, 44, 43, 42), (46, 47, 48, 49, 50))):
        for share in rng.uniform(0, 1, int(rng.integers(60, 160))):
            top, low = (
                np.array([np.interp(share * 4, range(5), marks[list(line), axis]) for axis in (0, 1)])
                for line in (upper, lower)
            )
            root = low + (top - low) * (0.5 + grown * rng.uniform(-0.5, 0.5))
            tip = root + (marks[upper[0]] - marks[upper[4]]) * rng.uniform(0.03, 0.12) + (0, rng.uniform(-5, 1))
            cv2.line(mask, tuple(map(int, root)), tuple(map(int, tip)), 255, thick, cv2.LINE_AA)
    _blend(canvas, mask, 0.7, hair * np.float32(rng.uniform(0.6, 1.3)), rng.uniform(0.4, 1))


def _lids(canvas: Floats, marks: Floats, male: float, rng: np.random.Generator) -> None:
    """Lashes, shadow around the eye, now and then make-up."""
    mask, around = np.zeros((HIGH, WIDE), np.uint8), np.zeros((HIGH, WIDE), np.uint8)
    made_up = male < 0.5 and rng.random() < 0.4
    for start in (60, 68):
        upper = np.round(marks[start : start + 5] * 8).astype(np.int32)
        cv2.polylines(mask, [upper], False, 255, 2 if made_up else 1, cv2.LINE_AA, 3)
        cv2.polylines(
            mask,
            [np.round(marks[[start, *range(start + 7, start + 3, -1)]] * 8).astype(np.int32)],
            False,
            110,
            1,
            16,
            3,
        )
        middle = marks[start : start + 8].mean(axis=0)
        cv2.ellipse(around, tuple(map(int, middle)), (26, 15), 0, 0, 360, 255, -1)
    _blend(canvas, around, 7, canvas * np.array((0.75, 0.68, 0.7), np.float32), rng.uniform(0, 1))
    if made_up:
        _blend(canvas, around, 5, rng.uniform(0, 0.4, 3).astype(np.float32), rng.uniform(0, 0.6))
    _blend(canvas, mask, 0.6, np.full(3, 0.008, np.float32), rng.uniform(0.3, 1))


def _beard(canvas: Floats, marks: Floats, hair: Floats, rng: np.random.Generator) -> None:
    """Stubble to full, or a moustache or goatee alone."""
    kind, mask = rng.random(), np.zeros((HIGH, WIDE), np.uint8)
    if kind < 0.6:
        jaw = marks[5:28] + np.array((0, 14))
        mask = _region(np.concatenate((marks[[5]], jaw, marks[[27, 59, 57, 55]] + (0, 4))))
    elif kind < 0.8:
        mask = _region(np.concatenate((marks[[14, 16, 18]] + (0, 8), marks[[82, 59, 57, 55, 76]] + (0, 3))))
    else:
        mask = _region(np.concatenate((marks[[55, 57, 59]] + (0, 4), marks[81:76:-1])))
    cv2.fillPoly(mask, [np.round(marks[76:88]).astype(np.int32)], 0)
    mask = (mask * rng.uniform(0.5, 1, mask.shape)).astype(np.uint8)
    _blend(canvas, mask, rng.uniform(0.7, 3), hair * np.float32(rng.uniform(0.7, 1.4)), rng.uniform(0.2, 1))


def _wrinkles(canvas: Floats, marks: Floats, share: float, rng: np.random.Generator) -> None:
    mask = np.zeros((HIGH, WIDE), np.uint8)
    brow, width = marks[33:51, 1].min(), marks[46, 0] - marks[33, 0]
    for n in range(int(rng.integers(2, 6))):
        row, bend = brow - 12 - 9 * n + rng.normal(0, 2), rng.normal(0, 3)
        columns = marks[33, 0] + width * np.linspace(0.15, 0.85, 9)
        line = np.stack((columns, row + bend * np.cos(np.linspace(0, 6, 9)) + rng.normal(0, 0.7, 9)), axis=1)
        cv2.polylines(mask, [line.astype(np.int32)], False, 200, 1, cv2.LINE_AA)
    for wing, corner, side in ((55, 76, -1), (59, 82, 1)):
        fold = np.stack(
            (
                marks[wing] + (4 * side, -3),
                (marks[wing] + marks[corner]) / 2 + (11 * side, 0),
                marks[corner] + (8 * side, 4),
            )
        )
        cv2.polylines(mask, [fold.astype(np.int32)], False, 255, 2, cv2.LINE_AA)
    _blend(canvas, mask, 1.0, canvas * np.float32(0.45), share)


def _freckles(canvas: Floats, rng: np.random.Generator) -> None:
    mask = np.zeros((HIGH, WIDE), np.uint8)
    for place in rng.normal((WIDE / 2, (TOP - 7.1) * PER_UNIT), (45, 25), (int(rng.integers(20, 200)), 2)):
        cv2.circle(mask, tuple(map(int, place)), int(rng.integers(1, 3)), 255, -1)
    _blend(canvas, mask, 0.8, canvas * np.array((0.65, 0.5, 0.45), np.float32), rng.uniform(0.2, 0.8))


def colours(look_: Look, rest: Floats, parts: Indices) -> Floats:
    """(n, 3) linear RGB of pixels, by their place on the base mesh and the part they show."""
    tone = sample(look_.painting, places(rest))
    x, y, z = rest.T
    scalp = np.clip((y - 7.92 + 0.9 * np.maximum(0, 0.8 - z)) / 0.08, 0, 1) * (y > 6.75)
    weight = (look_.cropped * scalp)[:, None].astype(np.float32)
    tone = tone * (1 - weight) + weight * look_.hair
    tone[y < look_.collar[0] + look_.collar[1] * abs(x) + 0.25 * (z < 0.2)] = look_.cloth
    tone[(abs(x) < 0.25) & (z < 1.33) & (z > 0.5) & (y < 6.9) & (y > 6.5)] *= np.array((0.3, 0.1, 0.1), np.float32)
    for part in (UPPER_TEETH, LOWER_TEETH):
        tone[parts == part] = np.array((0.6, 0.55, 0.45), np.float32)
    tone[parts == TONGUE] = np.array((0.3, 0.08, 0.07), np.float32)
    for part, side in ((LEFT_EYE, 1), (RIGHT_EYE, -1)):
        chosen = parts == part
        tone[chosen] = _eye(look_, rest[chosen] - EYE_CENTRE * (side, 1, 1))
    return tone


def _eye(look_: Look, off: Floats) -> Floats:
    ray = off / np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-6)
    sine = np.sqrt(np.clip(1 - (ray @ look_.gaze) ** 2, 0, 1))[:, None]
    white = np.array((0.62, 0.56, 0.52), np.float32) * (1 - 0.5 * np.clip(sine - 0.6, 0, 1))
    iris = look_.iris * (0.6 + 1.2 * sine)
    tone = np.where(sine < 0.49, iris, white) * np.where(abs(sine - 0.48) < 0.045, 0.45, 1)
    lid = np.clip(1.1 - 1.6 * np.clip(ray[:, 1:2] + 0.1, 0, 1), 0.25, 1)
    return (np.where(sine < look_.pupil, 0.003, tone) * lid).astype(np.float32)
