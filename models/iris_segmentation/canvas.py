"""How eyes are kept for training: small grey pictures, and where pupil and limbus lie in them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WIDE, HIGH = 160, 128
"""Pixels of the network's input."""

KEPT = 1.25
"""Pictures are kept this much larger, so that an enlarged one is still sharp."""

Grey = NDArray[np.uint8]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kept:
    """One picture.

    ``pupil``, ``limbus``: (2, 3) float64, column and row of (the axes of the unit circle's image, the centre); NaN
    where not known, all zero where there is no eye. ``judged``: its person judges, and is not trained on.
    """

    pixels: Grey
    pupil: Values
    limbus: Values
    camera: str
    name: str
    judged: bool


def reduce(pixels: Grey, side: float = KEPT) -> tuple[Grey, float]:
    """The picture so small that it fits into the network's input ``side`` times, and its size relative to before."""
    factor = side * min(WIDE / pixels.shape[1], HIGH / pixels.shape[0])
    width, height = (max(8, round(length * factor)) for length in pixels.shape[::-1])
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=way), np.uint8), factor


def rescale(place: Values, factor: float) -> Values:
    """Of (2, 3) as in :class:`Kept`, in a smaller copy of the picture."""
    moved = place * factor
    moved[:, 2] += 0.5 * factor - 0.5
    return moved


def circle(row: float, column: float, radius: float) -> Values:
    """A circle as in :class:`Kept`."""
    return np.array([[radius, 0, column], [0, radius, row]], np.float64)


def ellipse(row: float, column: float, major: float, minor: float, tilt_rad: float) -> Values:
    """An ellipse as in :class:`Kept`."""
    cosine, sine = np.cos(tilt_rad), np.sin(tilt_rad)
    return np.array([[major * cosine, -minor * sine, column], [major * sine, minor * cosine, row]])


NO_EYE = np.zeros((2, 3))
UNKNOWN = np.full((2, 3), np.nan)


def save(path: str, kept: list[Kept]) -> None:
    """Write pictures; they are padded to one size in the file."""
    size = np.array([one.pixels.shape for one in kept], np.int32)
    stack = np.zeros((len(kept), *size.max(axis=0)), np.uint8)
    for one, into in zip(kept, stack, strict=True):
        into[: one.pixels.shape[0], : one.pixels.shape[1]] = one.pixels
    np.savez(
        path,
        pixels=stack,
        size=size,
        pupil=np.stack([one.pupil for one in kept]),
        limbus=np.stack([one.limbus for one in kept]),
        camera=np.array([one.camera for one in kept]),
        name=np.array([one.name for one in kept]),
        judged=np.array([one.judged for one in kept]),
    )


def load(path: str) -> list[Kept]:
    """Read what :func:`save` wrote."""
    with np.load(path) as table:
        parts = [table[name] for name in ("pixels", "size", "pupil", "limbus", "camera", "name", "judged")]
    return [
        Kept(np.ascontiguousarray(pixels[: size[0], : size[1]]), pupil, limbus, str(camera), str(name), bool(judged))
        for pixels, size, pupil, limbus, camera, name, judged in zip(*parts, strict=True)
    ]
