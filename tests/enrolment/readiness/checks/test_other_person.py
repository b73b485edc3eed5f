"""Who else a record may be: how many remembered samples are compared in full, and which."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from biocapture.enrolment.readiness.checks import other_person
from biocapture.enrolment.readiness.checks.other_person import MAX_FULL_COMPARISONS, MAX_PROBE_FINGERS, PROBE_ORDER
from biocapture.types import FINGERS, Position


@dataclass(frozen=True)
class Remembered:
    features: float


def matcher() -> SimpleNamespace:
    return SimpleNamespace(
        index_features=lambda template: template,
        prefilter_scores=lambda probe, references: -np.abs(np.asarray(references) - probe),
    )


@pytest.fixture(autouse=True)
def with_prefilter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_person, "prefilter_of", lambda matcher: matcher)


def test_the_eight_best_of_many_are_compared_in_full_best_first() -> None:
    assert MAX_FULL_COMPARISONS == 8
    remembered = [Remembered(float(value)) for value in (50, 3, 40, 2, 30, 1, 20, 0, 10, 5, 60)]
    assert other_person._highest_ranked(matcher(), 0.0, remembered) == [7, 5, 3, 1, 9, 8, 6, 4]


def test_few_are_all_compared_in_their_order() -> None:
    few = [Remembered(float(value)) for value in (5, 1, 9, 0, 3, 2, 8, 7)]
    assert other_person._highest_ranked(matcher(), 0.0, few) == list(range(8))


def test_of_equals_the_first_remembered_are_compared() -> None:
    assert other_person._highest_ranked(matcher(), 0.0, [Remembered(1.0)] * 12) == list(range(8))


def test_a_matcher_without_a_prefilter_compares_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_person, "prefilter_of", lambda matcher: None)
    assert other_person._highest_ranked(matcher(), 0.0, [Remembered(1.0)] * 12) == list(range(12))


def slot(position: Position, quality: float, has_template: bool = True) -> SimpleNamespace:
    return SimpleNamespace(
        position=position, quality=quality, best=SimpleNamespace(template=object() if has_template else None)
    )


def test_the_probes_are_the_best_fingers_by_preference_and_all_eyes() -> None:
    slots = [
        slot(Position.RIGHT_LITTLE, 95),
        slot(Position.LEFT_INDEX, 50),
        slot(Position.RIGHT_THUMB, 49.9),
        slot(Position.RIGHT_INDEX, 90, has_template=False),
        slot(Position.LEFT_THUMB, 60),
        slot(Position.RIGHT_EYE, 10),
        slot(Position.LEFT_EYE, 90, has_template=False),
        slot(Position.FACE, 90),
    ]
    probes = other_person._probes(SimpleNamespace(filled_slots=slots))
    assert [probe.position for probe in probes] == [
        Position.LEFT_THUMB,
        Position.LEFT_INDEX,
        Position.RIGHT_LITTLE,
        Position.RIGHT_EYE,
    ]
    assert MAX_PROBE_FINGERS == 3
    nothing = [slot(Position.RIGHT_THUMB, float("nan")), slot(Position.RIGHT_INDEX, 55)]
    assert other_person._probes(SimpleNamespace(filled_slots=nothing))[0].position is Position.RIGHT_INDEX


def test_every_finger_has_its_place_in_the_order() -> None:
    assert sorted(PROBE_ORDER) == sorted(FINGERS[1:])
    assert PROBE_ORDER[:4] == (Position.RIGHT_THUMB, Position.RIGHT_INDEX, Position.LEFT_THUMB, Position.LEFT_INDEX)
