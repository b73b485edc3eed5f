"""What a capture device is. An adapter is one file with one class that follows this protocol, and one entry point."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from pydantic import BaseModel, ConfigDict

from biocapture.errors import UsageError
from biocapture.types import Image, Modality, Position, Sample


class Preview(StrEnum):
    """What a device shows before a capture.

    ``VIEW``: frames to look at only; the capture is taken by ``capture``. ``CAPTURE``: every frame is as good as a
    capture, so that the best frame of the stream is the capture.
    """

    NONE = "none"
    VIEW = "view"
    CAPTURE = "capture"


class State(StrEnum):
    """State that a device reports."""

    READY = "ready"
    BUSY = "busy"
    NOT_READY = "not_ready"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a device can do; ``conformance.check_device`` verifies each entry.

    Attributes
    ----------
    modalities : tuple of Modality
    positions : tuple of Position
        Empty: every position of its modalities.
    preview : Preview
        Other than ``NONE``: the device is a `LivePreview`. With ``NONE`` its ``frames``, if any, are unsupported.
    ppi : float
        Of the captures, pixels per inch; NaN where it has no meaning or is not known before.
    width_px, height_px : int
        Of the captures; 0 where not known before, or not always the same.
    group : bool
        Several positions in one capture: the device is a `GroupCapture`.
    """

    modalities: tuple[Modality, ...]
    positions: tuple[Position, ...] = ()
    preview: Preview = Preview.NONE
    ppi: float = float("nan")
    width_px: int = 0
    height_px: int = 0
    group: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """State of a device as it reports it; ``detail`` is in English, for engineers."""

    state: State = State.READY
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Info:
    """An open device.

    Attributes
    ----------
    adapter : str
        Name of the entry point.
    address : str
        Where the adapter found it.
    capabilities : Capabilities
    health : Health
    maker, model, serial, firmware : str
        Empty where the device does not report them.
    """

    adapter: str
    address: str
    capabilities: Capabilities
    health: Health = field(default_factory=Health)
    maker: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""

    @property
    def key(self) -> str:
        """Identifies one device in the health record: by its serial number if it has one, otherwise by its address."""
        return f"{self.adapter}:{self.serial}" if self.serial else f"{self.adapter}:{self.address}"


@dataclass(frozen=True, slots=True)
class Target:
    """What to capture."""

    modality: Modality
    position: Position = Position.UNKNOWN


def target_of(position: Position | str) -> Target:
    """Target at a position.

    Parameters
    ----------
    position : Position or str
        ``right_index``, ``left_eye``, ``face`` …; ``Position.UNKNOWN`` is a finger that is not named.

    Returns
    -------
    Target
        The position and its modality.

    Raises
    ------
    UsageError
        There is no such position.
    """
    try:
        position = Position(position)
    except ValueError as error:
        raise UsageError(f"no such position; there are: {', '.join(Position)}", str(position)) from error
    return Target(position.modality or Modality.FINGERPRINT, position)


@runtime_checkable
class CaptureDevice(Protocol):
    """A device, used as ``with device:``. Entering opens it, leaving closes it; it may be entered again afterwards.

    It is used by one thread. Constructing one touches no hardware. Leaving releases every handle, thread, socket and
    process, also after an error.
    """

    @property
    def info(self) -> Info:
        """Description of the open device. Asks the hardware again where that is quick."""
        ...

    def __enter__(self) -> Self:
        """Open.

        Raises
        ------
        DeviceNotFoundError, DeviceBusyError, DeviceTimeoutError, DeviceDataError, DeviceUnsupportedError
        """
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; raises nothing, not even after the device was unplugged."""
        ...

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Take one capture.

        Parameters
        ----------
        target : Target
            Modality and position; the sample bears them.
        timeout_s : float
            The result, or the error, comes within this time and one second at most.

        Returns
        -------
        Sample
            uint8 pixels: grey (H, W) of fingers and irises, RGB (H, W, 3) of faces.

        Raises
        ------
        DeviceTimeoutError
            It did not finish in time.
        DeviceDisconnectedError
            It was disconnected.
        DeviceDataError
            It sent something damaged, oversized or not what was requested.
        DeviceUnsupportedError
            It cannot capture this target.
        DeviceBusyError
            Another program has it.
        NothingPresentedError, ScanRejectedError
            It works, and reports that nothing was presented, or that the scan is too poor.
        """
        ...


@runtime_checkable
class LivePreview(Protocol):
    """Devices with a live picture."""

    def frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        """Frames as they come: a slow reader misses frames and never gets old ones.

        Ends when the source ends (a video file). Closing the generator stops the preview.

        Parameters
        ----------
        target : Target
            Modality and position that are about to be captured.
        timeout_s : float
            Longest wait for one frame.

        Yields
        ------
        Image
            uint8 pixels: grey (H, W) of fingers and irises, RGB (H, W, 3) of faces.

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`.
        """
        ...


@runtime_checkable
class GroupCapture(Protocol):
    """Devices that capture several positions at once: slaps, two irises."""

    def capture_group(self, targets: Sequence[Target], timeout_s: float) -> tuple[Sample, ...]:
        """Capture several positions at once.

        Parameters
        ----------
        targets : sequence of Target
            Of one modality, each position once.
        timeout_s : float
            As in `CaptureDevice.capture`.

        Returns
        -------
        tuple of Sample
            One per target, in their order.

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`; `DeviceUnsupportedError` for a combination it cannot capture at once.
        """
        ...


class DeviceOptions(BaseModel):
    """Options of an adapter, which derives its own model; unknown names and values out of range are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Adapter(Protocol):
    """What an entry point of the group ``biocapture.devices`` names: a class, constructed from address and options.

    An adapter may have a class method ``discover(timeout_s) -> list[str]``: addresses that answer now (`Discovery`).
    """

    options_model: ClassVar[type[DeviceOptions]]

    def __call__(self, address: str, options: Any) -> CaptureDevice:
        """Construct a device; ``options`` is an instance of ``options_model``."""
        ...


@runtime_checkable
class Discovery(Protocol):
    """Adapters that can search for their devices."""

    def discover(self, timeout_s: float) -> list[str]:
        """Search for devices.

        Parameters
        ----------
        timeout_s : float
            Longest search.

        Returns
        -------
        list of str
            Addresses that answer within ``timeout_s``; empty, and no error, if there are none.
        """
        ...
