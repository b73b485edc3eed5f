"""Messages of SBI 0.9.5 as bytes: requests written, replies parsed and validated."""

import hashlib
import json
import time
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from biocapture.devices.sbi.codes import PURPOSE, SUBTYPE_OF_POSITION, device_error
from biocapture.devices.sbi.messages import (
    BiometricBlock,
    CaptureRequest,
    CaptureResponse,
    DeviceInfoResponse,
    ErrorReport,
)
from biocapture.errors import DeviceDataError


def write_capture_request(request: CaptureRequest, timeout_ms: int) -> bytes:
    """Body of an RCAPTURE; all numbers are strings.

    Parameters
    ----------
    request : CaptureRequest
    timeout_ms : int
        For the device.

    Returns
    -------
    bytes
    """
    bio = {
        "type": request.type,
        "count": str(len(request.positions)),
        "bioSubType": [
            SUBTYPE_OF_POSITION[position] for position in request.positions if position in SUBTYPE_OF_POSITION
        ],
        "exception": [SUBTYPE_OF_POSITION[each] for each in request.exceptions],
        "requestedScore": str(request.requested_score),
        "deviceId": request.device_id,
        "deviceSubId": request.sub_id,
        "previousHash": request.previous_hash,
    }
    body = {
        "env": request.env,
        "purpose": PURPOSE,
        "specVersion": request.spec_version,
        "timeout": str(timeout_ms),
        "captureTime": utc_timestamp(),
        "transactionId": request.transaction_id,
        "bio": [bio],
        "customOpts": None,
    }
    return json.dumps(body).encode()


def utc_timestamp() -> str:
    """The current time as messages state it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], content: object, what: str) -> Model:
    """A message with all its fields.

    Parameters
    ----------
    model : type of BaseModel
        Of `biocapture.devices.sbi.messages`.
    content : object
        JSON value.
    what : str
        Name of the message, for errors.

    Returns
    -------
    BaseModel
        Of this type.

    Raises
    ------
    DeviceDataError
        A field is missing or of another type.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise DeviceDataError(f"{what}: {_first(error)}") from error


def parse_list(model: type[Model], body: bytes, peer: str) -> list[Model]:
    """A reply that is a list; devices send errors as a list, as one object, or as a bare error.

    Parameters
    ----------
    model : type of BaseModel
        Of one entry.
    body : bytes
    peer : str
        For errors.

    Returns
    -------
    list of BaseModel
        Of this type.

    Raises
    ------
    DeviceError
        Not such a reply, or a bare error, by its code.
    """
    content = parse_json(body, peer)
    if isinstance(content, dict) and "errorCode" in content:
        raise_reported(validate(ErrorReport, content, "error"), peer)
    return [validate(model, each, "reply") for each in (content if isinstance(content, list) else [content])]


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])[:80]}: {first['msg'][:120]}"


def raise_reported(report: ErrorReport | None, peer: str) -> None:
    """Raise the device's error, if it reports one.

    Parameters
    ----------
    report : ErrorReport or None
    peer : str
        The service.

    Raises
    ------
    DeviceError
        Of the class that the code means.
    """
    if report and report.is_error:
        raise device_error(report.errorCode, report.errorInfo, peer)


def biometric_blocks(body: bytes, peer: str) -> list[BiometricBlock]:
    """Captures of a reply.

    Parameters
    ----------
    body : bytes
    peer : str
        For errors.

    Returns
    -------
    list of BiometricBlock
        At least one.

    Raises
    ------
    DeviceError
        The device's error, in any of the shapes it comes in.
    DeviceDataError
        Not such a reply, or one without captures.
    """
    content = parse_json(body, peer)
    if not isinstance(content, dict) or "biometrics" not in content:
        for each in parse_list(DeviceInfoResponse, body, peer):
            raise_reported(each.error, peer)
        raise DeviceDataError("a reply without captures", peer)
    blocks = validate(CaptureResponse, content, "reply").biometrics
    if not blocks:
        raise DeviceDataError("a reply without captures", peer)
    return blocks


def parse_json(body: bytes, peer: str) -> Any:
    """A JSON object or list.

    Parameters
    ----------
    body : bytes
    peer : str
        For errors.

    Returns
    -------
    dict or list

    Raises
    ------
    DeviceDataError
        Neither of them.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DeviceDataError(f"the reply is not JSON ({str(error)[:80]})", peer) from error
    if not isinstance(content, dict | list):
        raise DeviceDataError(f"the reply is {str(content)[:20]!r}", peer)
    return content


def chain_hash(previous: str, record: bytes) -> str:
    """Hash of a capture: upper-case hex of SHA-256 over the previous hash and the SHA-256 of the record.

    Parameters
    ----------
    previous : str
        Hex; empty for the first capture, for which the SHA-256 of no bytes stands in.
    record : bytes

    Returns
    -------
    str
        64 hex digits.
    """
    before = bytes.fromhex(previous) if previous else hashlib.sha256(b"").digest()
    return hashlib.sha256(before + hashlib.sha256(record).digest()).hexdigest().upper()
