"""Attempts of one slot: which pair disagrees, at which score and quality, and whose attempt stands in another slot."""

import itertools

import pytest
from tests.support.slots import (
    FACE,
    INDEX,
    LEFT_EYE,
    MIDDLE,
    NAN,
    RIGHT_EYE,
    THUMB,
    attempt,
    bare,
    context,
    slot,
    with_scores,
)

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks.attempts import CONSISTENT_FMR, MIN_ATTEMPT_QUALITY, check_attempts
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.types import Modality, Position


def table(position: Position, scores: dict[tuple[int, int], float]) -> dict[tuple[str, str], float]:
    """Scores between attempts of one slot, by their numbers."""
    return {(f"{position} {one}", f"{position} {other}"): score for (one, other), score in scores.items()}


@pytest.mark.parametrize(("score", "found"), [(19.99, True), (20.0, False)])
def test_two_good_attempts_that_do_not_match_disagree(
    monkeypatch: pytest.MonkeyPatch, score: float, found: bool
) -> None:
    with_scores(monkeypatch, table(INDEX, {(1, 2): score, (1, 3): 5.0, (2, 3): 5.0}))
    findings = check_attempts(context(slot(THUMB, 80.0), slot(INDEX, 80.0, 45.0, 44.99)))
    assert MIN_ATTEMPT_QUALITY == 45.0
    assert findings == (
        [
            RecordFinding(
                "attempts.disagree",
                Verdict.REVIEW,
                (INDEX,),
                "enrolment.attempts_disagree",
                {"score": score, "least": 20.0, "attempts": 3.0},
                ("right_index 1", "right_index 2"),
                identity=True,
            )
        ]
        if found
        else []
    )


@pytest.mark.parametrize(
    "second",
    [
        {"quality": 44.9},
        {"quality": NAN},
        {"template": None},
        {"wrong_modality": Modality.IRIS},
    ],
    ids=str,
)
def test_what_is_no_good_attempt_of_its_slot_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, second: dict[str, object]
) -> None:
    with_scores(monkeypatch, {})
    assert check_attempts(context(Slot(INDEX, (attempt(INDEX), attempt(INDEX, 2, **second))))) == []
    assert check_attempts(context(Slot(INDEX, (attempt(INDEX, **second), attempt(INDEX, 2))))) == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(1, 5)))[::5])
def test_a_chain_of_matches_links_all_attempts_whatever_their_order(
    monkeypatch: pytest.MonkeyPatch, order: tuple[int, ...]
) -> None:
    links = dict.fromkeys(itertools.pairwise(order), 30.0)
    with_scores(monkeypatch, table(INDEX, links))
    assert check_attempts(context(slot(INDEX, *[80.0] * 4))) == []
    cut = table(INDEX, dict(list(links.items())[:-1]) | {(order[0], order[3]): -1.0})  # the last one is linked to none
    with_scores(monkeypatch, cut)
    (finding,) = check_attempts(context(slot(INDEX, *[80.0] * 4)))
    assert finding.evidence["score"] == -1.0
    assert finding.images == tuple(f"right_index {number}" for number in sorted((order[0], order[3])))


def test_faces_are_not_compared_and_single_attempts_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scores(monkeypatch, {})
    assert check_attempts(context(slot(FACE, 80.0, 80.0), slot(INDEX, 80.0), slot(THUMB))) == []
    assert len(check_attempts(context(slot(RIGHT_EYE, 80.0, 80.0)))) == 1


