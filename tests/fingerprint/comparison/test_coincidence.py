import functools

import cv2
import numpy as np
import pytest
from tests.support.prints import grown, sample

from biocapture.fingerprint.comparison.coincidence import (
    FIRST_REACH_PX,
    Ridges,
    plane_transform,
    refined_transform,
    ridge_coincidence,
    ridges_of,
)
from biocapture.fingerprint.comparison.structure import structure_of
from biocapture.fingerprint.comparison.template import template_of
from biocapture.synthetic.fingerprint.impression import Effects, impression

STAY = plane_transform(1 + 0j, 0j)


@functools.cache
def ridges(seed: int, impression_seed: int = 1, **effects: float) -> Ridges:
    pixels = impression(grown(seed), impression_seed, Effects(**effects)).pixels
    return structure_of(template_of(sample(pixels))).ridges


def of_plane(plane: np.ndarray) -> Ridges:
    """Of greys about 128: what is brighter is ridge."""
    return ridges_of(plane > 128, plane != 128)


def test_a_print_coincides_with_itself_and_not_with_another() -> None:
    itself = ridge_coincidence(ridges(61), ridges(61), STAY, FIRST_REACH_PX)
    assert itself.value > 0.95
    assert itself.correction() == pytest.approx(np.eye(2, 3), abs=1e-6)
    assert abs(ridge_coincidence(ridges(61), ridges(62), STAY, FIRST_REACH_PX).value) < 0.3


def test_movement_follows_the_plane_of_the_minutiae() -> None:
    """A point at (column, row) goes where multiplying and moving column - i · row sends it."""
    turn, shift = np.exp(0.3j), 12.0 - 7.0j
    column, row = 40.0, 90.0
    there = (column - 1j * row) * turn + shift
    at = plane_transform(turn, shift) @ np.array([(column - 0.5) / 2, (row - 0.5) / 2, 1.0])
    assert 2 * at + 0.5 == pytest.approx([there.real, -there.imag])


def test_what_the_movement_misses_is_corrected() -> None:
    """Turned by a degree and shifted by a pixel more than told: the correction finds nearly all of it."""
    height, width = ridges(61).plane.shape
    missed = cv2.getRotationMatrix2D((width / 2, height / 2), 1.0, 1.0)
    missed[:, 2] += 1.0
    moved = of_plane(cv2.warpAffine(ridges(61).plane, missed, (width, height), borderValue=(128,)))
    coincidence = ridge_coincidence(ridges(61), moved, STAY, FIRST_REACH_PX)
    near, nearer = (
        ridge_coincidence(ridges(61), moved, way, 1).value for way in (STAY, refined_transform(STAY, coincidence))
    )
    assert nearer > max(near + 0.1, 0.8)


def test_little_in_common_tells_nothing() -> None:
    for far in (plane_transform(1 + 0j, 2000 + 0j), plane_transform(1 + 0j, 0 - 2000j)):
        assert ridge_coincidence(ridges(61), ridges(62), far, FIRST_REACH_PX).value == 0
    for empty in (of_plane(np.zeros((0, 0), np.uint8)), of_plane(np.full((8, 8), 128, np.uint8))):
        assert ridge_coincidence(ridges(61), empty, STAY, FIRST_REACH_PX).value == 0
        assert ridge_coincidence(empty, ridges(61), STAY, FIRST_REACH_PX).value == 0


def test_part_of_a_print_coincides_where_it_is() -> None:
    part = ridges(61).plane.copy()
    part[:, : part.shape[1] // 2] = 128
    assert ridge_coincidence(of_plane(part), ridges(61), STAY, FIRST_REACH_PX).value > 0.9
