"""Frames of a video file, a camera or a stream through OpenCV: the only place that opens one."""

from contextlib import suppress

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.errors import DeviceDataError, DeviceNotFoundError
from biocapture.images.limits import MAX_PIXELS

VideoSettings = tuple[tuple[int, float], ...]


class Video:
    """An open source of frames.

    Parameters
    ----------
    source : int or str
        Index, path or URL.
    subject : str
        For errors.
    timeout_s : float
        For opening and for each frame, where the backend has one (FFmpeg).
    settings : tuple of (property, value)
        OpenCV properties set after opening; a device that does not have one ignores it.

    Raises
    ------
    DeviceNotFoundError
        It cannot be opened.
    DeviceDataError
        Its frames are over the limit.
    """

    def __init__(self, source: int | str, subject: str, timeout_s: float = 10.0, settings: VideoSettings = ()) -> None:
        self._source, self._subject = source, subject
        milliseconds = max(1, round(1000 * timeout_s))
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, milliseconds, cv2.CAP_PROP_READ_TIMEOUT_MSEC, milliseconds]
        is_local = isinstance(source, int)
        self._capture = cv2.VideoCapture(source) if is_local else cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
        if not self._capture.isOpened():
            self._capture.release()
            raise DeviceNotFoundError("cannot be opened as a camera, a stream or a film", subject)
        for name, value in settings:
            self._capture.set(name, value)
        self._check(self.width_px, self.height_px)

    @property
    def width_px(self) -> int:
        """Of the frames, as the backend reports it; 0 = not reported."""
        return int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))

    @property
    def height_px(self) -> int:
        """Of the frames, as the backend reports it; 0 = not reported."""
        return int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))

    def read(self) -> NDArray[np.uint8] | None:
        """The next frame, (H, W, 3) RGB; None at the end, or when the source is gone."""
        ok, frame = self._capture.read()
        if not ok or frame is None:
            return None
        self._check(frame.shape[1], frame.shape[0])
        return cv2.cvtColor(frame, cv2.COLOR_BGR2RGB if frame.ndim == 3 else cv2.COLOR_GRAY2RGB).astype(
            np.uint8, copy=False
        )

    def rewind(self) -> None:
        """Begin a video file again."""
        self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)

    def disconnect(self) -> None:
        """Nothing: OpenCV's readers end by their own time limit, and must not be closed from another thread."""

    def close(self) -> None:
        """Release it."""
        with suppress(cv2.error):
            self._capture.release()

    def _check(self, width: int, height: int) -> None:
        if width * height > MAX_PIXELS:
            self.close()
            raise DeviceDataError(f"{width}×{height} px; the limit is {MAX_PIXELS} pixels", self._subject)
