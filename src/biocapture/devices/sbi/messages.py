"""Messages of SBI 0.9.5: what is asked, and what of an answer is believed."""

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError

from biocapture.devices.sbi.codes import PURPOSE, SPEC_VERSION, SUBTYPE_OF_POSITION, device_error
from biocapture.errors import DeviceDataError
from biocapture.types import Position

MAX_CLOCK_LAG_S = 300.0
"""A reply's time may differ from ours by so much (MOSIP's MDS_RESP_ALLOWED_LAG)."""


def _as_text(value: object) -> object:
    """Numbers where the specification wants strings: both are in use."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_list(value: object) -> object:
    return [] if value is None else [value] if isinstance(value, str | int) else value


Text = Annotated[str, BeforeValidator(_as_text)]
OptionalText = Annotated[str, BeforeValidator(lambda value: "" if value is None else _as_text(value))]
TextList = Annotated[list[Text], BeforeValidator(_as_list)]


class ErrorReport(BaseModel):
    """An error; code 0 is none."""

    errorCode: Text  # noqa: N815  spelt as on the wire
    errorInfo: OptionalText = ""  # noqa: N815

    @property
    def is_error(self) -> bool:
        """Whether it is one."""
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
    """One entry of an info reply."""

    deviceInfo: OptionalText = ""  # noqa: N815
    error: ErrorReport | None = None


class DigitalId(BaseModel):
    """Which physical device it is."""

    serialNo: Text  # noqa: N815
    make: Text
    model: Text
    type: Text
    deviceSubType: OptionalText = ""  # noqa: N815


class DeviceInfo(BaseModel):
    """What the device says of itself."""

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
    """One capture of a reply, as sent."""

    specVersion: OptionalText = ""  # noqa: N815
    data: OptionalText = ""
    hash: OptionalText = ""
    error: ErrorReport | None = None


class CaptureResponse(BaseModel):
    """A reply to RCAPTURE."""

    biometrics: list[BiometricBlock]


class BiometricData(BaseModel):
    """The signed content of one capture."""

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
    """What is asked of a device.

    Attributes
    ----------
    sub_id : str
        Which group of fingers or eyes.
    wanted, missing : tuple of Position
        To be captured, and the rest of the group.
    previous : str
        Hash of the capture before, empty for the first.
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
        The device's own quality, 0..100.
    hash : str
        Of this capture, chained to the one before.
    data : str
        The signed message itself, as registration packets keep it.
    """

    position: Position
    record: bytes
    score: float
    captured_at: datetime
    hash: str
    data: str


def write_capture_request(order: CaptureRequest, timeout_ms: int) -> bytes:
    """Body of an RCAPTURE; all numbers as strings."""
    bio = {
        "type": order.type,
        "count": str(len(order.positions)),
        "bioSubType": [
            SUBTYPE_OF_POSITION[position] for position in order.positions if position in SUBTYPE_OF_POSITION
        ],
        "exception": [SUBTYPE_OF_POSITION[each] for each in order.exceptions],
        "requestedScore": str(order.requested_score),
        "deviceId": order.device_id,
        "deviceSubId": order.sub_id,
        "previousHash": order.previous_hash,
    }
    request = {
        "env": order.env,
        "purpose": PURPOSE,
        "specVersion": order.spec_version,
        "timeout": str(timeout_ms),
        "captureTime": utc_timestamp(),
        "transactionId": order.transaction_id,
        "bio": [bio],
        "customOpts": None,
    }
    return json.dumps(request).encode()


def utc_timestamp() -> str:
    """The time now, as it is written on the wire."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], found: object, what: str) -> Model:
    """A message with all its fields.

    Raises
    ------
    DeviceDataError
        One is missing or of another kind.
    """
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise DeviceDataError(f"{what}: {_first(error)}") from error


def parse_list(model: type[Model], body: bytes, peer: str) -> list[Model]:
    """A reply that is a list; devices send errors as a list, as one object, or as a bare error.

    Raises
    ------
    DeviceError
        Not such a reply, or a bare error, by its code.
    """
    found = parse_json(body, peer)
    if isinstance(found, dict) and "errorCode" in found:
        raise_reported(validate(ErrorReport, found, "error"), peer)
    return [validate(model, each, "reply") for each in (found if isinstance(found, list) else [found])]


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])[:80]}: {first['msg'][:120]}"


def raise_reported(problem: ErrorReport | None, peer: str) -> None:
    """Raise the device's error, if there is one."""
    if problem and problem.is_error:
        raise device_error(problem.errorCode, problem.errorInfo, peer)


def biometric_blocks(body: bytes, peer: str) -> list[BiometricBlock]:
    """Captures of a reply, at least one; or the device's error, in whatever shape it comes."""
    found = parse_json(body, peer)
    if not isinstance(found, dict) or "biometrics" not in found:
        for each in parse_list(DeviceInfoResponse, body, peer):
            raise_reported(each.error, peer)
        raise DeviceDataError("a reply without captures", peer)
    parts = validate(CaptureResponse, found, "reply").biometrics
    if not parts:
        raise DeviceDataError("a reply without captures", peer)
    return parts


def parse_json(body: bytes, peer: str) -> Any:
    """JSON that is an object or a list."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DeviceDataError(f"the reply is not JSON ({str(error)[:80]})", peer) from error
    if not isinstance(found, dict | list):
        raise DeviceDataError(f"the reply is {str(found)[:20]!r}", peer)
    return found


def chain_hash(previous: str, record: bytes) -> str:
    """Hash of a capture: upper hex of SHA-256 over the hash before and the SHA-256 of the record.

    Where there is no hash before, that of nothing takes its place.
    """
    before = bytes.fromhex(previous) if previous else hashlib.sha256(b"").digest()
    return hashlib.sha256(before + hashlib.sha256(record).digest()).hexdigest().upper()
