"""All that the checks of one record look at, each comparison made once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from biocapture.enrolment import Enrolment
from biocapture.profile import Profile
from biocapture.readiness.examine import matcher_of
from biocapture.readiness.slot import Examined, Slot
from biocapture.types import Modality, Position

Pair = tuple[Slot, Slot]


@dataclass(frozen=True, slots=True)
class Case:
    """One record under a profile.

    Attributes
    ----------
    enrolment : Enrolment
    profile : Profile
    slots : dict
        Position → slot, of those that have attempts or are excepted.
    """

    enrolment: Enrolment
    profile: Profile
    slots: Mapping[Position, Slot]
    _prepared: dict[int, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def filled(self) -> list[Slot]:
        """Slots with an attempt that belongs there."""
        return [slot for slot in self.slots.values() if slot.best]

    @property
    def pairs(self) -> list[Pair]:
        """Every two filled slots of one modality."""
        return [(a, b) for a, b in combinations(self.filled, 2) if a.position.modality is b.position.modality]

    def score(self, one: Examined, other: Examined) -> float | None:
        """Comparison score 0..100 of two attempts; None where they cannot be compared."""
        part = matcher_of(one.attempt.position.modality)
        if part is None or one.template is None or other.template is None:
            return None
        return float(part.compare(self._ready(one), self._ready(other)).score)

    def _ready(self, attempt: Examined) -> Any:
        """The template prepared for many comparisons, once."""
        part = matcher_of(attempt.attempt.position.modality)
        assert part is not None
        if id(attempt) not in self._prepared:
            self._prepared[id(attempt)] = part.prepared(attempt.template)
        return self._prepared[id(attempt)]


def threshold(modality: Modality | None, fmr: float) -> float:
    """Least score that counts as the same at a false match rate: the documented one, or the next stricter."""
    part = matcher_of(modality)
    assert part is not None
    stricter = [rate for rate in part.THRESHOLDS if rate <= fmr * 1.0000001]
    return part.THRESHOLDS[max(stricter) if stricter else min(part.THRESHOLDS)]
