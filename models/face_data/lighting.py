"""Light on a head: lamps with cast shadows, sky and ground, gloss."""

from dataclasses import dataclass

import cv2
import numpy as np
from models.face_data.heads import BODY, LEFT_EYE, RIGHT_EYE, Floats, Indices
from models.face_data.raster import EMPTY, sample, visible_triangles

LIT_PX = 224
"""Of the view from the lamp."""

SHADOW_GAP = 0.07


@dataclass(frozen=True)
class Lamp:
    """Where it shines from (right, up, front; a unit vector), its linear RGB, and whether it casts shadows."""

    towards: Floats
    colour: Floats
    shadow: bool


@dataclass(frozen=True)
class Light:
    """All that lights a picture.

    Attributes
    ----------
    sky, ground : (3,) float64
        Linear RGB from above and below.
    shine, sharp : float
        Gloss of the skin and the exponent of its spots.
    lamps : list of Lamp
    """

    sky: Floats
    ground: Floats
    shine: float
    sharp: float
    lamps: list[Lamp]


def lamp(azimuth_deg: float, height_deg: float, colour: Floats, shadow: bool = True) -> Lamp:
    """From a direction: 0 and 0 from the front, to the right and up."""
    azimuth, height = np.radians((azimuth_deg, height_deg))
    towards = np.array((np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)))
    return Lamp(towards.astype(np.float32), colour.astype(np.float32), shadow)


def light(rng: np.random.Generator) -> Light:
    """A key light from anywhere before the face, now and then a second one or one from behind."""
    sky, ground = np.exp(rng.normal(0, 0.2, (2, 3))) * ((rng.uniform(0.1, 0.7),), (rng.uniform(0.03, 0.4),))
    shine, sharp = rng.uniform(0, 0.25), rng.uniform(8, 50)
    found = []
    for n in range(int(rng.choice((1, 2, 3), p=(0.45, 0.35, 0.2)))):
        azimuth = rng.normal(0, 40) if n == 0 and rng.random() < 0.7 else rng.uniform(-150, 150)
        height = rng.uniform(-15, 75)
        warm = np.exp(rng.normal(0, 0.15 if rng.random() < 0.8 else 0.6, 3))
        strength = rng.uniform(0.4, 1.3) * (1 if n == 0 else rng.uniform(0.2, 1))
        found.append(lamp(azimuth, height, warm * strength, n == 0 and rng.random() < 0.7))
    return Light(sky, ground, shine, sharp, found)


def shade(lamp: Lamp, triangles: Indices, vertices: Floats, places: Floats) -> Floats:
    """(n,): share of the lamp's light that reaches each place."""
    side = np.cross(lamp.towards, (0.1, 1, 0.1))
    side /= np.linalg.norm(side)
    view = np.stack((side, np.cross(lamp.towards, side), lamp.towards)).astype(np.float32)
    turned_, scale = vertices @ view.T, LIT_PX / 4.2
    points = turned_[:, :2] * scale + LIT_PX / 2
    found = visible_triangles(points, turned_[:, 2], triangles, LIT_PX, np.ones(len(triangles), bool))
    depth = np.where(found == EMPTY, -9, turned_[triangles, 2].mean(axis=1)[found]).astype(np.float32)
    asked = places @ view.T
    at = asked[:, :2] * scale + LIT_PX / 2
    total = np.zeros(len(asked), np.float32)
    for across, down in ((-0.9, -0.4), (0.4, -0.9), (0.9, 0.4), (-0.4, 0.9)):
        near = sample(depth, at + np.array((across, down), np.float32), cv2.INTER_NEAREST)
        total += near < asked[:, 2] + SHADOW_GAP
    return total / 4


def reflect(falling: Light, triangles: Indices, vertices: Floats, parts: Indices, values: Floats) -> Floats:
    """(n, 3) light that each pixel reflects, without its colour, and (n, 3) gloss on top of it."""
    normal = values[:, 3:6] / np.maximum(np.linalg.norm(values[:, 3:6], axis=1, keepdims=True), 1e-6)
    normal = np.where((normal[:, 2:] < 0) & (parts[:, None] < 0), -normal, normal)
    up = (normal[:, 1:2] + 1) / 2
    diffuse = falling.ground + (falling.sky - falling.ground) * up
    gloss = np.zeros((len(normal), 1))
    wrap = np.where((parts == BODY)[:, None], np.array((0.3, 0.16, 0.12)), 0.05)
    for lamp in falling.lamps:
        open_ = shade(lamp, triangles, vertices, values[:, :3])[:, None] if lamp.shadow else np.float32(1)
        slope = (normal @ lamp.towards)[:, None]
        diffuse = diffuse + lamp.colour * np.clip((slope + wrap) / (1 + wrap), 0, 1) * open_
        half = lamp.towards + np.array((0, 0, 1), np.float32)
        facing = np.clip(normal @ (half / np.linalg.norm(half)), 0, 1)[:, None]
        eye = ((parts == LEFT_EYE) | (parts == RIGHT_EYE))[:, None]
        gloss = (
            gloss
            + np.where(eye, 1.5 * facing**180, falling.shine * facing**falling.sharp * (slope > 0))
            * lamp.colour
            * open_
        )
    hollow = np.clip(1 - 3.5 * values[:, 9:10], 0.25, 1.15)
    return np.concatenate((diffuse * hollow, gloss * hollow), axis=1)
