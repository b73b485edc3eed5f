"""Script of what happens before a simulated device, as text: ``absent:10,approach:15,wet:20,good``."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from biocapture.errors import UsageError


class Act(StrEnum):
    """One thing that can happen. Faults a modality does not have (a wet eye) are refused by the stream."""

    GOOD = "good"
    ABSENT = "absent"
    APPROACH = "approach"
    MOVING = "moving"
    BLUR = "blur"
    PARTIAL = "partial"
    OFF_CENTRE = "off_centre"
    FAINT = "faint"
    DRY = "dry"
    WET = "wet"
    DIRTY = "dirty"
    WRONG = "wrong"
    CLOSED = "closed"
    TURNED = "turned"
    FAR = "far"
    STALL = "stall"
    DISCONNECT = "disconnect"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a script.

    Attributes
    ----------
    act : Act
    frames : int
        How many frames it lasts; the last step of a script lasts for ever.
    """

    act: Act
    frames: int


DEFAULT_SCRIPT = "absent:8,approach:12,good"
"""What happens where no script is given."""

MAX_FRAMES, DEFAULT_FRAMES = 1_000_000, 15
"""Most frames of a step; those of one without a number."""


def parse_script(text: str) -> tuple[Step, ...]:
    """Read a script.

    Parameters
    ----------
    text : str
        ``act:frames,act:frames,…``; an act without a number lasts :data:`DEFAULT_FRAMES`. Empty =
        :data:`DEFAULT_SCRIPT`.

    Returns
    -------
    tuple of Step
        One at least.

    Raises
    ------
    UsageError
        An act is unknown, or a number of frames is not 1…1 000 000.
    """
    return tuple(_step(word.strip()) for word in (text or DEFAULT_SCRIPT).split(","))


def _step(word: str) -> Step:
    name, _, frames = word.partition(":")
    if name not in tuple(Act):
        raise UsageError(f"no such act; there are: {', '.join(Act)}", name or "script")
    if frames and not (frames.isascii() and frames.isdigit() and 1 <= int(frames) <= MAX_FRAMES):
        raise UsageError(f"{frames!r} frames, allowed: 1…{MAX_FRAMES}", word)
    return Step(Act(name), int(frames or DEFAULT_FRAMES))


def act_at(steps: tuple[Step, ...], frame: int) -> tuple[Act, float]:
    """The act at a frame.

    Parameters
    ----------
    steps : tuple of Step
    frame : int
        Number of the frame, from 0.

    Returns
    -------
    act : Act
    passed : float
        0..1, how much of it has passed.
    """
    for step in steps[:-1]:
        if frame < step.frames:
            return step.act, frame / step.frames
        frame -= step.frames
    return steps[-1].act, min(1.0, frame / steps[-1].frames)


def check_acts(steps: tuple[Step, ...], possible: Mapping[Act, object], subject: str) -> tuple[Step, ...]:
    """Refuse a script with an act that a modality does not have.

    Parameters
    ----------
    steps : tuple of Step
    possible : mapping of Act to object
        Its keys are the acts of the modality; stalls and disconnections happen to every device.
    subject : str
        What the error is about, e.g. the address of the device.

    Returns
    -------
    tuple of Step
        ``steps`` themselves.

    Raises
    ------
    UsageError
        An act cannot happen to this modality.
    """
    for step in steps:
        if step.act not in possible and step.act not in (Act.STALL, Act.DISCONNECT):
            raise UsageError(f"{step.act} cannot happen here; possible: {', '.join(possible)}", subject)
    return steps
