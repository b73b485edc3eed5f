"""Cores and deltas against fields of known truth, and against the fingers they were grown from."""

import functools

import numpy as np
import pytest
from tests.support.prints import sample, touch

from biocapture.fingerprint.comparison.singular_points import SingularPoints, singular_points
from biocapture.fingerprint.comparison.template import FIELD_PX, NO_RIDGES, ORIENTATIONS, Template, template_of
from biocapture.synthetic.fingerprint.finger import Finger, Pattern, finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import Position

Place = tuple[float, float]
DOWN = 1.5 * np.pi
SIDE = (30, 26)
"""Cells."""


def of_field(orientation: np.ndarray) -> Template:
    none = np.zeros(0, np.uint16)
    height, width = (side * FIELD_PX for side in orientation.shape)
    return Template(
        Position.UNKNOWN, height, width, none, none, none.astype(np.uint8), none > 0, none, orientation, NO_RIDGES
    )


def template(angle: np.ndarray) -> Template:
    """Of ridges with these directions in radians."""
    step = np.rint(np.mod(angle, np.pi) * (ORIENTATIONS / np.pi)).astype(int) % ORIENTATIONS
    return of_field((step + 1).astype(np.uint8))


def bearing(place: Place, shape: tuple[int, int] = SIDE) -> np.ndarray:
    row, column = ((np.indices(shape) + 0.5) * FIELD_PX)[:, :, :]
    return np.arctan2(place[0] - row, column - place[1])


def turned(one: float, other: float, period: float = 2 * np.pi) -> float:
    return abs((one - other + period / 2) % period - period / 2)


@pytest.mark.parametrize("opens", [DOWN, 0.3, 2.0])
@pytest.mark.parametrize("place", [(200.0, 180.0), (211.0, 187.5)])
def test_a_core_where_it_is_opening_where_it_opens(opens: float, place: Place) -> None:
    points = singular_points(template((bearing(place) + opens) / 2))
    assert points.core.tolist() == [True]
    assert np.hypot(points.row[0] - place[0], points.column[0] - place[1]) < 4
    assert turned(points.angle_rad[0], opens) < 0.06
    assert 0.9 < points.strength[0] <= 1


@pytest.mark.parametrize("leaves", [DOWN, 0.3])
def test_a_delta_with_its_three_directions(leaves: float) -> None:
    points = singular_points(template((3 * leaves - bearing((200, 180))) / 2))
    assert points.core.tolist() == [False]
    assert np.hypot(points.row[0] - 200, points.column[0] - 180) < 4
    assert turned(points.angle_rad[0], leaves, 2 * np.pi / 3) < 0.06


def test_turning_the_field_turns_the_points() -> None:
    upright = template((bearing((200, 180)) + DOWN) / 2)
    steps = np.rot90(upright.orientation).astype(int) - 1 + ORIENTATIONS // 2
    points = singular_points(of_field((steps % ORIENTATIONS + 1).astype(np.uint8)))
    assert np.hypot(points.row[0] - (SIDE[1] * FIELD_PX - 180), points.column[0] - 200) < 4
    assert turned(points.angle_rad[0], DOWN + np.pi / 2) < 0.06


def test_no_point_without_ridges_or_without_a_turn() -> None:
    for orientation in (np.zeros((0, 0)), np.zeros((1, 1)), np.zeros((30, 26)), np.full((30, 26), 9), np.ones((1, 9))):
        assert len(singular_points(of_field(orientation.astype(np.uint8)))) == 0


def test_most_turns_of_noise_are_too_weak() -> None:
    noise = np.random.default_rng(3).integers(1, 129, (30, 26)).astype(np.uint8)
    stages: dict[str, np.ndarray] = {}
    points = singular_points(of_field(noise), lambda name, array: stages.update({name: array}))
    assert len(points) < 0.2 * np.count_nonzero(stages["index"])


def test_a_core_beyond_the_print_is_not_invented() -> None:
    full = template((bearing((200, 180)) + DOWN) / 2)
    full.orientation[:, :16] = 0
    assert len(singular_points(full)) == 0


def test_a_hole_in_a_core_is_part_of_the_print() -> None:
    full = template((bearing((200, 184)) + DOWN) / 2)
    full.orientation[12, 11] = 0
    assert len(singular_points(full)) == 1


def test_stages_are_traced() -> None:
    stages: dict[str, np.ndarray] = {}
    singular_points(template((bearing((200, 180)) + DOWN) / 2), lambda name, array: stages.update({name: array}))
    assert stages["direction"].shape == SIDE
    assert stages["index"].sum() == np.abs(stages["index"]).sum() == 1


@functools.cache
def grown(pattern: Pattern) -> Finger:
    return finger(301, pattern)


def points_in(pattern: Pattern, **effects: float) -> SingularPoints:
    pixels = impression(grown(pattern), 1, Effects(**effects)).pixels
    return singular_points(template_of(sample(pixels)))


COUNTS = {  # cores and deltas of Henry's classes
    Pattern.ARCH: (0, 0),
    Pattern.TENTED_ARCH: (1, 1),
    Pattern.LEFT_LOOP: (1, 1),
    Pattern.RIGHT_LOOP: (1, 1),
    Pattern.WHORL: (2, 2),
    Pattern.DOUBLE_LOOP: (2, 2),
}


@pytest.mark.parametrize("pattern", COUNTS)
@pytest.mark.parametrize("effects", [{}, {"dry": 0.5}, {"wet": 0.5}], ids=["clean", "dry", "wet"])
def test_synthetic_fingers_have_the_points_of_their_class(pattern: Pattern, effects: dict) -> None:
    """The deltas of a whorl lie at the rim and may not be seen."""
    cores, deltas = COUNTS[pattern]
    points = points_in(pattern, **effects)
    assert points.core.sum() == cores
    assert deltas / 2 <= (~points.core).sum() <= deltas
    assert (np.diff(points.strength) <= 0).all()


def test_loops_open_downwards_to_their_side_and_the_delta_lies_on_the_other() -> None:
    for pattern, side in ((Pattern.LEFT_LOOP, -1), (Pattern.RIGHT_LOOP, 1)):
        points = points_in(pattern)
        core, delta = np.flatnonzero(points.core)[0], np.flatnonzero(~points.core)[0]
        assert np.sin(points.angle_rad[core]) < -0.3
        assert np.sign(np.cos(points.angle_rad[core])) == side
        assert points.row[delta] > points.row[core]
        assert np.sign(points.column[delta] - points.column[core]) == -side


def test_rotation_and_shift_of_the_finger_move_its_core() -> None:
    def core(**effects: float) -> np.ndarray:
        points = singular_points(template_of(sample(touch(1, **effects).pixels)))
        first = np.flatnonzero(points.core)[0]
        return np.array([points.row[first], points.column[first], points.angle_rad[first]])

    plain, shifted, rotated = core(), core(shift_row_px=20.0), core(rotation_deg=20.0)
    assert np.abs(shifted - plain - (20, 0, 0))[:2].max() < 8
    assert turned(rotated[2] - plain[2], np.deg2rad(20)) < 0.25
