"""Pictures of synthetic heads with exact landmarks, from MakeHuman's CC0 assets.

usage: python -m models.face_training.render --makehuman REPOSITORY --out FILE.npz [--count N] [--seed N]

--makehuman DIR  git directory of github.com/makehumancommunity/makehuman
--out FILE       pixels (n, 256, 256, 3) uint8 RGB, mask (n, 256, 256) uint8 of the person, places (n, 98, 2) float32,
                 pose (n, 3) float32: yaw, pitch, roll in degrees, tone (n, 3): mean colour of the skin
--count N        heads (default 6000), each of another person; 0.1 s each on one core

Every head gets its own shape, age, people, expression, skin, hair or cover, light, camera and background.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from models.face_training.heads import (
    BODY,
    LEFT_EYE,
    RIGHT_EYE,
    Anchors,
    Assets,
    Floats,
    Indices,
    Person,
    anchors,
    assets,
    person,
)
from models.face_training.paint import Look, colours, look
from models.face_training.raster import EMPTY, hollows, interpolated, normals, sampled, seen
from models.face_training.shells import Shell, hair, hat, outline, scarf
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

SIDE_PX, DRAWN_PX, LIT_PX = 256, 384, 224
"""Of the picture, of what it is reduced from, and of the view from the lamp."""

NECK = (5.75, 6.35)
"""The head turns against the shoulders between these heights of the base mesh."""

SHADOW_GAP = 0.07


@dataclass(frozen=True)
class Scene:
    """All surfaces of a picture, turned as the camera sees them.

    Attributes
    ----------
    vertices, rest : (V, 3) float32
        Places in decimetres, and on the base mesh.
    triangles : (T, 3) int32
    parts : (T,) int32
        Of the base mesh; -1 and below for hair and covers.
    texture : (V, 2) float32
        Column and row in the textures of hair and covers.
    """

    vertices: Floats
    rest: Floats
    triangles: Indices
    parts: Indices
    texture: Floats


@dataclass(frozen=True)
class Render:
    pixels: Rgb
    mask: NDArray[np.uint8]
    places: Floats
    pose: Floats
    tone: Floats


def pose(rng: np.random.Generator) -> Floats:
    """Yaw, pitch, roll in degrees: half nearly frontal, the rest up to profile."""
    kind = rng.random()
    yaw = rng.normal(0, 10) if kind < 0.4 else rng.uniform(-50, 50) if kind < 0.92 else rng.uniform(-80, 80)
    return np.array((yaw, np.clip(rng.normal(0, 12), -35, 35), rng.normal(0, 6)), np.float32)


def rotation(angles: Floats) -> Floats:
    yaw, pitch, roll = np.radians(angles)
    turn = np.array(((np.cos(yaw), 0, np.sin(yaw)), (0, 1, 0), (-np.sin(yaw), 0, np.cos(yaw))))
    nod = np.array(((1, 0, 0), (0, np.cos(pitch), -np.sin(pitch)), (0, np.sin(pitch), np.cos(pitch))))
    lean = np.array(((np.cos(roll), -np.sin(roll), 0), (np.sin(roll), np.cos(roll), 0), (0, 0, 1)))
    return (lean @ nod @ turn).astype(np.float32)


def dressed(source: Assets, shape: Person, rng: np.random.Generator) -> list[Shell]:
    """Hair, or what covers it, or nothing."""
    mesh = source.mesh
    body = np.zeros(len(mesh.vertices), bool)
    body[mesh.triangles[mesh.parts == BODY]] = True
    ears = (abs(mesh.vertices[:, 0]) > 0.78) & (mesh.vertices[:, 1] < 7.45)
    head = shape.vertices[body & ~ears & (mesh.vertices[:, 1] > 6.3)]
    centre = shape.vertices[body & (mesh.vertices[:, 1] > 7.2)].mean(axis=0) * np.array((0, 1, 1), np.float32)
    centre[2] -= 0.1
    around, kind = outline(head, centre), rng.random()
    worn = [hair(around, rng)] if kind < 0.66 or 0.85 < kind < 0.93 else []
    if 0.66 < kind < 0.8:
        worn = [scarf(around, rng)]
    elif 0.8 < kind < 0.93:
        worn.append(hat(around, rng))
    return worn


def scene(source: Assets, shape: Person, worn: list[Shell]) -> Scene:
    mesh = source.mesh
    vertices, rest, texture = [shape.vertices], [mesh.vertices], [np.zeros_like(mesh.vertices[:, :2])]
    triangles, parts, count = [mesh.triangles], [mesh.parts], len(mesh.vertices)
    for number, shell in enumerate(worn, 1):
        vertices.append(shell.vertices)
        # a shell moves with the head, but for what lies on the shoulders
        offset = mesh.vertices[:, 1].max() - shape.vertices[:, 1].max()
        rest.append(shell.vertices + np.array((0, offset, 0), np.float32))
        texture.append(shell.places)
        triangles.append(shell.triangles + count)
        parts.append(np.full(len(shell.triangles), -number, np.int32))
        count += len(shell.vertices)
    return Scene(*(np.concatenate(part) for part in (vertices, rest, triangles, parts, texture)))


def turned(whole: Scene, centre: Floats, angles: Floats, share: float) -> Floats:
    """(V, 3) about ``centre``; the shoulders follow only by ``share``."""
    height = np.clip((whole.rest[:, 1] - NECK[0]) / (NECK[1] - NECK[0]), 0, 1)
    weight = (height * height * (3 - 2 * height))[:, None].astype(np.float32)
    off = whole.vertices - centre
    head, body = off @ rotation(angles).T, off @ rotation(angles * np.float32(share)).T
    return (weight * head + (1 - weight) * body).astype(np.float32)


def projected(vertices: Floats, scale: float, distance: float, middle: Floats) -> Floats:
    """(V, 2) column and row seen from ``distance`` decimetres before the origin."""
    near = distance / np.maximum(distance - vertices[:, 2:], 0.5)
    return (middle + vertices[:, :2] * np.array((scale, -scale), np.float32) * near).astype(np.float32)


@dataclass(frozen=True)
class Lamp:
    towards: Floats
    colour: Floats
    shadow: bool


def lamps(rng: np.random.Generator) -> list[Lamp]:
    """A key light from anywhere before the face, now and then a second one or one from behind."""
    found = []
    for n in range(int(rng.choice((1, 2, 3), p=(0.45, 0.35, 0.2)))):
        azimuth = rng.normal(0, 40) if n == 0 and rng.random() < 0.7 else rng.uniform(-150, 150)
        height = rng.uniform(-15, 75)
        azimuth, height = np.radians((azimuth, height))
        towards = np.array((np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)))
        warm = np.exp(rng.normal(0, 0.15 if rng.random() < 0.8 else 0.6, 3))
        strength = rng.uniform(0.4, 1.3) * (1 if n == 0 else rng.uniform(0.2, 1))
        found.append(
            Lamp(towards.astype(np.float32), (warm * strength).astype(np.float32), n == 0 and rng.random() < 0.7)
        )
    return found


def shaded(lamp: Lamp, whole: Scene, vertices: Floats, places: Floats) -> Floats:
    """(n,): share of the lamp's light that reaches each place."""
    side = np.cross(lamp.towards, (0.1, 1, 0.1))
    side /= np.linalg.norm(side)
    view = np.stack((side, np.cross(lamp.towards, side), lamp.towards)).astype(np.float32)
    turned_, scale = vertices @ view.T, LIT_PX / 4.2
    points = turned_[:, :2] * scale + LIT_PX / 2
    found = seen(points, turned_[:, 2], whole.triangles, LIT_PX, np.ones(len(whole.triangles), bool))
    depth = np.where(found == EMPTY, -9, turned_[whole.triangles, 2].mean(axis=1)[found]).astype(np.float32)
    asked = places @ view.T
    at = asked[:, :2] * scale + LIT_PX / 2
    total = np.zeros(len(asked), np.float32)
    for across, down in ((-0.9, -0.4), (0.4, -0.9), (0.9, 0.4), (-0.4, 0.9)):
        near = sampled(depth, at + np.array((across, down), np.float32), cv2.INTER_NEAREST)
        total += near < asked[:, 2] + SHADOW_GAP
    return total / 4


