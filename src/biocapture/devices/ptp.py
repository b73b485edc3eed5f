"""Digital cameras on USB that libgphoto2 supports: ``ptp:`` is the first, ``ptp:usb:001,004`` the one at this port."""

import time
from collections.abc import Generator
from types import TracebackType
from typing import ClassVar, Self

from pydantic import Field

from biocapture.devices.decoding import device_image, refuse_other
from biocapture.devices.presence import DevicePresence
from biocapture.devices.protocol import Capabilities, DeviceOptions, Info, Preview, Target
from biocapture.devices.registry import import_optional
from biocapture.devices.transport.driver_process import DriverProcess
from biocapture.errors import (
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
)
from biocapture.types import Image, Modality, Sample


class PtpOptions(DeviceOptions):
    """How pictures are taken.

    Attributes
    ----------
    modality : Modality
        What the camera is pointed at.
    ppi : float
        Of prints taken from a fixed distance; 0 = not known.
    keep : bool
        Leave the pictures on the card.
    preview : bool
        Try the viewfinder when the camera is opened: some cameras report one and have none.
    open_timeout_s : float
    max_bytes : int
        Of a picture.
    """

    modality: Modality = Modality.FACE
    ppi: float = Field(0.0, ge=0.0, le=5000.0)
    keep: bool = False
    preview: bool = True
    open_timeout_s: float = Field(10.0, gt=0.0, le=60.0)
    max_bytes: int = Field(100_000_000, ge=1000, le=1_000_000_000)


class PtpDevice:
    """A camera that can be released by the computer and transfers the picture."""

    options_model: ClassVar[type[DeviceOptions]] = PtpOptions

    def __init__(self, address: str, options: PtpOptions) -> None:
        import_optional("gphoto2", "ptp")
        self._address, self._options = address, options
        self._subject = f"ptp:{address}" if address else "ptp"
        self._driver: DriverProcess | None = None
        self._presence = DevicePresence(self._subject)

    @classmethod
    def discover(cls, timeout_s: float) -> list[str]:
        """Search for cameras.

        Parameters
        ----------
        timeout_s : float
            Longest wait for libgphoto2.

        Returns
        -------
        list of str
            Port and, in parentheses, name of each; empty where libgphoto2 fails.
        """
        import_optional("gphoto2", "ptp")
        driver = DriverProcess("ptp", "ptp")
        try:
            cameras = driver.request("list", time.monotonic() + timeout_s)[0]["found"]
        except DeviceError:
            return []
        finally:
            driver.close()
        return [f"{port} ({name})" for name, port in cameras]

    def __enter__(self) -> Self:
        driver = DriverProcess("ptp", self._subject, {"port": self._address, "viewfinder": self._options.preview})
        driver.open(time.monotonic() + self._options.open_timeout_s)
        if not driver.open_reply.get("capture"):
            driver.close()
            raise DeviceUnsupportedError("the camera cannot be released from here", self._subject)
        self._driver = driver
        self._presence.mark_present()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._driver:
            self._driver.close()
        self._driver = None

    @property
    def info(self) -> Info:
        """As the camera described itself when it was opened."""
        reply = self._driver.open_reply if self._driver else {}
        preview = Preview.VIEW if reply.get("preview") else Preview.NONE
        ppi = self._options.ppi or float("nan")
        names = (str(reply.get(name, "")) for name in ("maker", "model", "serial", "firmware"))
        abilities = Capabilities((self._options.modality,), (), preview, ppi)
        return Info("ptp", self._address, abilities, self._presence.health, *names)

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Release the shutter and transfer the picture.

        Parameters
        ----------
        target : Target
            Of the modality the camera is pointed at.
        timeout_s : float
            For focusing, release and transfer.

        Returns
        -------
        Sample

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`.
        """
        options = self._options
        data = self._request("capture", target, timeout_s, keep=options.keep, most_bytes=options.max_bytes)
        return Sample(self._image(data, target), target.modality, target.position, self._subject)

    def frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        """Pictures of the viewfinder: to look at, smaller than a capture.

        Parameters
        ----------
        target : Target
            Of the modality the camera is pointed at.
        timeout_s : float
            Longest wait for one frame.

        Returns
        -------
        generator of Image

        Raises
        ------
        DeviceUnsupportedError
            It has no viewfinder.
        """
        if self.info.capabilities.preview is Preview.NONE:
            raise DeviceUnsupportedError("has no preview", self._subject)
        return self._stream_frames(target, timeout_s)

    def _stream_frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        while True:
            yield self._image(self._request("preview", target, timeout_s), target)

    def _request(self, action: str, target: Target, timeout_s: float, **arguments: object) -> bytes:
        if self._driver is None:
            raise DeviceNotFoundError("is not open", self._subject)
        refuse_other(target.modality, (self._options.modality,), self._subject)
        deadline = time.monotonic() + timeout_s
        with self._presence.track():
            try:
                return self._driver.request(action, deadline, self._options.max_bytes, **arguments)[1]
            except DeviceDisconnectedError:
                self._driver.close()
                raise

    def _image(self, data: bytes, target: Target) -> Image:
        return device_image(data, target.modality, self._subject, self._options.ppi, self._options.max_bytes)