def test_an_attempt_of_another_slots_finger_is_named_with_what_it_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    own = table(INDEX, {(1, 2): 19.9, (1, 3): 20.0, (2, 3): 0.0})  # the second matches none of its slot
    with_scores(
        monkeypatch,
        own
        | table(MIDDLE, {(1, 2): 30.0, (2, 3): 30.0})
        | {("right_index 2", "right_middle 1"): 60.0, ("right_index 2", "right_middle 2"): 75.0}
        | {("right_index 2", "right_middle 3"): 65.0},
    )
    slots = slot(INDEX, 90.0, 50.0, 60.0), slot(MIDDLE, 80.0, 70.0, 10.0)
    for order in (slots, slots[::-1]):
        first, *rest = check_attempts(context(*order, slot(THUMB, 99.0), profile=bare(repeat_fmr=1e-4)))
        assert first == RecordFinding(
            "attempts.exchanged",
            Verdict.RETAKE,
            (INDEX, MIDDLE),
            "enrolment.attempts_exchanged",
            {"score": 75.0, "least": 60.0},
            ("right_index 2", "right_middle 2"),
        )
        assert rest == []  # that the attempts of both slots disagree follows from it


@pytest.mark.parametrize(
    ("scores", "fmr", "found"),
    [
        ({("right_index 2", "right_middle 1"): 59.9}, 1e-4, False),
        ({("right_index 2", "right_middle 1"): 60.0}, 1e-4, True),
        ({("right_index 2", "right_middle 1"): 59.9}, 1e-3, True),
        # the chosen attempts match: one finger is in both slots, which another check tells
        ({("right_index 2", "right_middle 1"): 80.0, ("right_index 1", "right_middle 1"): 60.0}, 1e-4, False),
        ({("right_index 2", "right_middle 1"): 80.0, ("right_index 1", "right_middle 1"): 59.9}, 1e-4, True),
        # it matches an attempt of its own slot
        ({("right_index 2", "right_middle 1"): 80.0, ("right_index 1", "right_index 2"): 20.0}, 1e-4, False),
    ],
)
def test_the_limits_of_an_exchange(
    monkeypatch: pytest.MonkeyPatch, scores: dict[tuple[str, str], float], fmr: float, found: bool
) -> None:
    assert CONSISTENT_FMR == 1e-2
    with_scores(monkeypatch, scores)
    record = context(slot(INDEX, 90.0, 40.0), slot(MIDDLE, 80.0), profile=bare(repeat_fmr=fmr, eye_fmr=1e-2))
    exchanged = [finding for finding in check_attempts(record) if finding.id == "attempts.exchanged"]
    assert bool(exchanged) == found


@pytest.mark.parametrize(("score", "found"), [(89.9, False), (90.0, True)])
def test_eyes_are_exchanged_at_their_own_rate(monkeypatch: pytest.MonkeyPatch, score: float, found: bool) -> None:
    with_scores(monkeypatch, {("right_eye 2", "left_eye 1"): score})
    record = context(slot(RIGHT_EYE, 90.0, 40.0), slot(LEFT_EYE, 80.0), profile=bare(repeat_fmr=1e-4, eye_fmr=1e-7))
    assert [finding.id for finding in check_attempts(record)] == (["attempts.exchanged"] if found else [])


def test_two_pairs_of_slots_give_two_findings_and_what_is_left_may_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = {("right_index 2", "right_middle 1"): 70.0, ("right_index 2", "right_thumb 1"): 65.0}
    with_scores(monkeypatch, scores)
    slots = slot(THUMB, 90.0), slot(INDEX, 90.0, 50.0), slot(MIDDLE, 80.0), slot(Position.LEFT_THUMB, 70.0, 60.0)
    findings = check_attempts(context(*slots, profile=bare(repeat_fmr=1e-4)))
    assert [(finding.id, finding.positions) for finding in findings] == [
        ("attempts.exchanged", (INDEX, THUMB)),
        ("attempts.exchanged", (INDEX, MIDDLE)),
        ("attempts.disagree", (Position.LEFT_THUMB,)),
    ]


def test_attempts_that_cannot_be_used_are_no_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scores(monkeypatch, {("right_index 2", "right_middle 1"): 80.0})
    for other in ({"wrong_modality": Modality.FACE}, {"template": None}):
        index = Slot(INDEX, (attempt(INDEX, quality=90.0), attempt(INDEX, 2, **other)))
        assert check_attempts(context(index, slot(MIDDLE, 80.0), profile=bare(repeat_fmr=1e-4))) == []
