"""The result of a check: the verdict on one enrolment, and everything it rests on."""

import math
from dataclasses import dataclass
from typing import Any

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks import STATUSES
from biocapture.enrolment.readiness.checks.budget import Budget, CompressionOption
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.mosip_levels import mosip_level
from biocapture.enrolment.readiness.slot import ExaminedAttempt, Slot
from biocapture.enrolment.readiness.verdict import retakes
from biocapture.guidance import text
from biocapture.types import Modality, Position


@dataclass(frozen=True, slots=True)
class ModalityQuality:
    """Qualities of one modality: MOSIP's server takes the minimum, its client means of groups.

    Attributes
    ----------
    minimum, mean : float
        Of the best attempts that are assessed, 0..100; NaN where there is none.
    """

    minimum: float
    mean: float

    @property
    def level(self) -> str:
        """MOSIP's tag ``Biometric_Quality-…`` of the minimum."""
        return mosip_level(self.minimum)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether one person's enrolment is ready to upload.

    Attributes
    ----------
    id : str
    profile, language : str
    verdict : Verdict
    findings : tuple of RecordFinding
        Most pressing first.
    slots : tuple of Slot
        With all attempts.
    budget : Budget
        Bytes of the packet.
    failure_risk : float
        Estimated risk that the record fails at the central system, 0..1; see ``failure_risk.py``.
    modality_qualities : dict
        Modality → lowest and mean quality.
    group_means : dict
        Group of positions → mean quality, 0..100; NaN where none is assessed.
    not_assessed : tuple of Position
        Filled, but nothing assesses the modality in this version.
    not_compared : tuple of Position
        Filled, but nothing compares the modality in this version, or extraction failed.
    """

    id: str
    profile: str
    language: str
    verdict: Verdict
    findings: tuple[RecordFinding, ...]
    slots: tuple[Slot, ...]
    budget: Budget
    failure_risk: float
    modality_qualities: dict[Modality, ModalityQuality]
    group_means: dict[str, float]
    not_assessed: tuple[Position, ...] = ()
    not_compared: tuple[Position, ...] = ()

    @property
    def avoided_statuses(self) -> tuple[str, ...]:
        """The e-KTP statuses that acting on the findings avoids, most pressing first."""
        return tuple(dict.fromkeys(STATUSES[finding.check] for finding in self.findings))

    @property
    def retakes(self) -> tuple[tuple[Position, tuple[str, ...]], ...]:
        """Positions to take again, in order, each with guidance keys."""
        return retakes(self.findings)

    def guidance(self, language: str = "") -> list[str]:
        """What the operator does, in order, each instruction once.

        Parameters
        ----------
        language : str
            One of :data:`biocapture.guidance.LANGUAGES`; default: the profile's.

        Returns
        -------
        list of str
            Sentences.
        """
        return list(dict.fromkeys(finding.instruction(language or self.language) for finding in self.findings))

    def to_dict(self, language: str = "") -> dict[str, Any]:
        """JSON-ready form; NaN becomes None.

        Parameters
        ----------
        language : str
            Of the sentences, one of :data:`biocapture.guidance.LANGUAGES`; default: the profile's.

        Returns
        -------
        dict
        """
        language = language or self.language
        return {
            "id": self.id,
            "profile": self.profile,
            "verdict": str(self.verdict),
            "chance_of_central_failure": round(self.failure_risk, 4),
            "avoids": list(self.avoided_statuses),
            "retake": [
                {"slot": str(slot), "guidance": [text(key, language) for key in keys]} for slot, keys in self.retakes
            ],
            "findings": [_finding(finding, language) for finding in self.findings],
            "modalities": {
                str(modality): {
                    "minimum": _number(quality.minimum),
                    "mean": _number(quality.mean),
                    "level": quality.level,
                }
                for modality, quality in self.modality_qualities.items()
            },
            "groups": {name: _number(mean) for name, mean in self.group_means.items()},
            "budget": _budget(self.budget),
            "not_assessed": [str(position) for position in self.not_assessed],
            "not_compared": [str(position) for position in self.not_compared],
            "slots": [_slot(slot) for slot in self.slots],
        }


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "bytes": budget.total_bytes,
        "limit": budget.max_bytes,
        "options": [_option(option) for option in budget.options],
        "proposal": {str(option.modality): option.method for option in budget.proposal},
    }


def _option(option: CompressionOption) -> dict[str, Any]:
    facts = {"modality": str(option.modality), "method": option.method, "bytes": option.total_bytes}
    quality = {"minimum_quality": _number(option.min_quality), "largest_loss": _number(option.max_loss)}
    return facts | quality | {"weakest": str(option.weakest)}


def _finding(finding: RecordFinding, language: str) -> dict[str, Any]:
    return {
        "id": finding.id,
        "verdict": str(finding.verdict),
        "slots": [str(position) for position in finding.positions],
        "guidance": finding.instruction(language),
        "evidence": {name: _number(value) for name, value in finding.evidence.items()},
        "images": list(finding.images),
        "identity": finding.identity,
    }


def _slot(slot: Slot) -> dict[str, Any]:
    best = slot.best
    return {
        "slot": str(slot.position),
        "exception": str(slot.absent) if slot.absent else None,
        "best": best.attempt.number if best else None,
        "level": mosip_level(slot.quality),
        "attempts": [_attempt(attempt) for attempt in slot.attempts],
    }


def _attempt(attempt: ExaminedAttempt) -> dict[str, Any]:
    report = attempt.report
    return {
        "number": attempt.attempt.number,
        "image": attempt.name,
        "verdict": str(attempt.verdict) if attempt.verdict else None,
        "quality": _number(attempt.quality),
        "reasons": [reason.key for reason in report.reasons] if report else [],
        "error": attempt.error or None,
    }


def _number(value: float | str) -> float | str | None:
    if isinstance(value, str):
        return value
    return round(float(value), 4) if math.isfinite(value) else None
