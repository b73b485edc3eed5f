"""What a capture led to: which attempt is the best, why, and when it is accepted."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Reason, Verdict
from biocapture.capture import CaptureAttempt, CaptureResult
from biocapture.errors import UsageError
from biocapture.types import Image, Modality, Sample

SAMPLE = Sample(Image(np.zeros((8, 8), np.uint8)), Modality.FINGERPRINT)
DRY, POOR = (Reason(key, Verdict.RETAKE, "test") for key in ("fingerprint.press_firmly", "fingerprint.poor_quality"))


def attempt(number: int, quality: float, verdict: Verdict | None, *reasons: Reason) -> CaptureAttempt:
    return CaptureAttempt(number, SAMPLE, Report(quality=quality, verdict=verdict, reasons=reasons))


NAN = float("nan")
READY, REVIEW = attempt(1, 50.0, Verdict.READY), attempt(2, 90.0, Verdict.REVIEW)
POORER = attempt(3, 89.0, Verdict.REVIEW, DRY, POOR)
REFUSED = CaptureAttempt(6, refusal="smeared")
BEST_FIRST = [
    *(READY, REVIEW, POORER, attempt(4, 99.0, Verdict.RETAKE), attempt(5, 0.0, Verdict.RETAKE)),
    *(attempt(7, NAN, Verdict.RETAKE), attempt(8, 70.0, None)),
]


def test_attempts_rank_by_verdict_then_quality_and_what_is_not_assessed_is_last() -> None:
    for better, worse in itertools.pairwise(BEST_FIRST):
        assert better.rank > worse.rank
        for order in ((better, worse), (worse, better)):
            assert CaptureResult(order).best is better
    assert REFUSED.rank == BEST_FIRST[-1].rank
    assert [each.is_ready for each in (READY, REVIEW, REFUSED)] == [True, False, False]
    same = replace(READY, number=9)
    assert CaptureResult((same, READY)).best is same  # the earlier of equals
    assert CaptureResult((REFUSED,)).best is None
    assert CaptureResult((REFUSED, BEST_FIRST[-1])).best is BEST_FIRST[-1]


def test_the_fault_of_an_attempt_is_its_worst() -> None:
    assert [each.fault for each in (POORER, REVIEW, REFUSED)] == [
        "fingerprint.press_firmly",
        "",
        "device.scan_rejected",
    ]


@pytest.mark.parametrize(
    ("result", "accepted", "bad", "explanation"),
    [
        (CaptureResult(), False, 0, "no attempt gave an image"),
        (CaptureResult((REFUSED,)), False, 1, "no attempt gave an image"),
        (CaptureResult((CaptureAttempt(1, SAMPLE),)), False, 1, "no attempt gave an image"),
        (CaptureResult((READY,)), True, 0, "attempt 1: READY, quality 50; the only attempt"),
        (CaptureResult((REFUSED, READY)), True, 1, "attempt 1: READY, quality 50; best of 2"),
        (CaptureResult((POORER, REVIEW, REFUSED)), False, 3, "attempt 2: REVIEW, quality 90; best of 3"),
        (
            CaptureResult((POORER,), forced="burnt"),
            True,
            1,
            "attempt 3: REVIEW, quality 89; the only attempt; forced: burnt",
        ),
        (CaptureResult((REFUSED,), forced="burnt"), False, 1, "no attempt gave an image"),
    ],
)
def test_a_result_is_accepted_and_explained(result: CaptureResult, accepted: bool, bad: int, explanation: str) -> None:
    assert (result.accepted, result.bad, result.explanation) == (accepted, bad, explanation)


def test_a_forced_result_is_the_same_but_accepted() -> None:
    result = CaptureResult((POORER,), 2, suggestion="capture.another_finger")
    assert result.with_force(" burnt  fingertip\n") == replace(result, forced="burnt  fingertip")
    with pytest.raises(UsageError, match=r"^force: a reason is needed to force a capture$"):
        result.with_force(" \n")
    with pytest.raises(UsageError, match=r"^force: there is no image to accept$"):
        CaptureResult((REFUSED,)).with_force("burnt")
