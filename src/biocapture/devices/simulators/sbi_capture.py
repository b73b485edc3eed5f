"""RCAPTURE of a simulated device: what it refuses, and the signed and chained captures it answers with."""

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
    """A request that is understood."""

    device: SimulatedSbiDevice
    positions: tuple[Position, ...]
    exception_count: int
    env: str
    spec_version: str
    transaction_id: str
    requested_score: str
    previous_hash: str
    timeout_s: float


def parse_request(devices: dict[str, SimulatedSbiDevice], request: dict[str, Any]) -> ParsedRequest | int:
    """The request, or the code of what is wrong with it, in the order MockMDS looks."""
    bio = request.get("bio")
    if not isinstance(bio, list) or not bio or not isinstance(bio[0], dict):
        return 123
    texts = {name: _text(request.get(name)) for name in ("env", "purpose", "specVersion", "transactionId")}
    first = bio[0]
    device = next((each for each in devices.values() if each.id == _text(first.get("deviceId"))), None)
    code = _about_device(texts, first, device)
    if code or device is None:
        return code
    sub_id, timeout_ms = _text(first.get("deviceSubId")), parse_number(request.get("timeout"))
    previous, score = _text(first.get("previousHash")), parse_number(first.get("requestedScore"))
    if not PREVIOUS_HASH.fullmatch(previous) or timeout_ms is None or score is None:
        return 123
    if not TRANSACTION_ID.fullmatch(texts["transactionId"]):
        return 112
    wanted, exceptions, code = _positions(device.type, sub_id, first)
    if code:
        return code
    spec, asked = texts["specVersion"] or SPEC_VERSION, _text(first.get("requestedScore"))
    timeout_s = min(max(timeout_ms, 0.0), MAX_TIMEOUT_MS) / 1000
    return ParsedRequest(
        device, wanted, exceptions, texts["env"], spec, texts["transactionId"], asked, previous, timeout_s
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


def capture_reply(asked: ParsedRequest, person: SyntheticSubject) -> dict[str, Any]:
    """Captures of all wanted positions, each signed and chained to the one before."""
    device, previous, parts = asked.device, asked.previous_hash, []
    for position in asked.positions:
        who = (
            SyntheticSubject(person.seed + EXCEPTION_PHOTO)
            if device.type == "Face" and asked.exception_count
            else person
        )
        record = who.record(MODALITY_OF_TYPE[device.type], position, round(device.score))
        previous = chain_hash(previous, record)
        wrong = "0" * 64 if device.fault == "hash" else previous
        data = _signed(asked, position, record)
        parts.append({"specVersion": asked.spec_version, "data": data, "hash": wrong, "error": error_report(0)})
    return {"biometrics": parts}


def _signed(asked: ParsedRequest, position: Position, record: bytes) -> str:
    device, fault = asked.device, asked.device.fault
    hour_ago = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    content = {
        "digitalId": device.signer.sign(device.digital_id()),
        "deviceCode": device.code,
        "deviceServiceVersion": SPEC_VERSION,
        "bioType": device.type,
        "bioSubType": SUBTYPE_OF_POSITION.get(position),
        "purpose": "Registration",
        "env": asked.env,
        "bioValue": base64url(record),
        "transactionId": "replayed-transaction-1" if fault == "transaction" else asked.transaction_id,
        "timestamp": hour_ago if fault == "old" else utc_timestamp(),
        "requestedScore": asked.requested_score,
        "qualityScore": "101" if fault == "score" else f"{device.score:.1f}",
    }
    content = {name: value for name, value in content.items() if value is not None}
    signer = new_signer() if fault == "signer" else device.signer
    token = signer.sign(content)
    return token[:-12] + base64url(bytes(9)) if fault == "signature" else token


def answer_capture(
    devices: dict[str, SimulatedSbiDevice],
    request: dict[str, Any],
    person: Callable[[], SyntheticSubject],
    wait: Callable[[float], bool],
) -> dict[str, Any]:
    """Answer an RCAPTURE.

    Parameters
    ----------
    person : callable
        Who stands before the device now.
    wait : callable
        Sleeps for so many seconds; true when the simulator is being closed.
    """
    asked = parse_request(devices, request)
    if isinstance(asked, int):
        return error_reply(asked, _text(request.get("specVersion")))
    device = asked.device
    if not device.lock.acquire(blocking=False):
        return error_reply(703, asked.spec_version)
    try:
        if device.status != READY and device.streaming is None:
            return error_reply(703, asked.spec_version)
        begun, delay_s = time.monotonic(), device.delay_ms.get("RCAPTURE", 0) / 1000
        closing = wait(min(delay_s, asked.timeout_s))
        if closing or delay_s > asked.timeout_s:
            return error_reply(700 if closing else 701, asked.spec_version)
        answer = capture_reply(asked, person())
        late = time.monotonic() - begun > asked.timeout_s
        return error_reply(701, asked.spec_version) if late else answer
    finally:
        if device.streaming is not None:
            device.streaming.set()
        device.lock.release()


def error_reply(code: int, spec: str) -> dict[str, Any]:
    """A reply without captures."""
    return {"biometrics": [{"specVersion": spec, "data": "", "hash": "", "error": error_report(code)}]}
