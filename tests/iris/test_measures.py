"""Contracts that every iris measure keeps: nothing on nothing, in range, explained, independent of its neighbours."""

import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from tests.support.eyes import USUAL, cached_eye, describe_pixels, eye_image, sample
from tests.support.prints import touch

import biocapture as bc
from biocapture import iris
from biocapture.assessment.modalities import measures
from biocapture.errors import DecodeError
from biocapture.guidance import LANGUAGES, texts
from biocapture.iris.describe import MAX_PX, describe
from biocapture.iris.measures import integrity, iso, operational, quality
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Measure, raw_columns
from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.conditions import Conditions
from biocapture.types import Image, Modality, Position, Sample

ROOT = Path(__file__).parents[2]
EVERY = pytest.mark.parametrize("item", [pytest.param(item, id=item.id) for item in iris.MEASURES])


def noise(shape: tuple[int, ...], seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def clouds(deviation_px: float) -> np.ndarray:
    field = np.random.default_rng(3).standard_normal((480, 640)).astype(np.float32)
    smooth = cv2.GaussianBlur(field, (0, 0), deviation_px)
    return cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


NOT_EYES: dict[str, Callable[[], np.ndarray]] = {
    "black": lambda: np.zeros((480, 640), np.uint8),
    "white": lambda: np.full((480, 640), 255, np.uint8),
    "grey": lambda: np.full((480, 640), 128, np.uint8),
    "one pixel": lambda: np.zeros((1, 1), np.uint8),
    "one line": lambda: np.zeros((1, 3000), np.uint8),
    "tiny": lambda: noise((40, 50)),
    "noise": lambda: noise((480, 640)),
    "clouds": lambda: clouds(12.0),
    "gradient": lambda: np.tile(np.linspace(0, 255, 640).astype(np.uint8), (480, 1)),
    "checks": lambda: np.kron(np.indices((12, 16)).sum(axis=0) % 2, np.ones((40, 40))).astype(np.uint8) * 255,
    "print": lambda: touch(1).pixels,
    "closed": lambda: eye_image(1, lid_opening=0.0, lashes=0.8).pixels,
    "huge": lambda: np.zeros((200, MAX_PX + 1), np.uint8),
    "longer than OpenCV maps": lambda: noise((70, 40_000)),
}

EYES: dict[str, Callable[[], np.ndarray]] = {
    "good": lambda: eye_image(1).pixels,
    "left, dark": lambda: eye_image(2, True, exposure_ev=-1.5).pixels,
    "other size": lambda: eye_image(3, shape=(300, 420), iris_radius_px=70.0).pixels,
    "large": lambda: eye_image(3, shape=(960, 1280), iris_radius_px=230.0).pixels,
    "bright": lambda: eye_image(2, exposure_ev=0.7).pixels,
    "blurred": lambda: eye_image(4, defocus_px=6.0).pixels,
    "moved": lambda: eye_image(1, True, motion_px=20.0, motion_deg=30.0).pixels,
    "noisy": lambda: eye_image(1, noise=15.0).pixels,
    "cut off": lambda: eye_image(2, shift_column_px=240.0).pixels,
    "far": lambda: eye_image(2, iris_radius_px=50.0).pixels,
    "printed lens": lambda: eye_image(3, cosmetic_lens=0.8).pixels,
    "aside": lambda: eye_image(4, gaze_deg=(25.0, 0.0)).pixels,
    "half closed": lambda: eye_image(4, lid_opening=0.5, lashes=1.0).pixels,
    "turned": lambda: np.ascontiguousarray(np.rot90(eye_image(1).pixels)),
}

CAPTURES = EYES | NOT_EYES


@functools.cache
def single(name: str) -> IrisBatch:
    return describe_pixels(CAPTURES[name](), Position.RIGHT_EYE)


def raw_of(batch: IrisBatch) -> dict[str, np.ndarray]:
    columns, problems = raw_columns(iris.MEASURES, batch, len(batch))
    assert not problems
    return columns


@pytest.mark.parametrize("name", NOT_EYES)
def test_what_is_no_eye_is_a_failure_and_nothing_is_measured(name: str) -> None:
    batch = single(name)
    assert batch.failure[0] is not None
    assert batch.failure[0].reason in ("iris.no_eye", "iris.open_eyes")
    assert all(np.isnan(column).all() and column.shape == (1,) for column in raw_of(batch).values())


@pytest.mark.parametrize("name", NOT_EYES)
def test_what_is_no_eye_is_never_ready(name: str) -> None:
    report = bc.assess(CAPTURES[name](), "iris")
    assert report.verdict is bc.Verdict.RETAKE
    assert report.error == ""


def test_most_faulty_eyes_are_measured() -> None:
    assert [name for name in EYES if single(name).failure[0]] in ([], ["half closed"])


def test_a_good_eye_is_ready_and_wants_for_nothing() -> None:
    report = bc.assess(eye_image(1).pixels, "iris", position="right_eye")
    assert (report.verdict, report.reasons) == (bc.Verdict.READY, ())
    assert not [name for name, value in report.measures.items() if np.isnan(value.raw)]


@EVERY
def test_raw_values_are_within_the_declared_range(item: Measure) -> None:
    low, high = item.range
    assert low < high
    values = np.concatenate([item(single(name)) for name in CAPTURES])
    known = values[~np.isnan(values)]
    assert known.size >= 8
    assert ((known >= low) & (known <= high)).all()


@EVERY
def test_curve_stays_in_range_and_keeps_nan(item: Measure) -> None:
    raw = np.concatenate([np.linspace(*item.range, 1001), [np.nan, -1e9, 1e9]])
    score = item.curve(raw)
    np.testing.assert_array_equal(np.isnan(score), np.isnan(raw))
    known = score[~np.isnan(raw)]
    assert known.min() >= 0
    assert known.max() <= 100


@EVERY
def test_curve_goes_where_the_docstring_says(item: Measure) -> None:
    raw = np.linspace(max(item.range[0], -50.0), min(item.range[1], 300.0), 20001)
    score = item.curve(raw)
    assert np.ptp(score) > 50
    said = re.findall(r"(Higher|Lower) is better|Best between ([0-9.]+) and ([0-9.]+[0-9])", item.description)
    assert len(said) == 1
    direction, low, high = said[0]
    if direction:
        assert (np.diff(score) * (1 if direction == "Higher" else -1) >= 0).all()
    else:
        best = raw[score == score.max()]
        assert (best.min(), best.max()) == pytest.approx((float(low), float(high)), abs=0.1)


@EVERY
def test_declaration_is_complete(item: Measure) -> None:
    assert re.fullmatch(r"iris\.[a-z][a-z_]+", item.id)
    assert re.fullmatch(r"1|%|px|°|bit|dB|greys", item.unit)
    assert item.summary.endswith(".")
    path, line = item.location.rsplit(":", 1)
    assert (ROOT / "src" / path).read_text(encoding="utf8").splitlines()[int(line) - 1].startswith("@measure(")
    for language in LANGUAGES:
        assert texts(language)[item.guidance].endswith(".")


def test_ids_are_unique_and_every_table_lists_them() -> None:
    ids = [item.id for item in iris.MEASURES]
    assert len(set(ids)) == len(ids)
    assert list(measures(Modality.IRIS)) == ids
    assert sum(bool(item.iso) for item in iris.MEASURES) == 14


def test_every_column_is_used() -> None:
    """A column that no measure reads would be dead weight."""
    read = "".join(inspect.getsource(module) for module in (quality, iso, operational, integrity))
    assert not {item.name for item in fields(IrisBatch) if f"batch.{item.name}" not in read} - set(IrisBatch.LABELS)


@pytest.mark.parametrize("order", [1, -1], ids=["forwards", "backwards"])
def test_batch_of_many_is_many_batches_of_one(order: int) -> None:
    parts = [single(name) for name in CAPTURES][::order]
    together = IrisBatch.join(parts)
    for columns_of in (raw_of, iris.native):
        alone = [columns_of(part) for part in parts]
        for name, column in columns_of(together).items():
            np.testing.assert_array_equal(column, np.concatenate([one[name] for one in alone]), err_msg=name)
    assert together.failure == tuple(part.failure[0] for part in parts)
    assert together.notes == tuple(part.notes[0] for part in parts)
    assert len(together) == len(parts)


def test_describing_twice_gives_the_same_bits() -> None:
    for name in ("good", "noisy", "cut off"):
        again = describe_pixels(CAPTURES[name](), Position.RIGHT_EYE)
        for item in fields(IrisBatch):
            np.testing.assert_array_equal(getattr(again, item.name), getattr(single(name), item.name))


def test_describing_leaves_the_pixels_alone() -> None:
    pixels = eye_image(2).pixels.copy()
    pixels.flags.writeable = False
    before = pixels.copy()
    describe_pixels(pixels)
    np.testing.assert_array_equal(pixels, before)


def test_views_of_pixels_are_described_like_copies() -> None:
    wide = np.zeros((480, 1280), np.uint8)
    wide[:, ::2] = eye_image(1).pixels
    one, other = describe_pixels(wide[:, ::2]), describe_pixels(eye_image(1).pixels)
    for name, column in raw_of(one).items():
        np.testing.assert_array_equal(column, raw_of(other)[name])


def test_native_columns_are_the_declared_ones() -> None:
    assert set(iris.native(single("good"))) == set(iris.NATIVE)


def test_stages_are_told_to_a_trace() -> None:
    told: dict[str, np.ndarray] = {}
    describe(sample(eye_image(1).pixels), told.__setitem__)
    assert {name: told[name].shape for name in ("strip", "usable")} == dict.fromkeys(("strip", "usable"), (64, 512))
    assert told["reduced"].shape == told["dark"].shape == (240, 320)


@pytest.mark.parametrize("seed", [21, 22, 23])
@pytest.mark.parametrize("left", [False, True], ids=["right", "left"])
def test_the_wrong_eye_is_noticed_or_at_least_not_confirmed(seed: int, left: bool) -> None:
    pixels = capture(replace(cached_eye(seed, left), pupil_nasal=0.035), Conditions(**USUAL), 7).pixels
    is_right = iris.native(describe_pixels(pixels))["right_eye"][0]
    assert (is_right < 0.5) == left
    sides = (Position.LEFT_EYE, Position.RIGHT_EYE)
    as_it_is, as_the_other = (
        integrity.stated_side(describe_pixels(pixels, position))[0] for position in (sides if left else sides[::-1])
    )
    assert as_it_is > 0 > as_the_other
    assert np.isnan(integrity.stated_side(describe_pixels(pixels))[0])


def test_a_pupil_clearly_on_the_other_side_gives_a_reason_for_review() -> None:
    batch = replace(describe_pixels(eye_image(21).pixels), stated_right=np.array([-1.0]), offset_right=np.array([0.04]))
    assert integrity.stated_side.curve(integrity.stated_side(batch))[0] < 50


def visible_light(pixels: np.ndarray) -> np.ndarray:
    """As a colour camera would see it: brown where it is dark, bluish where it is bright."""
    grey = pixels.astype(float)
    brown = np.dstack([1.1 * grey, 0.75 * grey, 0.5 * grey])
    share = np.clip((grey - 90) / 80, 0, 1)[:, :, None]
    return np.clip(brown * (1 - share) + share * np.array([225, 200, 215]) * grey[:, :, None] / 190, 0, 255).astype(
        np.uint8
    )


@pytest.mark.parametrize("form", ["RGB", "RGBA"])
def test_a_picture_in_colour_is_told_to_be_one(form: str, tmp_path: Path) -> None:
    coloured = visible_light(eye_image(1).pixels)
    Pillow.fromarray(coloured).convert(form).save(tmp_path / "right_eye.png")
    for source in (tmp_path / "right_eye.png", coloured):
        report = bc.assess(source, "iris")
        assert (report.failure, report.verdict) == ("iris.visible_light", bc.Verdict.RETAKE)


@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (0.9, 0.5, 0.8)])
def test_grey_or_one_tint_saved_in_colour_is_no_colour(tint: tuple[float, ...], tmp_path: Path) -> None:
    pixels = eye_image(1).pixels
    tinted = (pixels[:, :, None] * np.array(tint)).astype(np.uint8)
    Pillow.fromarray(tinted).save(tmp_path / "right_eye.png")
    for source in (tmp_path / "right_eye.png", tinted):
        report = bc.assess(source, "iris", position="right_eye")
        assert (report.failure, report.verdict) == ("", bc.Verdict.READY)


def test_a_sample_of_colour_pixels_is_a_failure_not_a_crash() -> None:
    coloured = Sample(Image(np.dstack([eye_image(1).pixels] * 3)), Modality.IRIS)
    assert describe(coloured).failure[0] is not None


def test_a_damaged_file_is_our_error(tmp_path: Path) -> None:
    path = tmp_path / "right_eye.jpg"
    path.write_bytes((ROOT / "sample_data/iris/person01/right_eye_1.jpg").read_bytes()[:5000])
    with pytest.raises(DecodeError, match=r"damaged|truncated"):
        bc.assess(path)
