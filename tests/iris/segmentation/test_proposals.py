"""Circles that the network proposes: from greys of any camera, of any size, none where there is no eye."""

import dataclasses

import cv2
import numpy as np
import pytest

from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.segmentation.proposals import CELL, HIGH, UNIT, WIDE, Proposal, elected, network_input, proposal
from biocapture.iris.segmentation.reduction import reduce_image
from biocapture.iris.segmentation.segment import proposed_outlines, segment
from biocapture.synthetic.eye.capture import EyeImage, capture
from biocapture.synthetic.eye.conditions import Conditions, everyday_conditions
from biocapture.synthetic.eye.eye import eye
from biocapture.types import Field, GreyPixels

PUPIL, LIMBUS = Ellipse(61.0, 83.0, 11.0, 11.0, 0.0), Ellipse(60.0, 84.5, 31.0, 31.0, 0.0)


def votes(*eyes: tuple[Ellipse, Ellipse, float]) -> Field:
    """The network's answer if it saw these pupils and limbi, with logits of their evidence."""
    rows, columns = (np.mgrid[: HIGH // CELL, : WIDE // CELL] + 0.5) * CELL - 0.5
    answer = np.zeros((9, HIGH // CELL, WIDE // CELL), np.float32)
    answer[0] = -9
    for pupil, limbus, logit in eyes:
        near = np.hypot(rows - pupil.row_px, columns - pupil.column_px) < limbus.radius_px / 2
        answer[0, near] = logit
        for first, circle in ((3, pupil), (6, limbus)):
            size = np.full_like(rows, UNIT * np.log(circle.radius_px / UNIT))
            vote = circle.column_px - columns, circle.row_px - rows, size
            answer[first : first + 3, near] = (np.stack(vote) / UNIT)[:, near]
    return answer


def assert_same(found: Ellipse, true: Ellipse) -> None:
    assert [found.row_px, found.column_px, found.radius_px] == pytest.approx(
        [true.row_px, true.column_px, true.radius_px], abs=0.01
    )


def test_cells_that_agree_elect_their_circles() -> None:
    only = elected(votes((PUPIL, LIMBUS, 2.0)))
    assert only is not None
    assert_same(only.pupil, PUPIL)
    assert_same(only.limbus, LIMBUS)
    assert only.evidence == pytest.approx(1 / (1 + np.exp(-2.0)))


def test_of_two_eyes_the_surer_one_is_proposed() -> None:
    aside = Ellipse(60.0, 130.0, 8.0, 8.0, 0.0), Ellipse(60.0, 130.0, 20.0, 20.0, 0.0)
    surer = elected(votes((PUPIL, LIMBUS, 1.0), (*aside, 3.0)))
    assert surer is not None
    assert_same(surer.limbus, aside[1])


def test_nothing_is_proposed_without_evidence() -> None:
    assert elected(votes((PUPIL, LIMBUS, -4.0))) is None


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_the_tone_curve_of_a_camera_does_not_change_the_ranks(gamma: float) -> None:
    linear = np.random.default_rng(1).integers(4, 20, (120, 160)) / 19
    ranks, other = (network_input((255 * linear**power).astype(np.uint8))[1] for power in (1.0, gamma))
    assert np.abs(ranks - other).max() < 1e-5


def test_exposure_and_black_level_do_not_change_the_input() -> None:
    grey = np.random.default_rng(2).integers(0, 100, (128, 128)).astype(np.uint8)
    assert network_input(grey) == pytest.approx(network_input(2 * grey + 30), abs=0.03)


def test_what_is_no_picture_is_told_and_zero() -> None:
    grey = np.random.default_rng(3).integers(0, 256, (90, 70)).astype(np.uint8)
    inside = np.ones_like(grey)
    inside[:, 60:] = 0
    seen = network_input(grey, inside)
    assert seen[2].sum() == 90 * 60
    assert not seen[:, :, 60:].any()
    assert not seen[:, 90:].any()
    assert seen[:2, :90, :60] == pytest.approx(network_input(np.ascontiguousarray(grey[:, :60]))[:2, :90, :60])


def off(found: Ellipse, true: Ellipse, radius_px: float) -> float:
    away = np.hypot(found.row_px - true.row_px, found.column_px - true.column_px)
    return float(max(away, abs(found.radius_px - true.radius_px)) / radius_px)


def taken(number: int, **changes: object) -> EyeImage:
    return capture(eye(number), dataclasses.replace(everyday_conditions(number), **changes), number)  # type: ignore[arg-type]


def assert_found(pixels: GreyPixels, truth: EyeImage, factor: float = 1.0) -> Proposal:
    """The surer outline of the proposal is right, with no other search."""
    proposed = proposal(pixels)
    assert proposed is not None
    outline = max(proposed_outlines(pixels, reduce_image(pixels)), key=lambda one: one.confidence)
    pupil, limbus = (
        Ellipse(e.row_px, e.column_px, e.major_px, e.minor_px, e.tilt_rad).rescale(factor)
        for e in (truth.truth.pupil, truth.truth.limbus)
    )
    assert off(outline.near.to_image(outline.hypothesis[0]), pupil, limbus.radius_px) < 0.05
    assert off(outline.near.to_image(outline.hypothesis[1]), limbus, limbus.radius_px) < 0.06
    return proposed


@pytest.mark.parametrize(
    "look",
    [
        {},
        {"dilation": 0.75},
        {"exposure_ev": -2.0},
        {"lid_opening": 0.55, "lashes": 1.0},
        {"glasses_frame": 1.0},
        {"leds": 8, "led_spread": 0.25},
    ],
    ids=str,
)
def test_eyes_of_many_looks_are_proposed(look: dict[str, object]) -> None:
    found = [assert_found(one.pixels, one).evidence for one in (taken(number, **look) for number in range(71, 75))]
    assert min(found) > 0.5


def test_small_irises_are_proposed_and_the_surest_outline_is_right() -> None:
    """Proposed pupils of irises below 60 px of 640 are too far off to be believed: the dark disc is."""
    for number in range(71, 75):
        one = taken(number, iris_radius_px=60.0)
        proposed, found = proposal(one.pixels), segment(one.pixels)
        assert proposed is not None
        assert isinstance(found, Outline)
        true = one.truth.pupil
        pupil = Ellipse(true.row_px, true.column_px, true.major_px, true.minor_px, true.tilt_rad)
        assert proposed.evidence > 0.5
        assert off(found.pupil, pupil, 60.0) < 0.05


@pytest.mark.parametrize("size", [(320, 240), (200, 150), (1280, 960)])
def test_the_size_of_the_image_does_not_matter(size: tuple[int, int]) -> None:
    one = taken(81)
    assert_found(cv2.resize(one.pixels, size, interpolation=cv2.INTER_AREA), one, size[0] / 640)


def test_the_camera_does_not_matter() -> None:
    one = taken(82)
    for table in (lambda grey: 255 * (grey / 255) ** 0.4, lambda grey: 70 * (grey / 255) ** 1.5, lambda grey: grey):
        assert_found(table(one.pixels.astype(np.float64)).astype(np.uint8), one)


def test_upright_pictures_and_borders() -> None:
    shape = 640, 480
    one = capture(eye(83), Conditions(shape=shape, iris_radius_px=90.0, shift_column_px=150.0, lid_opening=0.8), 1)
    assert_found(one.pixels, one)


def test_noise_one_tone_and_closed_eyes_are_no_eyes() -> None:
    random = np.random.default_rng(4)
    pictures = [random.integers(0, 256, (240, 320)).astype(np.uint8), np.full((240, 320), 90, np.uint8)]
    pictures += [taken(number, lid_opening=0.0).pixels for number in (91, 92)]
    found = [proposal(pixels) for pixels in pictures]
    assert max((one.evidence for one in found if one is not None), default=0.0) < 0.5
