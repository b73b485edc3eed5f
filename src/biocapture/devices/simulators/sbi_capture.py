"""RCAPTURE of a simulated device: what it refuses, and its signed and chained captures."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from biocapture.devices.sbi.codes import (
    ENVIRONMENTS,
    GROUPS,
    MODALITY_OF_TYPE,
    NOT_READY,
    NOT_REGISTERED,
    READY,
    SPEC_VERSION,
    SUBTYPE_OF_POSITION,
)
from biocapture.devices.sbi.jws import base64url
from biocapture.devices.sbi.wire import chain_hash, utc_timestamp
from biocapture.devices.simulators.sbi_keys import new_signer
from biocapture.devices.simulators.sbi_state import SimulatedSbiDevice, error_report, parse_number
from biocapture.devices.simulators.sbi_subject import EXCEPTION_PHOTO, SyntheticSubject
from biocapture.types import Position

TRANSACTION_ID = re.compile(r"[A-Za-z0-9-]{4,50}")
POSITION_OF_SUBTYPE = {name: position for position, name in SUBTYPE_OF_POSITION.items()}
PREVIOUS_HASH = re.compile(r"([0-9A-Fa-f]{64})?")
MAX_TIMEOUT_MS = 600_000


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A valid request."""

    device: SimulatedSbiDevice
    positions: tuple[Position, ...]
    exception_count: int
    env: str
    spec_version: str
    transaction_id: str
    requested_score: str
    previous_hash: str
    timeout_s: float


def parse_request(devices: dict[str, SimulatedSbiDevice], content: dict[str, Any]) -> ParsedRequest | int:
    """Read a request, in the order in which MockMDS checks it.

    Parameters
    ----------
    devices : dict of str to SimulatedSbiDevice
        By type.
    content : dict
        JSON of the request.

    Returns
    -------
    ParsedRequest or int
        The error code of the first fault.
    """
    bio = content.get("bio")
    if not isinstance(bio, list) or not bio or not isinstance(bio[0], dict):
        return 123
    texts = {name: _text(content.get(name)) for name in ("env", "purpose", "specVersion", "transactionId")}
    first = bio[0]
    device = next((each for each in devices.values() if each.id == _text(first.get("deviceId"))), None)
    code = _about_device(texts, first, device)
    if code or device is None:
        return code
    sub_id, timeout_ms = _text(first.get("deviceSubId")), parse_number(content.get("timeout"))
    previous, score = _text(first.get("previousHash")), parse_number(first.get("requestedScore"))
    if not PREVIOUS_HASH.fullmatch(previous) or timeout_ms is None or score is None:
        return 123
    if not TRANSACTION_ID.fullmatch(texts["transactionId"]):
        return 112
    positions, exceptions, code = _positions(device.type, sub_id, first)
    if code:
        return code
    spec, requested_score = texts["specVersion"] or SPEC_VERSION, _text(first.get("requestedScore"))
    timeout_s = min(max(timeout_ms, 0.0), MAX_TIMEOUT_MS) / 1000
    return ParsedRequest(
        device, positions, exceptions, texts["env"], spec, texts["transactionId"], requested_score, previous, timeout_s
    )


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _about_device(texts: dict[str, str], bio: dict[str, Any], device: SimulatedSbiDevice | None) -> int:
    kind = _text(bio.get("type"))
    checks = (
        (texts["env"] not in ENVIRONMENTS, 115),
        (texts["purpose"] != "Registration", 121),
        (not _text(bio.get("deviceId")), 704),
        (kind not in MODALITY_OF_TYPE, 114),
        (device is None, 705),
        (device is not None and device.type != kind, 120),
        (device is not None and device.status == NOT_REGISTERED, 100),
        (device is not None and device.status == NOT_READY, 110),
    )
    return next((code for failed, code in checks if failed), 0)


