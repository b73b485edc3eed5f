"""Messages of SBI 0.9.5; names in camel case are those of the specification."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

from biocapture.devices.sbi.codes import SPEC_VERSION
from biocapture.types import Position

MAX_CLOCK_LAG_S = 300.0
"""Accepted difference between a reply's time and ours (MOSIP's ``MDS_RESP_ALLOWED_LAG``)."""


def _as_text(value: object) -> object:
    """Numbers where the specification has strings: both are in use."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_list(value: object) -> object:
    return [] if value is None else [value] if isinstance(value, str | int) else value


Text = Annotated[str, BeforeValidator(_as_text)]
OptionalText = Annotated[str, BeforeValidator(lambda value: "" if value is None else _as_text(value))]
TextList = Annotated[list[Text], BeforeValidator(_as_list)]


class ErrorReport(BaseModel):
    """An error as devices report it; code 0 is none."""

    errorCode: Text  # noqa: N815  spelt as on the wire
    errorInfo: OptionalText = ""  # noqa: N815

    @property
    def is_error(self) -> bool:
        """Whether it reports an error."""
        return self.errorCode not in ("0", "")


class DiscoveryResponse(BaseModel):
    """One device of a discovery."""

    deviceId: OptionalText = ""  # noqa: N815
    deviceStatus: OptionalText = ""  # noqa: N815
    callbackId: OptionalText = ""  # noqa: N815
    digitalId: OptionalText = ""  # noqa: N815
    deviceSubId: TextList = []  # noqa: N815
    specVersion: TextList = []  # noqa: N815
    error: ErrorReport | None = None


class DeviceInfoResponse(BaseModel):
    """One entry of a reply to MOSIPDINFO; ``deviceInfo`` is signed."""

    deviceInfo: OptionalText = ""  # noqa: N815
    error: ErrorReport | None = None


class DigitalId(BaseModel):
    """Identity of the physical device."""

    serialNo: Text  # noqa: N815
    make: Text
    model: Text
    type: Text
    deviceSubType: OptionalText = ""  # noqa: N815


class DeviceInfo(BaseModel):
    """Description of a device, the payload of ``deviceInfo``."""

    deviceId: OptionalText = ""  # noqa: N815
    deviceStatus: Text  # noqa: N815
    firmware: OptionalText = ""
    certification: OptionalText = ""
    serviceVersion: OptionalText = ""  # noqa: N815
    deviceSubId: TextList = []  # noqa: N815
    callbackId: OptionalText = ""  # noqa: N815
    digitalId: Text  # noqa: N815
    deviceCode: OptionalText = ""  # noqa: N815
    env: OptionalText = ""
    purpose: OptionalText = ""
    specVersion: TextList = []  # noqa: N815


class BiometricBlock(BaseModel):
    """One capture of a reply, as sent; ``data`` is signed."""

    specVersion: OptionalText = ""  # noqa: N815
    data: OptionalText = ""
    hash: OptionalText = ""
    error: ErrorReport | None = None


class CaptureResponse(BaseModel):
    """A reply to RCAPTURE."""

    biometrics: list[BiometricBlock]


class BiometricData(BaseModel):
    """One capture, the payload of ``data``."""

    digitalId: Text  # noqa: N815
    deviceCode: OptionalText = ""  # noqa: N815
    bioType: Text  # noqa: N815
    bioSubType: OptionalText = ""  # noqa: N815
    purpose: Text
    env: OptionalText = ""
    bioValue: Text  # noqa: N815
    transactionId: Text  # noqa: N815
    timestamp: Text
    requestedScore: OptionalText = ""  # noqa: N815
    qualityScore: Text  # noqa: N815


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """A request for captures of one group.

    Attributes
    ----------
    sub_id : str
        Group of fingers or eyes.
    positions, exceptions : tuple of Position
        To be captured, and the other positions of the group.
    previous_hash : str
        Of the capture before, empty for the first.
    requested_score : int
        Quality, 0..100, at which the device stops its search for a better frame.
    """

    device_id: str
    type: str
    sub_id: str
    positions: tuple[Position, ...]
    exceptions: tuple[Position, ...]
    transaction_id: str
    previous_hash: str = ""
    requested_score: int = 40
    env: str = "Developer"
    spec_version: str = SPEC_VERSION


@dataclass(frozen=True, slots=True)
class VerifiedCapture:
    """One capture that passed every check.

    Attributes
    ----------
    record : bytes
        The ISO/IEC 19794 record.
    score : float
        The device's own quality score, 0..100.
    hash : str
        Of this capture, chained to the one before.
    data : str
        The signed message itself, as registration packets store it.
    """

    position: Position
    record: bytes
    score: float
    captured_at: datetime
    hash: str
    data: str
