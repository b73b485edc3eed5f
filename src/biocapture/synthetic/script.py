"""What happens before a simulated device, as text: ``absent:10,approach:15,wet:20,good``."""

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
    """An act and how many frames it lasts; the last step lasts for ever."""

    act: Act
    frames: int


DEFAULT_SCRIPT = "absent:8,approach:12,good"
MAX_FRAMES = 1_000_000
DEFAULT_FRAMES = 15


def parse_script(text: str) -> tuple[Step, ...]:
    """Read ``act:frames,…``; 15 frames where not told.

    Raises
    ------
    UsageError
        An act is unknown, or a number of frames is not 1…1 000 000.
    """
    return tuple(_step(part.strip()) for part in (text or DEFAULT_SCRIPT).split(","))


def _step(part: str) -> Step:
    name, _, frames = part.partition(":")
    if name not in tuple(Act):
        raise UsageError(f"no such act; there are: {', '.join(Act)}", name or "script")
    if frames and not (frames.isascii() and frames.isdigit() and 1 <= int(frames) <= MAX_FRAMES):
        raise UsageError(f"{frames!r} frames, allowed: 1…{MAX_FRAMES}", part)
    return Step(Act(name), int(frames or DEFAULT_FRAMES))


def act_at(steps: tuple[Step, ...], frame: int) -> tuple[Act, float]:
    """The act at a frame and how much of it has passed, 0…1."""
    for step in steps[:-1]:
        if frame < step.frames:
            return step.act, frame / step.frames
        frame -= step.frames
    return steps[-1].act, min(1.0, frame / steps[-1].frames)


def check_acts(steps: tuple[Step, ...], possible: Mapping[Act, object], subject: str) -> tuple[Step, ...]:
    """The steps, if all of them can happen.

    Raises
    ------
    UsageError
        One cannot happen to this modality.
    """
    for step in steps:
        if step.act not in possible and step.act not in (Act.STALL, Act.DISCONNECT):
            raise UsageError(f"{step.act} cannot happen here; possible: {', '.join(possible)}", subject)
    return steps
