"""Messages of SBI 0.9.5: what is asked, and what of an answer is believed."""

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError

from biocapture.devices.sbi.codes import NAMES, REGISTRATION, SPEC, error_of
from biocapture.errors import DeviceDataError
from biocapture.types import Position

ALLOWED_LAG_S = 300.0
"""A reply's time may differ from ours by so much (MOSIP's MDS_RESP_ALLOWED_LAG)."""


def _as_text(value: object) -> object:
    """Numbers where the specification wants strings: both are in use."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_list(value: object) -> object:
    return [] if value is None else [value] if isinstance(value, str | int) else value


Text = Annotated[str, BeforeValidator(_as_text)]
Maybe = Annotated[str, BeforeValidator(lambda value: "" if value is None else _as_text(value))]
Texts = Annotated[list[Text], BeforeValidator(_as_list)]


class Problem(BaseModel):
    """An error; code 0 is none."""

    errorCode: Text  # noqa: N815  spelt as on the wire
    errorInfo: Maybe = ""  # noqa: N815

    @property
    def is_real(self) -> bool:
        """Whether it is one."""
        return self.errorCode not in ("0", "")


class Discovered(BaseModel):
    """One device of a discovery."""

    deviceId: Maybe = ""  # noqa: N815
    deviceStatus: Maybe = ""  # noqa: N815
    callbackId: Maybe = ""  # noqa: N815
    digitalId: Maybe = ""  # noqa: N815
    deviceSubId: Texts = []  # noqa: N815
    specVersion: Texts = []  # noqa: N815
    error: Problem | None = None


class Told(BaseModel):
    """One entry of an info reply."""

    deviceInfo: Maybe = ""  # noqa: N815
    error: Problem | None = None


class DigitalId(BaseModel):
    """Which physical device it is."""

    serialNo: Text  # noqa: N815
    make: Text
    model: Text
    type: Text
    deviceSubType: Maybe = ""  # noqa: N815


class DeviceInfo(BaseModel):
    """What the device says of itself."""

    deviceId: Maybe = ""  # noqa: N815
    deviceStatus: Text  # noqa: N815
    firmware: Maybe = ""
    certification: Maybe = ""
    serviceVersion: Maybe = ""  # noqa: N815
    deviceSubId: Texts = []  # noqa: N815
    callbackId: Maybe = ""  # noqa: N815
    digitalId: Text  # noqa: N815
    deviceCode: Maybe = ""  # noqa: N815
    env: Maybe = ""
    purpose: Maybe = ""
    specVersion: Texts = []  # noqa: N815


class Part(BaseModel):
    """One capture of a reply, as sent."""

    specVersion: Maybe = ""  # noqa: N815
    data: Maybe = ""
    hash: Maybe = ""
    error: Problem | None = None


class Parts(BaseModel):
    """A reply to RCAPTURE."""

    biometrics: list[Part]


class Captured(BaseModel):
    """The signed content of one capture."""

    digitalId: Text  # noqa: N815
    deviceCode: Maybe = ""  # noqa: N815
    bioType: Text  # noqa: N815
    bioSubType: Maybe = ""  # noqa: N815
    purpose: Text
    env: Maybe = ""
    bioValue: Text  # noqa: N815
    transactionId: Text  # noqa: N815
    timestamp: Text
    requestedScore: Maybe = ""  # noqa: N815
    qualityScore: Text  # noqa: N815


@dataclass(frozen=True, slots=True)
class Order:
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
    wanted: tuple[Position, ...]
    missing: tuple[Position, ...]
    transaction: str
    previous: str = ""
    requested_score: int = 40
    env: str = "Developer"
    spec: str = SPEC


@dataclass(frozen=True, slots=True)
class Answer:
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
    taken: datetime
    hash: str
    data: str


def capture_request(order: Order, timeout_ms: int) -> bytes:
    """Body of an RCAPTURE; all numbers as strings."""
    bio = {
        "type": order.type,
        "count": str(len(order.wanted)),
        "bioSubType": [NAMES[position] for position in order.wanted if position in NAMES],
        "exception": [NAMES[position] for position in order.missing],
        "requestedScore": str(order.requested_score),
        "deviceId": order.device_id,
        "deviceSubId": order.sub_id,
        "previousHash": order.previous,
    }
    request = {
        "env": order.env,
        "purpose": REGISTRATION,
        "specVersion": order.spec,
        "timeout": str(timeout_ms),
        "captureTime": stamp(),
        "transactionId": order.transaction,
        "bio": [bio],
        "customOpts": None,
    }
    return json.dumps(request).encode()


def stamp() -> str:
    """The time now, as it is written on the wire."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


Model = TypeVar("Model", bound=BaseModel)


def checked(model: type[Model], found: object, what: str) -> Model:
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


def listed(model: type[Model], body: bytes, peer: str) -> list[Model]:
    """A reply that is a list; devices send errors as a list, as one object, or as a bare error.

    Raises
    ------
    DeviceError
        Not such a reply, or a bare error, by its code.
    """
    found = json_any(body, peer)
    if isinstance(found, dict) and "errorCode" in found:
        raised(checked(Problem, found, "error"), peer)
    return [checked(model, each, "reply") for each in (found if isinstance(found, list) else [found])]


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])[:80]}: {first['msg'][:120]}"


def raised(problem: Problem | None, peer: str) -> None:
    """Raise the device's error, if there is one."""
    if problem and problem.is_real:
        raise error_of(problem.errorCode, problem.errorInfo, peer)


def parts_of(body: bytes, peer: str) -> list[Part]:
    """Captures of a reply, at least one; or the device's error, in whatever shape it comes."""
    found = json_any(body, peer)
    if not isinstance(found, dict) or "biometrics" not in found:
        for each in listed(Told, body, peer):
            raised(each.error, peer)
        raise DeviceDataError("a reply without captures", peer)
    parts = checked(Parts, found, "reply").biometrics
    if not parts:
        raise DeviceDataError("a reply without captures", peer)
    return parts


def json_any(body: bytes, peer: str) -> Any:
    """JSON that is an object or a list."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DeviceDataError(f"the reply is not JSON ({str(error)[:80]})", peer) from error
    if not isinstance(found, dict | list):
        raise DeviceDataError(f"the reply is {str(found)[:20]!r}", peer)
    return found


def chained(previous: str, record: bytes) -> str:
    """Hash of a capture: upper hex of SHA-256 over the hash before and the SHA-256 of the record.

    Where there is no hash before, that of nothing takes its place.
    """
    before = bytes.fromhex(previous) if previous else hashlib.sha256(b"").digest()
    return hashlib.sha256(before + hashlib.sha256(record).digest()).hexdigest().upper()
