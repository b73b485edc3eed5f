"""Checks of the frames of one stream: what each shows, and whether it is still since the one before."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.capabilities import LiveCapture
from biocapture.assessment.modalities import capability
from biocapture.errors import UsageError
from biocapture.images.frame_check import FrameCheck
from biocapture.types import Image, Modality

SQUARE_PX = 6
"""Frames are compared after averaging over squares with this side."""

MAX_MOTION = 0.4
"""Change between two frames, by `_difference`, at which the score of stillness is 0; half of it is a fault."""


class FrameChecker:
    """Checks frames in turn; remembers the one before.

    Parameters
    ----------
    modality : Modality

    Raises
    ------
    UsageError
        The modality has no frame check.
    """

    def __init__(self, modality: Modality) -> None:
        package = capability(modality, LiveCapture)
        if package is None:
            raise UsageError("its frames cannot be checked in this version", modality)
        self._check_frame = package.check_frame
        self._previous: NDArray[np.float32] | None = None

    def check(self, image: Image) -> FrameCheck:
        """Check a frame; the first of a stream does not count as still.

        Parameters
        ----------
        image : Image
            (H, W) or (H, W, 3) uint8.

        Returns
        -------
        FrameCheck
            That of the modality; with ``capture.hold_still`` added as the last, if something is presented.
        """
        now = _coarse(image.pixels)
        before, self._previous = self._previous, now
        check = self._check_frame(image)
        if not check.is_present:
            return check
        same = before is not None and before.shape == now.shape
        motion = _difference(now, before) if same and before is not None else 1.0
        return FrameCheck({**check.scores, "capture.hold_still": 100.0 * max(0.0, 1.0 - motion / MAX_MOTION)})


def _coarse(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Means of whole squares, which OpenCV computes four times as fast; the rest at two borders is cut off."""
    rows, columns = (side // SQUARE_PX for side in pixels.shape[:2])
    if rows < 4 or columns < 4:
        small = cv2.resize(pixels, (4, 4), interpolation=cv2.INTER_AREA)
    else:
        squares = pixels[: rows * SQUARE_PX, : columns * SQUARE_PX]
        small = cv2.resize(squares, (columns, rows), interpolation=cv2.INTER_AREA)
    return (small[:, :, 1] if small.ndim == 3 else small).astype(np.float32)


def _difference(now: NDArray[np.float32], before: NDArray[np.float32]) -> float:
    """Mean change over the deviation of the greys where there are edges: 0 = still, 1 = another picture."""
    edges = np.abs(cv2.Laplacian(now, cv2.CV_32F))
    busy = edges > np.percentile(edges, 80)
    return float(np.abs(now - before)[busy].mean() / (now[busy].std() + 3.0)) if busy.any() else 0.0
