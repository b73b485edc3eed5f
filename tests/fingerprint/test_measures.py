"""Contracts that every measure keeps: nothing on blanks, in range, explained, independent of its neighbours."""

import functools
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.prints import described, touch

from biocapture import fingerprint
from biocapture.assessment.modalities import measures
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.guidance import LANGUAGES, texts
from biocapture.measure import Band, Identity, Measure, Ramp, Sigmoid, raw_columns
from biocapture.models import load
from biocapture.types import Modality

SOURCE = Path(__file__).parents[2] / "src"
EVERY = pytest.mark.parametrize("item", [pytest.param(item, id=item.id) for item in fingerprint.MEASURES])

LIKENESS = "fingerprint.print_likeness"
"""The one measure that has a value where there is no print: it says so."""

BLANKS = {
    "white": np.full((200, 160), 255, np.uint8),
    "black": np.zeros((200, 160), np.uint8),
    "grey": np.full((200, 160), 128, np.uint8),
    "one pixel": np.zeros((1, 1), np.uint8),
    "one line": np.zeros((1, 300), np.uint8),
    "one block": np.zeros((32, 32), np.uint8),
    "nearly white": np.full((300, 260), 249, np.uint8),
}

CAPTURES: dict[str, Callable[[], np.ndarray]] = {
    "clean": lambda: touch(1).pixels,
    "other finger, other size": lambda: touch(2, (433, 301)).pixels,
    "blank": lambda: BLANKS["grey"],
    "dry": lambda: touch(3, dry=0.9).pixels,
    "wet": lambda: touch(1, wet=1.0).pixels,
    "partial and ghost": lambda: touch(2, partial=0.5, ghost=0.5).pixels,
    "noise": lambda: np.random.default_rng(1).integers(0, 256, (300, 260), dtype=np.uint8),
    "off the platen": lambda: touch(4, shift_column_px=140, shift_row_px=120).pixels,
    "white": lambda: BLANKS["white"],
    "blurred": lambda: touch(3, blur_px=3.5).pixels,
    "noisy": lambda: touch(4, noise=90.0, creases=6).pixels,
    "inverted": lambda: 255 - touch(1).pixels,
    "faint": lambda: touch(2, low_contrast=0.95).pixels,
    "tiny": lambda: touch(1).pixels[150:214, 100:164],
    "larger than NFIQ 2 takes": lambda: np.pad(touch(1).pixels, ((40, 40), (300, 300)), constant_values=240),
}


@functools.cache
def single(name: str) -> FingerprintBatch:
    return described(CAPTURES[name]())


def raw_of(batch: FingerprintBatch) -> dict[str, np.ndarray]:
    columns, problems = raw_columns(fingerprint.MEASURES, batch, len(batch))
    assert not problems
    return columns


@EVERY
@pytest.mark.parametrize("blank", BLANKS)
def test_blanks_are_not_assessable(item: Measure, blank: str) -> None:
    batch = described(BLANKS[blank])
    assert batch.failure[0].reason == "fingerprint.no_print"
    value = item(batch)
    assert value.shape == (1,)
    assert np.isnan(value[0]) or (item.id == LIKENESS and value[0] == 0)


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
    low, high = item.range
    raw = np.concatenate([np.linspace(low, high, 1001), [np.nan, -1e9, 1e9]])
    score = item.curve(raw)
    np.testing.assert_array_equal(np.isnan(score), np.isnan(raw))
    known = score[~np.isnan(raw)]
    assert known.min() >= 0
    assert known.max() <= 100
    assert known.max() - known.min() > 50  # a curve that tells nothing apart is no curve


@EVERY
def test_curve_rises_in_the_direction_that_the_docstring_says(item: Measure) -> None:
    directions = re.findall(r"(Higher|Lower) is (?:better|smoother)", item.description)
    steps = np.diff(item.curve(np.linspace(*item.range, 1001)))
    if isinstance(item.curve, Band):
        assert not directions
    else:
        assert isinstance(item.curve, Identity | Ramp | Sigmoid)
        assert directions[:1] == (["Higher"] if (steps >= 0).all() else ["Lower"])
        assert (steps >= 0).all() or (steps <= 0).all()


@EVERY
def test_declaration_is_complete(item: Measure) -> None:
    assert re.fullmatch(r"fingerprint\.[a-z][a-z0-9_]+", item.id)
    assert item.id == f"fingerprint.{item.function.__name__}"
    assert re.fullmatch(r"1|mm²|mm|µm|greys|count", item.unit)
    assert len(item.summary) > 20
    assert item.summary.endswith(".")
    assert item.description.startswith(item.summary.split(".")[0])
    for language in LANGUAGES:
        assert texts(language)[item.guidance].endswith(".")


