"""Pictures of synthetic heads with exact landmarks, from MakeHuman's CC0 assets.

usage: python -m models.face_data.render --makehuman DIR --out FILE.npz [--count N] [--seed N] [--processes N]

--makehuman DIR  git directory of github.com/makehumancommunity/makehuman
--out FILE       pixels (n, 256, 256, 3) uint8 RGB, mask (n, 256, 256) uint8 of the person, places (n, 98, 2) float32,
                 pose (n, 3) float32: yaw, pitch, roll in degrees, tone (n, 3): mean colour of the skin,
                 peoples (n, 3): shares of African, Asian, Caucasian shape, worn (n,) str: hair, scarf, hat
--count N        heads (default 6000), each of another person; 0.1 s each on one core
--processes N    that draw them (default 1), with the same result

Every head gets its own shape, age, people, expression, skin, hair or cover, light, camera and background.
"""

import argparse
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from models.face_data.heads import (
    BODY,
    LEFT_EYE,
    RIGHT_EYE,
    Anchors,
    Assets,
    Floats,
    Indices,
    Kind,
    Person,
    Units,
    anchors,
    assets,
    person,
)
from models.face_data.lighting import Light, light, reflect
from models.face_data.paint import Look, colours, look
from models.face_data.raster import EMPTY, hollows, interpolate, normals, sample, visible_triangles
from models.face_data.shells import Outline, Shell, hair, hat, outline, scarf
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

SIDE_PX, FINER = 256, 1.5
"""Of the picture, and how much larger it is drawn."""

NECK = (5.75, 6.35)
"""The head turns against the shoulders between these heights of the base mesh."""


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
    peoples: Floats
    worn: str


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


def head_outline(source: Assets, shape: Person) -> Outline:
    """What hair and covers lie around."""
    mesh = source.mesh
    body = np.zeros(len(mesh.vertices), bool)
    body[mesh.triangles[mesh.parts == BODY]] = True
    ears = (abs(mesh.vertices[:, 0]) > 0.78) & (mesh.vertices[:, 1] < 7.45)
    head = shape.vertices[body & ~ears & (mesh.vertices[:, 1] > 6.3)]
    centre = shape.vertices[body & (mesh.vertices[:, 1] > 7.2)].mean(axis=0) * np.array((0, 1, 1), np.float32)
    centre[2] -= 0.1
    return outline(head, centre)


def worn_shells(around: Outline, rng: np.random.Generator) -> list[Shell]:
    """Hair, or what covers it, or nothing."""
    kind = rng.random()
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


def turn(whole: Scene, centre: Floats, angles: Floats, share: float) -> Floats:
    """(V, 3) about ``centre``; the shoulders follow only by ``share``."""
    height = np.clip((whole.rest[:, 1] - NECK[0]) / (NECK[1] - NECK[0]), 0, 1)
    weight = (height * height * (3 - 2 * height))[:, None].astype(np.float32)
    off = whole.vertices - centre
    head, body = off @ rotation(angles).T, off @ rotation(angles * np.float32(share)).T
    return (weight * head + (1 - weight) * body).astype(np.float32)


def project(vertices: Floats, scale: float, distance: float, middle: Floats) -> Floats:
    """(V, 2) column and row seen from ``distance`` decimetres before the origin."""
    near = distance / np.maximum(distance - vertices[:, 2:], 0.5)
    return (middle + vertices[:, :2] * np.array((scale, -scale), np.float32) * near).astype(np.float32)


@dataclass(frozen=True)
class Sitting:
    """A person before the camera.

    Attributes
    ----------
    shape : Person
    look : Look
    worn : list of Shell
        Hair and covers.
    angles : (3,) float32
        Yaw, pitch, roll in degrees.
    share : float
        Of the turn, that the shoulders follow.
    scale : float
        Sides of the picture to a unit; the landmarks' extent is 1.35 units.
    distance : float
        Of the camera, units.
    light : Light
    exposure : float
        Median grey of the skin, linear.
    """

    shape: Person
    look: Look
    worn: list[Shell]
    angles: Floats
    share: float
    scale: float
    distance: float
    light: Light
    exposure: float


def sitting(
    source: Assets, marks: Anchors, rng: np.random.Generator, kind: Kind | None = None, acts: Units | None = None
) -> Sitting:
    """Anybody, anyhow, unless what they are or do is given."""
    shape = person(source, rng, kind, acts)
    dress = look(shape, marks.on(source.mesh.vertices), rng)
    worn = worn_shells(head_outline(source, shape), rng)
    angles, share, scale = pose(rng), rng.uniform(0, 1), rng.uniform(0.3, 0.36)
    distance, falling = float(np.exp(rng.uniform(np.log(5), np.log(30)))), light(rng)
    return Sitting(
        shape, dress, worn, angles, share, scale, distance, falling, np.exp(rng.uniform(np.log(0.08), np.log(0.5)))
    )


