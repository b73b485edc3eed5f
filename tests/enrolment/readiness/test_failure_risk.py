"""The estimated risk of a record: in closed form for each kind of fault, and for slots of known quality."""

from dataclasses import replace

import numpy as np
import pytest
from tests.support.slots import INDEX, MIDDLE, NAN, RIGHT_EYE, THUMB, bare, context, slot

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Absence
from biocapture.enrolment.readiness.failure_risk import (
    CERTAIN_FAILURES,
    EVEN_ODDS,
    failure_risk,
    probability_of_fewer,
    unusable_probability,
)
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.types import Modality


def fault(id: str, **evidence: float | str) -> RecordFinding:
    return RecordFinding(id, Verdict.REVIEW, (), "", evidence)


@pytest.mark.parametrize(
    ("faults", "risk"),
    [
        ([], 0.0),
        ([fault("readable.slot", score=12.0)], 0.0),
        ([fault("distinct.same_finger", fmr="unknown")], 0.0),
        *[([fault(name)], 0.5) for name in sorted(EVEN_ODDS)],
        ([fault(name) for name in sorted(EVEN_ODDS)], 0.75),
        *[([fault(name, fmr=1e-4)], 1.0) for name in sorted(CERTAIN_FAILURES)],
        # a match by the formula of Bayes: 0.8 · 0.01 against 0.99 · (1 - (1 - fmr)ⁿ)
        ([fault("distinct.same_finger", fmr=0.5)], 0.008 / (0.008 + 0.99 * 0.5)),
        ([fault("person.other_person", fmr=0.5, comparisons=2.0)], 0.008 / (0.008 + 0.99 * 0.75)),
        ([fault("ghost.previous_print", fmr=0.5), fault("ghost.second_ridges")], 1 - 0.5 * (1 - 0.008 / 0.503)),
    ],
)
def test_the_risk_of_faults(faults: list[RecordFinding], risk: float) -> None:
    assert failure_risk(context(), faults) == pytest.approx(risk)


def test_a_probability_stays_one_whatever_the_rounding() -> None:
    rng = np.random.default_rng(1)
    assert max(probability_of_fewer(11, list(rng.uniform(size=10))) for _ in range(50)) == 1.0


def usable(**needed: int) -> dict[Modality, int]:
    return {Modality(name): count for name, count in needed.items()}


@pytest.mark.parametrize(
    ("needed", "risk"),
    [
        (usable(fingerprint=1), 0.0),  # a slot that nothing assesses counts as usable
        (usable(fingerprint=2), 0.5),
        (usable(fingerprint=3), 1.0),
        (usable(iris=1), 0.5),
        (usable(fingerprint=2, iris=1), 0.75),
        (usable(face=1), 1.0),
        (usable(face=0), 0.0),
    ],
)
def test_the_risk_that_too_few_are_usable(needed: dict[Modality, int], risk: float) -> None:
    assert unusable_probability(-2.0) == 0.5
    assert unusable_probability(22.0) == pytest.approx(1 / (1 + 2.718281828))
    slots = slot(THUMB, -2.0), slot(INDEX, NAN), slot(MIDDLE, absent=Absence.MISSING), slot(RIGHT_EYE, -2.0)
    profile = replace(bare(), record=replace(bare().record, usable=needed))
    assert failure_risk(context(*slots, profile=profile), []) == pytest.approx(risk)
