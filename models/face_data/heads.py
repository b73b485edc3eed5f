"""Heads from MakeHuman's base mesh and morph targets (CC0), each of another person, and their landmarks.

The assets are read from a git repository (github.com/makehumancommunity/makehuman, ``makehuman/data``); only their
numbers are used, none of the program. Units are decimetres, x to the person's left, y up, z to the front.
"""

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.face.landmarks import MIRRORED

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]
Units = dict[str, float]

DATA = "makehuman/data"
LOWEST, WIDEST = 4.0, 2.6
"""Of the body only what lies above and within is kept: head, neck and shoulders."""

PARTS = ("body", "helper-l-eye", "helper-r-eye", "helper-upper-teeth", "helper-lower-teeth", "helper-tongue")
BODY, LEFT_EYE, RIGHT_EYE, UPPER_TEETH, LOWER_TEETH, TONGUE = range(len(PARTS))

DETAILS = ("asym", "cheek", "chin", "ears", "eyebrows", "eyes", "forehead", "head", "mouth", "neck", "nose")
PEOPLES, AGES = ("african", "asian", "caucasian"), ("baby", "child", "young", "old")
UNUSED = ("head-trans", "neck-trans", "breast", "trunk", "pointed", "triangle", "head-scale", "head-back")


@dataclass(frozen=True)
class Mesh:
    """The base mesh.

    Attributes
    ----------
    vertices : (V, 3) float32
    triangles : (T, 3) int32
    parts : (T,) int32
        Index into ``PARTS``.
    numbers : (V,) int32
        Of the vertices in the file.
    """

    vertices: Floats
    triangles: Indices
    parts: Indices
    numbers: Indices

    def at(self, numbers: tuple[int, ...]) -> Indices:
        """Rows of vertices given by their numbers in the file."""
        return np.searchsorted(self.numbers, numbers).astype(np.int32)


@dataclass(frozen=True)
class Target:
    """Rows of the vertices that a morph target moves, and by how much."""

    rows: Indices
    moves: Floats


@dataclass(frozen=True)
class Assets:
    mesh: Mesh
    targets: dict[str, Target]


def assets(repository: Path) -> Assets:
    """Mesh and targets of the newest commit of a git directory."""
    folders = [f"{DATA}/targets/{name}" for name in (*DETAILS, "macrodetails", "expression")]
    asked = ["git", f"--git-dir={repository}", "archive", "HEAD", f"{DATA}/3dobjs/base.obj", *folders]
    with tarfile.open(fileobj=io.BytesIO(subprocess.run(asked, check=True, capture_output=True).stdout)) as files:
        texts = {
            member.name.removeprefix(f"{DATA}/"): files.extractfile(member).read().decode()  # type: ignore[union-attr]
            for member in files
            if member.isfile() and member.name.endswith((".obj", ".target"))
        }
    mesh = _mesh(texts.pop("3dobjs/base.obj"))
    wanted = {name: text for name, text in texts.items() if _is_needed(name)}
    return Assets(mesh, {_key(name): _target(text, mesh) for name, text in wanted.items()})


def _is_needed(name: str) -> bool:
    return "/height/" not in name and "/proportions/" not in name and not any(word in name for word in UNUSED)


def _key(name: str) -> str:
    return name.removeprefix("targets/").removesuffix(".target")


def _mesh(text: str) -> Mesh:
    vertices, quads, group = [], [], ""
    for line in text.split("\n"):
        kind, _, rest = line.partition(" ")
        if kind == "g":
            group = rest.strip()
        elif kind == "v":
            vertices.append([float(value) for value in rest.split()])
        elif kind == "f" and group in PARTS:
            quads.append([int(corner.split("/")[0]) - 1 for corner in rest.split()] + [PARTS.index(group)])
    places, table = np.array(vertices, np.float32), np.array(quads, np.int32)
    corners = places[table[:, :4]]
    table = table[((corners[..., 1] > LOWEST) & (abs(corners[..., 0]) < WIDEST)).all(axis=1)]
    numbers = np.unique(table[:, :4])
    quads_ = np.searchsorted(numbers, table[:, :4])
    triangles = np.concatenate((quads_[:, [0, 1, 2]], quads_[:, [0, 2, 3]])).astype(np.int32)
    return Mesh(places[numbers], triangles, np.tile(table[:, 4], 2), numbers.astype(np.int32))


def _target(text: str, mesh: Mesh) -> Target:
    words = " ".join(line for line in text.split("\n") if line and line[0] != "#").split()
    table = np.array(words, np.float32).reshape(-1, 4)
    numbers = table[:, 0].astype(np.int32)
    known = np.isin(numbers, mesh.numbers)
    return Target(np.searchsorted(mesh.numbers, numbers[known]).astype(np.int32), table[known, 1:])


@dataclass(frozen=True)
class Kind:
    """What a person is mixed from.

    Attributes
    ----------
    peoples : (3,) float64
        Shares of ``PEOPLES``.
    age : float
        0 baby, 1 child, 2 grown, 3 old.
    male : float
        0..1.
    """

    peoples: NDArray[np.float64]
    age: float
    male: float


@dataclass(frozen=True)
class Person(Kind):
    """One head: what it was mixed from, and its shape, (V, 3) float32."""

    vertices: Floats


def random_kind(rng: np.random.Generator) -> Kind:
    """Of any people, age and sex."""
    peoples, male = rng.dirichlet((0.35, 0.35, 0.35)), float(np.clip(rng.normal(rng.integers(2), 0.2), 0, 1))
    age = float(rng.choice((rng.uniform(0, 1), rng.uniform(1, 2), rng.uniform(1.8, 2.4), rng.uniform(2.2, 3))))
    return Kind(peoples, age, male)