def _positions(type: str, sub_id: str, bio: dict[str, Any]) -> tuple[tuple[Position, ...], int, int]:
    """Positions to capture, number of exceptions, and the code of a contradiction."""
    listed = [bio.get(name) or [] for name in ("bioSubType", "exception")]
    if not all(isinstance(names, list) for names in listed):
        return (), 0, 123
    named, missing = ([name for name in names if name] for names in listed)
    count, group = parse_number(bio.get("count")), GROUPS[type].get(sub_id)
    if group is None:
        return (), 0, 122
    if type == "Face":
        return group, len(missing), 0 if count == 1 else 109
    if any(POSITION_OF_SUBTYPE.get(name) not in group for name in (*named, *missing)):
        return (), 0, 122
    if count != len(group) - len(missing) or (len(group) == 1 and missing):
        return (), 0, 109
    left = tuple(position for position in group if SUBTYPE_OF_POSITION[position] not in missing)
    return left, len(missing), 0 if not named or {POSITION_OF_SUBTYPE[name] for name in named} == set(left) else 122


def capture_reply(request: ParsedRequest, subject: SyntheticSubject) -> dict[str, Any]:
    """Captures of all requested positions, each signed and chained to the one before.

    Parameters
    ----------
    request : ParsedRequest
    subject : SyntheticSubject

    Returns
    -------
    dict
        JSON of the reply.
    """
    device, previous, blocks = request.device, request.previous_hash, []
    for position in request.positions:
        is_exception_photo = device.type == "Face" and request.exception_count
        captured = SyntheticSubject(subject.seed + EXCEPTION_PHOTO) if is_exception_photo else subject
        record = captured.record(MODALITY_OF_TYPE[device.type], position, round(device.score))
        previous = chain_hash(previous, record)
        wrong = "0" * 64 if device.fault == "hash" else previous
        data = _signed(request, position, record)
        blocks.append({"specVersion": request.spec_version, "data": data, "hash": wrong, "error": error_report(0)})
    return {"biometrics": blocks}


def _signed(request: ParsedRequest, position: Position, record: bytes) -> str:
    device, fault = request.device, request.device.fault
    hour_ago = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    content = {
        "digitalId": device.signer.sign(device.digital_id()),
        "deviceCode": device.code,
        "deviceServiceVersion": SPEC_VERSION,
        "bioType": device.type,
        "bioSubType": SUBTYPE_OF_POSITION.get(position),
        "purpose": "Registration",
        "env": request.env,
        "bioValue": base64url(record),
        "transactionId": "replayed-transaction-1" if fault == "transaction" else request.transaction_id,
        "timestamp": hour_ago if fault == "old" else utc_timestamp(),
        "requestedScore": request.requested_score,
        "qualityScore": "101" if fault == "score" else f"{device.score:.1f}",
    }
    content = {name: value for name, value in content.items() if value is not None}
    signer = new_signer() if fault == "signer" else device.signer
    token = signer.sign(content)
    return token[:-12] + base64url(bytes(9)) if fault == "signature" else token


def answer_capture(
    devices: dict[str, SimulatedSbiDevice],
    content: dict[str, Any],
    subject: Callable[[], SyntheticSubject],
    wait: Callable[[float], bool],
) -> dict[str, Any]:
    """Answer an RCAPTURE.

    Parameters
    ----------
    devices : dict of str to SimulatedSbiDevice
        By type.
    content : dict
        JSON of the request.
    subject : callable
        Gives the capture subject of this capture.
    wait : callable
        Sleeps for the given seconds; true when the simulator is being closed.

    Returns
    -------
    dict
        JSON of the reply.
    """
    request = parse_request(devices, content)
    if isinstance(request, int):
        return error_reply(request, _text(content.get("specVersion")))
    device = request.device
    if not device.lock.acquire(blocking=False):
        return error_reply(703, request.spec_version)
    try:
        if device.status != READY and device.streaming is None:
            return error_reply(703, request.spec_version)
        begun, delay_s = time.monotonic(), device.delay_ms.get("RCAPTURE", 0) / 1000
        closing = wait(min(delay_s, request.timeout_s))
        if closing or delay_s > request.timeout_s:
            return error_reply(700 if closing else 701, request.spec_version)
        answer = capture_reply(request, subject())
        late = time.monotonic() - begun > request.timeout_s
        return error_reply(701, request.spec_version) if late else answer
    finally:
        if device.streaming is not None:
            device.streaming.set()
        device.lock.release()


def error_reply(code: int, spec: str) -> dict[str, Any]:
    """A reply without captures.

    Parameters
    ----------
    code : int
        Error code of SBI.
    spec : str
        Version of the specification in the request.

    Returns
    -------
    dict
        JSON of the reply.
    """
    return {"biometrics": [{"specVersion": spec, "data": "", "hash": "", "error": error_report(code)}]}
