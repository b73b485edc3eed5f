"""A readiness as data: every field of its JSON, in words of either language."""

import json
import math

from tests.support.slots import INDEX, MIDDLE, NAN, RIGHT_EYE, THUMB, attempt, slot

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Reason, Verdict
from biocapture.enrolment import Absence
from biocapture.enrolment.readiness.checks.budget import Budget, CompressionOption
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.mosip_levels import mosip_level
from biocapture.enrolment.readiness.result import ModalityQuality, Readiness
from biocapture.enrolment.readiness.slot import Slot
from biocapture.guidance import text
from biocapture.types import Modality

POOR = Reason("fingerprint.poor_quality", Verdict.REVIEW, "fingerprint.quality", 30.0, 40.0)
OPTION = CompressionOption(Modality.IRIS, "jpeg2000 10", 500, NAN, 1.23456, RIGHT_EYE)
SAME = RecordFinding(
    "distinct.same_finger",
    Verdict.RETAKE,
    (INDEX, THUMB),
    "enrolment.same_finger",
    {"score": 61.23456, "lies": "mirrored", "least": math.inf},
    ("a", "b"),
)
GHOST = RecordFinding("ghost.previous_print", Verdict.RETAKE, (THUMB,), "enrolment.previous_print", identity=True)
AGAIN = RecordFinding("distinct.same_file", Verdict.REVIEW, (MIDDLE,), "enrolment.same_finger")

RECORD = Readiness(
    id="x",
    profile="default",
    language="en",
    verdict=Verdict.RETAKE,
    findings=(SAME, GHOST, AGAIN),
    slots=(
        Slot(
            INDEX,
            (
                attempt(INDEX, 1, report=Report(quality=37.123456, verdict=Verdict.REVIEW, reasons=(POOR,))),
                attempt(INDEX, 2, report=None, error="cut short"),
            ),
        ),
        slot(MIDDLE, absent=Absence.AMPUTATED),
        slot(RIGHT_EYE, 1.0, report=None),
    ),
    budget=Budget(1000, 900, (OPTION,), (OPTION,)),
    failure_risk=0.123456,
    modality_qualities={
        Modality.FINGERPRINT: ModalityQuality(37.123456, 48.0),
        Modality.IRIS: ModalityQuality(NAN, NAN),
    },
    group_means={"thumbs": 37.123456, "face": NAN},
    not_assessed=(RIGHT_EYE,),
    not_compared=(INDEX, RIGHT_EYE),
)


def test_every_field_of_the_json() -> None:
    finding = {"verdict": "RETAKE", "slots": ["right_index", "right_thumb"], "identity": False, "images": ["a", "b"]}
    none = {"evidence": {}, "images": []}
    expected = {
        "id": "x",
        "profile": "default",
        "verdict": "RETAKE",
        "chance_of_central_failure": 0.1235,
        "avoids": ["ADJUDICATE_RECORD", "DUPLICATE_RECORD"],
        "retake": [
            {"slot": "right_thumb", "guidance": [text(key, "id") for key in (GHOST.key, SAME.key)]},
            {"slot": "right_index", "guidance": [text(SAME.key, "id")]},
        ],
        "findings": [
            finding
            | {
                "id": "distinct.same_finger",
                "guidance": text(SAME.key, "id"),
                "evidence": {"score": 61.2346, "lies": "mirrored", "least": None},
            },
            none
            | {"id": "ghost.previous_print", "verdict": "RETAKE", "slots": ["right_thumb"], "identity": True}
            | {"guidance": text(GHOST.key, "id")},
            none
            | {"id": "distinct.same_file", "verdict": "REVIEW", "slots": ["right_middle"], "identity": False}
            | {"guidance": text(SAME.key, "id")},
        ],
        "modalities": {
            "fingerprint": {"minimum": 37.1235, "mean": 48.0, "level": "level-4"},
            "iris": {"minimum": None, "mean": None, "level": "--Biometrics-Not-Available--"},
        },
        "groups": {"thumbs": 37.1235, "face": None},
        "budget": {
            "bytes": 1000,
            "limit": 900,
            "options": [
                {
                    "modality": "iris",
                    "method": "jpeg2000 10",
                    "bytes": 500,
                    "minimum_quality": None,
                    "largest_loss": 1.2346,
                    "weakest": "right_eye",
                }
            ],
            "proposal": {"iris": "jpeg2000 10"},
        },
        "not_assessed": ["right_eye"],
        "not_compared": ["right_index", "right_eye"],
        "slots": [
            {
                "slot": "right_index",
                "exception": None,
                "best": 1,
                "level": "level-4",
                "attempts": [
                    {
                        "number": 1,
                        "image": "right_index 1",
                        "verdict": "REVIEW",
                        "quality": 37.1235,
                        "reasons": ["fingerprint.poor_quality"],
                        "error": None,
                    },
                    {
                        "number": 2,
                        "image": "right_index 2",
                        "verdict": "RETAKE",
                        "quality": None,
                        "reasons": [],
                        "error": "cut short",
                    },
                ],
            },
            {
                "slot": "right_middle",
                "exception": "amputated",
                "best": None,
                "level": "--Biometrics-Not-Available--",
                "attempts": [],
            },
            {
                "slot": "right_eye",
                "exception": None,
                "best": 1,
                "level": "--Biometrics-Not-Available--",
                "attempts": [
                    {
                        "number": 1,
                        "image": "right_eye 1",
                        "verdict": None,
                        "quality": None,
                        "reasons": [],
                        "error": None,
                    }
                ],
            },
        ],
    }
    assert RECORD.to_dict("id") == expected
    assert list(RECORD.to_dict()) == list(expected)
    json.dumps(RECORD.to_dict(), allow_nan=False)


def test_sentences_are_in_the_profiles_language_unless_another_is_asked_for() -> None:
    assert RECORD.guidance() == [text(SAME.key, "en"), text(GHOST.key, "en")]  # each instruction once
    assert RECORD.guidance("id") == [text(SAME.key, "id"), text(GHOST.key, "id")]
    assert RECORD.to_dict()["findings"][0]["guidance"] == text(SAME.key, "en")
    assert RECORD.to_dict()["retake"][1]["guidance"] == [text(SAME.key, "en")]


def test_levels_of_mosip_are_tens_of_quality() -> None:
    assert [mosip_level(q) for q in (-1.0, 0.0, 9.99, 10.0, 55.0, 89.9, 90.0, 100.0)] == [
        *("level-1", "level-1", "level-1", "level-2", "level-6", "level-9", "level-10", "level-10"),
    ]
    assert mosip_level(NAN) == "--Biometrics-Not-Available--"


def test_a_finding_in_words() -> None:
    assert SAME.check == "distinct"
    assert SAME.evidence_line == "score 61.23, lies mirrored, least inf"
    assert SAME.position_names() == "right index finger, right thumb"
    assert SAME.position_names("id") == "telunjuk kanan, ibu jari kanan"
    nowhere = RecordFinding("budget.too_large", Verdict.REVIEW, (), "enrolment.over_budget")
    assert (nowhere.position_names(), nowhere.position_names("id")) == ("the record", "data ini")
    assert nowhere.instruction() == text("enrolment.over_budget", "en")
    assert nowhere.instruction("id") == text("enrolment.over_budget", "id")
