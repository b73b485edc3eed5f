"""Faults planted in drawn faces: the measure that is meant falls, on light and on dark skin."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from tests.support import faces
from tests.support.faces import BLUE, DARK_SKIN, HAIR, RED, SKIN, WHITE, Drawn

from biocapture import face
from biocapture.face.features.parsing import FacePart
from biocapture.face.features.recapture import block_steps, pattern_peak_db
from biocapture.face.measures import operational
from biocapture.measure import Measure

SKINS = pytest.mark.parametrize("skin", [SKIN, DARK_SKIN], ids=["light skin", "dark skin"])


def score(item: Measure, drawn: Drawn) -> float:
    batch = face.describe_inputs(face.rgb_picture(drawn.pixels), face.inputs_from_arrays(**drawn.inputs()))
    return float(item.curve(item(batch))[0])


def raw(item: Measure, drawn: Drawn) -> float:
    return float(
        item(face.describe_inputs(face.rgb_picture(drawn.pixels), face.inputs_from_arrays(**drawn.inputs())))[0]
    )


def red_pupils(drawn: Drawn) -> None:
    for pupil in (96, 97):
        drawn.disc(faces.frame_landmarks()[pupil], 8, (190, 30, 40), FacePart.LEFT_EYE)


def glare(drawn: Drawn) -> None:
    drawn.disc(np.array((246, 268)), 18, (255, 255, 255), FacePart.EYEGLASSES)


def sunglasses(drawn: Drawn) -> None:
    for column in (251, 364):
        drawn.disc(np.array((column, 272)), 42, (12, 12, 14), FacePart.EYEGLASSES)


def clear_glasses(drawn: Drawn) -> None:
    for column in (251, 364):
        centre = drawn.at(np.array([(column, 272)]))[0].tolist()
        for image, value in ((drawn.pixels, (30, 30, 30)), (drawn.parts, int(FacePart.EYEGLASSES))):
            cv2.circle(image, centre, 27, value, 5)


def fringe(drawn: Drawn) -> None:
    drawn.fill(np.array([(190, 150), (330, 150), (300, 280), (200, 285)]), HAIR, FacePart.HAIR, 0)


def teeth(drawn: Drawn) -> None:
    points = faces.frame_landmarks(mouth=14.0)
    drawn.fill(points[88:96], (225, 220, 210), FacePart.MOUTH)
    drawn.landmarks[76:96] = points[76:96] @ drawn.place[:, :2].T + drawn.place[:, 2]


def half_shade(drawn: Drawn) -> None:
    middle = int(drawn.at(np.array([(308, 300)]))[0, 0])
    drawn.pixels[:, middle:] = (drawn.pixels[:, middle:] * 0.5).astype(np.uint8)


def shadow_behind(drawn: Drawn) -> None:
    wall = drawn.parts == FacePart.BACKGROUND
    wall[:, : wall.shape[1] * 2 // 3] = False
    drawn.pixels[wall] = (drawn.pixels[wall] * 0.6).astype(np.uint8)


def grey(drawn: Drawn) -> None:
    drawn.pixels[:] = cv2.cvtColor(drawn.pixels, cv2.COLOR_RGB2GRAY)[..., None]


FAULTS: list[tuple[Measure, Callable[[Drawn], None]]] = [
    (operational.red_eye, red_pupils),
    (operational.eye_glare, glare),
    (operational.eye_brightness, sunglasses),
    (operational.glasses, sunglasses),
    (operational.glasses, clear_glasses),
    (operational.hair_over_eyes, fringe),
    (operational.teeth, teeth),
    (operational.face_shadow, half_shade),
    (operational.background_shadow, shadow_behind),
    (operational.colour_depth, grey),
]


@SKINS
@pytest.mark.parametrize(("item", "fault"), [pytest.param(*pair, id=pair[1].__name__) for pair in FAULTS])
def test_planted_fault_is_seen_and_a_plain_face_has_none(
    item: Measure, fault: Callable[[Drawn], None], skin: tuple[int, int, int]
) -> None:
    drawn = faces.face(skin=skin)
    assert score(item, drawn) >= 95
    fault(drawn)
    assert score(item, drawn) <= 40


@SKINS
@pytest.mark.parametrize(("item", "fault"), [pytest.param(*pair, id=pair[1].__name__) for pair in FAULTS])
def test_faults_leave_the_other_measures_of_eyes_and_mouth_alone(
    item: Measure, fault: Callable[[Drawn], None], skin: tuple[int, int, int]
) -> None:
    own = {
        red_pupils: {operational.red_eye.id},
        glare: {operational.eye_glare.id, operational.glasses.id},
        sunglasses: {operational.eye_brightness.id, operational.glasses.id},
        clear_glasses: {operational.glasses.id, operational.eye_brightness.id},
        fringe: {operational.hair_over_eyes.id},
    }.get(fault, {item.id})
    drawn = faces.face(skin=skin)
    fault(drawn)
    local = (
        operational.red_eye,
        operational.eye_glare,
        operational.glasses,
        operational.hair_over_eyes,
        operational.gaze,
        operational.eye_brightness,
    )
    assert not [other.id for other in local if other.id not in own and score(other, drawn) < 90]


@pytest.mark.parametrize("colour", [RED, BLUE, WHITE], ids=["red", "blue", "white"])
def test_background_is_of_one_colour(colour: tuple[int, int, int]) -> None:
    drawn = faces.face(behind=colour)
    backgrounds = (operational.red_background, operational.blue_background, operational.white_background)
    scores = [score(item, drawn) for item in backgrounds]
    assert scores == [100.0 * (colour == one) for one in (RED, BLUE, WHITE)]


@pytest.mark.parametrize("tint", [(219, 21, 20), (160, 20, 30), (230, 60, 50)], ids=str)
def test_reds_of_booths_are_red(tint: tuple[int, int, int]) -> None:
    assert raw(operational.red_background, faces.face(behind=tint)) == 1


@pytest.mark.parametrize("tint", [(0, 144, 255), (30, 70, 190), (70, 140, 220)], ids=str)
def test_blues_of_booths_are_blue(tint: tuple[int, int, int]) -> None:
    assert raw(operational.blue_background, faces.face(behind=tint)) == 1


@pytest.mark.parametrize("tint", [SKIN, (240, 140, 20), (120, 200, 90), (20, 20, 22), (200, 170, 140)], ids=str)
def test_other_backgrounds_are_neither_red_nor_blue_nor_white(tint: tuple[int, int, int]) -> None:
    drawn = faces.face(behind=tint)
    assert [
        raw(item, drawn)
        for item in (operational.red_background, operational.blue_background, operational.white_background)
    ] == [0] * 3


@pytest.mark.parametrize("tint", [(255, 87, 34), (255, 140, 0), (230, 120, 30)], ids=str)
def test_orange_is_not_red(tint: tuple[int, int, int]) -> None:
    drawn = faces.face(behind=tint)
    assert [raw(item, drawn) for item in (operational.orange_background, operational.red_background)] == [1, 0]


def test_a_toned_picture_has_no_variety_of_colours() -> None:
    drawn = faces.face(behind=(190, 200, 215))
    assert score(operational.colour_variety, drawn) == 100
    bright, drawn.pixels[:] = drawn.pixels.copy(), drawn.pixels * 0.3
    assert score(operational.colour_variety, drawn) == 100
    drawn.pixels[:] = bright
    sepia = np.array([(0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131)])
    drawn.pixels[:] = np.clip(drawn.pixels @ sepia.T, 0, 255).astype(np.uint8)
    assert score(operational.colour_variety, drawn) < 40
    assert score(operational.colour_depth, drawn) == 100


def test_share_of_a_background_in_two_colours() -> None:
    drawn = faces.face(behind=RED)
    wall = drawn.parts == FacePart.BACKGROUND
    wall[:, : wall.shape[1] // 2] = False
    drawn.pixels[wall] = BLUE
    shares = [raw(item, drawn) for item in (operational.red_background, operational.blue_background)]
    assert shares == pytest.approx([0.5, 0.5], abs=0.03)


def test_gaze_follows_the_pupils() -> None:
    offsets = [raw(operational.gaze, faces.face(gaze=away)) for away in (-16.0, 0.0, 8.0, 16.0)]
    assert offsets == pytest.approx([16 / 26, 0, 8 / 26, 16 / 26], abs=0.06)


def textured(seed: int, shape: tuple[int, int] = (300, 320)) -> np.ndarray:
    """Smooth and fine noise, as skin has."""
    rng = np.random.default_rng(seed)
    coarse = cv2.GaussianBlur(rng.normal(0, 300, shape), (0, 0), 12)
    return np.clip(130 + coarse + cv2.GaussianBlur(rng.normal(0, 8, shape), (0, 0), 0.8), 0, 255).astype(np.uint8)


def jpeg(grey_image: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", grey_image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 0)


@pytest.mark.parametrize("seed", range(3))
def test_blocks_grow_with_compression_wherever_the_picture_is_cut(seed: int) -> None:
    image = textured(seed)
    steps = [block_steps(image), *(block_steps(jpeg(image, quality)[3:, 5:]) for quality in (95, 75, 50, 25, 10))]
    assert steps[0] < 1.1
    assert steps[1] < 2
    assert steps == sorted(steps)
    assert operational.compression_blocks.curve(np.array([steps[-1], steps[1]])).tolist() == [0.0, 100.0]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("cycles_px", [0.13, 0.2, 0.35])
@pytest.mark.parametrize("angle_deg", [12, 40, 75])
def test_waves_of_a_screen_stand_out(seed: int, cycles_px: float, angle_deg: float) -> None:
    image = textured(seed)
    row, column = np.indices(image.shape)
    angle = np.radians(angle_deg)
    wave = 6 * np.cos(2 * np.pi * cycles_px * (column * np.cos(angle) + row * np.sin(angle)))
    screen = np.clip(image + wave, 0, 255).astype(np.uint8)
    assert pattern_peak_db(image) < 12
    assert pattern_peak_db(jpeg(image, 60)) < 12
    assert pattern_peak_db(screen) > pattern_peak_db(image) + 8


def test_traces_of_faces_too_small_are_not_assessed() -> None:
    assert np.isnan(pattern_peak_db(textured(0, (127, 300))))
    assert np.isnan(block_steps(textured(0, (31, 300))))
