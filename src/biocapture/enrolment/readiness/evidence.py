"""All that the checks of one record look at, each comparison made once."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, TypeVar, cast

from biocapture.enrolment import Enrolment
from biocapture.enrolment.readiness.examine import matcher_of
from biocapture.enrolment.readiness.slot import Examined, Slot
from biocapture.enrolment.station import Memory
from biocapture.profile.load import Profile
from biocapture.types import Modality, Position

Kept = TypeVar("Kept")

Pair = tuple[Slot, Slot]

MAX_RESIDUES = 0.5
"""Share of the compared slots that may match the previous person and still be what was left on the platen."""


@dataclass(frozen=True, slots=True)
class Case:
    """One record under a profile.

    Attributes
    ----------
    enrolment : Enrolment
    profile : Profile
    slots : dict
        Position → slot, of those that have attempts or are excepted.
    memory : Memory or None
        Whom the record is compared with.
    threads : int
        The answers do not depend on it.
    plan : bool
        Whether the sizes after each compression are wanted even where the packet is small enough.
    """

    enrolment: Enrolment
    profile: Profile
    slots: Mapping[Position, Slot]
    memory: Memory | None = None
    threads: int = 1
    plan: bool = False
    _prepared: dict[int, Any] = field(default_factory=dict, repr=False, compare=False)
    _scores: dict[tuple[int, int], float] = field(default_factory=dict, repr=False, compare=False)
    _once: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def residues(self) -> dict[Position, float]:
        """Slots whose print matches the previous person's of the same slot, with the score.

        Empty where most slots match: then it is the previous person who came again, not what was left on the platen.
        """
        return dict(self.once("residues", self._residues))

    def once(self, name: str, make: Callable[[], Kept]) -> Kept:
        """What several checks need, made when it is first asked for."""
        if name not in self._once:
            self._once[name] = make()
        return cast("Kept", self._once[name])

    def _residues(self) -> dict[Position, float]:
        if self.memory is None:
            return {}
        scores = {
            position: score
            for position, score in self.scores_with(self.memory.previous(self.enrolment.id)[1]).items()
            if position.modality is Modality.FINGERPRINT
        }
        least = least_score(Modality.FINGERPRINT, self.profile.record.ghost_fmr) if scores else 100.0
        found = {position: score for position, score in scores.items() if score >= least}
        return found if len(found) <= MAX_RESIDUES * len(scores) or len(found) == 1 else {}

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
        both = id(one), id(other)
        if both not in self._scores:
            self._scores[both] = float(part.compare(self.prepared(one), self.prepared(other)).score)
        return self._scores[both]

    def scores_with(self, templates: Mapping[Position, Any]) -> dict[Position, float]:
        """Score of each filled slot with the template of the same slot of somebody else."""
        scores = {}
        for slot in self.filled:
            part, best = matcher_of(slot.position.modality), slot.best
            if part and best and best.template is not None and slot.position in templates:
                compared = part.compare(self.prepared(best), templates[slot.position])
                scores[slot.position] = float(compared.score)
        return scores

    def same_fmr(self, modality: Modality | None) -> float:
        """False match rate at which two slots of the record count as the same finger or eye."""
        return self.profile.record.eye_fmr if modality is Modality.IRIS else self.profile.record.repeat_fmr

    def prepared(self, attempt: Examined) -> Any:
        """The template prepared for many comparisons, once."""
        part = matcher_of(attempt.attempt.position.modality)
        assert part is not None
        if id(attempt) not in self._prepared:
            self._prepared[id(attempt)] = part.prepared(attempt.template)
        return self._prepared[id(attempt)]


def least_score(modality: Modality | None, fmr: float) -> float:
    """Least score that counts as the same at a false match rate: the logit of the score grows with -log₁₀ FMR.

    At a documented rate, its threshold; between two of them and beyond the last, on the line through two neighbours.
    """
    part = matcher_of(modality)
    assert part is not None
    known = part.THRESHOLDS
    if fmr in known:
        return known[fmr]
    rates = sorted(known, reverse=True)
    first = min(max(sum(rate > fmr for rate in rates) - 1, 0), len(rates) - 2)
    near = rates[first : first + 2]
    low, high = (math.log(known[rate] / (100 - known[rate])) for rate in near)
    slope = (high - low) / math.log10(near[0] / near[1])
    return 100 / (1 + math.exp(-(low + slope * math.log10(near[0] / fmr))))
