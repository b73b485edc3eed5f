"""Who else a record may be: which samples are compared in full, and at which scores a person is named."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from tests.support.slots import bare, context, with_scores
from tests.support.slots import slot as examined

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks import other_person
from biocapture.enrolment.readiness.checks.other_person import (
    MAX_FULL_COMPARISONS,
    MAX_PROBE_FINGERS,
    PROBE_ORDER,
    check_other_person,
)
from biocapture.enrolment.readiness.context import score_threshold
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.station import RememberedSample
from biocapture.types import FINGERS, Modality, Position


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
    assert other_person._highest_ranked(matcher(), 0.0, [Remembered(1.0), Remembered(0.0)] * 20) == list(
        range(1, 17, 2)
    )


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


class People:
    """A memory: person → position → template; samples without features."""

    def __init__(
        self, people: dict[str, dict[Position, str]], operators: tuple[str, ...] = (), before: str = ""
    ) -> None:
        self._people, self._operators, self._before = people, operators, before

    def previous(self, exclude: str) -> tuple[str, dict[Position, str]]:
        assert exclude == "x"  # the record under check
        return (self._before, self._people[self._before]) if self._before else ("", {})

    def samples_at(self, position: Position, exclude: str) -> list[RememberedSample]:
        return [
            RememberedSample(person, person in self._operators, None, lambda own=own: own[position])
            for person, own in self._people.items()
            if position in own and person != exclude
        ]

    def templates_of(self, person: str) -> dict[Position, str]:
        return self._people.get(person, {})


def person(name: str, *positions: Position) -> dict[str, dict[Position, str]]:
    return {name: {position: f"{name} {position}" for position in positions}}


THUMB, INDEX, MIDDLE = Position.RIGHT_THUMB, Position.RIGHT_INDEX, Position.RIGHT_MIDDLE

OTHERS = {f"p{i}": {INDEX: f"p{i}"} for i in range(8)}
"""People who match nobody."""


def found(
    monkeypatch: pytest.MonkeyPatch,
    people: People,
    scores: dict[tuple[str, Position], float],
    *positions: Position,
    **record: float,
) -> list[RecordFinding]:
    """Findings of a record of positions, each of which has this score with that of a person."""
    monkeypatch.setattr(other_person, "prefilter_of", lambda matcher: None)
    with_scores(monkeypatch, {(f"{at} 1", f"{name} {at}"): score for (name, at), score in scores.items()})
    slots = [examined(position, 80.0) for position in positions]
    return check_other_person(context(*slots, memory=people, profile=bare(**record)))


def test_one_match_at_the_strict_rate_names_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    people = People(OTHERS | person("ani", THUMB, INDEX))
    for score, is_found in ((59.9, False), (60.0, True)):  # ten comparisons: each may err in 1e-4
        findings = found(monkeypatch, people, {("ani", INDEX): score, ("ani", THUMB): 10.0}, THUMB, INDEX)
        expected = RecordFinding(
            "person.other_person",
            Verdict.REVIEW,
            (INDEX,),
            "enrolment.other_person",
            {"person": "ani", "slots": 1.0, "score": 60.0, "comparisons": 10.0, "fmr": 1e-4},
            ("right_index 1",),
            identity=True,
        )
        assert findings == ([expected] if is_found else [])
    assert check_other_person(context(examined(INDEX, 80.0))) == []  # nobody is remembered
    itself = context(examined(INDEX, 80.0), memory=People(person("x", INDEX)))
    with_scores(monkeypatch, {("right_index 1", "x right_index"): 99.0})
    assert check_other_person(itself) == []


def test_two_lax_matches_are_as_good_as_a_strict_one(monkeypatch: pytest.MonkeyPatch) -> None:
    people = People(OTHERS | person("ani", THUMB, INDEX, MIDDLE), operators=("ani",))
    with_scores(monkeypatch, {})
    lax = score_threshold(Modality.FINGERPRINT, 1.5e-4)
    assert lax + 1 < 60
    both = {("ani", THUMB): lax, ("ani", INDEX): lax + 1}
    (finding,) = found(monkeypatch, people, both, THUMB, INDEX, MIDDLE)
    assert (finding.id, finding.key) == ("person.operator", "enrolment.operator")
    assert finding.positions == (INDEX, THUMB)  # the best match first
    assert finding.images == ("right_index 1", "right_thumb 1")
    assert (finding.evidence["score"], finding.evidence["slots"]) == (lax + 1, 2.0)
    level = {("ani", THUMB): lax, ("ani", INDEX): lax}
    assert len(found(monkeypatch, people, level, THUMB, INDEX, MIDDLE)) == 1
    for short in ({("ani", THUMB): lax}, both | {("ani", INDEX): lax - 0.01}):
        assert found(monkeypatch, people, short, THUMB, INDEX, MIDDLE) == []


def test_fingers_that_are_not_searched_count_once_a_person_is_a_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    ring, little = Position.LEFT_RING, Position.LEFT_LITTLE
    people = People(OTHERS | person("ani", THUMB, ring, little))
    scores = {("ani", THUMB): 58.0, ("ani", little): 58.5}
    (finding,) = found(monkeypatch, people, scores, THUMB, INDEX, MIDDLE, ring, little)
    assert finding.positions == (little, THUMB)
    alone = People(person("ani", THUMB, ring))  # of a single comparison the strict rate is 1e-3: 40
    found_alone = found(monkeypatch, alone, {("ani", THUMB): 58.0, ("ani", ring): 42.0}, THUMB, INDEX, MIDDLE, ring)
    assert [finding.positions for finding in found_alone] == [(THUMB, ring)]
    assert (found_alone[0].evidence["comparisons"], found_alone[0].evidence["fmr"]) == (1.0, 1e-3)


@pytest.mark.parametrize(
    ("fmr", "score", "is_found"), [(1e-7, 89.9, False), (1e-7, 90.0, True), (1e-2, 40.0, True), (1e-2, 39.9, False)]
)
def test_eyes_are_judged_at_the_stricter_of_two_rates(
    monkeypatch: pytest.MonkeyPatch, fmr: float, score: float, is_found: bool
) -> None:
    monkeypatch.setattr(other_person, "JOINT_MATCH_FMR", 1e-2)  # candidates from 20 on
    people = People(person("ani", Position.RIGHT_EYE, Position.LEFT_EYE))
    eyes = {("ani", Position.RIGHT_EYE): score, ("ani", Position.LEFT_EYE): 30.0}
    monkeypatch.setattr(other_person, "FALSE_ALARM_RATE", 2e-3)  # 1e-3 per comparison
    findings = found(monkeypatch, people, eyes, Position.RIGHT_EYE, Position.LEFT_EYE, eye_fmr=fmr)
    assert [finding.positions for finding in findings] == ([(Position.RIGHT_EYE,)] if is_found else [])


def test_the_person_before_is_left_out_where_only_residue_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    fingers = (THUMB, INDEX, MIDDLE, Position.RIGHT_RING, Position.LEFT_THUMB)
    people = People(person("ani", *fingers) | person("eka", *fingers), before="ani")
    matches = {("ani", THUMB): 90.0, ("eka", INDEX): 80.0}
    findings = found(monkeypatch, people, matches, *fingers, ghost_fmr=1e-4)
    assert [finding.evidence["person"] for finding in findings] == ["eka"]
    most = matches | {("ani", at): 70.0 for at in fingers[1:3]}  # three of five: no residue, the person came again
    findings = found(monkeypatch, people, most, *fingers, ghost_fmr=1e-4)
    assert [finding.evidence["person"] for finding in findings] == ["ani", "eka"]
    later = People(person("ani", *fingers) | person("eka", *fingers), before="eka")
    findings = found(monkeypatch, later, {("ani", THUMB): 90.0, ("eka", THUMB): 50.0}, *fingers, ghost_fmr=1e-3)
    assert [finding.evidence["person"] for finding in findings] == ["ani"]  # residue of another person excuses nobody


def test_of_many_only_the_most_alike_by_the_cheap_score_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    people = People({f"p{i}": {INDEX: f"p{i}"} for i in range(12)})
    own = with_scores(monkeypatch, {("right_index 1", "p11"): 99.0, ("right_index 1", "p2"): 98.0})
    asked = []

    def prefilter_scores(probe: str, references: list[None]) -> np.ndarray:
        asked.append(probe)
        return np.arange(len(references), dtype=np.float64)

    monkeypatch.setattr(own, "index_features", lambda template: f"features of {template}", raising=False)
    monkeypatch.setattr(own, "prefilter_scores", prefilter_scores, raising=False)
    findings = check_other_person(context(examined(INDEX, 80.0), memory=people))
    assert [finding.evidence["person"] for finding in findings] == ["p11"]  # the third of twelve is not looked at
    assert asked == ["features of right_index 1"]


def test_people_are_told_best_match_first(monkeypatch: pytest.MonkeyPatch) -> None:
    people = People(person("ani", INDEX) | person("eka", INDEX) | person("tri", INDEX))
    scores = {("ani", INDEX): 70.0, ("eka", INDEX): 90.0, ("tri", INDEX): 80.0}
    findings = found(monkeypatch, people, scores, INDEX)
    assert [finding.evidence["person"] for finding in findings] == ["eka", "tri", "ani"]
