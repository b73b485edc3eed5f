"""What a check finds: which positions, why, on what evidence, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from biocapture.assessment.verdict import Verdict
from biocapture.guidance import text
from biocapture.guidance.words import position_name, record_phrase
from biocapture.types import Position

Evidence = dict[str, float | str]
"""Name → score, limit or name that a finding rests on."""


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """One fault of a record, as a check found it.

    Attributes
    ----------
    id : str
        ``<check>.<fault>``, e.g. ``distinct.same_finger``.
    verdict : Verdict
        RETAKE: a new capture settles it. REVIEW: a person must look at it.
    positions : tuple of Position
        Of the slots concerned; the one to be captured again first stands first; empty where it concerns the record.
    key : str
        Guidance key.
    evidence : dict
        Scores, limits and names, for engineers and for display.
    images : tuple of str
        Names of the attempts that show it, in the order of the positions.
    identity : bool
        Whether it puts in doubt whose samples these are; a new capture alone does not settle that.
    """

    id: str
    verdict: Verdict
    positions: tuple[Position, ...]
    key: str
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    identity: bool = False

    @property
    def check(self) -> str:
        """Name of the check it comes from."""
        return self.id.partition(".")[0]

    @property
    def evidence_line(self) -> str:
        """The evidence in one line."""
        return ", ".join(
            f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in self.evidence.items()
        )

    def position_names(self, language: str = "en") -> str:
        """Names of the positions concerned.

        Parameters
        ----------
        language : str
            One of :data:`biocapture.guidance.LANGUAGES`.

        Returns
        -------
        str
            Joined by commas; "the record" where it concerns no position.
        """
        names = (position_name(position, language) for position in self.positions)
        return ", ".join(names) or record_phrase("record", language)

    def instruction(self, language: str = "en") -> str:
        """What the operator does next.

        Parameters
        ----------
        language : str
            One of :data:`biocapture.guidance.LANGUAGES`.

        Returns
        -------
        str
            One sentence.
        """
        return text(self.key, language)
