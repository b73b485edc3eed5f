"""What a check has to say: which slots, why, on what evidence, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from biocapture.assessment.verdict import Verdict
from biocapture.guidance import text
from biocapture.guidance.words import position_name, record_phrase
from biocapture.types import Position


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a record.

    Attributes
    ----------
    id : str
        ``<check>.<fault>``, e.g. ``distinct.same_finger``.
    verdict : Verdict
        RETAKE: a new capture settles it. REVIEW: a human must look.
    slots : tuple of Position
        The slots concerned, the one to be taken first in front.
    key : str
        Guidance key.
    evidence : dict
        Scores, limits and names, for engineers and for display.
    images : tuple of str
        Names of the attempts that show it, in the order of the slots.
    identity : bool
        It puts in doubt whose samples these are; a new capture alone does not settle that.
    """

    id: str
    verdict: Verdict
    slots: tuple[Position, ...]
    key: str
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    identity: bool = False

    @property
    def check(self) -> str:
        """The check it comes from."""
        return self.id.partition(".")[0]

    @property
    def evidence_line(self) -> str:
        """The evidence in one line, for whoever wants to know why."""
        return ", ".join(
            f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in self.evidence.items()
        )

    def slot_names(self, language: str = "en") -> str:
        """Names of the slots concerned; "the record" where it concerns none.

        Parameters
        ----------
        language : str
            One of :data:`biocapture.guidance.LANGUAGES`.
        """
        return ", ".join(position_name(slot, language) for slot in self.slots) or record_phrase("record", language)

    def say(self, language: str = "en") -> str:
        """What the operator does."""
        return text(self.key, language)