@EVERY
def test_location_is_where_the_function_is_declared(item: Measure) -> None:
    path, line = item.location.rsplit(":", 1)
    lines = (SOURCE / path).read_text(encoding="utf8").splitlines()
    declaration = "\n".join(lines[int(line) - 1 : int(line) + 10])
    assert f"def {item.function.__name__}(" in declaration
    assert declaration.startswith("@measure(")


def test_ids_are_unique_and_every_table_lists_them() -> None:
    ids = [item.id for item in fingerprint.MEASURES]
    assert len(set(ids)) == len(ids) >= 19
    assert list(measures(Modality.FINGERPRINT)) == ids


@pytest.mark.parametrize("order", [1, -1], ids=["forwards", "backwards"])
def test_batch_of_many_is_many_batches_of_one(order: int) -> None:
    parts = [single(name) for name in CAPTURES][::order]
    together = FingerprintBatch.join(parts)
    assert sum(failure is not None for failure in together.failure) >= 3
    for columns_of in (raw_of, fingerprint.native):
        alone = [columns_of(part) for part in parts]
        for name, column in columns_of(together).items():
            np.testing.assert_array_equal(column, np.concatenate([one[name] for one in alone]), err_msg=name)
    assert together.failure == tuple(part.failure[0] for part in parts)
    assert together.notes == tuple(part.notes[0] for part in parts)


def test_batches_can_be_joined_in_groups() -> None:
    parts = [single(name) for name in CAPTURES]
    groups = [FingerprintBatch.join(parts[:4]), parts[4], FingerprintBatch.join(parts[5:])]
    at_once, in_groups = raw_of(FingerprintBatch.join(parts)), raw_of(FingerprintBatch.join(groups))
    for name, column in at_once.items():
        np.testing.assert_array_equal(column, in_groups[name], err_msg=name)


def test_native_columns_are_the_declared_ones() -> None:
    assert set(fingerprint.native(single("clean"))) == set(fingerprint.NATIVE)
    assert all(np.isnan(column).all() for column in fingerprint.native(single("larger than NFIQ 2 takes")).values())


def test_describing_twice_gives_the_same_bits() -> None:
    for name in ("clean", "noisy"):
        again = raw_of(described(CAPTURES[name]()))
        for key, column in raw_of(single(name)).items():
            np.testing.assert_array_equal(again[key], column)


def fails_in_arithmetic(batch: FingerprintBatch) -> np.ndarray:
    raise ZeroDivisionError("none of that")


def fails_in_opencv(batch: FingerprintBatch) -> np.ndarray:
    return cv2.GaussianBlur(np.zeros((0, 0), np.uint8), (3, 3), 0)


def fails_in_a_model(batch: FingerprintBatch) -> np.ndarray:
    return load("fingerprint_quality")(np.zeros((1, 99), np.float32))


def fails_by_a_slip(batch: FingerprintBatch) -> np.ndarray:
    return batch.no_such_column


@pytest.mark.parametrize("fault", [fails_in_arithmetic, fails_in_opencv, fails_in_a_model, fails_by_a_slip])
def test_one_failing_measure_leaves_the_others(fault: Callable[[FingerprintBatch], np.ndarray]) -> None:
    batch = FingerprintBatch.join([single("clean"), single("dry")])
    broken = "fingerprint.wetness"
    items = [replace(item, function=fault) if item.id == broken else item for item in fingerprint.MEASURES]
    columns, problems = raw_columns(items, batch, len(batch))
    assert list(problems) == [broken]
    assert np.isnan(columns[broken]).all()
    assert columns[broken].shape == (2,)
    for name, column in raw_of(batch).items():
        if name != broken:
            np.testing.assert_array_equal(columns[name], column)


@pytest.mark.parametrize(("height", "width"), [(2500, 900), (1720, 300)])
def test_more_than_a_slap_is_not_one_finger(height: int, width: int) -> None:
    batch = described(np.tile(touch(1).pixels, (9, 9))[:height, :width])
    assert batch.failure[0].reason == "fingerprint.not_one_finger"
    assert "mm" in batch.failure[0].detail


def test_a_small_print_on_a_large_white_page_is_one_finger() -> None:
    page = np.full((3000, 2200), 255, np.uint8)
    one = touch(1).pixels
    page[1000 : 1000 + one.shape[0], 900 : 900 + one.shape[1]] = one
    assert described(page).failure[0] is None
