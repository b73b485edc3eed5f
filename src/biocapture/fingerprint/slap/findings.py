"""What a slap shows against what it should: its fingers as samples of their own, and its faults."""

from dataclasses import dataclass

import numpy as np

from biocapture.fingerprint.features.extent import MAX_SIDES_PX
from biocapture.fingerprint.slap.crop import finger_image, upright
from biocapture.fingerprint.slap.segment import Fingertip, Slap, segment
from biocapture.fingerprint.units import PX_MM
from biocapture.types import MM_PER_INCH, FingerGroup, Image, Position, RotatedBox, Sample, Trace, no_trace

MIN_SLAP_MM = 36.0
"""Narrower pictures are of one finger, unless somebody says otherwise."""

MAX_SLAP_MM = 130.0
"""Longest side of a picture in which fingers are looked for: no platen is larger than five inches."""

SURE_OTHER_HAND = 0.98
"""Probability from which fingers are of another group than the stated one."""

MIN_SHAPE_FINGERS = 3
"""Fingers whose places tell one hand from the other; two are too few."""

MAX_FINGERS = 4
"""Of one slap."""

MAX_TURN_DEG = 45.0
"""Beyond this the hand is to be turned."""


@dataclass(frozen=True, slots=True)
class SlapFindings:
    """One slap.

    Attributes
    ----------
    image : Image
    slap : Slap
    expected : tuple of Position
        Fingers it should show; empty where nobody said.
    faults : tuple of str
        Reason keys, worst first.
    """

    image: Image
    slap: Slap
    expected: tuple[Position, ...]
    faults: tuple[str, ...]

    @property
    def group(self) -> FingerGroup | None:
        """Right or left slap or thumbs, as stated or from the tips; None where it cannot be told."""
        return self.slap.hand.group

    @property
    def parts(self) -> tuple[str, ...]:
        """Name of each finger within the picture: its position, or its number from 0."""
        return tuple(
            str(number) if finger.position is Position.UNKNOWN else str(finger.position)
            for number, finger in enumerate(self.slap.fingers)
        )

    @property
    def fingers(self) -> tuple[Fingertip, ...]:
        """From left to right."""
        return self.slap.fingers

    @property
    def boxes(self) -> tuple[RotatedBox, ...]:
        """Of the fingers from left to right."""
        return tuple(finger.box for finger in self.slap.fingers)

    @property
    def angle_deg(self) -> float:
        """Mean direction of the fingers, counter-clockwise from upright."""
        return self.slap.angle_deg

    def finger(self, number: int) -> Image:
        """One finger as it lies, as if captured alone.

        Parameters
        ----------
        number : int
            From 0, from left to right.
        """
        return finger_image(self.image, self.boxes, number)

    def upright_finger(self, number: int) -> Image:
        """One finger with its tip up.

        Parameters
        ----------
        number : int
            From 0, from left to right.
        """
        return upright(self.image, self.boxes, number)


def find_slap(sample: Sample, trace: Trace = no_trace) -> SlapFindings | None:
    """The fingers of a picture of several.

    Parameters
    ----------
    sample : Sample
        A print of any resolution.
    trace : callable
        Receives the stages.

    Returns
    -------
    SlapFindings or None
        None where it is the capture of one finger: its position says so, it is too narrow, or it shows one tip.
    """
    image, expected = sample.image, sample.fingers
    if not _may_be_slap(sample):
        return None
    slap = segment(image, expected, trace)
    if not expected and not _has_several(slap):
        return None
    return SlapFindings(image, slap, expected, _faults(slap, expected))


def _may_be_slap(sample: Sample) -> bool:
    """Whether its size, and what is stated, allow several fingers."""
    sides_mm = np.array(sample.image.pixels.shape) * MM_PER_INCH / sample.image.ppi
    if not sides_mm.max() <= MAX_SLAP_MM:
        return False
    if sample.fingers:
        return True
    short, long = (side * PX_MM for side in MAX_SIDES_PX)
    fits = sides_mm.min() <= short and sides_mm.max() <= long and sides_mm[1] >= MIN_SLAP_MM
    return bool(fits) and sample.position is Position.UNKNOWN


def _has_several(slap: Slap) -> bool:
    """Two fingers that lie apart, or three: a rolled print is as broad as two that touch."""
    apart = sum(not finger.is_joined for finger in slap.fingers)
    return len(slap.fingers) > 2 or apart > 1


def _faults(slap: Slap, expected: tuple[Position, ...]) -> tuple[str, ...]:
    """Reason keys: what is missing, too many, elsewhere, cut or turned."""
    count, hand = len(slap.fingers), slap.hand
    due = len(expected) if expected else count
    is_other = bool(expected) and count >= MIN_SHAPE_FINGERS and hand.certainty > SURE_OTHER_HAND
    is_other = is_other and hand.likeliest is not hand.group and len(expected) > 2
    found = {
        "fingerprint.no_print": not count,
        "fingerprint.all_fingers": 0 < count < due,
        "fingerprint.other_fingers_off": count > min(due, MAX_FINGERS),
        "fingerprint.other_hand": is_other,
        "fingerprint.fingers_inside": any(finger.is_cut for finger in slap.fingers),
        "fingerprint.turn_hand": bool(np.abs(np.nan_to_num(slap.angle_deg)) > MAX_TURN_DEG),
    }
    return tuple(key for key, here in found.items() if here)
