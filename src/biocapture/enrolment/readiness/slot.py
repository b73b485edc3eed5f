"""One slot of an enrolment: its attempts, looked at, and the best of them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Absence, Attempt
from biocapture.enrolment.readiness.copies import Signature
from biocapture.guidance.words import record_phrase, verdict_word
from biocapture.types import Modality, Position, Sample

RANK = {Verdict.READY: 3, Verdict.REVIEW: 2, Verdict.RETAKE: 1, None: 0}


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """One attempt after decoding, assessment and extraction.

    Attributes
    ----------
    attempt : Attempt
    sample : Sample or None
        At the working resolution; None where it cannot be read.
    report : Report or None
        None where it cannot be read, or where nothing assesses this modality yet.
    template : Template or None
        None where it cannot be read, where nothing can be compared, or where the modality has no matcher yet.
    signature : (256, 256) float32 or None
        Texture, for finding copies.
    underlying : float
        Share of it that lies over an earlier capture's residue, 0..1; NaN where that cannot be told.
    shows : Modality or None
        What it shows instead of what belongs in the slot.
    bytes : int
        Of the file, 0 for images in memory.
    error : str
        Why it cannot be read.
    """

    attempt: Attempt
    sample: Sample | None = None
    report: Report | None = None
    template: Any = None
    signature: Signature | None = None
    underlying: float = math.nan
    shows: Modality | None = None
    bytes: int = 0
    error: str = ""

    @property
    def name(self) -> str:
        """As the operator knows it."""
        return self.attempt.name

    @property
    def quality(self) -> float:
        """Unified quality 0..100, NaN where not assessed."""
        return self.report.quality if self.report else math.nan

    @property
    def verdict(self) -> Verdict | None:
        """Of the capture alone; RETAKE where it cannot be read or belongs elsewhere, None where not assessed."""
        if self.error or self.shows:
            return Verdict.RETAKE
        return self.report.verdict if self.report else None

    @property
    def worth(self) -> tuple[int, int, float, int]:
        """Orders attempts: readable, then verdict, then quality; of equals, the earlier is worth more."""
        quality = self.quality if self.quality == self.quality else -1.0
        usable = int(not self.error and self.shows is None)
        return usable, RANK[self.verdict], quality, -self.attempt.number


@dataclass(frozen=True, slots=True)
class Slot:
    """A finger, an eye or the face of one record.

    Attributes
    ----------
    position : Position
    attempts : tuple of Examined
        In the order they were taken; at least one unless the slot is excepted or empty.
    absent : Absence or None
    """

    position: Position
    attempts: tuple[Examined, ...] = ()
    absent: Absence | None = None

    @property
    def best(self) -> Examined | None:
        """The attempt worth most: what belongs in the packet. None where no attempt shows what belongs here."""
        best = max(self.attempts, key=lambda attempt: attempt.worth, default=None)
        return best if best and not best.error and best.shows is None else None

    @property
    def quality(self) -> float:
        """Of the best attempt; NaN where not assessed."""
        return self.best.quality if self.best else math.nan

    def state(self, language: str = "en") -> str:
        """How the slot stands, in words: why it is empty or unusable, or the verdict on its best attempt.

        Parameters
        ----------
        language : str
            One of :data:`biocapture.guidance.LANGUAGES`.
        """
        if self.absent and not self.attempts:
            return record_phrase(self.absent, language)
        if self.best is None:
            return record_phrase("unreadable", language)
        verdict = self.best.verdict
        return verdict_word(verdict, "attempt", language) if verdict else record_phrase("unassessed", language)

    def attempts_note(self, language: str = "en") -> str:
        """Which of several attempts is the best, in words; empty for a single one, or where none can be used.

        Parameters
        ----------
        language : str
            One of :data:`biocapture.guidance.LANGUAGES`.
        """
        count = len(self.attempts)
        if self.best is None or count < 2:
            return ""
        return f"{record_phrase('attempts', language).format(count)}: {self.best.attempt.number}"


def mean_quality(slots: Iterable[Slot]) -> float:
    """Mean quality 0..100 of the slots that are assessed; NaN where none is.

    Parameters
    ----------
    slots : iterable of Slot
    """
    qualities = [slot.quality for slot in slots if not math.isnan(slot.quality)]
    return sum(qualities) / len(qualities) if qualities else math.nan
