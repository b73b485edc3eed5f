"""Everything found out about one enrolment."""

import math
from dataclasses import dataclass
from typing import Any

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks import STATUSES
from biocapture.enrolment.readiness.checks.budget import Budget, Option
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.mosip_levels import level
from biocapture.enrolment.readiness.slot import Examined, Slot
from biocapture.enrolment.readiness.verdict import retakes
from biocapture.guidance import text
from biocapture.types import Modality, Position


@dataclass(frozen=True, slots=True)
class Summary:
    """Qualities of one modality: MOSIP's server takes the minimum, its client means of groups.

    Attributes
    ----------
    minimum, mean : float
        Of the best attempts that are assessed, 0..100; NaN where there is none.
    level : str
        MOSIP's tag of the minimum.
    """

    minimum: float
    mean: float

    @property
    def level(self) -> str:
        """MOSIP's tag ``Biometric_Quality-…``."""
        return level(self.minimum)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether one person's enrolment is ready to upload.

    Attributes
    ----------
    id : str
    profile, language : str
    verdict : Verdict
    findings : tuple of Finding
        Most pressing first.
    slots : tuple of Slot
        With all attempts.
    budget : Budget
        Bytes of the packet.
    chance : float
        Estimated chance that the record fails centrally, 0..1; see ``failure_risk.py``.
    summaries : dict
        Modality → qualities.
    means : dict
        Group of slots → mean quality.
    not_assessed : tuple of Position
        Filled slots whose modality nothing assesses in this version.
    not_compared : tuple of Position
        Filled slots whose modality nothing compares in this version, or that hold nothing to compare.
    """

    id: str
    profile: str
    language: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    slots: tuple[Slot, ...]
    budget: Budget
    chance: float
    summaries: dict[Modality, Summary]
    means: dict[str, float]
    not_assessed: tuple[Position, ...] = ()
    not_compared: tuple[Position, ...] = ()

    @property
    def statuses(self) -> tuple[str, ...]:
        """The e-KTP statuses that acting on the findings avoids, most pressing first."""
        return tuple(dict.fromkeys(STATUSES[finding.check] for finding in self.findings))

    @property
    def retakes(self) -> tuple[tuple[Position, tuple[str, ...]], ...]:
        """Slots to take again, in order, each with guidance keys."""
        return retakes(self.findings)

    def guidance(self, language: str = "") -> list[str]:
        """What the operator does, in order, each instruction once."""
        return list(dict.fromkeys(finding.say(language or self.language) for finding in self.findings))

    def to_dict(self, language: str = "") -> dict[str, Any]:
        """JSON-ready form; NaN becomes None."""
        language = language or self.language
        return {
            "id": self.id,
            "profile": self.profile,
            "verdict": str(self.verdict),
            "chance_of_central_failure": round(self.chance, 4),
            "avoids": list(self.statuses),
            "retake": [
                {"slot": str(slot), "guidance": [text(key, language) for key in keys]} for slot, keys in self.retakes
            ],
            "findings": [_finding(finding, language) for finding in self.findings],
            "modalities": {
                str(modality): {"minimum": _number(of.minimum), "mean": _number(of.mean), "level": of.level}
                for modality, of in self.summaries.items()
            },
            "groups": {name: _number(mean) for name, mean in self.means.items()},
            "budget": _budget(self.budget),
            "not_assessed": [str(position) for position in self.not_assessed],
            "not_compared": [str(position) for position in self.not_compared],
            "slots": [_slot(slot) for slot in self.slots],
        }


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "bytes": budget.bytes,
        "limit": budget.limit,
        "options": [_option(option) for option in budget.options],
        "proposal": {str(option.modality): option.method for option in budget.proposal},
    }


def _option(option: Option) -> dict[str, Any]:
    facts = {"modality": str(option.modality), "method": option.method, "bytes": option.bytes}
    quality = {"minimum_quality": _number(option.minimum), "largest_loss": _number(option.loss)}
    return facts | quality | {"weakest": str(option.weakest)}


def _finding(finding: Finding, language: str) -> dict[str, Any]:
    return {
        "id": finding.id,
        "verdict": str(finding.verdict),
        "slots": [str(position) for position in finding.slots],
        "guidance": finding.say(language),
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
        "level": level(slot.quality),
        "attempts": [_attempt(attempt) for attempt in slot.attempts],
    }


def _attempt(attempt: Examined) -> dict[str, Any]:
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
