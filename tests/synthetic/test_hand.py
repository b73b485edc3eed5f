"""Synthetic hands: the picture shows what the truth says."""

import numpy as np
import pytest

from biocapture.synthetic.hand.box import overlap, visible_share
from biocapture.synthetic.hand.scene import Scene
from biocapture.synthetic.hand.slap import Conditions, Slap, ridge_pool, slap
from biocapture.types import FingerGroup, Position, RotatedBox

POOL = ridge_pool(900, 2)


def made(seed: int = 1, **conditions: object) -> Slap:
    return slap(seed, Conditions(**conditions), POOL)  # type: ignore[arg-type]


def test_the_same_arguments_give_the_same_pixels() -> None:
    assert np.array_equal(made(3).pixels, made(3).pixels)
    assert not np.array_equal(made(3).pixels, made(4).pixels)


def test_ink_lies_in_the_boxes_and_nowhere_else() -> None:
    drawn = made(tilt_deg=25.0)
    row, column = np.mgrid[0 : drawn.pixels.shape[0], 0 : drawn.pixels.shape[1]]
    inside = np.zeros(drawn.pixels.shape, np.bool_)
    for finger in drawn.fingers:
        turn = np.deg2rad(finger.box.angle_deg)
        down = (row - finger.box.row) * np.cos(turn) + (column - finger.box.column) * np.sin(turn)
        right = (column - finger.box.column) * np.cos(turn) - (row - finger.box.row) * np.sin(turn)
        inside |= (np.abs(down) < finger.box.height / 2 + 3) & (np.abs(right) < finger.box.width / 2 + 3)
    assert drawn.pixels[inside].mean() < 180
    assert drawn.pixels[~inside].min() > 200


def test_right_and_left_hands_run_opposite_ways() -> None:
    right = [finger.position for finger in made(group=FingerGroup.RIGHT_SLAP).fingers]
    left = [finger.position for finger in made(group=FingerGroup.LEFT_SLAP).fingers]
    assert right == [Position(f"right_{digit}") for digit in ("index", "middle", "ring", "little")]
    assert left == [Position(f"left_{digit}") for digit in ("little", "ring", "middle", "index")]


def test_a_missing_finger_is_not_in_the_picture() -> None:
    fingers = made(missing=(Position.RIGHT_RING,)).fingers
    assert Position.RIGHT_RING not in [finger.position for finger in fingers]
    assert len(fingers) == 3


def test_a_cut_hand_says_how_much_is_visible() -> None:
    assert all(finger.visible == pytest.approx(1.0, abs=1e-3) for finger in made().fingers)
    assert min(finger.visible for finger in made(cut_mm=8.0).fingers) < 0.85


@pytest.mark.parametrize("scene", [Scene(card=True, lines=3, text=2), Scene(halo=1.0), Scene(latent=1.0)])
def test_scenes_darken_what_a_clean_platen_leaves_white(scene: Scene) -> None:
    assert made(scene=scene).pixels.mean() < made().pixels.mean()


def test_an_inverted_picture_is_dark_around_the_fingers() -> None:
    assert np.median(made(scene=Scene(inverted=True)).pixels) < 40


def test_second_phalanges_and_twice_the_resolution_keep_the_truth() -> None:
    fine, coarse = made(ppi=1000), made()
    assert fine.pixels.shape == tuple(2 * side for side in coarse.pixels.shape)
    assert fine.fingers[0].box.height == pytest.approx(2 * coarse.fingers[0].box.height)
    assert (made(seconds=1.0).pixels < 128).sum() > 1.3 * (coarse.pixels < 128).sum()


def test_overlap_is_of_what_lies_in_the_picture() -> None:
    box = RotatedBox(0.0, 50.0, 40.0, 20.0, 0.0)
    assert visible_share(box, (100, 100)) == pytest.approx(0.5)
    assert overlap(box, RotatedBox(5.0, 50.0, 30.0, 20.0, 0.0), (100, 100)) == pytest.approx(1.0)
    assert overlap(box, RotatedBox(0.0, 90.0, 40.0, 20.0, 0.0), (100, 100)) == 0.0
