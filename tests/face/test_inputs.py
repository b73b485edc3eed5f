"""Whatever picture and inputs come: our own error for bad input, an answer for everything else."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support import faces

from biocapture.errors import UsageError
from biocapture.face import measures_from
from biocapture.face.inputs import inputs_from_arrays, rgb_picture
from biocapture.face.ofiq.native import OFIQ_MEASURES

PLAIN = faces.face()
BLANK = np.zeros((20, 30, 3), np.uint8)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("landmarks", np.zeros((68, 2))),
        ("landmarks", np.full((98, 2), np.nan)),
        ("landmarks", np.full((98, 2), np.inf)),
        ("landmarks", [["a", "b"]] * 98),
        ("boxes", [(1.0, 2.0, 3.0)]),
        ("boxes", [(math.nan, 2.0)]),
        ("boxes", 5.0),
        ("pose", (1.0, 2.0)),
        ("parsing", np.zeros((224, 224), np.uint8)),
        ("parsing", np.zeros((400, 400), np.float32)),
        ("occlusion", np.zeros((400, 400), bool)),
    ],
)
def test_inputs_of_another_shape_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=name):
        inputs_from_arrays(**{name: value})


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.uint16),
        np.zeros((4, 4, 3)),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros(7, np.uint8),
        np.zeros((40000, 1), np.uint8),
    ],
    ids=lambda image: f"{image.shape} {image.dtype}",
)
def test_pictures_of_another_kind_are_refused(image: np.ndarray) -> None:
    with pytest.raises(UsageError, match="image"):
        rgb_picture(image)


def test_the_picture_is_not_written_to() -> None:
    before = PLAIN.pixels.copy()
    PLAIN.pixels.flags.writeable = False
    given_inputs = PLAIN.inputs()
    kept = {name: np.array(value) for name, value in given_inputs.items()}
    measures_from(PLAIN.pixels, **given_inputs)
    np.testing.assert_array_equal(PLAIN.pixels, before)
    assert all(np.array_equal(kept[name], value) for name, value in given_inputs.items())


def test_grey_is_the_same_as_three_equal_planes() -> None:
    grey = PLAIN.pixels[..., 1]
    given_inputs = PLAIN.inputs()
    answers = measures_from(grey, **given_inputs)
    assert answers == measures_from(np.repeat(grey[..., None], 3, axis=2), **given_inputs)
    assert answers["NaturalColour"] == (0.0, 100.0)


def test_views_and_other_orders_in_memory_are_the_same_picture() -> None:
    given_inputs = PLAIN.inputs()
    expected = measures_from(PLAIN.pixels, **given_inputs)
    assert measures_from(np.asfortranarray(PLAIN.pixels), **given_inputs) == expected
    assert measures_from(PLAIN.pixels[..., ::-1].copy()[..., ::-1], **given_inputs) == expected


@pytest.mark.parametrize("missing", ["boxes", "pose", "parsing", "occlusion"])
def test_what_is_not_supplied_leaves_the_rest_as_it_is(missing: str) -> None:
    whole = measures_from(PLAIN.pixels, **PLAIN.inputs())
    part = measures_from(PLAIN.pixels, **PLAIN.inputs() | {missing: None})
    lost = {
        "boxes": {"SingleFacePresent"},
        "pose": {"HeadPoseYaw", "HeadPosePitch", "HeadPoseRoll", "EyesVisible", "InterEyeDistance"},
        "parsing": {"BackgroundUniformity", "NoHeadCoverings"},
        "occlusion": {"EyesVisible", "MouthOcclusionPrevention", "FaceOcclusionPrevention"},
    }[missing]
    assert {name for name in OFIQ_MEASURES if part[name] is None} == lost
    exposure = {"UnderExposurePrevention", "OverExposurePrevention"} if missing == "occlusion" else set()
    assert {name for name in OFIQ_MEASURES if part[name] != whole[name]} - lost <= exposure


def test_no_face_gives_no_answer_at_all() -> None:
    assert set(measures_from(PLAIN.pixels, **PLAIN.inputs() | {"boxes": []}).values()) == {None}


def test_boxes_count_by_area_in_any_order_and_either_form() -> None:
    sizes = [(30, 30), (100, 120), (60, 80)]
    expected = (pytest.approx(0.4, rel=1e-6), 60.0)
    for boxes in (sizes, sizes[::-1], [(5, 7, *size) for size in sizes]):
        assert measures_from(BLANK, landmarks=None, boxes=boxes)["SingleFacePresent"] == expected
    assert measures_from(BLANK, landmarks=None, boxes=sizes[:1])["SingleFacePresent"] == (0.0, 100.0)
    assert measures_from(BLANK, landmarks=None, boxes=[(0, 0), (0, 0)])["SingleFacePresent"] is None


def test_empty_masks_are_not_assessable() -> None:
    hidden = measures_from(PLAIN.pixels, **PLAIN.inputs() | {"occlusion": np.zeros((224, 224), bool)})
    assert hidden["UnderExposurePrevention"] is None
    assert hidden["OverExposurePrevention"] is None
    assert hidden["FaceOcclusionPrevention"] == (1.0, 0.0)
    assert hidden["EyesVisible"] == (1.0, 0.0)
    assert hidden["MouthOcclusionPrevention"] == (1.0, 0.0)
    full = measures_from(PLAIN.pixels, **PLAIN.inputs() | {"parsing": np.full((400, 400), 18, np.uint8)})
    assert full["BackgroundUniformity"] is None
    assert full["NoHeadCoverings"] == (1.0, 0.0)


@pytest.mark.parametrize("yaw", [90.0, -90.0])
def test_profile_has_no_eye_distance(yaw: float) -> None:
    answers = measures_from(PLAIN.pixels, **PLAIN.inputs() | {"pose": (0.0, yaw, 0.0)})
    assert answers["EyesVisible"] is None
    assert answers["InterEyeDistance"] is None
    assert answers["HeadPoseYaw"] == (yaw, 0.0)


def test_pose_that_is_not_a_number_is_not_assessed() -> None:
    answers = measures_from(PLAIN.pixels, **PLAIN.inputs() | {"pose": (math.inf, math.nan, 1.0)})
    assert [answers[f"HeadPose{axis}"] for axis in ("Pitch", "Yaw", "Roll")] == [None, None, (1.0, 100.0)]


sides = st.integers(1, 60)
corners = st.integers(-40000, 40000)


@settings(max_examples=150, deadline=None)
@given(sides, sides, st.integers(0, 2**32 - 1), corners, corners, st.sampled_from([0, 1, 3, 40, 900, 40000]))
@example(1, 38, 24, 0, 0, 3)  # eyes of which nothing lies within the picture
def test_any_landmarks_on_any_picture_give_answers(
    rows: int, columns: int, seed: int, column: int, row: int, spread: int
) -> None:
    rng = np.random.default_rng(seed)
    answers = measures_from(
        rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8),
        landmarks=np.array([column, row]) + rng.integers(-spread, spread + 1, (98, 2)),
        boxes=rng.integers(0, 500, (int(rng.integers(1, 4)), 2)),
        pose=rng.uniform(-180, 180, 3),
        parsing=rng.integers(0, 256, (400, 400), dtype=np.uint8),
        occlusion=rng.random((224, 224)) < rng.random(),
    )
    for name, answer in answers.items():
        assert answer is None or (math.isfinite(answer[0]) and 0 <= answer[1] <= 100 and answer[1] % 1 == 0), name
