"""One slot of an enrolment: its examined attempts, and the best of them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Absence, SlotAttempt
from biocapture.enrolment.readiness.copies import Signature
from biocapture.guidance.words import record_phrase, verdict_word
from biocapture.types import Modality, Position, Sample

VERDICT_RANK = {Verdict.READY: 3, Verdict.REVIEW: 2, Verdict.RETAKE: 1, None: 0}
"""Verdict of a capture → order, higher is better; None is not assessed."""


@dataclass(frozen=True, slots=True, eq=False)
class ExaminedAttempt:
    """One attempt after decoding, assessment and extraction.

    Attributes
    ----------
    attempt : SlotAttempt
    sample : Sample or None
        At the working resolution; None where it cannot be read.
    report : Report or None
        None where it cannot be read, or where nothing assesses this modality yet.
    template : Template or None
        None for a failure to extract, or where the modality has no matcher yet.
    signature : (256, 256) float32 or None
        Texture, by which copies are found; see :mod:`biocapture.enrolment.readiness.copies`.
    residue_share : float
        Share of it that lies over the latent residue of an earlier capture, 0..1; NaN where that cannot be judged.
    wrong_modality : Modality or None
        What it shows instead of what belongs in the slot.
    file_bytes : int
        Size of the file; 0 for images in memory.
    error : str
        Why it cannot be read.
    """

    attempt: SlotAttempt
    sample: Sample | None = None
    report: Report | None = None
    template: Any = None
    signature: Signature | None = None
    residue_share: float = math.nan
    wrong_modality: Modality | None = None
    file_bytes: int = 0
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
        if self.error or self.wrong_modality:
            return Verdict.RETAKE
        return self.report.verdict if self.report else None

    @property
    def rank(self) -> tuple[int, int, float, int]:
        """Sort key of attempts, the best last: readable, then verdict, then quality; of equals, the earlier wins."""
        quality = self.quality if self.quality == self.quality else -1.0
        usable = int(not self.error and self.wrong_modality is None)
        return usable, VERDICT_RANK[self.verdict], quality, -self.attempt.number


@dataclass(frozen=True, slots=True)
class Slot:
    """A finger, an eye or the face of one record.

    Attributes
    ----------
    position : Position
    attempts : tuple of ExaminedAttempt
        In the order they were taken; at least one unless the slot is excepted or empty.
    absent : Absence or None
        Why it is not captured.
    """

    position: Position
    attempts: tuple[ExaminedAttempt, ...] = ()
    absent: Absence | None = None

    @property
    def best(self) -> ExaminedAttempt | None:
        """The attempt that goes into the packet: the one ranked highest. None where none shows what belongs here."""
        best = max(self.attempts, key=lambda attempt: attempt.rank, default=None)
        return best if best and not best.error and best.wrong_modality is None else None

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

        Returns
        -------
        str
        """
        if self.absent and not self.attempts:
            return record_phrase(self.absent, language)
        if self.best is None:
            return record_phrase("unreadable", language)
        verdict = self.best.verdict
        return verdict_word(verdict, "attempt", language) if verdict else record_phrase("unassessed", language)

    def attempts_note(self, language: str = "en") -> str:
        """Which of several attempts is the best, in words.

        Parameters
        ----------
        language : str
            One of :data:`biocapture.guidance.LANGUAGES`.

        Returns
        -------
        str
            Empty for a single attempt, or where none can be used.
        """
        count = len(self.attempts)
        if self.best is None or count < 2:
            return ""
        return f"{record_phrase('attempts', language).format(count)}: {self.best.attempt.number}"


def mean_quality(slots: Iterable[Slot]) -> float:
    """Mean quality of the slots that are assessed.

    Parameters
    ----------
    slots : iterable of Slot

    Returns
    -------
    float
        0..100; NaN where none is assessed.
    """
    qualities = [slot.quality for slot in slots if not math.isnan(slot.quality)]
    return sum(qualities) / len(qualities) if qualities else math.nan
