"""Faint ridges beside a print: a latent print is one; a line, an edge and the print's own pale half are none."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.prints import described, scores, touch

Pixels = NDArray[np.uint8]
SHAPE = (560, 416)
SEEDS = (1, 2, 3, 4)


def faint_mm2(pixels: Pixels) -> float:
    return scores(described(pixels))["ghost_ridges"].raw


def darker(pixels: Pixels, place: tuple[slice, slice], greys: int) -> Pixels:
    changed = pixels.astype(np.int16)
    changed[place] -= greys
    return changed.clip(0, 255).astype(np.uint8)


def scratches(pixels: Pixels) -> Pixels:
    lines = np.zeros(pixels.shape, np.uint8)
    for start in (20, 150, 330):
        cv2.line(lines, (start, 0), (start + 60, pixels.shape[0]), 60, 3, cv2.LINE_AA)
    return np.maximum(pixels.astype(np.int16) - lines, 0).astype(np.uint8)


def pale_half(pixels: Pixels) -> Pixels:
    """The upper half of the print at an eighth of its contrast, as where the finger hardly touches."""
    rows = np.arange(pixels.shape[0])[:, None] / pixels.shape[0]
    strength = 0.12 + 0.88 / (1 + np.exp(-(rows - 0.45) * 40))
    return np.rint(235 - strength * (235 - pixels.astype(np.float64))).clip(0, 255).astype(np.uint8)


NOTHING: dict[str, Callable[[Pixels], Pixels]] = {
    "clean": lambda pixels: pixels,
    "a dark column at the side": lambda pixels: darker(pixels, np.s_[:, :4], 200),
    "a stitching stripe": lambda pixels: darker(pixels, np.s_[:, 380:384], 40),
    "the edge of a shadow": lambda pixels: darker(pixels, np.s_[:, 370:], 30),
    "scratches": scratches,
    "a pale half": pale_half,
    "grey padding": lambda pixels: np.pad(pixels, 60, constant_values=128),
    "dark padding": lambda pixels: np.pad(pixels, 60, constant_values=20),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", NOTHING)
def test_what_is_no_latent_print(kind: str, seed: int) -> None:
    assert faint_mm2(NOTHING[kind](touch(seed, SHAPE, partial=0.35).pixels)) < 9


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ghost", [0.2, 0.4, 0.6])
def test_a_latent_print_beside_a_partial_one(ghost: float, seed: int) -> None:
    measured = scores(described(touch(seed, SHAPE, partial=0.5, ghost=ghost).pixels))["ghost_ridges"]
    assert measured.raw > 24
    assert measured.score < 30


@pytest.mark.parametrize("seed", SEEDS)
def test_a_latent_print_in_a_slanted_window(seed: int) -> None:
    inside = np.zeros(SHAPE, np.uint8)
    cv2.fillPoly(inside, [np.array([(50, 0), (360, 0), (410, 559), (5, 559)])], 1)
    clean, latent = (
        np.where(inside > 0, touch(seed, SHAPE, partial=0.5, ghost=ghost).pixels, np.uint8(255)) for ghost in (0, 0.5)
    )
    assert faint_mm2(clean) < 9
    assert faint_mm2(latent) > 20
