"""Pictures without a face: backgrounds to put faces on, and what a detector must not answer to.

For training: synthetic prints and eyes, scikit-image's textures, what is drawn here, and what folders hold. Prints of
other sensors, eyes of other persons and all other pictures are kept for the evaluation.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from models.face_data.files import read
from models.face_data.portraits import Portrait
from numpy.typing import NDArray

from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.eye import eye
from biocapture.synthetic.fingerprint.finger import finger
from biocapture.synthetic.fingerprint.impression import impression

Rgb = NDArray[np.uint8]

TRAINING = ("brick", "grass", "gravel", "page", "text", "coins", "moon", "hubble_deep_field", "immunohistochemistry")
EVALUATION = ("cell", "chelsea", "coffee", "clock", "horse", "logo", "retina", "rocket", "colorwheel", "binary_blobs")
"""Names of scikit-image's pictures."""

SKIN = np.array((205, 150, 120))


def samples(names: tuple[str, ...]) -> list[Rgb]:
    """Pictures of scikit-image as RGB."""
    return [_rgb(getattr(skimage.data, name)()) for name in names]


def pictures_of_folders(folders: list[Path]) -> list[Rgb]:
    """All pictures of the folders."""
    paths = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in (".pgm", ".png", ".jpg")]
    return [read(path) for path in paths]


def captures(count: int, seed: int) -> list[Rgb]:
    """Synthetic prints and eyes, ``count`` of each."""
    prints = [impression(finger(seed + n), seed=seed + n).pixels for n in range(count)]
    return [_rgb(picture) for picture in prints + [capture(eye(seed + n), seed=seed + n).pixels for n in range(count)]]


def _rgb(picture: NDArray[np.generic]) -> Rgb:
    picture = np.uint8(picture * 255) if picture.dtype == bool else picture
    return np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else np.ascontiguousarray(picture[..., :3])


