"""Contracts that every face measure keeps: in range, explained, nothing on nothing, independent of its neighbours."""

import inspect
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support import faces

from biocapture import face
from biocapture.face.describe import OFIQ_OUTPUT_COLUMNS
from biocapture.face.measures import curves
from biocapture.face.ofiq import native
from biocapture.face.statistics import FaceBatch
from biocapture.measure import Measure, raw_columns

EVERY = pytest.mark.parametrize("item", [pytest.param(item, id=item.id) for item in face.MEASURES])


def described(pixels: np.ndarray, **inputs: Any) -> FaceBatch:
    return face.describe_inputs(face.rgb_picture(pixels), face.inputs_from_arrays(**inputs))


def captures() -> dict[str, FaceBatch]:
    plain, dark = faces.face(), faces.face((900, 700), 140.0, skin=faces.DARK_SKIN, behind=faces.RED, turn_deg=9.0)
    noise = np.random.default_rng(1).integers(0, 256, plain.pixels.shape, dtype=np.uint8)
    beyond = plain.inputs() | {"landmarks": plain.landmarks + 5000}
    return {
        "plain": described(plain.pixels, **plain.inputs()),
        "dark skin, turned, red": described(dark.pixels, **dark.inputs()),
        "noise": described(noise, **plain.inputs()),
        "landmarks only": described(plain.pixels, landmarks=plain.landmarks),
        "outside the picture": described(plain.pixels, **beyond),
        "black": described(np.zeros((300, 200), np.uint8), **plain.inputs()),
        "white": described(np.full((300, 200, 3), 255, np.uint8), **plain.inputs()),
        "one pixel": described(np.full((1, 1, 3), 9, np.uint8), **plain.inputs()),
        "no face": described(plain.pixels, boxes=[]),
        "one point": described(plain.pixels, landmarks=np.full((98, 2), 7)),
    }


@pytest.fixture(scope="module")
def described_captures() -> dict[str, FaceBatch]:
    return captures()


@EVERY
def test_raw_values_are_within_the_declared_range_and_scores_within_0_100(
    item: Measure, described_captures: dict[str, FaceBatch]
) -> None:
    low, high = item.range
    for name, batch in described_captures.items():
        raw = item(batch)
        assert raw.shape == (1,)
        assert np.isnan(raw[0]) or low <= raw[0] <= high, name
        score = item.curve(raw)
        assert np.isnan(score[0]) == np.isnan(raw[0]), name
        assert np.isnan(score[0]) or 0 <= score[0] <= 100, name


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
    """Rising, falling, or highest at (between) the stated values."""
    low, high = item.range
    raw = np.union1d(np.linspace(-2.0, 200.0, 20001), np.linspace(max(low, -2.0), min(high, 2.0), 401))
    raw = raw[(raw >= item.range[0]) & (raw <= item.range[1])]
    score = item.curve(raw)
    assert score.max() - score.min() >= 49  # one share in a thousand over-exposed costs 9 points
    said = re.findall(
        r"(Higher|Lower) is better|Best (at|between) ([0-9/]+(?:[.][0-9]+)?)(?: and ([0-9]+[.][0-9]+))?",
        item.description,
    )
    assert len(said) == 1
    direction, where, low, high = said[0]
    if where:
        best = raw[score == score.max()]
        ends = [eval(low), float(high) if high else eval(low)]  # "1/60"
        assert best.min() <= ends[0] + 0.01
        assert best.max() >= ends[1] - 0.01
        assert score[(raw >= ends[0]) & (raw <= ends[1])].min(initial=100) >= 85
    else:
        steps = np.diff(score) * (1 if direction == "Higher" else -1)
        assert (steps >= 0).all()


@EVERY
def test_declaration_is_complete(item: Measure) -> None:
    assert item.id == f"face.{item.function.__name__}"
    assert re.fullmatch(r"1|px|°|bit|dB|codes|codes/px", item.unit)
    assert re.fullmatch(r"face\.[a-z_]+", item.guidance)
    assert item.location.startswith("biocapture/face/")
    assert item.summary.endswith(".")


def test_every_measure_is_in_the_table_of_components() -> None:
    table = (Path(__file__).parents[2] / "docs" / "face_components.md").read_text(encoding="utf8")
    named = re.findall(r"^\| `(face\.[a-z_]+)`", table, re.MULTILINE)
    assert list(dict.fromkeys(named)) == [item.id for item in face.MEASURES]


def test_ids_are_unique_and_ofiqs_names_cover_the_standard() -> None:
    ids = [item.id for item in face.MEASURES]
    assert len(set(ids)) == len(ids)
    assert {item.id for item in native.OFIQ_MEASURES.values()} == {item.id for item in face.MEASURES if item.iso}
    assert len(native.OFIQ_MEASURES) + len(native.OFIQ_CURVES) == 28


def test_every_measure_has_a_value_on_a_plain_face(described_captures: dict[str, FaceBatch]) -> None:
    columns, problems = raw_columns(face.MEASURES, described_captures["plain"], 1)
    assert not problems
    unknown = {name for name, column in columns.items() if np.isnan(column).any()}
    assert unknown == {"face.face_likeness"}  # needs what only a detector knows


