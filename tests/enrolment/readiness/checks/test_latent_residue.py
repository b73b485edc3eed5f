"""Prints left on the platen: matched with the previous person's, or seen under the capture."""

import pytest
from tests.support.slots import INDEX, MIDDLE, NAN, RIGHT_EYE, RING, THUMB, bare, context, slot, with_scores

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks.latent_residue import check_latent_residue
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.station import Memory


class Before:
    """A memory of one person, who came before."""

    def __init__(self, *positions: object) -> None:
        self._templates = {position: f"before {position}" for position in positions}

    def previous(self, exclude: str) -> tuple[str, dict]:
        return ("before", self._templates) if exclude != "before" else ("", {})


def test_a_second_print_under_the_capture_is_found_above_its_share() -> None:
    slots = [slot(p, 80.0, residue_share=s) for p, s in ((THUMB, 0.14), (INDEX, 0.15), (MIDDLE, NAN))]
    assert check_latent_residue(context(*slots)) == [
        RecordFinding(
            "ghost.second_ridges",
            Verdict.RETAKE,
            (INDEX,),
            "enrolment.second_ridges",
            {"share": 0.15, "most": 0.14},
            ("right_index 1",),
        )
    ]


@pytest.mark.parametrize(
    ("scores", "named"),
    [
        ({INDEX: 59.9}, ()),
        ({INDEX: 60.0}, (INDEX,)),
        ({INDEX: 60.0, THUMB: 70.0}, (THUMB, INDEX)),  # half of four may still be residue
        ({INDEX: 60.0, THUMB: 70.0, MIDDLE: 80.0}, ()),  # most of them: the person came again
        ({RIGHT_EYE: 99.0}, ()),  # eyes leave nothing behind
    ],
)
def test_some_prints_of_the_person_before_are_residue(
    monkeypatch: pytest.MonkeyPatch, scores: dict, named: tuple
) -> None:
    with_scores(monkeypatch, {(f"{position} 1", f"before {position}"): score for position, score in scores.items()})
    memory: Memory = Before(THUMB, INDEX, MIDDLE, RING, RIGHT_EYE)
    slots = [slot(position, 80.0, residue_share=0.9) for position in (THUMB, INDEX, MIDDLE, RING, RIGHT_EYE)]
    record = context(*slots, memory=memory, profile=bare(ghost_fmr=1e-4))
    findings = check_latent_residue(record)
    matched = [finding for finding in findings if finding.id == "ghost.previous_print"]
    assert matched == [
        RecordFinding(
            "ghost.previous_print",
            Verdict.RETAKE,
            (position,),
            "enrolment.previous_print",
            {"score": scores[position], "least": 60.0, "fmr": 1e-4},
            (f"{position} 1",),
        )
        for position in named
    ]
    under = {finding.positions[0] for finding in findings if finding.id == "ghost.second_ridges"}
    assert under == {THUMB, INDEX, MIDDLE, RING, RIGHT_EYE} - set(named)  # each slot has one reason


def test_one_match_of_one_print_is_residue_and_the_person_itself_is_nobody_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_scores(monkeypatch, {("right_index 1", "before right_index"): 99.0})
    alone = context(slot(INDEX, 80.0), memory=Before(INDEX, THUMB))
    assert [finding.id for finding in check_latent_residue(alone)] == ["ghost.previous_print"]
    assert check_latent_residue(context(slot(INDEX, 80.0), memory=Before(INDEX), id="before")) == []
    assert check_latent_residue(context(slot(INDEX, 80.0), memory=Before())) == []
