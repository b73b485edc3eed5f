"""What is counted of a run: exact numbers whose size does not depend on that of the run."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from biocapture.assessment.verdict import ERROR, Verdict
from biocapture.runs.page.kept import Sampled, Shortlist
from biocapture.types import Counts, Modality

VERDICTS = (*map(str, (Verdict.READY, Verdict.REVIEW, Verdict.RETAKE)), ERROR)
"""Rows that are none of the first three could not be read."""

BINS, NO_QUALITY = 102, 101
"""Whole qualities 0..100, and none."""

OTHER = "…"
"""Stands for the groups beyond :data:`MAX_GROUPS`."""

MAX_GROUPS, MAX_ERRORS = 400, 200
"""Different slots, devices or days; different messages."""

SHOWN, EXAMPLES = 10, 3
"""Worst and borderline cases per modality; examples per reason."""


@dataclass
class Group:
    """Rows with the same error: how many, and path and message of the first."""

    rows: int
    path: str
    message: str


@dataclass
class Tally:
    """Counts of a run.

    Attributes
    ----------
    rows : int
    groups : dict
        ``"modality"``, ``"position"``, ``"device"`` or ``"day"`` → (modality, value) → (4, 102) counts of verdict and
        whole quality.
    reasons : dict
        (modality, guidance key) → (2,) rows with this fault, rows where it is the worst.
    slot_reasons : Counter
        (modality, slot, guidance key) where it is the worst fault → rows.
    scores : dict
        Measure id → (101,) counts of whole scores.
    below : Counter
        Measure id → rows whose score is below the profile's minimum.
    errors : dict
        Message without names and numbers → rows that have it.
    sampled : dict
        Modality → sample of its rows.
    worst, borderline, examples : dict
        Modality (for examples: modality and guidance key) → cases.
    """

    rows: int = 0
    groups: dict[str, dict[tuple[str, str], Counts]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], Counts] = field(default_factory=dict)
    slot_reasons: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    scores: dict[str, Counts] = field(default_factory=dict)
    below: Counter[str] = field(default_factory=Counter)
    errors: dict[str, Group] = field(default_factory=dict)
    sampled: dict[str, Sampled] = field(default_factory=dict)
    worst: dict[str, Shortlist] = field(default_factory=dict)
    borderline: dict[str, Shortlist] = field(default_factory=dict)
    examples: dict[tuple[str, str], Shortlist] = field(default_factory=dict)

    @property
    def modalities(self) -> list[str]:
        """Those that occur, in the order of :class:`Modality`."""
        return [str(kind) for kind in Modality if (str(kind), "") in self.groups.get("modality", {})]

    @property
    def verdicts(self) -> Counts:
        """(4,) rows per verdict."""
        return np.sum([counts.sum(axis=1) for counts in self.groups["modality"].values()], axis=0)

    def shares(self, modality: str) -> Counts:
        """(4, 102) counts of one modality."""
        return self.groups["modality"][modality, ""]
