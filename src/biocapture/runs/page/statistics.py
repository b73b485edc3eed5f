"""What a page shows of a run: exact counts, a sample and examples. Their size does not depend on that of the run."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from biocapture.assessment.verdict import ERROR, Verdict
from biocapture.runs.page.samples import RowSample, Shortlist
from biocapture.types import Counts, Modality

VERDICTS = (*map(str, (Verdict.READY, Verdict.REVIEW, Verdict.RETAKE)), ERROR)
"""In the order of the page. Rows that are none of the first three could not be read."""

BINS, NO_QUALITY = 102, 101
"""Rounded qualities 0..100, and the index of rows without one."""

OTHER = "…"
"""Name of what lies beyond :data:`MAX_GROUPS` or :data:`MAX_ERRORS`."""

MAX_GROUPS, MAX_ERRORS = 400, 200
"""Different positions, devices or days; different messages."""

CASES_PER_MODALITY, EXAMPLES_PER_REASON = 10, 3
"""Worst and borderline captures per modality; examples per fault."""


@dataclass
class ErrorGroup:
    """Rows with the same error.

    Attributes
    ----------
    rows : int
    path, message : str
        Of the first.
    """

    rows: int
    path: str
    message: str


@dataclass
class RunStatistics:
    """Counts, sample and examples of a run.

    Attributes
    ----------
    rows : int
    groups : dict
        ``"modality"``, ``"position"``, ``"device"`` or ``"day"`` → (modality, value) → (4, 102) counts by verdict and
        rounded quality.
    reasons : dict
        (modality, guidance key) → (2,) rows with this fault, rows where it is the worst.
    position_reasons : Counter
        (modality, position, guidance key) → rows where it is the worst fault.
    scores : dict
        Measure id → (101,) counts of rounded scores.
    below : Counter
        Measure id → rows whose score is below the profile's minimum.
    errors : dict
        Message without names and numbers → rows with it.
    sampled : dict
        Modality → sample of its rows.
    worst, borderline, examples : dict
        Modality (for examples: modality and guidance key) → rows to show.
    """

    rows: int = 0
    groups: dict[str, dict[tuple[str, str], Counts]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], Counts] = field(default_factory=dict)
    position_reasons: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    scores: dict[str, Counts] = field(default_factory=dict)
    below: Counter[str] = field(default_factory=Counter)
    errors: dict[str, ErrorGroup] = field(default_factory=dict)
    sampled: dict[str, RowSample] = field(default_factory=dict)
    worst: dict[str, Shortlist] = field(default_factory=dict)
    borderline: dict[str, Shortlist] = field(default_factory=dict)
    examples: dict[tuple[str, str], Shortlist] = field(default_factory=dict)

    @property
    def modalities(self) -> list[str]:
        """Modalities that occur, in the order of :class:`Modality`."""
        return [str(kind) for kind in Modality if (str(kind), "") in self.groups.get("modality", {})]

    @property
    def verdicts(self) -> Counts:
        """(4,) int64, rows per verdict."""
        return np.sum([counts.sum(axis=1) for counts in self.groups["modality"].values()], axis=0)

    def counts_of(self, modality: str) -> Counts:
        """Counts of one modality.

        Parameters
        ----------
        modality : str
            One of :attr:`modalities`.

        Returns
        -------
        (4, 102) int64
            By verdict and rounded quality.
        """
        return self.groups["modality"][modality, ""]
