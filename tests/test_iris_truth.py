"""Iris measures against the truth of synthetic eyes: closed forms, own degradations, others' degradations."""

import functools
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from eyes import outline_of, sample, scores
from iris_components import COMPONENTS, DEGRADATIONS, Component, Shown, shown

from biocapture import iris
from biocapture.iris.describe import columns_of
from biocapture.iris.statistics import IrisBatch

EVERY = pytest.mark.parametrize("name", COMPONENTS)
WITH_TRUTH = pytest.mark.parametrize("name", [name for name, part in COMPONENTS.items() if part.truth])
EYES = tuple((seed, left) for seed in (11, 12, 13) for left in (False, True))

Condition = tuple[str, object]
NOTHING: Condition = ("dilation", 0.4)


@functools.cache
def capture_of(eye: tuple[int, bool], condition: Condition) -> Shown:
    return shown(*eye, **dict([condition]))


@functools.cache
def known(eye: tuple[int, bool], condition: Condition) -> dict[str, float]:
    """Raw values within the true outline."""
    it = capture_of(eye, condition)
    columns = columns_of(it.made.pixels, outline_of(it.made.truth))
    found = scores(IrisBatch.of_one(columns | {"stated_right": it.eye.nasal_sign}))
    return {name: value.raw for name, value in found.items()}


@functools.cache
def found(eye: tuple[int, bool], condition: Condition) -> dict[str, float]:
    """Raw values end to end; none of a failure."""
    it = capture_of(eye, condition)
    batch = iris.describe(sample(it.made.pixels, it.eye.side))
    return {} if batch.failure[0] else {name: value.raw for name, value in scores(batch).items()}


def cases_of(part: Component) -> list[tuple[tuple[int, bool], Condition]]:
    condition, values = part.sweep
    return [(eye, (condition, value)) for eye in EYES for value in values]


OF_THE_OUTLINE = {
    *("pupil_circularity", "iris_radius", "dilation", "concentricity", "margin_adequacy", "gaze_angle"),
    *("segmentation_confidence", "stated_side"),
}
"""Measures of the outline, not of pixels within: trivial where the outline is the true one."""


def medians(name: str, condition: Condition) -> float:
    """Over the eyes; measures of pixels within the true outline. Where no eye was found, there is no confidence."""
    if name not in OF_THE_OUTLINE:
        return float(np.median([known(eye, condition)[name] for eye in EYES]))
    nothing = 0.0 if name == "segmentation_confidence" else np.nan
    return float(np.median([found(eye, condition).get(name, nothing) for eye in EYES]))


def test_every_measure_has_its_component() -> None:
    assert [item.id for item in iris.MEASURES] == [f"iris.{name}" for name in COMPONENTS]


@WITH_TRUTH
def test_within_the_true_outline_a_measure_is_the_closed_form(name: str) -> None:
    part = COMPONENTS[name]
    assert part.truth is not None
    wrong = []
    for eye, condition in cases_of(part):
        wanted, value = part.truth(capture_of(eye, condition)), known(eye, condition)[name]
        if name == "gaze_angle" and wanted < 15:
            continue
        if not abs(value - wanted) <= part.tolerance:
            wrong.append(f"{eye} {condition}: {value:.4g}, wanted {wanted:.4g}")
    assert not wrong, "\n".join(wrong)


@WITH_TRUTH
def test_end_to_end_nine_in_ten_are_near_the_closed_form(name: str) -> None:
    part = COMPONENTS[name]
    assert part.truth is not None
    errors = np.array(
        [
            abs(found(eye, condition).get(name, np.nan) - part.truth(capture_of(eye, condition)))
            for eye, condition in cases_of(part)
            if name != "gaze_angle" or part.truth(capture_of(eye, condition)) >= 15
        ]
    )
    assert np.isfinite(errors).mean() > 0.65  # the others say that no eye was found
    assert np.nanquantile(errors, 0.9) <= part.end_to_end, np.round(errors, 2)


@EVERY
def test_monotone_in_its_own_degradation(name: str) -> None:
    part = COMPONENTS[name]
    condition, values = part.sweep
    along = [part.way * medians(name, (condition, value)) for value in values]
    assert all(after > before for before, after in itertools.pairwise(along)), np.round(along, 3)


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        (name, condition)
        for name, part in COMPONENTS.items()
        for condition in DEGRADATIONS
        if condition not in (part.sweep[0], *part.moved_by)
    ],
)
def test_steady_under_what_does_not_concern_it(name: str, condition: str) -> None:
    part = COMPONENTS[name]
    before, after = medians(name, NOTHING), medians(name, (condition, DEGRADATIONS[condition]))
    assert abs(after - before) <= part.steady, (before, after)


def test_every_measure_is_in_the_table_of_components() -> None:
    page = (Path(__file__).parents[1] / "docs" / "iris_components.md").read_text(encoding="utf8")
    listed = re.findall(r"^\| `(iris\.[a-z_]+)`", page, re.MULTILINE)
    assert listed == [item.id for item in iris.MEASURES] * 2
