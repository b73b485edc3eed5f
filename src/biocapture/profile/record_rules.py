"""What a programme requires of one person's enrolment as a whole, beyond the single captures."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from biocapture.types import EYES, FINGERS, Modality, Position

Rate = Annotated[float, Field(gt=0, lt=1)]


class Group(StrEnum):
    """Positions that are captured and judged together (MOSIP's capture screens)."""

    RIGHT_SLAP = "right_slap"
    LEFT_SLAP = "left_slap"
    THUMBS = "thumbs"
    IRISES = "irises"
    FACE = "face"

    @property
    def positions(self) -> tuple[Position, ...]:
        """The positions of the group."""
        return MEMBERS[self]


MEMBERS = {
    Group.RIGHT_SLAP: FINGERS[2:6],
    Group.LEFT_SLAP: FINGERS[7:11],
    Group.THUMBS: (FINGERS[1], FINGERS[6]),
    Group.IRISES: EYES,
    Group.FACE: (Position.FACE,),
}


@dataclass(frozen=True, slots=True)
class PacketRules:
    """What the images of one record may take on their way to the server.

    Attributes
    ----------
    packet_bytes : int
        Largest sum of the images of one record.
    wsq : bool
        Whether prints may be sent as WSQ.
    jpeg2000_ratios : tuple of float
        Admissible compression ratios of JPEG 2000.
    """

    packet_bytes: Annotated[int, Field(gt=0)] = 3_000_000
    wsq: bool = True
    jpeg2000_ratios: tuple[float, ...] = (10.0, 20.0, 30.0)


@dataclass(frozen=True, slots=True)
class RecordRules:
    """Limits for one record: the table ``[record]`` of a profile, whose names, ranges and defaults these are.

    Attributes
    ----------
    attempts : int
        How often a position may be captured before the operator goes on with the best attempt.
    repeat_fmr, ghost_fmr : float
        False match rate at which two positions of the record, and a print and the previous person's of the same
        position, count as the same. By default one clean record of ten fingers in a hundred is doubted: 45 pairs of
        positions and ten prints of the previous person.
    eye_fmr : float
        False match rate at which two eyes count as the same, in two positions or with another person's. Far below what
        was measured (``readiness/context.py`` extrapolates in a straight line), since eyes can afford it: of 900 pairs
        of one eye of the CASIA Interval set 0.4 % lie beyond, and none of 19,000 pairs of different eyes comes within.
    means : dict
        Group → minimum mean quality of its positions, 0..100 (MOSIP's client tests means, its server minima).
    usable : dict
        Modality → how many positions the central system needs to distinguish a person; see
        ``readiness/failure_risk.py``.
    budget : PacketRules
    """

    attempts: Annotated[int, Field(ge=1, le=100)] = 3
    repeat_fmr: Rate = 1.5e-4
    ghost_fmr: Rate = 3e-4
    eye_fmr: Rate = 1e-7
    means: dict[Group, Annotated[float, Field(ge=0, le=100)]] = field(default_factory=dict)
    usable: dict[Modality, int] = field(default_factory=dict)
    budget: PacketRules = PacketRules()
