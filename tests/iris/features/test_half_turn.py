"""Eyes that stand on their head."""

import numpy as np
import pytest
from tests.support.eyes import cached_eye, eye_image

import biocapture as bc
from biocapture.iris.features.half_turn import differences, half_turn, turns
from biocapture.iris.frame_check import check_frame
from biocapture.synthetic.eye.capture import EyeImage, capture
from biocapture.synthetic.eye.conditions import everyday_conditions
from biocapture.types import Image

SEEDS = pytest.mark.parametrize("seed", [801, 802, 803, 804, 805, 806])


def everyday(seed: int) -> EyeImage:
    return capture(cached_eye(seed, bool(seed % 2)), everyday_conditions(seed), seed)


def turned(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(pixels[::-1, ::-1])


@SEEDS
def test_a_half_turn_changes_nothing_but_the_sign(seed: int) -> None:
    made = everyday(seed)
    limbus, (height, width) = made.truth.limbus, made.pixels.shape
    one = differences(made.pixels, limbus.row_px, limbus.column_px, 110.0)
    other = differences(turned(made.pixels), height - 1 - limbus.row_px, width - 1 - limbus.column_px, 110.0)
    np.testing.assert_allclose(one, -other, atol=0.05)
    assert np.abs(one).max() > 0.2


@SEEDS
def test_upright_eyes_are_upright_and_turned_ones_are_retaken(seed: int) -> None:
    pixels = everyday(seed).pixels
    for seen, wanted in ((pixels, False), (turned(pixels), True)):
        report = bc.assess(seen, "iris", position="left_eye" if seed % 2 else "right_eye")
        keys = [reason.key for reason in report.reasons]
        assert ("iris.turn_half" in keys) == wanted
        assert "iris.check_side" not in keys
        assert not wanted or report.verdict is bc.Verdict.RETAKE


@SEEDS
def test_a_quarter_turn_changes_the_sign_of_its_evidence(seed: int) -> None:
    made = everyday(seed)
    limbus, width = made.truth.limbus, made.pixels.shape[1]
    half, quarter = turns(made.pixels, limbus.row_px, limbus.column_px, 110.0)
    aside = turns(np.ascontiguousarray(np.rot90(made.pixels)), width - 1 - limbus.column_px, limbus.row_px, 110.0)[1]
    assert half == half_turn(made.pixels, limbus.row_px, limbus.column_px, 110.0)
    assert quarter > 1
    assert aside == pytest.approx(-quarter, abs=1.5)


@pytest.mark.parametrize("quarters", [1, 3])
@pytest.mark.parametrize("seed", range(807, 819))
def test_eyes_that_lie_on_their_side_are_never_ready(seed: int, quarters: int) -> None:
    report = bc.assess(np.ascontiguousarray(np.rot90(everyday(seed).pixels, quarters)), "iris")
    assert report.verdict is not bc.Verdict.READY


def test_the_quarter_is_unknown_where_one_direction_lies_outside_the_image() -> None:
    made = everyday(801)
    limbus = made.truth.limbus
    row = round(limbus.row_px)
    flat = np.ascontiguousarray(made.pixels[row - 60 : row + 60])
    assert turns(flat, limbus.row_px - row + 60, limbus.column_px, 110.0)[1] == 0.0


@SEEDS
def test_the_live_loop_says_to_turn_the_camera(seed: int) -> None:
    pixels = everyday(seed).pixels
    assert check_frame(Image(turned(pixels))).scores["capture.turn_camera"] < 50
    assert check_frame(Image(pixels)).scores["capture.turn_camera"] > 50


def test_an_iris_without_anything_around_shows_no_way_up() -> None:
    assert half_turn(np.full((200, 200), 90, np.uint8), 100.0, 100.0, 60.0) == 0.0
    assert half_turn(eye_image(1).pixels, -500.0, -500.0, 60.0) == 0.0
