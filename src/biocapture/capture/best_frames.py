"""The frames worth a full assessment: the best of all that were seen, not of the last few."""

from dataclasses import dataclass

from biocapture.images.frame_check import FrameCheck
from biocapture.types import Image


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame and the glance at it; ``number`` counts the frames of the slot."""

    image: Image
    look: FrameCheck
    number: int

    @property
    def rank(self) -> tuple[float, float, int]:
        """Order of frames; the earlier of equals."""
        return *self.look.rank, -self.number


class Pool:
    """Keeps the ``size`` best frames.

    A frame it lets go is never better, at a glance, than one it keeps. What it gives out for assessment leaves it.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._frames: list[Frame] = []

    def add(self, frame: Frame) -> None:
        """Offer a frame; only those that show somebody count."""
        if not frame.look.is_present:
            return
        self._frames.append(frame)
        self._frames.sort(key=lambda one: one.rank, reverse=True)
        del self._frames[self._size :]

    def take(self) -> list[Frame]:
        """All of them, best first; the pool is empty afterwards."""
        taken, self._frames = self._frames, []
        return taken

    def __bool__(self) -> bool:
        return bool(self._frames)
