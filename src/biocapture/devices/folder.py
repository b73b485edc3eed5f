"""Images from a folder: replayed in order, or taken as a vendor's program drops them (*hot*).

``folder:/path`` replays, ``folder:/path?hot=true`` watches, ``folder:/path/film.mp4`` replays a video file.
"""

import time
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from pydantic import Field

from biocapture.devices.decoding import device_image, refuse_other
from biocapture.devices.hot_folder import HotFolder
from biocapture.devices.protocol import Capabilities, DeviceOptions, Health, Info, Preview, State, Target
from biocapture.devices.transport.video import Video
from biocapture.errors import (
    DeviceDisconnectedError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
    NothingPresentedError,
)
from biocapture.images.formats import ENDINGS
from biocapture.images.naming import modality_of_name, position_of
from biocapture.types import Image, Modality, Position, Sample


class FolderOptions(DeviceOptions):
    """How files are taken.

    Attributes
    ----------
    hot : bool
        Wait for files to be dropped; each is taken once, also across restarts.
    modality : Modality or None
        None: any; a file whose name states another modality or position than the requested one is skipped.
    ppi : float
        Of prints; 0 = what the files say.
    fps : float
        Pace of a replay; 0 = without waiting.
    repeat : bool
        Begin again at the end of a replay.
    settle_s : float
        A dropped file is complete when it has not changed for this long, and can be decoded.
    """

    hot: bool = False
    modality: Modality | None = None
    ppi: float = Field(0.0, ge=0.0, le=5000.0)
    fps: float = Field(0.0, ge=0.0, le=240.0)
    repeat: bool = False
    settle_s: float = Field(0.3, ge=0.05, le=60.0)


class FolderDevice:
    """A folder, or a video file, as a device."""

    options_model: ClassVar[type[DeviceOptions]] = FolderOptions

    def __init__(self, address: str, options: FolderOptions) -> None:
        self._path, self._options = Path(address), options
        self._subject = f"folder:{address}"
        self._files: list[Path] = []
        self._next = 0
        self._video: Video | None = None
        self._hot: HotFolder | None = None
        self._open = False

    def __enter__(self) -> Self:
        if not self._path.exists():
            raise DeviceNotFoundError("no such folder or file", self._subject)
        self._next = 0
        if not self._path.is_dir():
            if self._options.hot:
                raise DeviceUnsupportedError("only a folder can be hot", self._subject)
            self._video = Video(str(self._path), self._subject)
        elif self._options.hot:
            self._hot = HotFolder(self._path, self._options.settle_s, ENDINGS)
        else:
            self._files = sorted(path for path in self._path.rglob("*") if path.suffix.lower() in ENDINGS)
        self._open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._video:
            self._video.close()
        self._open, self._video, self._hot, self._files = False, None, None, []

    @property
    def info(self) -> Info:
        """The folder counts as gone when it was removed."""
        kinds = (self._options.modality,) if self._options.modality else tuple(Modality)
        preview = Preview.NONE if self._options.hot else Preview.CAPTURE
        state = Health(State.READY if self._path.exists() else State.GONE)
        return Info("folder", str(self._path), Capabilities(kinds, preview=preview), state)

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Read the next image; a hot folder waits for one.

        Parameters
        ----------
        target : Target
            Files named for another modality or position are skipped.
        timeout_s : float
            Longest wait of a hot folder.

        Returns
        -------
        Sample

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`; `NothingPresentedError` when no file is left, or none was dropped.
        """
        self._check_ready(target)
        image = self._wait_for_drop(target, timeout_s) if self._hot else self._next_image(target)
        if image is None:
            raise NothingPresentedError("no file left" if not self._hot else "no file was dropped", self._subject)
        return Sample(image, target.modality, target.position, image.path or self._subject)

    def frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        """The images that are left, in order.

        Parameters
        ----------
        target : Target
            Files named for another modality or position are skipped.
        timeout_s : float
            Not needed: files are there.

        Returns
        -------
        generator of Image

        Raises
        ------
        DeviceUnsupportedError
            A hot folder has no preview.
        """
        self._check_ready(target)
        if self._hot:
            raise DeviceUnsupportedError("a hot folder has no preview", self._subject)
        return self._replay_frames(target)

    def _replay_frames(self, target: Target) -> Generator[Image, None, None]:
        due = time.monotonic()
        while (image := self._next_image(target)) is not None:
            if self._options.fps:
                time.sleep(max(0.0, due - time.monotonic()))
                due += 1.0 / self._options.fps
            yield image

    def _check_ready(self, target: Target) -> None:
        if not self._open:
            raise DeviceNotFoundError("is not open", self._subject)
        refuse_other(target.modality, self.info.capabilities.modalities, self._subject)
        if not self._path.exists():
            raise DeviceDisconnectedError("the folder is gone", self._subject)

    def _next_image(self, target: Target) -> Image | None:
        image = self._film_image(target) if self._video else self._file_image(target)
        if image is None and self._options.repeat and self._next:
            self._next = 0
            if self._video:
                self._video.rewind()
            image = self._film_image(target) if self._video else self._file_image(target)
        return image

    def _film_image(self, target: Target) -> Image | None:
        pixels = self._video.read() if self._video else None
        if pixels is None:
            return None
        self._next += 1
        return device_image(pixels, target.modality, self._subject, self._options.ppi)

    def _file_image(self, target: Target) -> Image | None:
        while self._next < len(self._files):
            path = self._files[self._next]
            self._next += 1
            if _is_meant(path, target):
                return self._image(path, target)
        return None

    def _wait_for_drop(self, target: Target, timeout_s: float) -> Image | None:
        if self._hot is None:
            return None
        end = time.monotonic() + timeout_s
        return self._hot.take(lambda path: _is_meant(path, target), lambda path: self._image(path, target), end)

    def _image(self, path: Path, target: Target) -> Image:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DeviceDisconnectedError(f"{path.name} cannot be read: {error.strerror}", self._subject) from error
        image = device_image(data, target.modality, str(path), self._options.ppi)
        return Image(image.pixels, image.ppi, image.ppi_source, image.notes, image.sha256, str(path))


def _is_meant(path: Path, target: Target) -> bool:
    """Whether a file may be this target; a name that states nothing fits every target."""
    modality, position = modality_of_name(str(path)), position_of(str(path))
    if modality not in (None, target.modality):
        return False
    return Position.UNKNOWN in (position, target.position) or position is target.position
