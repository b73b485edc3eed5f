"""Fingertips of synthetic slaps are found where they are, and called by their names."""

import numpy as np
import pytest

from biocapture.fingerprint.slap.hand import GROUPS
from biocapture.fingerprint.slap.segment import Slap as Found
from biocapture.fingerprint.slap.segment import segment
from biocapture.synthetic.hand.box import overlap
from biocapture.synthetic.hand.scene import Scene
from biocapture.synthetic.hand.slap import Conditions, Slap, ridge_pool, slap
from biocapture.types import FingerGroup, Image, Position

POOL = ridge_pool(900, 2)


def segmented(seed: int, conditions: Conditions, expected: tuple[Position, ...] = ()) -> tuple[Slap, Found]:
    drawn = slap(seed, conditions, POOL)
    return drawn, segment(Image(drawn.pixels, float(drawn.ppi)), expected)


def check_boxes(drawn: Slap, found: Found, visible: float = 0.6) -> None:
    """Every finger once, at least 0.7 of its box, within 10°."""
    assert len(found.fingers) == len(drawn.fingers)
    for true, own in zip(drawn.fingers, found.fingers, strict=True):
        if true.visible > visible:
            assert overlap(true.box, own.box, drawn.pixels.shape) >= 0.7
            assert own.box.angle_deg == pytest.approx(true.box.angle_deg, abs=10)


HARD = {
    "clean": Conditions(),
    "left": Conditions(group=FingerGroup.LEFT_SLAP),
    "thumbs": Conditions(group=FingerGroup.THUMBS),
    "turned": Conditions(tilt_deg=40.0),
    "turned the other way": Conditions(tilt_deg=-40.0),
    "second phalanges": Conditions(seconds=1.0),
    "touching": Conditions(spread=-1.6),
    "touching with second phalanges": Conditions(spread=-1.5, seconds=1.0, tilt_deg=15.0),
    "card": Conditions(scene=Scene(card=True, lines=5, text=3)),
    "halo": Conditions(scene=Scene(halo=1.0)),
    "residue": Conditions(scene=Scene(latent=1.0)),
    "inverted": Conditions(scene=Scene(inverted=True)),
    "uneven pressure": Conditions(pressure=(-0.7, 0.7)),
    "palm": Conditions(palm=True, seconds=1.0),
    "palm cut by the border": Conditions(palm=True, tilt_deg=30.0),
    "turned far": Conditions(group=FingerGroup.LEFT_SLAP, tilt_deg=45.0, spread=-0.5),
    "touching thumbs": Conditions(group=FingerGroup.THUMBS, spread=-1.6, tilt_deg=20.0),
    "lines around fingers": Conditions(scene=Scene(card=True, lines=9), seconds=1.0),
    "fine": Conditions(ppi=1000),
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("seed", [11, 12])
def test_fingers_are_found_and_named(name: str, seed: int) -> None:
    conditions = HARD[name]
    drawn, found = segmented(seed, conditions, GROUPS[conditions.group])
    check_boxes(drawn, found)
    assert [finger.position for finger in found.fingers] == [finger.position for finger in drawn.fingers]


@pytest.mark.parametrize("group", [FingerGroup.RIGHT_SLAP, FingerGroup.LEFT_SLAP])
def test_the_hand_is_told_by_its_tips(group: FingerGroup) -> None:
    drawn, found = segmented(13, Conditions(group=group, tilt_deg=10.0))
    assert found.hand.group is found.hand.likeliest is group
    assert [finger.position for finger in found.fingers] == [finger.position for finger in drawn.fingers]


def test_a_hand_that_is_not_the_expected_one_shows() -> None:
    _, found = segmented(14, Conditions(group=FingerGroup.LEFT_SLAP), GROUPS[FingerGroup.RIGHT_SLAP])
    assert found.hand.group is FingerGroup.RIGHT_SLAP
    assert found.hand.likeliest is FingerGroup.LEFT_SLAP
    assert found.hand.certainty > 0.95


def test_with_a_finger_known_to_be_missing_the_others_are_named() -> None:
    missing = Position.RIGHT_MIDDLE
    due = tuple(finger for finger in GROUPS[FingerGroup.RIGHT_SLAP] if finger is not missing)
    drawn, found = segmented(15, Conditions(missing=(missing,)), due)
    check_boxes(drawn, found)
    assert tuple(finger.position for finger in found.fingers) == due


def test_one_finger_alone_is_not_named() -> None:
    absent = GROUPS[FingerGroup.RIGHT_SLAP][1:]
    _, found = segmented(16, Conditions(missing=absent))
    assert [finger.position for finger in found.fingers] == [Position.UNKNOWN]
    assert found.hand.group is None


def test_fingers_cut_by_the_border_say_so() -> None:
    drawn, found = segmented(17, Conditions(cut_mm=7.0))
    check_boxes(drawn, found)
    cut = [finger.visible < 0.97 for finger in drawn.fingers]
    assert [finger.is_cut for finger in found.fingers] == cut
    assert not any(finger.is_cut for finger in segmented(17, Conditions())[1].fingers)


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_empty_picture_has_no_fingers(grey: int) -> None:
    found = segment(Image(np.full((600, 800), grey, np.uint8), 500.0))
    assert found.fingers == ()
    assert found.hand.group is None
    assert np.isnan(found.angle_deg)


def test_noise_has_no_fingers() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 1000)).astype(np.uint8)
    assert segment(Image(noise, 500.0)).fingers == ()


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (16, 2000), (90, 40)])
def test_small_pictures_do_not_break(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    assert isinstance(segment(Image(noise, 500.0)), Found)


def test_stages_are_traced() -> None:
    stages: dict[str, tuple[int, ...]] = {}
    pixels = slap(18, Conditions(), POOL).pixels
    segment(Image(pixels, 500.0), trace=lambda name, array: stages.update({name: array.shape}))
    assert stages.keys() == {"strength", "coherence", "mask", "apart"}
