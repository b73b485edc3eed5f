"""Cameras, streams and video files: ``camera:0``, ``camera:/dev/video2``, ``camera:rtsp://…``, ``camera:http://…``.

A video file (``camera:film.mp4``) is read frame by frame; everything else is live, and a slow reader misses frames.
"""

import time
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from biocapture.devices.decoding import device_image, refuse_other
from biocapture.devices.protocol import Capabilities, DeviceOptions, Health, Info, Preview, State, Target
from biocapture.devices.transport.mjpeg_stream import MjpegStream
from biocapture.devices.transport.newest_frame import FrameSource, NewestFrame
from biocapture.devices.transport.video import Video, VideoSettings
from biocapture.errors import DeviceDisconnectedError, DeviceNotFoundError
from biocapture.types import Image, Modality, Sample

SETTLE_FRAMES = 3
"""Frames dropped before a capture: a camera adjusts its exposure first."""


class CameraOptions(DeviceOptions):
    """What the camera is set to.

    Attributes
    ----------
    modality : Modality
        What it is pointed at.
    width_px, height_px, fps : int
        Requested; 0 = as it is. The camera may deliver something else.
    autofocus : bool or None
        None = as it is.
    focus : int or None
        In the camera's own units; switches autofocus off.
    ppi : float
        Of prints taken with a fixed camera; 0 = not known.
    reconnect : int
        Failures in a row before a stream counts as gone.
    timeout_s : float
        For opening, and for one frame.
    """

    modality: Modality = Modality.FACE
    width_px: int = Field(0, ge=0, le=10_000)
    height_px: int = Field(0, ge=0, le=10_000)
    fps: int = Field(0, ge=0, le=240)
    autofocus: bool | None = None
    focus: int | None = Field(None, ge=0, le=10_000)
    ppi: float = Field(0.0, ge=0.0, le=5000.0)
    reconnect: int = Field(3, ge=0, le=100)
    timeout_s: float = Field(5.0, gt=0.0, le=60.0)


class CameraDevice:
    """A camera through OpenCV; MJPEG over HTTP through our own reader, which reports a broken stream."""

    options_model: ClassVar[type[DeviceOptions]] = CameraOptions

    def __init__(self, address: str, options: CameraOptions) -> None:
        self._address, self._options = address, options
        self._subject = f"camera:{address}"
        self._video: Video | None = None
        self._newest: NewestFrame | None = None
        self._size = (0, 0)

    @classmethod
    def discover(cls, timeout_s: float) -> list[str]:
        """Video devices of this machine; none is opened.

        Parameters
        ----------
        timeout_s : float
            Not needed: names are read from ``/dev``.

        Returns
        -------
        list of str
            ``/dev/video0`` …
        """
        return sorted(str(path) for path in Path("/dev").glob("video[0-9]*"))

    def __enter__(self) -> Self:
        if Path(self._address).is_file():
            self._video = Video(self._address, self._subject, self._options.timeout_s)
            self._size = self._video.width_px, self._video.height_px
        else:
            self._newest = NewestFrame(self._connect, self._subject, self._options.reconnect)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._video:
            self._video.close()
        if self._newest:
            self._newest.close(self._options.timeout_s + 1.0)
        self._video = self._newest = None

    @property
    def info(self) -> Info:
        """As the backend reports it; a stream's size is known from its first frame."""
        width, height = self._size
        ppi = self._options.ppi or float("nan")
        abilities = Capabilities((self._options.modality,), (), Preview.CAPTURE, ppi, width, height)
        error = self._newest.error if self._newest else None
        return Info("camera", self._address, abilities, Health(State.GONE, str(error)) if error else Health())

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Take a frame that begins after this call.

        Parameters
        ----------
        target : Target
            Of the modality the camera is pointed at.
        timeout_s : float
            For all frames, those dropped while the exposure settles included.

        Returns
        -------
        Sample

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`; also `DeviceDisconnectedError` at the end of a video file.
        """
        self._check_ready(target)
        end = time.monotonic() + timeout_s
        image = self._image(self._next_pixels(timeout_s), target)
        for _ in range(SETTLE_FRAMES if self._newest else 0):
            image = self._image(self._next_pixels(max(0.0, end - time.monotonic())), target)
        return Sample(image, target.modality, target.position, self._subject)

    def frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        """Frames as they come; those of a video file one after the other, until it ends.

        Parameters
        ----------
        target : Target
            Of the modality the camera is pointed at.
        timeout_s : float
            Longest wait for one frame.

        Returns
        -------
        generator of Image
        """
        self._check_ready(target)
        return self._stream_frames(target, timeout_s)

    def _stream_frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        while True:
            pixels = self._video.read() if self._video else self._next_pixels(timeout_s)
            if pixels is None:
                return
            yield self._image(pixels, target)

    def _check_ready(self, target: Target) -> None:
        if not (self._video or self._newest):
            raise DeviceNotFoundError("is not open", self._subject)
        refuse_other(target.modality, (self._options.modality,), self._subject)

    def _next_pixels(self, timeout_s: float) -> NDArray[np.uint8]:
        pixels = self._video.read() if self._video else self._newest.next(timeout_s) if self._newest else None
        if pixels is None:
            raise DeviceDisconnectedError("the film is at its end", self._subject)
        return pixels

    def _image(self, pixels: NDArray[np.uint8], target: Target) -> Image:
        self._size = pixels.shape[1], pixels.shape[0]
        return device_image(pixels, target.modality, self._subject, self._options.ppi)

    def _connect(self) -> FrameSource:
        timeout_s = self._options.timeout_s
        if self._address.startswith(("http://", "https://")):
            stream = MjpegStream(self._address, self._subject, timeout_s)
            if stream.is_multipart:
                return stream
            stream.close()
        source = int(self._address) if self._address.isdecimal() else self._address
        return Video(source, self._subject, timeout_s, self._settings())

    def _settings(self) -> VideoSettings:
        options = self._options
        properties = (
            (cv2.CAP_PROP_FRAME_WIDTH, options.width_px or None),
            (cv2.CAP_PROP_FRAME_HEIGHT, options.height_px or None),
            (cv2.CAP_PROP_FPS, options.fps or None),
            (cv2.CAP_PROP_AUTOFOCUS, 0 if options.focus is not None else options.autofocus),
            (cv2.CAP_PROP_FOCUS, options.focus),
        )
        return tuple((name, float(value)) for name, value in properties if value is not None)
