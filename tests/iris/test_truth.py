"""Iris measures against the truth of synthetic eyes: closed forms, own degradations, others' degradations."""

import dataclasses
import functools
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from tests.support.eyes import outline_of, sample, scores
from tests.support.iris_components import COMPONENTS, DEGRADATIONS, Component, KnownCapture, known_capture

from biocapture import iris
from biocapture.iris.describe import columns_of
from biocapture.iris.statistics import IrisBatch

EVERY = pytest.mark.parametrize("name", COMPONENTS)
WITH_TRUTH = pytest.mark.parametrize("name", [name for name, part in COMPONENTS.items() if part.truth])
EYES = tuple((seed, left) for seed in (11, 12, 13) for left in (False, True))

Condition = tuple[str, object]
NOTHING: Condition = ("dilation", 0.4)


@functools.cache
def capture_of(eye: tuple[int, bool], condition: Condition) -> KnownCapture:
    return known_capture(*eye, **dict([condition]))


@functools.cache
def known(eye: tuple[int, bool], condition: Condition) -> dict[str, float]:
    """Raw values within the true outline."""
    it = capture_of(eye, condition)
    columns = columns_of(it.image.pixels, outline_of(it.image.truth))
    found = scores(IrisBatch.of_one(columns | {"stated_right": it.eye.nasal_sign}))
    return {name: value.raw for name, value in found.items()}


@functools.cache
def found(eye: tuple[int, bool], condition: Condition) -> dict[str, float]:
    """Raw values end to end; none of a failure."""
    it = capture_of(eye, condition)
    batch = iris.describe(sample(it.image.pixels, it.eye.side))
    return {} if batch.failure[0] else {name: value.raw for name, value in scores(batch).items()}


def cases_of(part: Component) -> list[tuple[tuple[int, bool], Condition]]:
    condition, values = part.sweep
    return [(eye, (condition, value)) for eye in EYES for value in values]


OF_THE_OUTLINE = {
    *("pupil_circularity", "iris_radius", "dilation", "concentricity", "margin_adequacy", "gaze_angle"),
    *("segmentation_confidence", "upright", "stated_side"),
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


@pytest.mark.parametrize(
    ("condition", "values"),
    {
        "defocus_px": (0.0, 3.0, 6.0),
        "motion_px": (0.0, 12.0, 26.0),
        "noise": (1.0, 8.0, 20.0),
        "exposure_ev": (0.0, -1.5, -3.0),
        "contrast_loss": (0.0, 0.5, 0.9),
        "gaze_deg": ((0.0, 0.0), (20.0, 0.0), (32.0, 0.0)),
        "glasses_glare": (0.0, 0.35, 0.7),
        "interlace_px": (0.0, 3.0, 7.0),
        "dilation": (0.4, 0.65, 0.76),
        "iris_radius_px": (115.0, 75.0, 45.0),
        "light_gradient": (0.0, 0.6, 1.0),
        "cosmetic_lens": (0.0, 0.4, 0.9),
        "jpeg_quality": (0, 15, 4),
    }.items(),
)
def test_every_degradation_lowers_the_quality(condition: str, values: tuple[object, ...]) -> None:
    """Median of the eyes, to half a point; no eye found is the lowest. A gradient of light hardly changes it: the code
    is the same."""
    along = [float(np.median([found(eye, (condition, value)).get("quality", 0.0) for eye in EYES])) for value in values]
    if condition == "light_gradient":
        assert np.ptp(along) < 2, np.round(along, 1)
        return
    assert all(after < before + 0.5 for before, after in itertools.pairwise(along)), np.round(along, 1)
    assert along[-1] < along[0] - 0.2


def test_one_bad_component_does_not_zero_a_good_eye() -> None:
    good = iris.describe(sample(capture_of(EYES[0], NOTHING).image.pixels, capture_of(EYES[0], NOTHING).eye.side))
    usual = iris.MEASURES[0](good)[0]
    for name in ("margin", "gaze_rad", "field_shift_px", "noise_greys", "lattice_peak_db"):
        worst = dataclasses.replace(good, **{name: np.array([{"margin": 0.0}.get(name, 100.0)])})
        assert 50 < iris.MEASURES[0](worst)[0] < usual, name


def test_every_measure_is_in_the_table_of_components() -> None:
    page = (Path(__file__).parents[2] / "docs" / "iris_components.md").read_text(encoding="utf8")
    listed = re.findall(r"^\| `(iris\.[a-z_]+)`", page, re.MULTILINE)
    assert listed == [item.id for item in iris.MEASURES] * 2
