"""One file, image, finger or eye in two slots: which two, the poorer first, and at which score."""

from dataclasses import replace

import numpy as np
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
from biocapture.enrolment.readiness.checks.duplicate_slots import check_duplicate_slots
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.types import Position


def of_file(position: Position, sha256: str, quality: float = 80.0, signature: np.ndarray | None = None) -> Slot:
    taken = attempt(position, quality=quality, signature=signature)
    assert taken.sample is not None
    image = replace(taken.sample.image, sha256=sha256)
    return Slot(position, (replace(taken, sample=replace(taken.sample, image=image)),))


def texture(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(256, 256))
    return (noise / np.linalg.norm(noise)).astype(np.float32)


def test_one_file_in_two_slots_of_any_modality_the_poorer_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scores(monkeypatch, {("right_thumb 1", "right_index 1"): 99.0})
    slots = of_file(THUMB, "a", 60.0), of_file(INDEX, "a", 0.5), of_file(RIGHT_EYE, "a", NAN), of_file(MIDDLE, "b")
    pairs = ((INDEX, THUMB), (RIGHT_EYE, THUMB), (RIGHT_EYE, INDEX))
    assert check_duplicate_slots(context(*slots)) == [  # and nothing about their finger besides
        RecordFinding(
            "distinct.same_file",
            Verdict.RETAKE,
            pair,
            "enrolment.same_file",
            {"sha256": "a"},
            tuple(f"{position} 1" for position in pair),
        )
        for pair in pairs
    ]
    assert check_duplicate_slots(context(of_file(MIDDLE, ""), of_file(INDEX, ""))) == []


def test_a_copied_image_is_told_with_its_likeness_and_is_no_second_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scores(monkeypatch, {("right_thumb 1", "right_index 1"): 99.0, ("right_index 1", "right_middle 1"): 99.0})
    one, other = texture(1), texture(2)
    slots = of_file(THUMB, "a", signature=one), of_file(INDEX, "b", signature=np.rot90(one)), of_file(MIDDLE, "c")
    copied, same = check_duplicate_slots(context(*slots))
    assert (copied.id, copied.key, copied.positions) == (
        "distinct.copied_image",
        "enrolment.copied_image",
        (THUMB, INDEX),
    )
    assert copied.evidence == {"likeness": pytest.approx(1.0, abs=1e-5), "least": 0.6, "lies": "turned by 270°"}
    assert (same.id, same.positions) == ("distinct.same_finger", (INDEX, MIDDLE))
    for known in (one, None):
        unlike = (
            of_file(THUMB, "a", signature=known),
            of_file(MIDDLE, "b", signature=other if known is not None else one),
        )
        assert check_duplicate_slots(context(*unlike)) == []
        assert check_duplicate_slots(context(*(of_file(s.position, "", signature=None) for s in unlike))) == []


@pytest.mark.parametrize(
    ("first", "second", "score", "found"),
    [
        (THUMB, INDEX, 59.9, None),
        (THUMB, INDEX, 60.0, "same_finger"),
        (RIGHT_EYE, LEFT_EYE, 89.9, None),
        (RIGHT_EYE, LEFT_EYE, 90.0, "same_eye"),
        (RIGHT_EYE, INDEX, 99.0, None),
    ],
)
def test_one_finger_or_eye_in_two_slots(
    monkeypatch: pytest.MonkeyPatch, first: Position, second: Position, score: float, found: str | None
) -> None:
    with_scores(monkeypatch, {(f"{first} 1", f"{second} 1"): score})
    profile = bare(repeat_fmr=1e-4, eye_fmr=1e-7)
    findings = check_duplicate_slots(context(slot(first, 70.0), slot(second, 60.0), profile=profile))
    limits = {"same_finger": (60.0, 1e-4), "same_eye": (90.0, 1e-7)}
    assert findings == (
        [
            RecordFinding(
                f"distinct.{found}",
                Verdict.RETAKE,
                (second, first),
                f"enrolment.{found}",
                {"score": score, "least": limits[found][0], "fmr": limits[found][1]},
                (f"{second} 1", f"{first} 1"),
            )
        ]
        if found
        else []
    )


def test_what_has_no_template_matches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scores(monkeypatch, {("right_thumb 1", "right_index 1"): 99.0})
    assert check_duplicate_slots(context(slot(THUMB, 80.0, template=None), slot(INDEX, 80.0))) == []
    assert check_duplicate_slots(context(slot(FACE, 80.0), slot(INDEX, 80.0))) == []