def test_no_face_is_a_failure_and_nothing_is_measured(described_captures: dict[str, FaceBatch]) -> None:
    for name in ("no face", "one point"):
        batch = described_captures[name]
        assert batch.failure[0] is not None
        assert batch.failure[0].reason == "face.no_face"
    columns, _ = raw_columns(face.MEASURES, described_captures["no face"], 1)
    assert all(np.isnan(column).all() for column in columns.values())


def test_batch_of_one_equals_batch_of_many(described_captures: dict[str, FaceBatch]) -> None:
    parts = list(described_captures.values())
    together, _ = raw_columns(face.MEASURES, FaceBatch.join(parts), len(parts))
    for item in face.MEASURES:
        alone = np.concatenate([item(part) for part in parts])
        np.testing.assert_array_equal(together[item.id], alone)
        scores = np.concatenate([item.curve(item(part)) for part in parts])
        np.testing.assert_array_equal(item.curve(together[item.id]), scores)


def test_describing_twice_gives_the_same_bits() -> None:
    first, second = captures(), captures()
    for name, batch in first.items():
        for field in fields(FaceBatch):
            np.testing.assert_array_equal(getattr(batch, field.name), getattr(second[name], field.name))


def test_every_column_is_measured_or_used() -> None:
    """A column that no measure reads and no part computes would be dead weight."""
    read = "".join(inspect.getsource(item.function) for item in face.MEASURES)
    names = {field.name for field in fields(FaceBatch)} - set(FaceBatch.LABELS)
    unread = {name for name in names if not re.search(rf"batch.{name}\b", read)}
    assert unread == set(OFIQ_OUTPUT_COLUMNS.values())  # read by native


def test_what_is_not_supplied_is_not_assessed(described_captures: dict[str, FaceBatch]) -> None:
    columns, _ = raw_columns(face.MEASURES, described_captures["landmarks only"], 1)
    missing = {name.removeprefix("face.") for name, column in columns.items() if np.isnan(column[0])}
    assert missing == {
        *(
            "background_uniformity",
            "red_background",
            "orange_background",
            "blue_background",
            "white_background",
            "background_shadow",
        ),
        *("head_covering", "glasses", "hair_over_eyes", "eyes_visible", "mouth_occlusion", "face_occlusion"),
        *("yaw", "pitch", "roll", "inter_eye_distance", "single_face", "eye_glare", "eye_brightness"),
        *("face_proportion", "face_likeness", "cut_at_top", "right_way_up", "uncovered"),
    }


@pytest.mark.parametrize(
    ("curve", "raw", "score"),
    [
        (curves.Logistic(70.0, 20.0), 70.0, 50.0),
        (curves.Logistic(70.0, 20.0), 90.0, 73.0),
        (curves.Logistic(70.0, 20.0), -1e12, 0.0),
        (curves.Logistic(0.0, 0.05, height=200.0, offset=1.0, scale=-1.0, best=0.45), 0.45, 100.0),
        (curves.Line(-100.0, 100.0), 0.125, 88.0),  # 87.5: a half goes away from zero
        (curves.Line(-100.0, 100.0), 0.135, 87.0),  # 86.5 likewise, where NumPy's rounding gives 86
        (curves.Line(12.5), 9.0, 100.0),
        (curves.Power(0.3), 0.0, 0.0),
        (curves.Power(0.3), 1.0, 100.0),
        (curves.Plateau(0.2, 0.8, 0.05), 0.5, 100.0),
        (curves.Plateau(0.2, 0.8, 0.05), 0.2, 50.0),
        (curves.Arch(60.0), 1 / 60, 100.0),
        (curves.Reciprocal(0.01), 0.0, 100.0),
        (curves.Reciprocal(0.01), 0.09, 10.0),
        (curves.CosineSquare(), 5.0, 99.0),
        (curves.CosineSquare(), -15.0, 93.0),
        (curves.CosineSquare(), 120.0, 0.0),
        (curves.Falling(0.02, 0.1, 0.95), 0.0, 100.0),
        (curves.Falling(0.02, 0.1, 0.95), 0.95, 0.0),
        (curves.Falling(0.02, 0.1, 0.95), 2.0, 0.0),
    ],
)
def test_curves_in_closed_form(curve: Any, raw: float, score: float) -> None:
    assert curve(np.array([raw, np.nan])).tolist()[0] == score
    assert np.isnan(curve(np.array([np.nan]))[0])


def test_curves_are_monotone_where_they_should_be() -> None:
    angle = np.linspace(0, 89, 200)
    assert (np.diff(curves.CosineSquare()(angle)) <= 0).all()
    share = np.linspace(0, 1, 200)
    assert (np.diff(curves.Falling(0.02, 0.1, 0.95)(share)) <= 0).all()


def test_a_batch_can_be_altered_without_its_neighbours(described_captures: dict[str, FaceBatch]) -> None:
    pair = FaceBatch.join([described_captures["plain"]] * 2)
    changed = replace(pair, yaw_deg=np.array([0.0, 40.0]))
    assert (changed.yaw_deg != pair.yaw_deg).tolist() == [False, True]
    assert len(changed) == 2


def test_stages_are_told_to_a_trace() -> None:
    drawn, seen = faces.face(), {}
    face.describe_inputs(drawn.pixels, face.inputs_from_arrays(**drawn.inputs()), seen.__setitem__)
    assert {name: stage.shape for name, stage in seen.items()} == {
        "aligned": (616, 616, 3),
        "region": (616, 616),
        "luminance": (616, 616),
        "background": (292, 354),
    }
