"""From scores to a decision: READY, RETAKE or REVIEW, with every fault, worst first."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from biocapture.measure import Measure, Score
from biocapture.profile.load import Profile
from biocapture.types import Failure


class Verdict(StrEnum):
    """What to do with a capture."""

    READY = "READY"
    RETAKE = "RETAKE"
    REVIEW = "REVIEW"


ERROR = "ERROR"
"""Stands in place of a verdict where a file could not be read."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One fault.

    Attributes
    ----------
    key : str
        Guidance key: what the operator does about it.
    verdict : Verdict
        What this fault alone would lead to.
    source : str
        Measure id, failure reason or note the fault comes from.
    score, minimum : float
        The measure's score and the minimum that the profile sets; NaN where the fault is not a number.
    step : int
        Of the measure; faults of a lower step come first.
    """

    key: str
    verdict: Verdict
    source: str
    score: float = float("nan")
    minimum: float = float("nan")
    step: int = 0

    @property
    def shortfall(self) -> float:
        """How far below the minimum, as a share of it: 0 = just met, 1 = nothing; faults without a number are 1."""
        return 1.0 - self.score / self.minimum if self.minimum > 0 else 1.0


def judge(
    scores: Mapping[str, Score],
    failure: Failure | None,
    notes: tuple[str, ...],
    profile: Profile,
    measures: Mapping[str, Measure],
) -> tuple[Verdict, tuple[Reason, ...]]:
    """Decide on one capture.

    A retake fault outweighs a review fault, because the new capture is judged again. Within each, faults of a lower
    step come first, then those that fall shortest. A score of NaN (not assessable) is no fault by itself.

    Parameters
    ----------
    scores : mapping
        Measure id → raw value and score, of one modality.
    failure : Failure or None
        Why the capture could not be assessed.
    notes : tuple of str
        Note keys, of which those of ``profile.notes`` are faults.
    profile : Profile
        With minimum scores, measure id → 0..100; those of other modalities are ignored.
    measures : mapping
        Measure id → measure, of at least the measures in ``scores``.

    Returns
    -------
    verdict : Verdict
        Of the worst fault; ``READY`` without one.
    reasons : tuple of Reason
        All faults, worst first.
    """
    faults = [] if failure is None else [Reason(failure.reason, Verdict.RETAKE, failure.reason)]
    faults += [Reason(note, Verdict(profile.notes[note].upper()), note) for note in notes if note in profile.notes]
    for verdict, minima in ((Verdict.RETAKE, profile.retake), (Verdict.REVIEW, profile.review)):
        for measure_id, minimum in minima.items():
            if measure_id not in scores:  # of another modality
                continue
            known = any(fault.source == measure_id for fault in faults)
            measure, score = measures[measure_id], scores[measure_id].score
            # The failure has the same instruction: it is not given twice.
            repeated = failure is not None and failure.reason == measure.guidance
            if not (known or repeated) and score < minimum:
                faults.append(Reason(measure.guidance, verdict, measure_id, score, minimum, measure.step))
    faults.sort(key=lambda fault: (fault.verdict is not Verdict.RETAKE, fault.step, -fault.shortfall))
    return (faults[0].verdict if faults else Verdict.READY), tuple(faults)