def render(source: Assets, marks: Anchors, sat: Sitting, side_px: int = SIDE_PX) -> Render:
    """One head on black."""
    shape, drawn_px = sat.shape, round(side_px * FINER)
    whole = scene(source, shape, sat.worn)
    on_face = marks.on(shape.vertices)
    centre = on_face.mean(axis=0) - np.array((0, 0, 0.6), np.float32)
    extent = float(np.ptp(on_face[:, :2], axis=0).max())
    vertices = turn(whole, centre, sat.angles, sat.share) / np.float32(extent / 1.35)
    points = project(vertices, drawn_px * sat.scale, sat.distance, np.array((0.5, 0.52), np.float32) * drawn_px)
    normal = normals(vertices, whole.triangles)
    found = visible_triangles(points, vertices[:, 2], whole.triangles, drawn_px, whole.parts < 0)
    hollow = hollows(vertices, whole.triangles, normal, 6)[:, None]
    carried = np.concatenate((vertices, normal, whole.rest, hollow, whole.texture), axis=1)
    values, drawn = interpolate(found, points, whole.triangles, carried), found != EMPTY
    parts = whole.parts[found[drawn]]
    tone = colours(sat.look, values[:, 6:9], parts)
    for number, shell in enumerate(sat.worn, 1):
        tone[parts == -number] = sample(shell.texture, values[parts == -number, 10:12])
    picture = np.zeros((drawn_px, drawn_px, 3), np.float32)
    picture[drawn] = expose(tone, reflect(sat.light, whole.triangles, vertices, parts, values), parts, sat.exposure)
    pixels, mask = _reduce(picture, drawn, side_px)
    places = (_places(source, marks, sat.look, points) + 0.5) * (side_px / drawn_px) - 0.5
    skin, worn = tone[parts == BODY].mean(axis=0), " and ".join(shell.kind for shell in sat.worn)
    return Render(pixels, mask, places, sat.angles, skin, shape.peoples, worn)


def expose(tone: Floats, lit: Floats, parts: Indices, exposure: float) -> Floats:
    """(n, 3) sRGB 0..255: the skin's median at ``exposure``, less where little light falls."""
    linear = tone * lit[:, :3] + 0.15 * lit[:, 3:]
    level = np.median(linear[parts == BODY].mean(axis=1)) if (parts == BODY).any() else 0.2
    linear *= exposure / max(float(level), 1e-3) * (0.5 + 0.5 * min(1, level / 0.2))
    return 255 * np.clip(linear, 0, 1) ** (1 / 2.2)


def _places(source: Assets, marks: Anchors, dress: Look, points: Floats) -> Floats:
    """(98, 2): landmarks in the drawn picture; the pupils lie where the gaze leaves the eyeballs."""
    mesh, pupils = source.mesh, []
    for part in (RIGHT_EYE, LEFT_EYE):
        rows = np.unique(mesh.triangles[mesh.parts == part])
        off = mesh.vertices[rows] - (mesh.vertices[rows].min(axis=0) + mesh.vertices[rows].max(axis=0)) / 2
        near = np.argsort(-(off @ dress.gaze))[:4]
        pupils.append(points[rows[near]].mean(axis=0))
    return np.concatenate((marks.on(points), np.stack(pupils)))


def _reduce(picture: Floats, drawn: NDArray[np.bool_], side_px: int) -> tuple[Rgb, NDArray[np.uint8]]:
    """Pixels and mask at the size that is kept."""
    size = (side_px, side_px)
    cover = cv2.resize(drawn.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    pixels = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) / np.maximum(cover, 1e-3)[..., None]
    return np.clip(pixels, 0, 255).astype(np.uint8), np.round(255 * cover).astype(np.uint8)


def head(source: Assets, marks: Anchors, seed: int, number: int) -> Render:
    """One of the heads of a seed."""
    return render(source, marks, sitting(source, marks, np.random.default_rng((seed, number))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--makehuman", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    source, started = assets(arguments.makehuman), time.monotonic()
    drawn = partial(head, source, anchors(source.mesh), arguments.seed)
    with Pool(arguments.processes, cv2.setNumThreads, (1,)) as pool:
        made = pool.map(drawn, range(arguments.count), 1 + arguments.count // (8 * arguments.processes))
    fields = ("pixels", "mask", "places", "pose", "tone", "peoples", "worn")
    np.savez(arguments.out, **{name: np.stack([getattr(one, name) for one in made]) for name in fields})
    print(f"{len(made)} heads, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