def light(whole: Scene, vertices: Floats, parts: Indices, values: Floats, rng: np.random.Generator) -> Floats:
    """(n, 3) light that each pixel reflects, without its colour, and (n, 3) gloss on top of it."""
    normal = values[:, 3:6] / np.maximum(np.linalg.norm(values[:, 3:6], axis=1, keepdims=True), 1e-6)
    normal = np.where((normal[:, 2:] < 0) & (parts[:, None] < 0), -normal, normal)
    sky, ground = np.exp(rng.normal(0, 0.2, (2, 3))) * ((rng.uniform(0.1, 0.7),), (rng.uniform(0.03, 0.4),))
    up = (normal[:, 1:2] + 1) / 2
    diffuse = ground + (sky - ground) * up
    gloss = np.zeros((len(normal), 1))
    wrap = np.where((parts == BODY)[:, None], np.array((0.3, 0.16, 0.12)), 0.05)
    shine, sharp = rng.uniform(0, 0.25), rng.uniform(8, 50)
    for lamp in lamps(rng):
        open_ = shaded(lamp, whole, vertices, values[:, :3])[:, None] if lamp.shadow else np.float32(1)
        slope = (normal @ lamp.towards)[:, None]
        diffuse = diffuse + lamp.colour * np.clip((slope + wrap) / (1 + wrap), 0, 1) * open_
        half = lamp.towards + np.array((0, 0, 1), np.float32)
        facing = np.clip(normal @ (half / np.linalg.norm(half)), 0, 1)[:, None]
        eye = ((parts == LEFT_EYE) | (parts == RIGHT_EYE))[:, None]
        gloss = gloss + np.where(eye, 1.5 * facing**180, shine * facing**sharp * (slope > 0)) * lamp.colour * open_
    hollow = np.clip(1 - 3.5 * values[:, 9:10], 0.25, 1.15)
    return np.concatenate((diffuse * hollow, gloss * hollow), axis=1)


