"""What the checks share: every comparison made once, the pairs that count, and whose print is residue."""

from dataclasses import replace

import pytest
from tests.support.slots import (
    FACE,
    INDEX,
    IRIS,
    LEFT_EYE,
    MIDDLE,
    RIGHT_EYE,
    RING,
    THUMB,
    attempt,
    bare,
    context,
    slot,
    with_scores,
)

from biocapture.enrolment.readiness.context import score_threshold
from biocapture.enrolment.readiness.slot import Slot
from biocapture.enrolment.station import RecentMemory
from biocapture.types import Modality


def test_pairs_are_of_one_modality_and_of_usable_slots() -> None:
    slots = slot(THUMB, 80.0), slot(INDEX, 80.0), slot(MIDDLE, 80.0, error="cut"), slot(RIGHT_EYE, 1.0), slot(FACE, 1.0)
    record = context(*slots, slot(LEFT_EYE, 80.0), slot(RING))
    assert [each.position for each in record.filled_slots] == [THUMB, INDEX, RIGHT_EYE, FACE, LEFT_EYE]
    pairs = [(first.position, second.position) for first, second in record.slot_pairs]
    assert pairs == [(THUMB, INDEX), (RIGHT_EYE, LEFT_EYE)]


def test_a_template_is_prepared_once_and_a_pair_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = with_scores(monkeypatch, {("right_index 1", "right_thumb 1"): 42.0})
    one, other, empty = attempt(INDEX), attempt(THUMB), attempt(MIDDLE, template=None)
    record = context()
    assert [record.score(one, other) for _ in range(3)] == [42.0] * 3
    assert record.score(one, attempt(RING)) == 0.0
    assert record.score(one, empty) is record.score(empty, one) is None
    assert sorted(matcher.prepared) == ["right_index 1", "right_ring 1", "right_thumb 1"]
    assert matcher.compared == 2


def test_a_modality_without_a_matcher_is_not_compared() -> None:
    record = context(slot(FACE, 80.0))
    assert record.scores_against({}) == {}
    assert record.once("a", lambda: 1) == record.once("a", lambda: 2) == 1
    assert record.once("b", lambda: 2) == 2


def test_scores_against_somebody_are_of_the_positions_both_have(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scores(monkeypatch, {("right_index 2", "i"): 70.0, ("right_eye 1", "e"): 30.0})
    slots = slot(THUMB, 80.0, template=None), slot(INDEX, 50.0, 80.0), slot(MIDDLE, 80.0), slot(RIGHT_EYE, 80.0)
    assert context(*slots).scores_against({THUMB: "t", INDEX: "i", RIGHT_EYE: "e", RING: "r"}) == {
        INDEX: 70.0,
        RIGHT_EYE: 30.0,
    }


def test_eyes_have_a_rate_of_their_own() -> None:
    record = context(profile=bare(repeat_fmr=0.1, eye_fmr=0.2, ghost_fmr=0.3))
    assert (record.same_source_fmr(Modality.FINGERPRINT), record.same_source_fmr(IRIS)) == (0.1, 0.2)


def test_without_a_memory_there_is_no_residue() -> None:
    assert context(slot(INDEX, 80.0)).residue_scores == {}
    assert context(slot(INDEX, 80.0), memory=RecentMemory()).residue_scores == {}


@pytest.mark.parametrize(
    ("fmr", "least"),
    [
        (1e-2, 20.0),
        (1e-4, 60.0),
        (1e-7, 90.0),
        # through (1e-3, 40) and (1e-4, 60) in the logarithms of odds, half way: odds of 1
        (10**-3.5, 50.0),
        # beyond the last and before the first in the same straight line: odds 1.5² : 1 at 1e-4, 9 : 1 at 1e-7
        (1e-10, 100 * (54 / (54 + 1))),
        (1e-1, 100 * (3 / 32) / (1 + 3 / 32)),
    ],
)
def test_thresholds_grow_in_the_logarithm_of_the_rate(
    monkeypatch: pytest.MonkeyPatch, fmr: float, least: float
) -> None:
    with_scores(monkeypatch, {})
    assert score_threshold(Modality.FINGERPRINT, fmr) == pytest.approx(least)


def test_the_best_attempt_is_compared_with_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scores(monkeypatch, {("right_index 1", "i"): 70.0})
    unreadable = Slot(INDEX, (attempt(INDEX), replace(attempt(INDEX, 2, quality=99.0), error="cut")))
    assert context(unreadable).scores_against({INDEX: "i"}) == {INDEX: 70.0}