class Backgrounds:
    """Endless pictures without a face, ``side`` pixels square."""

    def __init__(self, pictures: list[Rgb], portraits: list[Portrait], side: int) -> None:
        self.pictures, self.portraits, self.side = pictures, portraits, side
        self.kinds: tuple[tuple[float, Callable[[np.random.Generator], Rgb]], ...] = (
            (0.2, self.part),
            (0.08, self.gradient),
            (0.1, self.objects),
            (0.05, self.stripes),
            (0.08, self.blobs),
            (0.12, self.clothes),
            (0.09, self.feature),
            (0.08, self.shuffled),
            (0.07, self.clouds),
            (0.13, self.leaves),
        )

    def __call__(self, rng: np.random.Generator) -> Rgb:
        shares, kinds = zip(*self.kinds, strict=True)
        picture = kinds[rng.choice(len(kinds), p=shares)](rng)
        return np.ascontiguousarray(np.rot90(picture, rng.integers(4)) if rng.random() < 0.5 else picture[:, ::-1])

    def drawn(self, rng: np.random.Generator) -> Rgb:
        """One that needs no picture: clouds, soft colours or leaves."""
        return (self.clouds, self.gradient, self.leaves)[rng.integers(3)](rng)

    def part(self, rng: np.random.Generator) -> Rgb:
        """A square of one of the pictures, or all of it."""
        picture = self.pictures[rng.integers(len(self.pictures))]
        return self._square(picture, rng, 40) if rng.random() < 0.75 else self._fitted(picture)

    def gradient(self, rng: np.random.Generator) -> Rgb:
        """Soft spots of colour, as unsharp backgrounds are."""
        spots = rng.integers(0, 256, (int(rng.integers(1, 9)), int(rng.integers(1, 9)), 3)).astype(np.uint8)
        return cv2.resize(spots, (self.side,) * 2, interpolation=cv2.INTER_CUBIC)

    def clouds(self, rng: np.random.Generator) -> Rgb:
        """Noise whose spectrum falls as those of landscapes do, in related colours."""
        frequency = np.hypot(np.fft.fftfreq(self.side)[:, None], np.fft.rfftfreq(self.side)) + 1 / self.side
        spectrum = np.fft.rfft2(rng.standard_normal((3, self.side, self.side)))
        layers = np.fft.irfft2(spectrum / frequency ** rng.uniform(0.7, 1.7), s=(self.side,) * 2)
        layers /= layers.std(axis=(1, 2), keepdims=True)
        mixed = np.tensordot(layers, np.eye(3) + rng.uniform(0, 1.5), axes=(0, 0))
        return np.clip(rng.integers(40, 200, 3) + mixed * rng.uniform(8, 30), 0, 255).astype(np.uint8)

    def leaves(self, rng: np.random.Generator) -> Rgb:
        """Shapes of all sizes that hide each other, each with a texture or shade of its own (dead leaves)."""
        canvas = self.clouds(rng)
        for _ in range(int(rng.integers(5, 40))):
            mask = np.zeros((self.side,) * 2, np.uint8)
            radius = self.side * 0.03 / np.sqrt(rng.uniform(0.004, 1))
            corners = int(rng.integers(3, 12))
            angle = np.sort(rng.uniform(0, 2 * np.pi, corners))[:, None]
            reach = radius * rng.uniform(0.5, 1.3, (corners, 1))
            shape = rng.uniform(0, self.side, 2) + np.concatenate((np.cos(angle), np.sin(angle)), axis=1) * reach
            cv2.fillPoly(mask, [shape.astype(np.int32)], 255)
            fill = self.part(rng) if rng.random() < 0.15 else self.gradient(rng)
            shade = rng.uniform(0.3, 1.1)
            canvas[mask > 0] = (fill[mask > 0] * shade).astype(np.uint8)
        return canvas

    def objects(self, rng: np.random.Generator) -> Rgb:
        """Ellipses, boxes, lines and letters on any background."""
        canvas = self.gradient(rng) if rng.random() < 0.6 else self.part(rng).copy()
        for _ in range(int(rng.integers(1, 14))):
            self._drawn(canvas, rng)
        return canvas

    def stripes(self, rng: np.random.Generator) -> Rgb:
        """Waves of any period and curvature, blinds, rings and print-like ridges."""
        rows, columns = np.mgrid[-1 : 1 : self.side * 1j, -1 : 1 : self.side * 1j] - rng.uniform(-1, 1, (2, 1, 1))
        slope = rng.uniform(-1, 1, 2)
        phase = rng.uniform(8, 90) * (
            slope[0] * rows + slope[1] * columns + rng.uniform(-1, 1) * np.hypot(rows, columns)
        )
        wave = (np.sin(phase)[..., None] * rng.uniform(0.2, 4) + 1) / 2
        ends = rng.integers(0, 256, (2, 3))
        return np.clip(ends[0] + np.clip(wave, 0, 1) * (ends[1] - ends[0]), 0, 255).astype(np.uint8)

    def blobs(self, rng: np.random.Generator) -> Rgb:
        """Skin-coloured ovals with dark spots that are no features: too few, or in no face's order."""
        canvas, side = self.gradient(rng), self.side
        tone = np.clip(SKIN * rng.uniform(0.25, 1.2), 0, 255)
        middle, axes = rng.uniform(0.3, 0.7, 2) * side, rng.uniform(0.12, 0.5, 2) * side
        shape = (tuple(map(int, middle)), tuple(map(int, axes)), float(rng.uniform(0, 180)), 0, 360)
        cv2.ellipse(canvas, *shape, tone.tolist(), -1, cv2.LINE_AA)
        for _ in range(int(rng.choice((0, 0, 1, 2, 6, 10)))):
            at = middle + rng.uniform(-0.8, 0.8, 2) * axes
            size = tuple(int(v) for v in rng.uniform(0.03, 0.12, 2) * side + 1)
            dark = (tone * rng.uniform(0.1, 0.7)).tolist()
            cv2.ellipse(canvas, tuple(map(int, at)), size, float(rng.uniform(0, 180)), 0, 360, dark, -1, cv2.LINE_AA)
        return canvas

    def clothes(self, rng: np.random.Generator) -> Rgb:
        """What lies below the chin of a portrait."""
        portrait = self.portraits[rng.integers(len(self.portraits))]
        chin = int(portrait.places[16, 1] + 0.06 * portrait.extent)
        below = portrait.pixels[chin:]
        return self._square(below, rng, 24) if min(below.shape[:2]) > 30 else self.gradient(rng)

    def feature(self, rng: np.random.Generator) -> Rgb:
        """One eye, mouth, nose or ear, filling the picture."""
        portrait = self.portraits[rng.integers(len(self.portraits))]
        centre = portrait.places[rng.choice((96, 97, 57, 90, 0, 32, 51)), :2] + rng.uniform(-4, 4, 2)
        half = portrait.extent * rng.uniform(0.08, 0.16)
        top, left = (centre[::-1] - half).astype(int).clip(0)
        cut = portrait.pixels[top : top + int(2 * half), left : left + int(2 * half)]
        return cv2.resize(cut, (self.side,) * 2, interpolation=cv2.INTER_LINEAR)

    def shuffled(self, rng: np.random.Generator) -> Rgb:
        """A portrait cut into tiles in another order."""
        portrait = self.portraits[rng.integers(len(self.portraits))]
        low, high = portrait.places[:, :2].min(axis=0).clip(0), portrait.places[:, :2].max(axis=0)
        face = portrait.pixels[int(low[1]) : int(high[1]), int(low[0]) : int(high[0])]
        tiles = int(rng.integers(4, 8))
        step = max(1, self.side // tiles)
        whole = cv2.resize(face, (tiles * step,) * 2, interpolation=cv2.INTER_AREA)
        pieces = whole.reshape(tiles, step, tiles, step, 3).swapaxes(1, 2).reshape(-1, step, step, 3)
        pieces = pieces[rng.permutation(len(pieces))].reshape(tiles, tiles, step, step, 3).swapaxes(1, 2)
        return cv2.resize(pieces.reshape(tiles * step, tiles * step, 3), (self.side,) * 2)

    def _square(self, picture: Rgb, rng: np.random.Generator, least: int) -> Rgb:
        height, width = picture.shape[:2]
        side = int(rng.integers(min(least, height, width), min(height, width) + 1))
        top, left = rng.integers(0, height - side + 1), rng.integers(0, width - side + 1)
        cut = picture[top : top + side, left : left + side]
        return cv2.resize(cut, (self.side,) * 2, interpolation=cv2.INTER_AREA)

    def _fitted(self, picture: Rgb) -> Rgb:
        """All of it in the middle of a black square, as the detector is shown pictures."""
        height, width = picture.shape[:2]
        scale = self.side / max(height, width)
        small = cv2.resize(picture, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=3)
        top, left = ((self.side - side) // 2 for side in small.shape[:2])
        canvas = np.zeros((self.side, self.side, 3), np.uint8)
        canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
        return canvas

    def _drawn(self, canvas: Rgb, rng: np.random.Generator) -> None:
        at = tuple(int(value) for value in rng.integers(-20, self.side + 20, 2))
        size = tuple(int(value) for value in rng.integers(2, self.side // 2, 2))
        tone = tuple(int(value) for value in rng.integers(0, 256, 3))
        thick = int(rng.choice((-1, -1, 1, 2, 4)))
        kind = rng.integers(4)
        if kind == 0:
            cv2.ellipse(canvas, at, size, float(rng.uniform(0, 180)), 0, 360, tone, thick, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(canvas, at, (at[0] + size[0], at[1] + size[1]), tone, thick)
        elif kind == 2:
            cv2.line(canvas, at, (at[0] + size[0], at[1] - size[1]), tone, abs(thick) * 2, cv2.LINE_AA)
        else:
            letters = "".join(rng.choice(list("ABCDEFGHKMPRSTW0123456789"), 4))
            cv2.putText(canvas, letters, at, int(rng.integers(8)), float(rng.uniform(0.4, 2)), tone, abs(thick))
