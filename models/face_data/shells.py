"""What a head wears: hair, head scarves and hats as surfaces around it, from its own outline in every direction."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]

ACROSS, DOWN = 64, 36
AZIMUTHS, POLARS = 48, 24


@dataclass(frozen=True)
class Shell:
    """A surface seen from both sides.

    Attributes
    ----------
    vertices : (V, 3) float32
    triangles : (T, 3) int32
    texture : (H, W, 3) float32
        Colours, 0..1 linear: rows from the crown down, columns round the head.
    kind : str
        ``"hair"``, ``"scarf"`` or ``"hat"``.
    """

    vertices: Floats
    triangles: Indices
    texture: Floats
    kind: str

    @property
    def places(self) -> Floats:
        """(V, 2) column and row in the texture of every vertex."""
        rows, columns = np.mgrid[0:DOWN, 0:ACROSS].astype(np.float32)
        high, wide = self.texture.shape[:2]
        return np.stack((columns.ravel() * (wide - 1) / (ACROSS - 1), rows.ravel() * (high - 1) / (DOWN - 1)), axis=1)


@dataclass(frozen=True)
class Outline:
    """Distance of the head's surface from its centre: (POLARS, AZIMUTHS), from the crown down, from the back round."""

    centre: Floats
    reach: Floats

    def at(self, azimuth: Floats, polar: Floats) -> Floats:
        """Distance in these directions, both in radians; azimuth 0 to the front, polar 0 upwards."""
        column = (azimuth / (2 * np.pi) + 0.5) * AZIMUTHS - 0.5
        wide = np.concatenate((self.reach[:, -2:], self.reach, self.reach[:, :2]), axis=1)
        row = np.clip(polar / np.pi * POLARS - 0.5, 0, POLARS - 1)
        return cv2.remap(wide, (column + 2).astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR)


def outline(head: Floats, centre: Floats) -> Outline:
    """Of the vertices of a head without its ears."""
    off = head - centre
    length = np.linalg.norm(off, axis=1)
    column = ((np.arctan2(off[:, 0], off[:, 2]) / (2 * np.pi) + 0.5) * AZIMUTHS).astype(int) % AZIMUTHS
    row = np.minimum((np.arccos(np.clip(off[:, 1] / length, -1, 1)) / np.pi * POLARS).astype(int), POLARS - 1)
    reach = np.zeros((POLARS, AZIMUTHS), np.float32)
    np.maximum.at(reach, (row, column), length.astype(np.float32))
    known = (reach > 0).astype(np.float32)
    wide = [np.concatenate((part[:, -8:], part, part[:, :8]), axis=1) for part in (reach, known)]
    total, count = (cv2.GaussianBlur(part, (0, 0), 1.3, borderType=cv2.BORDER_REPLICATE) for part in wide)
    return Outline(centre, (total / np.maximum(count, 1e-3))[:, 8:-8])


def surface(
    around: Outline, opening: Floats, polar: Floats, thick: Floats, hang: Floats, flare: float
) -> tuple[Floats, Indices]:
    """Grid of (DOWN, ACROSS) points, from the crown down, from one edge of the opening round the back to the other.

    ``opening`` (DOWN,) is half the angle left free in front, ``polar`` (DOWN, ACROSS) the angle from the crown,
    ``thick`` (DOWN, ACROSS) the distance from the head, ``hang`` (DOWN,) how far each row hangs below it, widening by
    ``flare``.
    """
    along = np.linspace(0, 1, ACROSS, dtype=np.float32)
    azimuth = opening[:, None] + along * (2 * np.pi - 2 * opening[:, None])
    azimuth = (azimuth + np.pi) % (2 * np.pi) - np.pi
    reach = around.at(azimuth.astype(np.float32), polar) + thick
    out = reach * np.sin(polar) * (1 + flare * hang[:, None])
    places = np.stack((out * np.sin(azimuth), reach * np.cos(polar) - hang[:, None], out * np.cos(azimuth)), axis=-1)
    grid = np.arange(DOWN * ACROSS, dtype=np.int32).reshape(DOWN, ACROSS)
    a, b, c, d = (part.ravel() for part in (grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]))
    triangles = np.concatenate((np.stack((a, b, c), axis=1), np.stack((a, c, d), axis=1)))
    return (places.reshape(-1, 3) + around.centre).astype(np.float32), triangles


def waves(rng: np.random.Generator, down: int, across: int, shape: tuple[int, int] = (DOWN, ACROSS)) -> Floats:
    """Noise about -1..1 of so many waves."""
    coarse = rng.standard_normal((down + 1, across + 1)).astype(np.float32)
    return np.clip(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), -2, 2) / 1.5


def hair(around: Outline, rng: np.random.Generator) -> Shell:
    """Short to long, with or without a fringe, dark to white or dyed, straight to curly."""
    rows = np.linspace(0, 1, DOWN, dtype=np.float32)
    long = rng.random() < 0.5
    front, side = np.radians(rng.uniform(32, 62)), np.radians(rng.uniform(58, 95))
    lowest = np.radians(rng.uniform(95, 125) if long else rng.uniform(80, 112))
    fall = np.clip(rows / 0.7, 0, 1) if long else rows
    back = np.abs(np.linspace(-1, 1, ACROSS, dtype=np.float32))
    lower = np.radians(10) * rng.uniform(0, 1.5) * (1 - back)
    polar = fall[:, None] * (lowest + lower)
    reached = polar[:, 0]
    opening = np.where(reached < front, 0, side * np.sqrt(np.clip((reached - front) / np.radians(25), 0, 1)))
    opening += waves(rng, 9, 1)[:, 0] * rng.uniform(0, 0.12) * (opening > 0)
    hang = np.clip((rows - 0.7) / 0.3, 0, 1) * (rng.uniform(0.2, 1.9) if long else 0)
    curl = rng.uniform(0, 1)
    thick = rng.uniform(0.02, 0.32) * (0.35 + 0.65 * np.sin(np.pi * np.clip(rows * 0.8 + 0.12, 0, 1)))[:, None]
    thick = thick * (1 + 0.35 * waves(rng, 5, 9)) + 0.035 * curl * waves(rng, 16, 30)
    vertices, triangles = surface(
        around, opening.astype(np.float32), polar, thick, hang, float(rng.uniform(-0.1, 0.25))
    )
    return Shell(vertices, triangles, strands(curl, rng), "hair")


