"""What a picture of a slap shows besides the fingers: card, lines, text, halo, an earlier print; and the sensor."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.synthetic.hand.contact import smooth_noise
from biocapture.types import Field, GreyPixels


@dataclass(frozen=True, slots=True)
class Scene:
    """The defaults are a clean livescan.

    Attributes
    ----------
    card : bool
        Inked on paper: grain, no even background.
    lines, text : int
        Ruled lines across the whole picture, lines of text.
    halo, latent : float
        0..1: mist around the fingers; ridges left by an earlier hand.
    inverted : bool
        White ridges on black.
    noise : float
        Standard deviation in greys.
    """

    card: bool = False
    lines: int = 0
    text: int = 0
    halo: float = 0.0
    latent: float = 0.0
    inverted: bool = False
    noise: float = 3.0


CLEAN = Scene()

WORDS = (
    "RIGHT FOUR FINGERS",
    "LEAVE BLANK",
    "LEFT FOUR FINGERS TAKEN SIMULTANEOUSLY",
    "NAME",
    "SIGNATURE",
    "4. R. LITTLE",
)


def picture_of(ink: Field, scene: Scene, random: np.random.Generator) -> GreyPixels:
    """Picture at 500 ppi of ink on a platen or card.

    Parameters
    ----------
    ink : (H, W) float32
        0..1.
    scene : Scene
    random : numpy Generator

    Returns
    -------
    (H, W) uint8
    """
    if scene.latent:
        moved = np.roll(ink, random.integers(80, 300, 2), axis=(0, 1))
        patchy = 0.6 + 0.4 * smooth_noise(random, ink.shape, 150.0)
        ink = np.maximum(ink, np.float32(0.3 * scene.latent) * moved * patchy)
    bright, dark = (random.uniform(195, 235), 60.0) if scene.card else (235.0, 45.0)
    grey = bright - np.float32(bright - dark) * ink
    if scene.card:
        grey += 10 * smooth_noise(random, ink.shape, 250.0)
    if scene.halo:
        mist = _mist(ink)
        grey -= np.float32(70 * scene.halo) * mist * (1 - ink)
    for _ in range(scene.lines):
        _rule(grey, random)
    for _ in range(scene.text):
        _write(grey, random)
    grey = cv2.blur(grey, (2, 2))
    noise = np.empty(ink.shape, np.int8)
    cv2.setRNGSeed(int(random.integers(1 << 30)))
    cv2.randn(noise, 0, scene.noise * (2 if scene.card else 1))
    pixels = np.clip(grey + noise, 0, 255).astype(np.uint8)
    return 255 - pixels if scene.inverted else pixels


def _mist(ink: Field) -> Field:
    """Smooth cover around and on the fingers, 0..1."""
    small = cv2.resize(ink, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    wide = cv2.GaussianBlur(cv2.dilate(small, np.ones((5, 5))), (0, 0), 4.0)
    return cv2.resize(wide / max(float(wide.max()), 1e-6), ink.shape[::-1])


def _rule(grey: Field, random: np.random.Generator) -> None:
    """A printed line across the picture, level or upright."""
    rows, columns = grey.shape
    slant = int(random.normal(0, 4))
    shade, thick = random.uniform(40, 120), int(random.integers(2, 5))
    if random.random() < 0.6:
        at = int(random.uniform(0.03, 0.97) * rows)
        cv2.line(grey, (0, at), (columns, at + slant), shade, thick)
    else:
        at = int(random.uniform(0.03, 0.97) * columns)
        cv2.line(grey, (at, 0), (at + slant, rows), shade, thick)


def _write(grey: Field, random: np.random.Generator) -> None:
    """A line of text near the upper or lower border."""
    rows, columns = grey.shape
    row = random.uniform(0.03, 0.08) if random.random() < 0.5 else random.uniform(0.9, 0.98)
    place = int(random.uniform(0.02, 0.6) * columns), int(row * rows)
    size = random.uniform(0.8, 1.8)
    cv2.putText(grey, WORDS[random.integers(len(WORDS))], place, cv2.FONT_HERSHEY_SIMPLEX, size, 50.0, 3, cv2.LINE_AA)
