"""The reason given for an eye is the true one; outlines are the true ones, so that only measures decide."""

import importlib
from dataclasses import replace

import cv2
import numpy as np
import pytest
from tests.support.eyes import cached_eye, eye_image, outline_of, sample, scores

from biocapture.assessment.modalities import measures
from biocapture.assessment.verdict import Reason, Verdict, judge
from biocapture.iris.comparison.template import template_of
from biocapture.iris.describe import columns_of
from biocapture.iris.statistics import IrisBatch
from biocapture.profile.load import load_profile
from biocapture.synthetic.eye.capture import EyeImage, capture
from biocapture.synthetic.eye.conditions import Conditions
from biocapture.types import GreyPixels

describing = importlib.import_module("biocapture.iris.describe")  # the package has a function of that name

SEEDS = pytest.mark.parametrize("seed", [701, 702, 703])
PROFILES = pytest.mark.parametrize("profile", ["default", "e-ktp"])
LEFT, RIGHT, TOP, BOTTOM = 0.6, 0.6, 0.2, 0.2
"""Room around a cropped iris (ISO/IEC 19794-6, kinds 3 and 7), in iris radii."""


def verdict_of(made: EyeImage, profile: str, pixels: GreyPixels | None = None) -> tuple[Verdict, tuple[Reason, ...]]:
    columns = columns_of(made.pixels if pixels is None else pixels, outline_of(made.truth))
    batch = IrisBatch.of_one(columns | {"stated_right": float("nan")})
    found = {f"iris.{name}": score for name, score in scores(batch).items()}
    return judge(found, None, (), load_profile(profile, measures()), measures())


def keys_of(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.key for reason in reasons if reason.verdict is Verdict.RETAKE]


@SEEDS
@PROFILES
@pytest.mark.parametrize("dilation", [0.09, 0.8, 0.86])
def test_wide_and_tiny_pupils_ask_for_other_light(seed: int, profile: str, dilation: float) -> None:
    verdict, reasons = verdict_of(eye_image(seed, dilation=dilation), profile)
    assert verdict is Verdict.RETAKE
    assert keys_of(reasons)[0] == "iris.adjust_light"


@SEEDS
@PROFILES
def test_light_over_the_pupil_asks_to_take_off_glasses(seed: int, profile: str) -> None:
    verdict, reasons = verdict_of(eye_image(seed, pupil_glare=1.0), profile)
    assert verdict is Verdict.RETAKE
    assert keys_of(reasons)[0] == "iris.remove_glasses"


def visible(seed: int, iris: float, skin: float) -> EyeImage:
    """As a colour camera sees an eye, turned grey: iris and skin darker than the white, a window mirrored beside."""
    grown = replace(cached_eye(seed), iris_grey=28 + iris * 162, sclera_grey=190.0, pupil_grey=28.0)
    grown = replace(grown, skin_grey=28 + skin * 162, iris_contrast=4.0)
    return capture(grown, Conditions(lid_opening=0.9, lashes=0.5, noise=2.0, led_radius=0.07), seed)


@SEEDS
@PROFILES
@pytest.mark.parametrize(("iris", "skin"), [(0.12, 0.9), (0.2, 0.6), (0.35, 0.75), (0.2, 0.3)])
def test_visible_light_is_told(seed: int, profile: str, iris: float, skin: float) -> None:
    verdict, reasons = verdict_of(visible(seed, iris, skin), profile)
    assert verdict is Verdict.RETAKE
    assert "iris.visible_light" in keys_of(reasons)


@SEEDS
@PROFILES
@pytest.mark.parametrize(("iris", "skin"), [(0.3, 1.2), (0.5, 1.05), (0.7, 1.15)])
def test_near_infrared_is_not_called_visible(seed: int, profile: str, iris: float, skin: float) -> None:
    assert "iris.visible_light" not in keys_of(verdict_of(visible(seed, iris, skin), profile)[1])


def test_light_is_not_judged_where_no_skin_is_seen() -> None:
    made = visible(701, 0.2, 0.3)
    made = replace(made, pixels=made.pixels[: int(made.truth.limbus.row_px) + 120])
    columns = columns_of(made.pixels, outline_of(made.truth))
    assert np.isnan(columns["skin_grey"])