def render(source: Assets, marks: Anchors, rng: np.random.Generator) -> Render:
    """One head on black."""
    shape = person(source, rng)
    dress: Look = look(shape, marks.on(source.mesh.vertices), rng)
    worn, angles = dressed(source, shape, rng), pose(rng)
    whole = scene(source, shape, worn)
    on_face = marks.on(shape.vertices)
    centre, extent = (
        on_face.mean(axis=0) - np.array((0, 0, 0.6), np.float32),
        float(np.ptp(on_face[:, :2], axis=0).max()),
    )
    vertices = turned(whole, centre, angles, rng.uniform(0, 1)) / np.float32(extent / 1.35)
    scale, distance = DRAWN_PX * rng.uniform(0.3, 0.36), float(np.exp(rng.uniform(np.log(5), np.log(30))))
    points = projected(vertices, scale, distance, np.array((0.5, 0.52), np.float32) * DRAWN_PX)
    normal = normals(vertices, whole.triangles)
    found = seen(points, vertices[:, 2], whole.triangles, DRAWN_PX, whole.parts < 0)
    hollow = hollows(vertices, whole.triangles, normal, 6)[:, None]
    carried = np.concatenate((vertices, normal, whole.rest, hollow, whole.texture), axis=1)
    values, drawn = interpolated(found, points, whole.triangles, carried), found != EMPTY
    parts = whole.parts[found[drawn]]
    tone = colours(dress, values[:, 6:9], parts)
    for number, shell in enumerate(worn, 1):
        tone[parts == -number] = sampled(shell.texture, values[parts == -number, 10:12])
    lit = light(whole, vertices, parts, values, rng)
    linear = tone * lit[:, :3] + 0.15 * lit[:, 3:]
    level = np.median(linear[parts == BODY].mean(axis=1)) if (parts == BODY).any() else 0.2
    linear *= (
        np.exp(rng.uniform(np.log(0.08), np.log(0.5))) / max(float(level), 1e-3) * (0.5 + 0.5 * min(1, level / 0.2))
    )
    picture = np.zeros((DRAWN_PX, DRAWN_PX, 3), np.float32)
    picture[drawn] = 255 * np.clip(linear, 0, 1) ** (1 / 2.2)
    return _reduced(picture, drawn, _places(source, marks, dress, points), angles, tone[parts == BODY].mean(axis=0))


def _places(source: Assets, marks: Anchors, dress: Look, points: Floats) -> Floats:
    """(98, 2): landmarks in the drawn picture; the pupils lie where the gaze leaves the eyeballs."""
    mesh, pupils = source.mesh, []
    for part in (RIGHT_EYE, LEFT_EYE):
        rows = np.unique(mesh.triangles[mesh.parts == part])
        off = mesh.vertices[rows] - (mesh.vertices[rows].min(axis=0) + mesh.vertices[rows].max(axis=0)) / 2
        near = np.argsort(-(off @ dress.gaze))[:4]
        pupils.append(points[rows[near]].mean(axis=0))
    return np.concatenate((marks.on(points), np.stack(pupils)))


def _reduced(picture: Floats, drawn: NDArray[np.bool_], places: Floats, angles: Floats, tone: Floats) -> Render:
    share = SIDE_PX / DRAWN_PX
    size = (SIDE_PX, SIDE_PX)
    cover = cv2.resize(drawn.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    pixels = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) / np.maximum(cover, 1e-3)[..., None]
    mask = np.round(255 * cover).astype(np.uint8)
    return Render(np.clip(pixels, 0, 255).astype(np.uint8), mask, (places + 0.5) * share - 0.5, angles, tone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--makehuman", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    source, started = assets(chosen.makehuman), time.monotonic()
    marks = anchors(source.mesh)
    made = [render(source, marks, np.random.default_rng((chosen.seed, n))) for n in range(chosen.count)]
    fields = ("pixels", "mask", "places", "pose", "tone")
    np.savez(chosen.out, **{name: np.stack([getattr(one, name) for one in made]) for name in fields})
    print(f"{len(made)} heads, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
