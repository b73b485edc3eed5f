"""The frames to assess in full: the best of all frames, not of the last few."""

from dataclasses import dataclass

from biocapture.images.frame_check import FrameCheck
from biocapture.types import Image


@dataclass(frozen=True, slots=True)
class CandidateFrame:
    """A frame and its check; ``number`` counts all frames of the capture."""

    image: Image
    check: FrameCheck
    number: int

    @property
    def rank(self) -> tuple[float, float, int]:
        """Order of frames, best highest; the earlier of equals."""
        return *self.check.rank, -self.number


class BestFrames:
    """Holds the ``size`` best frames.

    A frame that it drops never has a better check than one it holds. Frames that are taken for assessment leave it.

    Parameters
    ----------
    size : int
        At least 1.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._frames: list[CandidateFrame] = []

    def add(self, frame: CandidateFrame) -> None:
        """Offer a frame; one in which nothing is presented is ignored.

        Parameters
        ----------
        frame : CandidateFrame
        """
        if not frame.check.is_present:
            return
        self._frames.append(frame)
        self._frames.sort(key=lambda candidate: candidate.rank, reverse=True)
        del self._frames[self._size :]

    def take(self) -> list[CandidateFrame]:
        """Remove all frames, best first."""
        taken, self._frames = self._frames, []
        return taken

    def __bool__(self) -> bool:
        return bool(self._frames)