def scarf(around: Outline, rng: np.random.Generator) -> Shell:
    """Head scarf or hood: closed under the chin, falling to the shoulders."""
    rows = np.linspace(0, 1, DOWN, dtype=np.float32)
    polar = (np.clip(rows / 0.72, 0, 1) * np.radians(rng.uniform(140, 150)))[:, None] + np.zeros((1, ACROSS))
    middle, half = np.radians(rng.uniform(88, 98)), np.radians(rng.uniform(42, 54))
    ellipse = np.sqrt(np.clip(1 - ((polar[:, 0] - middle) / half) ** 2, 0, 1))
    opening = np.radians(rng.uniform(50, 72)) * ellipse
    hang = np.clip((rows - 0.72) / 0.28, 0, 1) * rng.uniform(0.5, 1.8)
    thick = rng.uniform(0.03, 0.12) + 0.02 * waves(rng, 6, 8) + 0.015 * waves(rng, 12, 20)
    vertices, triangles = surface(
        around, opening.astype(np.float32), polar.astype(np.float32), thick, hang, float(rng.uniform(0.3, 1.2))
    )
    return Shell(vertices, triangles, cloth(rng), "scarf")


def hat(around: Outline, rng: np.random.Generator) -> Shell:
    """Cap, beanie, turban, helmet or hat with a brim."""
    rows = np.linspace(0, 1, DOWN, dtype=np.float32)
    edge, brim = np.radians(rng.uniform(48, 68)), rng.random() < 0.55
    crown = 0.75 if brim else 1.0
    tilt = np.radians(rng.uniform(0, 14)) * np.abs(np.linspace(-1, 1, ACROSS, dtype=np.float32))
    back = np.radians(rng.uniform(70, 90)) if not brim else edge + np.radians(12)
    polar = np.clip(rows / crown, 0, 1)[:, None] * (back + (edge - back) * np.abs(np.linspace(-1, 1, ACROSS)) - tilt)
    height = rng.uniform(0.05, 0.45)
    thick = (0.05 + height * np.cos(np.clip(polar, 0, np.pi / 2)) ** 2) * (1 + 0.25 * waves(rng, 4, 6))
    only_front = np.clip(np.abs(np.linspace(-1, 1, ACROSS)) * 3 - 2, 0, 1) if rng.random() < 0.5 else np.ones(ACROSS)
    thick = thick + np.clip((rows - crown) / 0.25, 0, 1)[:, None] * only_front * rng.uniform(0.25, 0.9) * brim
    opening = np.zeros(DOWN, np.float32)
    vertices, triangles = surface(around, opening, polar.astype(np.float32), thick, np.zeros(DOWN, np.float32), 0)
    return Shell(vertices, triangles, cloth(rng), "hat")


HAIR = (
    ((0.012, 0.008, 0.006), 5),
    ((0.04, 0.018, 0.009), 3),
    ((0.11, 0.05, 0.02), 2),
    ((0.4, 0.26, 0.11), 2),
    ((0.25, 0.06, 0.02), 1),
    ((0.45, 0.44, 0.43), 2),
)
"""Black, browns, blond, red, grey; how often."""

TEXTURE = (192, 384)


def strands(curl: float, rng: np.random.Generator) -> Floats:
    """Colours of hair; one in twenty dyed."""
    weight = np.array([share for _, share in HAIR])
    base = np.array(HAIR[rng.choice(len(HAIR), p=weight / weight.sum())][0]) * rng.uniform(0.6, 1.5)
    base = rng.uniform(0, 0.6, 3) if rng.random() < 0.05 else base
    rows, columns = np.mgrid[0 : TEXTURE[0], 0 : TEXTURE[1]].astype(np.float32)
    bend = (4 + 14 * curl) * waves(rng, 3 + int(8 * curl), 10, TEXTURE)
    fine = 0.5 * waves(rng, 3, 190, TEXTURE) + 0.4 * waves(rng, 2, 60, TEXTURE)
    light = 1 + cv2.remap(fine, columns + bend, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    light = light + 0.25 * waves(rng, 3, 14, TEXTURE)
    return (base * np.clip(light, 0.15, 2.2)[..., None]).astype(np.float32)


def cloth(rng: np.random.Generator) -> Floats:
    """Colours of cloth: plain, striped or patterned."""
    base, other = rng.uniform(0.01, 0.9, (2, 3)) ** rng.choice((1, 2.5))
    if rng.random() < 0.35:
        base = base.mean() * rng.uniform(0.85, 1.15, 3)
    kind, pattern = rng.random(), np.zeros(TEXTURE, np.float32)
    if kind > 0.6:
        pattern = np.clip(waves(rng, int(rng.integers(3, 40)), int(rng.integers(3, 60)), TEXTURE) * 3, 0, 1)
    if kind > 0.85:
        pattern = pattern * 0 + (np.arange(TEXTURE[0]) % rng.integers(8, 40) < 6)[:, None]
    tone = base + (other - base) * pattern[..., None]
    return (tone * (1 + 0.15 * waves(rng, 9, 14, TEXTURE))[..., None]).astype(np.float32)
