"""What the checks of one record look at; every comparison is made once."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, TypeVar, cast

from biocapture.enrolment import Enrolment
from biocapture.enrolment.readiness.examine import matcher_or_none
from biocapture.enrolment.readiness.slot import ExaminedAttempt, Slot
from biocapture.enrolment.station import Memory
from biocapture.profile.load import Profile
from biocapture.types import Modality, Position

Shared = TypeVar("Shared")

SlotPair = tuple[Slot, Slot]

MAX_MATCHED_SHARE = 0.5
"""Share of the compared slots that may match the previous person's and still count as residue on the platen: where more
match, it is the previous person who came again."""


@dataclass(frozen=True, slots=True)
class CheckContext:
    """One record under a profile.

    Attributes
    ----------
    enrolment : Enrolment
    profile : Profile
    slots : dict
        Position → slot, of those that have attempts or are excepted.
    memory : Memory or None
        The people that the record is compared with.
    threads : int
        Work done at a time; the findings do not depend on it.
    plan : bool
        Whether sizes after each compression are computed even where the packet is small enough.
    """

    enrolment: Enrolment
    profile: Profile
    slots: Mapping[Position, Slot]
    memory: Memory | None = None
    threads: int = 1
    plan: bool = False
    _templates: dict[int, Any] = field(default_factory=dict, repr=False, compare=False)
    _scores: dict[tuple[int, int], float] = field(default_factory=dict, repr=False, compare=False)
    _shared: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def filled_slots(self) -> list[Slot]:
        """Slots with an attempt that shows what belongs there."""
        return [slot for slot in self.slots.values() if slot.best]

    @property
    def slot_pairs(self) -> list[SlotPair]:
        """Every two filled slots of one modality."""
        pairs = combinations(self.filled_slots, 2)
        return [(first, second) for first, second in pairs if first.position.modality is second.position.modality]

    @property
    def residue_scores(self) -> dict[Position, float]:
        """Position → comparison score 0..100 of prints that match the previous person's of the same position.

        Empty where most of them match: see :data:`MAX_MATCHED_SHARE`.
        """
        return dict(self.once("residue scores", self._residue_scores))

    def once(self, name: str, make: Callable[[], Shared]) -> Shared:
        """A value that several checks need, computed when it is first needed.

        Parameters
        ----------
        name : str
            Under which it is kept.
        make : callable
            Computes it.

        Returns
        -------
        object
            As ``make`` gave it.
        """
        if name not in self._shared:
            self._shared[name] = make()
        return cast("Shared", self._shared[name])

    def score(self, probe: ExaminedAttempt, reference: ExaminedAttempt) -> float | None:
        """Comparison score of two attempts.

        Parameters
        ----------
        probe, reference : ExaminedAttempt
            Of one modality.

        Returns
        -------
        float or None
            0..100, higher is more alike; None where they cannot be compared.
        """
        matcher = matcher_or_none(probe.attempt.position.modality)
        if matcher is None or probe.template is None or reference.template is None:
            return None
        pair = id(probe), id(reference)
        if pair not in self._scores:
            compared = matcher.compare(self.prepared_template(probe), self.prepared_template(reference))
            self._scores[pair] = float(compared.score)
        return self._scores[pair]

    def scores_against(self, templates: Mapping[Position, Any]) -> dict[Position, float]:
        """Comparison scores of the filled slots with somebody else's samples of the same positions.

        Parameters
        ----------
        templates : dict
            Position → template.

        Returns
        -------
        dict
            Position → score 0..100, of positions that both have.
        """
        scores = {}
        for slot in self.filled_slots:
            matcher, best = matcher_or_none(slot.position.modality), slot.best
            if matcher and best and best.template is not None and slot.position in templates:
                compared = matcher.compare(self.prepared_template(best), templates[slot.position])
                scores[slot.position] = float(compared.score)
        return scores

    def same_source_fmr(self, modality: Modality | None) -> float:
        """False match rate at which two slots of the record count as the same finger or eye.

        Parameters
        ----------
        modality : Modality

        Returns
        -------
        float
            0..1, per comparison; from the profile.
        """
        return self.profile.record.eye_fmr if modality is Modality.IRIS else self.profile.record.repeat_fmr

    def prepared_template(self, attempt: ExaminedAttempt) -> Any:
        """The template of an attempt, made ready for many comparisons; computed once.

        Parameters
        ----------
        attempt : ExaminedAttempt
            With a template.

        Returns
        -------
        Template
        """
        matcher = matcher_or_none(attempt.attempt.position.modality)
        assert matcher is not None
        if id(attempt) not in self._templates:
            self._templates[id(attempt)] = matcher.prepare(attempt.template)
        return self._templates[id(attempt)]

    def _residue_scores(self) -> dict[Position, float]:
        if self.memory is None:
            return {}
        scores = {
            position: score
            for position, score in self.scores_against(self.memory.previous(self.enrolment.id)[1]).items()
            if position.modality is Modality.FINGERPRINT
        }
        if not scores:
            return {}
        threshold = score_threshold(Modality.FINGERPRINT, self.profile.record.ghost_fmr)
        matches = {position: score for position, score in scores.items() if score >= threshold}
        return matches if len(matches) <= MAX_MATCHED_SHARE * len(scores) or len(matches) == 1 else {}


def score_threshold(modality: Modality | None, fmr: float) -> float:
    """Lowest comparison score that counts as a match at a false match rate.

    At a documented rate, its threshold. Elsewhere the logit of the score is taken to grow linearly with -log₁₀ FMR,
    through the two nearest documented rates: between two of them and beyond the last.

    Parameters
    ----------
    modality : Modality
        One that has a matcher.
    fmr : float
        0..1, per comparison.

    Returns
    -------
    float
        0..100.
    """
    matcher = matcher_or_none(modality)
    assert matcher is not None
    thresholds = matcher.THRESHOLDS
    if fmr in thresholds:
        return thresholds[fmr]
    rates = sorted(thresholds, reverse=True)
    first = min(max(sum(rate > fmr for rate in rates) - 1, 0), len(rates) - 2)
    near = rates[first : first + 2]
    low, high = (math.log(thresholds[rate] / (100 - thresholds[rate])) for rate in near)
    slope = (high - low) / math.log10(near[0] / near[1])
    return 100 / (1 + math.exp(-(low + slope * math.log10(near[0] / fmr))))