def person(source: Assets, rng: np.random.Generator, kind: Kind | None = None, acts: Units | None = None) -> Person:
    """A random person with a random expression, unless what they are or do is given."""
    kind = kind or random_kind(rng)
    weights = stature(kind, rng) | features(source, rng)
    weights |= expression(kind.peoples, units(rng) if acts is None else acts)
    vertices = source.mesh.vertices.copy()
    for name, weight in weights.items():
        target = source.targets.get(name)
        if target is not None and weight:
            vertices[target.rows] += np.float32(weight) * target.moves
    return Person(kind.peoples, kind.age, kind.male, vertices)


def stature(kind: Kind, rng: np.random.Generator) -> dict[str, float]:
    """Weights of the targets of sex, age, people, muscle and weight."""
    ages = np.clip(1 - abs(np.arange(4) - kind.age), 0, 1)
    muscle = dict(zip(("min", "average", "max"), rng.dirichlet((1, 2, 1)), strict=True))
    weight = dict(zip(("min", "average", "max"), rng.dirichlet((1, 2, 1)), strict=True))
    found = {}
    for sex, share in (("male", kind.male), ("female", 1 - kind.male)):
        for name, part in zip(AGES, ages * share, strict=True):
            for people, mixed in zip(PEOPLES, kind.peoples, strict=True):
                found[f"macrodetails/{people}-{sex}-{name}"] = part * mixed
            for strong, first in muscle.items():
                for heavy, second in weight.items():
                    found[f"macrodetails/universal-{sex}-{name}-{strong}muscle-{heavy}weight"] = part * first * second
    return found


def features(source: Assets, rng: np.random.Generator) -> dict[str, float]:
    """Weights of details: the same on both sides, and a little asymmetry."""
    found, sides = {}, {}
    for name in source.targets:
        folder, _, rest = name.partition("/")
        if folder not in DETAILS:
            continue
        both = rest[2:] if rest[:2] in ("l-", "r-") else rest
        if both not in sides:
            sides[both] = min(abs(rng.normal(0, 0.25)), 0.8) if rng.random() < 0.3 else 0.0
        found[name] = sides[both] * (0.4 if folder == "asym" else 1)
    return found


def units(rng: np.random.Generator) -> Units:
    """Units of expression and how much of each: rest, a smile, an open mouth, closed eyes, or anything."""
    kind, found = rng.random(), {}
    if kind < 0.38:
        found = {"mouth-corner-puller": rng.uniform(0, 1), "mouth-parling": rng.choice((0, rng.uniform(0, 0.8)))}
    elif kind < 0.62:
        found = {"mouth-open": rng.uniform(0, 1.4), "mouth-part-later": rng.uniform(0, 0.6)}
    elif kind < 0.8:
        mouth = ("compression", "depression", "elevation", "pursing", "retraction", "upward-retraction", "protusion")
        found = {f"mouth-{rng.choice(mouth)}": rng.uniform(0, 0.9), "nose-compression": rng.uniform(0, 0.6)}
    if rng.random() < 0.3:
        brows = rng.choice(("up", "down", "inner-up", "extern-up"))
        found |= {f"eyebrows-{side}-{brows}": rng.uniform(0, 0.9) for side in ("left", "right")}
    lids = rng.random()
    if lids < 0.35:
        unit, share = ("closure", rng.uniform(0, 1)) if lids < 0.2 else ("slit", rng.uniform(0, 0.7))
        found |= {f"eye-{side}-{unit}": share for side in ("left", "right")}
    elif lids < 0.5:
        found |= {f"eye-{side}-opened-up": rng.uniform(0, 0.6) for side in ("left", "right")}
    return found


def expression(peoples: NDArray[np.float64], acts: Units) -> dict[str, float]:
    """Weights of the targets of units of expression."""
    return {
        f"expression/units/{people}/{unit}": float(weight * share)
        for unit, weight in acts.items()
        for people, share in zip(PEOPLES, peoples, strict=True)
    }


@dataclass(frozen=True)
class Anchors:
    """Where the 96 landmarks lie that are no pupils: (96, 6) rows of vertices and their weights."""

    rows: Indices
    weights: Floats

    def on(self, vertices: Floats) -> Floats:
        """(96, d) of values of the vertices."""
        return np.einsum("nk,nkd->nd", self.weights, vertices[self.rows])


MOVED = ((62, 63, 0.13), (63, 62, 0.1), (65, 66, 0.25), (77, 76, 0.18), (86, 85, 0.18), (89, 88, 0.15), (95, 88, 0.18))
"""Landmarks of one side that lie a share of the way to another: where MediaPipe's points, brought to hand-set ones
(``points.BETWEEN``), lie on renders."""


def anchors(mesh: Mesh) -> Anchors:
    """Of ``head_landmarks.csv``, lids and lips spaced as by hand.

    Found once: MediaPipe 0.10.21 (the teacher of the portraits too) looked at forty renders; the median of its points
    on the base mesh, the same left and right. Lids and inner lips were set on their edges by hand.
    """
    table = np.loadtxt(Path(__file__).with_name("head_landmarks.csv"), delimiter=",", skiprows=1, dtype=np.float32)
    rows, weights = np.searchsorted(mesh.numbers, table[:, :3].astype(np.int32)).astype(np.int32), table[:, 3:]
    towards, share = np.arange(len(rows)), np.zeros((len(rows), 1), np.float32)
    for one, other, part in MOVED:
        for point, next_ in ((one, other), MIRRORED[[one, other]]):
            towards[point], share[point] = next_, part
    return Anchors(
        np.concatenate((rows, rows[towards]), axis=1),
        np.concatenate(((1 - share) * weights, share * weights[towards]), axis=1),
    )