def cropped(made: EyeImage, mask: bool) -> GreyPixels:
    """An image of kind 3, or of kind 7: lids and the white of the eye in one grey each."""
    limbus, truth = made.truth.limbus, made.truth
    pixels = made.pixels.copy()
    if mask:
        row, column = np.indices(pixels.shape)
        iris = np.hypot(row - limbus.row_px, column - limbus.column_px) < limbus.major_px
        pixels[~iris] = 200
        pixels[truth.lid] = 128
    radius = limbus.major_px
    top, bottom = round(limbus.row_px - (1 + TOP) * radius), round(limbus.row_px + (1 + BOTTOM) * radius)
    left, right = round(limbus.column_px - (1 + LEFT) * radius), round(limbus.column_px + (1 + RIGHT) * radius)
    return np.ascontiguousarray(pixels[top : bottom + 1, left : right + 1])


@SEEDS
@PROFILES
@pytest.mark.parametrize("mask", [False, True], ids=["kind 3", "kind 7"])
def test_cropped_and_masked_records_are_not_cut(seed: int, profile: str, mask: bool) -> None:
    made = eye_image(seed)
    pixels = cropped(made, mask)
    limbus, radius = made.truth.limbus, made.truth.limbus.major_px
    moved = outline_of(made.truth)
    top, left = round(limbus.row_px - (1 + TOP) * radius), round(limbus.column_px - (1 + LEFT) * radius)
    moved = replace(
        moved,
        pupil=replace(moved.pupil, row_px=moved.pupil.row_px - top, column_px=moved.pupil.column_px - left),
        limbus=replace(moved.limbus, row_px=moved.limbus.row_px - top, column_px=moved.limbus.column_px - left),
        upper_lid=moved.upper_lid[left : left + pixels.shape[1]] - top,
        lower_lid=moved.lower_lid[left : left + pixels.shape[1]] - top,
    )
    batch = IrisBatch.of_one(columns_of(pixels, moved) | {"stated_right": float("nan")})
    found = {f"iris.{name}": score for name, score in scores(batch).items()}
    assert found["iris.inside_image"].raw == pytest.approx(100.0)
    assert found["iris.margin_adequacy"].raw > 95
    _, reasons = judge(found, None, (), load_profile(profile, measures()), measures())
    assert keys_of(reasons) == []


@SEEDS
@PROFILES
def test_an_iris_cut_by_the_border_is_to_be_centred(seed: int, profile: str) -> None:
    verdict, reasons = verdict_of(eye_image(seed, shift_column_px=290.0), profile)
    assert verdict is Verdict.RETAKE
    assert keys_of(reasons)[0] == "iris.centre_eye"


@SEEDS
def test_an_iris_that_touches_the_border_is_measured_and_kept(seed: int) -> None:
    assert "iris.centre_eye" not in keys_of(verdict_of(eye_image(seed, shift_column_px=205.0), "default")[1])


@SEEDS
def test_a_small_iris_has_one_reason(seed: int) -> None:
    small = eye_image(seed, iris_radius_px=36.0, defocus_px=0.0)
    assert keys_of(verdict_of(small, "default")[1]) == ["iris.come_closer"]


@pytest.mark.parametrize(("least", "found"), [(0.05, True), (1.01, False)])
def test_what_is_no_eye_to_the_report_is_none_to_comparison(
    monkeypatch: pytest.MonkeyPatch, least: float, found: bool
) -> None:
    monkeypatch.setattr(describing, "MIN_CONFIDENCE", least)
    seen = sample(eye_image(701).pixels)
    failure = describing.describe(seen).failure[0]
    assert (failure is None) == found
    assert (len(template_of(seen)) > 0) == found


def test_masks_are_drawn() -> None:
    made = eye_image(701)
    assert set(np.unique(cropped(made, True)[:3])) <= {128, 200}
    assert cv2.countNonZero(cv2.absdiff(cropped(made, True), cropped(made, False)))
