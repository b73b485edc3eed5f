"""RCAPTURE of a simulated device: what it refuses, and the signed and chained captures it answers with."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from biocapture.devices.sbi.codes import ENVIRONMENTS, GROUPS, NAMES, NOT_READY, NOT_REGISTERED, READY, SPEC, TYPES
from biocapture.devices.sbi.jws import encoded
from biocapture.devices.sbi.messages import chained, stamp
from biocapture.devices.simulators.sbi_keys import new_signer
from biocapture.devices.simulators.sbi_person import EXCEPTION_PHOTO, Person
from biocapture.devices.simulators.sbi_state import SimulatedDevice, number, problem
from biocapture.types import Position

TRANSACTION = re.compile(r"[A-Za-z0-9-]{4,50}")
POSITIONS = {name: position for position, name in NAMES.items()}
HASH = re.compile(r"([0-9A-Fa-f]{64})?")
MAX_MS = 600_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is understood."""

    device: SimulatedDevice
    wanted: tuple[Position, ...]
    exceptions: int
    env: str
    spec: str
    transaction: str
    requested_score: str
    previous: str
    timeout_s: float


def understood(devices: dict[str, SimulatedDevice], request: dict[str, Any]) -> Asked | int:
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
    sub_id, timeout_ms = _text(first.get("deviceSubId")), number(request.get("timeout"))
    previous, score = _text(first.get("previousHash")), number(first.get("requestedScore"))
    if not HASH.fullmatch(previous) or timeout_ms is None or score is None:
        return 123
    if not TRANSACTION.fullmatch(texts["transactionId"]):
        return 112
    wanted, exceptions, code = _positions(device.type, sub_id, first)
    if code:
        return code
    spec, asked = texts["specVersion"] or SPEC, _text(first.get("requestedScore"))
    timeout_s = min(max(timeout_ms, 0.0), MAX_MS) / 1000
    return Asked(device, wanted, exceptions, texts["env"], spec, texts["transactionId"], asked, previous, timeout_s)


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _about_device(texts: dict[str, str], bio: dict[str, Any], device: SimulatedDevice | None) -> int:
    kind = _text(bio.get("type"))
    checks = (
        (texts["env"] not in ENVIRONMENTS, 115),
        (texts["purpose"] != "Registration", 121),
        (not _text(bio.get("deviceId")), 704),
        (kind not in TYPES, 114),
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
    count, group = number(bio.get("count")), GROUPS[type].get(sub_id)
    if group is None:
        return (), 0, 122
    if type == "Face":
        return group, len(missing), 0 if count == 1 else 109
    if any(POSITIONS.get(name) not in group for name in (*named, *missing)):
        return (), 0, 122
    if count != len(group) - len(missing) or (len(group) == 1 and missing):
        return (), 0, 109
    left = tuple(position for position in group if NAMES[position] not in missing)
    return left, len(missing), 0 if not named or {POSITIONS[name] for name in named} == set(left) else 122


def answered(asked: Asked, person: Person) -> dict[str, Any]:
    """Captures of all wanted positions, each signed and chained to the one before."""
    device, previous, parts = asked.device, asked.previous, []
    for position in asked.wanted:
        who = Person(person.seed + EXCEPTION_PHOTO) if device.type == "Face" and asked.exceptions else person
        record = who.record(TYPES[device.type], position, round(device.score))
        previous = chained(previous, record)
        wrong = "0" * 64 if device.fault == "hash" else previous
        data = _signed(asked, position, record)
        parts.append({"specVersion": asked.spec, "data": data, "hash": wrong, "error": problem(0)})
    return {"biometrics": parts}


def _signed(asked: Asked, position: Position, record: bytes) -> str:
    device, fault = asked.device, asked.device.fault
    hour_ago = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    content = {
        "digitalId": device.signer.signed(device.digital()),
        "deviceCode": device.code,
        "deviceServiceVersion": SPEC,
        "bioType": device.type,
        "bioSubType": NAMES.get(position),
        "purpose": "Registration",
        "env": asked.env,
        "bioValue": encoded(record),
        "transactionId": "replayed-transaction-1" if fault == "transaction" else asked.transaction,
        "timestamp": hour_ago if fault == "old" else stamp(),
        "requestedScore": asked.requested_score,
        "qualityScore": "101" if fault == "score" else f"{device.score:.1f}",
    }
    content = {name: value for name, value in content.items() if value is not None}
    signer = new_signer() if fault == "signer" else device.signer
    token = signer.signed(content)
    return token[:-12] + encoded(bytes(9)) if fault == "signature" else token


def capture(
    devices: dict[str, SimulatedDevice],
    request: dict[str, Any],
    person: Callable[[], Person],
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
    asked = understood(devices, request)
    if isinstance(asked, int):
        return refused(asked, _text(request.get("specVersion")))
    device = asked.device
    if not device.lock.acquire(blocking=False):
        return refused(703, asked.spec)
    try:
        if device.status != READY and device.streaming is None:
            return refused(703, asked.spec)
        begun, delay_s = time.monotonic(), device.delay_ms.get("RCAPTURE", 0) / 1000
        closing = wait(min(delay_s, asked.timeout_s))
        if closing or delay_s > asked.timeout_s:
            return refused(700 if closing else 701, asked.spec)
        answer = answered(asked, person())
        late = time.monotonic() - begun > asked.timeout_s
        return refused(701, asked.spec) if late else answer
    finally:
        if device.streaming is not None:
            device.streaming.set()
        device.lock.release()


def refused(code: int, spec: str) -> dict[str, Any]:
    """A reply without captures."""
    return {"biometrics": [{"specVersion": spec, "data": "", "hash": "", "error": problem(code)}]}
