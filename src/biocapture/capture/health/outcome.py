"""Outcome of one capture in the health record: numbers; no person, no position, no image."""

import math
from dataclasses import dataclass
from enum import StrEnum

from biocapture.capture.health.traits import CaptureTraits, capture_traits
from biocapture.errors import UsageError
from biocapture.types import Modality, Sample

NAN = math.nan


class OutcomeKind(StrEnum):
    """How a capture ended."""

    TAKEN = "taken"
    REFUSED = "refused"
    EMPTY = "empty"
    ERROR = "error"
    RESIDUE = "residue"
    """Not a capture: an earlier print was found on the empty glass."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One capture.

    Attributes
    ----------
    time : float
        Seconds since 1970.
    detail : str
        Name of the error.
    quality : float
        0..100; NaN where there is none.
    residue : float
        0..100, higher is better: score of ``fingerprint.ghost_ridges``.
    traits : CaptureTraits or None
        Of the image.
    """

    time: float
    modality: Modality
    kind: OutcomeKind
    detail: str = ""
    quality: float = NAN
    residue: float = NAN
    traits: CaptureTraits | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.time) or len(self.detail) > 200:
            raise UsageError(f"time {self.time}, detail of {len(self.detail)} characters (allowed: 200)", "outcome")


def outcome_of(sample: Sample, time: float, quality: float = NAN, residue: float = NAN) -> Outcome:
    """Outcome of a capture that gave an image.

    Parameters
    ----------
    sample : Sample
    time : float
        Seconds since 1970.
    quality, residue : float
        Scores, 0..100; NaN where not assessable.

    Returns
    -------
    Outcome
    """
    return Outcome(
        time, sample.modality, OutcomeKind.TAKEN, "", quality, residue, capture_traits(sample.image, sample.modality)
    )
