"""Looks at the frames of one stream in turn: what each shows, and whether it holds still since the one before."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.capabilities import LiveCapture
from biocapture.assessment.modalities import capability
from biocapture.errors import UsageError
from biocapture.images.frame_check import FrameCheck
from biocapture.types import Image, Modality

TRACE_PX = 6
"""Frames are compared after averaging over squares of so many pixels."""

MOVED = 0.4
"""Change between two frames, as `_difference` tells it, that leaves nothing of stillness; half of it is a fault."""


class Glance:
    """Remembers the frame before."""

    def __init__(self, modality: Modality) -> None:
        part = capability(modality, LiveCapture)
        if part is None:
            raise UsageError("its frames cannot be checked in this version", modality)
        self._look = part.check_frame
        self._before: NDArray[np.float32] | None = None

    def at(self, image: Image) -> FrameCheck:
        """What a frame shows; the first of a stream does not count as still.

        Returns
        -------
        FrameCheck
            With ``capture.hold_still`` added, last, if somebody is there.
        """
        now = _coarse(image.pixels)
        before, self._before = self._before, now
        look = self._look(image)
        if not look.is_present:
            return look
        same = before is not None and before.shape == now.shape
        moved = _difference(now, before) if same and before is not None else 1.0
        return FrameCheck({**look.scores, "capture.hold_still": 100.0 * max(0.0, 1.0 - moved / MOVED)})


def _coarse(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Means of whole squares, which OpenCV does four times as fast; what is left over at two borders is cut off."""
    rows, columns = (side // TRACE_PX for side in pixels.shape[:2])
    if rows < 4 or columns < 4:
        small = cv2.resize(pixels, (4, 4), interpolation=cv2.INTER_AREA)
    else:
        whole = pixels[: rows * TRACE_PX, : columns * TRACE_PX]
        small = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    return (small[:, :, 1] if small.ndim == 3 else small).astype(np.float32)


def _difference(now: NDArray[np.float32], before: NDArray[np.float32]) -> float:
    """Mean change over the deviation of the greys where there are edges: 0 = still, 1 = another picture."""
    edges = np.abs(cv2.Laplacian(now, cv2.CV_32F))
    busy = edges > np.percentile(edges, 80)
    return float(np.abs(now - before)[busy].mean() / (now[busy].std() + 3.0)) if busy.any() else 0.0
