"""Roundings, regions, light and distances in closed form, and what must not change when the picture moves."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import faces

from biocapture.face import measures_from
from biocapture.face.alignment import SIDE_PX, TARGET_POINTS, align, similarity_transform
from biocapture.face.features.cheeks import cheek_patches
from biocapture.face.features.colour import cielab, colour_distance
from biocapture.face.features.geometry import eye_opening, geometry_statistics, mouth_opening
from biocapture.face.features.light import entropy_bits, histogram_overlap, light_statistics, luminance_moments
from biocapture.face.features.luminance import LINEAR, luminance
from biocapture.face.features.occlusion import box_windows, eye_boxes, occluded_share, visible_mask
from biocapture.face.features.parsing import FacePart, head_covering, parts_in_frame
from biocapture.face.features.region import RASTER_PX, Region, _nearest, face_region
from biocapture.face.features.sharpness import sharpness_features
from biocapture.face.landmarks import (
    ALIGNED_EYE_DISTANCE_PX,
    eye_centres,
    eye_chin_distance,
    round_half_away,
    to_pixels,
)

FRAME = (SIDE_PX, SIDE_PX)
STRAIGHT = to_pixels(faces.frame_landmarks())


def test_halves_go_away_from_zero() -> None:
    values = np.array([-2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5, 2.4999, -0.2])
    assert round_half_away(values).tolist() == [-3, -2, -1, 0, 1, 2, 3, 2, 0]


def test_eye_centres_are_rounded_and_the_chin_distance_is_not() -> None:
    points = np.zeros((98, 2), np.int64)
    points[[60, 64]] = (10, 20), (13, 21)
    points[[68, 72]] = (30, 20), (33, 20)
    points[16] = (22, 80)
    left, right = eye_centres(points)
    assert left.tolist() == [12, 21]
    assert right.tolist() == [32, 20]
    assert eye_chin_distance(points) == pytest.approx(59.5)
    assert geometry_statistics(points, (100, 100), 0.0).room_above == pytest.approx(21 / 59)


@given(st.integers(-300, 900), st.integers(1, 1500), st.integers(1, 700))
def test_raster_is_enlarged_as_opencv_does(start: int, size: int, limit: int) -> None:
    line = np.arange(RASTER_PX, dtype=np.uint8)[None]
    enlarged = cv2.resize(line, (size, 1), interpolation=cv2.INTER_NEAREST)[0]
    kept = enlarged[max(0, -start) : max(0, limit - start)]
    np.testing.assert_array_equal(_nearest(start, start + size, limit), kept)


def test_region_is_the_hull_to_a_raster_line() -> None:
    region = face_region(STRAIGHT, FRAME)
    exact = np.zeros(FRAME, np.uint8)
    cv2.fillConvexPoly(exact, cv2.convexHull(STRAIGHT.astype(np.int32)), 1)
    band = cv2.dilate(exact, np.ones((7, 7), np.uint8)) - cv2.erode(exact, np.ones((7, 7), np.uint8))
    np.testing.assert_array_equal(region.mask[band == 0], exact[band == 0])
    outside = region.mask.copy()
    outside[region.window] = 0
    assert not outside.any()


@pytest.mark.parametrize("shift", [(0, -300), (250, 0), (-300, -300), (40000, 40000)])
def test_region_is_cut_at_the_border(shift: tuple[int, int]) -> None:
    moved = face_region(STRAIGHT + np.array(shift), FRAME)
    room = face_region(STRAIGHT + 700, (2200, 2200)).mask
    if max(np.abs(shift)) < 700:
        left, top = 700 - shift[0], 700 - shift[1]
        # C++ truncates towards zero, so that negative corners may lie one pixel further in
        assert (moved.mask != room[top : top + SIDE_PX, left : left + SIDE_PX]).mean() < 1e-3
        assert moved.area_px > 1000
    else:
        assert moved.area_px == 0


def test_luminance_is_the_formula_on_random_colours() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (1, 100000, 3), dtype=np.uint8)
    red, green, blue = (LINEAR[colours[0, :, i]] for i in range(3))
    expected = np.floor(255 * (0.2126 * red + 0.7152 * green + 0.0722 * blue) + 0.5)
    np.testing.assert_array_equal(luminance(colours)[0], expected)
    assert luminance(np.array([[(0, 0, 0), (255, 255, 255)]], np.uint8)).tolist() == [[0, 255]]


def test_statistics_of_tones_in_closed_form() -> None:
    half = np.zeros(256)
    half[[0, 255]] = 10
    assert luminance_moments(half) == pytest.approx((0.5, 0.25))
    assert entropy_bits(half) == 1
    assert entropy_bits(np.ones(256)) == 8
    assert entropy_bits(np.eye(256)[7]) == 0
    assert np.isnan(entropy_bits(np.zeros(256)))
    assert histogram_overlap(np.zeros((4, 4), np.uint8), np.ones((4, 4), np.uint8)) == 0
    assert histogram_overlap(np.zeros((4, 4), np.uint8), np.eye(4, dtype=np.uint8)) == 0.75


def test_exposure_limits() -> None:
    grey = np.zeros(FRAME, np.uint8)
    grey[:10, 0], grey[:10, 1], grey[:10, 2], grey[:10, 3] = 25, 26, 246, 247
    mask = np.zeros(FRAME, np.uint8)
    mask[:10, :4] = 1
    found = light_statistics(grey, Region(mask, (slice(0, 10), slice(0, 4))), None, None)
    assert (found.dark_share, found.bright_share) == (0.25, 0.25)
    assert np.isnan(found.illumination_overlap)


def test_white_has_no_colour_and_skin_is_within_its_box() -> None:
    np.testing.assert_allclose(cielab(np.ones(3)), [100, 0, 0], atol=0.01)
    picture = np.full((*FRAME, 3), faces.SKIN, np.uint8)
    region = Region(np.ones(FRAME, np.uint8), (slice(0, SIDE_PX), slice(0, SIDE_PX)))
    patches = cheek_patches(STRAIGHT, FRAME)
    assert colour_distance(picture, region, patches) == 0
    assert colour_distance(picture[..., ::-1].copy(), region, patches) == 100
    red = np.full((*FRAME, 3), (230, 30, 30), np.uint8)
    assert 20 < colour_distance(red, region, patches) < 100


def test_cheeks_lie_below_the_eyes_between_their_middles() -> None:
    left, right = cheek_patches(STRAIGHT, FRAME)
    assert left == (slice(337, 337 + 33), slice(251, 251 + 33))
    assert right == (slice(337, 337 + 33), slice(364 - 33, 364))
    assert cheek_patches(STRAIGHT + 5000, FRAME) is None
    assert cheek_patches(np.zeros((98, 2), np.int64), FRAME) is None


@pytest.mark.parametrize("turn_deg", [0.0, 12.0, -30.0, 180.0])
@pytest.mark.parametrize("eye_px", [60.0, 113.0, 240.0])
def test_alignment_brings_every_face_to_the_same_place(turn_deg: float, eye_px: float) -> None:
    drawn = faces.face((1000, 900), eye_px, turn_deg=turn_deg)
    aligned = align(drawn.pixels, to_pixels(drawn.landmarks))
    assert np.abs(aligned.points - STRAIGHT).max() <= 3 * max(1.0, 113 / eye_px)
    assert np.abs(aligned.points[[54, 76, 82]] - TARGET_POINTS[2:]).max() <= 4


def test_the_eye_distance_of_the_frame_is_that_of_its_target_points() -> None:
    assert np.hypot(*(TARGET_POINTS[1] - TARGET_POINTS[0])) == ALIGNED_EYE_DISTANCE_PX


def test_points_that_fix_no_similarity_align_nothing() -> None:
    assert similarity_transform(np.full((98, 2), 7)) is None


def test_openings_in_closed_form() -> None:
    points = to_pixels(faces.frame_landmarks(opening=12.0, mouth=30.0))
    down = 482 - 272
    assert eye_opening(points) == pytest.approx(24 / down, abs=0.5 / down)
    assert mouth_opening(points) == pytest.approx(60 / down, abs=0.5 / down)
    points[61:64, 1] = points[65:68, 1][::-1]
    assert eye_opening(points) == 0


def test_eye_boxes_grow_as_the_head_turns() -> None:
    def height(yaw_deg: float) -> int:
        rows, _ = box_windows(eye_boxes(STRAIGHT, yaw_deg))[0]
        return rows.stop - rows.start

    assert [height(yaw) for yaw in (0.0, 60.0)] == [23 + 1 + 2 * 5, 23 + 1 + 2 * 11]
    assert height(60.0) == height(-60.0)
    assert eye_boxes(STRAIGHT, float("nan")) is None


def test_what_lies_beyond_the_occlusion_map_is_covered() -> None:
    visible = visible_mask(np.ones((224, 224), np.uint8))
    assert occluded_share(np.ones(FRAME, np.uint8), visible) == pytest.approx(1 - (424 / 616) ** 2)
    assert np.isnan(occluded_share(np.zeros(FRAME, np.uint8), visible))


def test_head_covering_is_hat_and_cloth_above_the_mouth() -> None:
    parsing = np.zeros((400, 400), np.uint8)
    parsing[196:] = FacePart.CLOTH
    assert head_covering(parsing) == 0
    parsing[:49], parsing[49:98] = FacePart.HAT, FacePart.CLOTH
    assert head_covering(parsing) == 0.5
    assert parts_in_frame(parsing)[0, 29:31].tolist() == [FacePart.BACKGROUND, FacePart.HAT]


@pytest.mark.parametrize("border_px", [1, 17, 64])
def test_a_wider_picture_changes_margins_alone(border_px: int) -> None:
    """Rows and columns added around: landmarks shift, the face and its light do not."""
    drawn = faces.face()
    wide = np.pad(drawn.pixels, ((border_px,) * 2, (border_px,) * 2, (0, 0)), mode="edge")
    given_inputs = drawn.inputs()
    before = measures_from(drawn.pixels, **given_inputs)
    after = measures_from(wide, **given_inputs | {"landmarks": drawn.landmarks + border_px})
    changing = {"LeftwardCrop", "RightwardCrop", "MarginAbove", "MarginBelow", "HeadSize", "BackgroundUniformity"}
    for name, answer in before.items():
        if not any(name.startswith(start) for start in changing):
            assert after[name] == answer, name
    room = "LeftwardCropOfTheFaceImage"
    assert after[room][0] == pytest.approx(before[room][0] + border_px / 100)


def test_twice_the_picture_has_twice_the_eye_distance_and_the_same_ratios() -> None:
    small, large = faces.face((640, 480), 100.0), faces.face((1280, 960), 200.0)
    one, two = measures_from(small.pixels, **small.inputs()), measures_from(large.pixels, **large.inputs())
    assert two["InterEyeDistance"][0] == pytest.approx(2 * one["InterEyeDistance"][0])
    for name in ("HeadSize", "EyesOpen", "MarginAboveOfTheFaceImage", "LuminanceMean", "LeftwardCropOfTheFaceImage"):
        assert two[name][0] == pytest.approx(one[name][0], rel=0.05), name  # landmarks are whole pixels


def test_mirrored_face_swaps_the_sides() -> None:
    drawn = faces.face(gaze=5.0)
    drawn.landmarks[:, 0] += 30
    drawn.pixels = np.roll(drawn.pixels, 30, axis=1)
    room = measures_from(drawn.pixels, landmarks=drawn.landmarks, pose=(0, 0, 0))
    assert room["LeftwardCropOfTheFaceImage"][0] - room["RightwardCropOfTheFaceImage"][0] == pytest.approx(0.6)


def test_darker_brighter_blurred_and_busier_pictures_move_the_right_measure() -> None:
    drawn = faces.face()
    given_inputs = drawn.inputs()
    rng = np.random.default_rng(0)
    textured = np.clip(drawn.pixels + rng.normal(0, 4, drawn.pixels.shape), 0, 255).astype(np.uint8)
    dark, bright = (textured * 0.35).astype(np.uint8), np.clip(textured * 1.9, 0, 255).astype(np.uint8)
    plain, under, over = (measures_from(image, **given_inputs) for image in (textured, dark, bright))
    assert under["UnderExposurePrevention"][1] < plain["UnderExposurePrevention"][1] - 20
    assert over["OverExposurePrevention"][1] < plain["OverExposurePrevention"][1] - 50
    assert under["DynamicRange"][0] < plain["DynamicRange"][0]
    soft = measures_from(cv2.GaussianBlur(textured, (0, 0), 3), **given_inputs)
    assert soft["BackgroundUniformity"][0] < plain["BackgroundUniformity"][0]


def test_sharpness_features_fall_with_blur_and_need_a_face() -> None:
    rng = np.random.default_rng(0)
    drawn = faces.face()
    sharp = np.clip(drawn.pixels + rng.normal(0, 6, drawn.pixels.shape), 0, 255).astype(np.uint8)
    points = to_pixels(drawn.landmarks)
    soft = cv2.GaussianBlur(sharp, (0, 0), 2)
    assert (sharpness_features(soft, points)[::2] < sharpness_features(sharp, points)[::2]).all()
    assert sharpness_features(sharp, points + 20000) is None
