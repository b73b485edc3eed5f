"""Whether the captures in a reply are those that were asked for, fresh, whole, and signed by the device at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.x509 import Certificate

from biocapture.devices.sbi.codes import PURPOSE, position_of_subtype
from biocapture.devices.sbi.jws import SignedMessage, base64url_bytes, verify
from biocapture.devices.sbi.messages import (
    MAX_CLOCK_LAG_S,
    BiometricBlock,
    BiometricData,
    CaptureRequest,
    DeviceInfo,
    DigitalId,
    VerifiedCapture,
    chain_hash,
    raise_reported,
    validate,
)
from biocapture.errors import DeviceDataError


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to believe.

    Attributes
    ----------
    certificates : sequence
        Anchors; without any, the device is known by the key it showed when it was opened.
    expired_ok : bool
    lag_s : float
        How far a reply's clock may be off ours.
    """

    certificates: Sequence[Certificate] = ()
    expired_ok: bool = False
    lag_s: float = MAX_CLOCK_LAG_S

    def verify(self, token: str, what: str) -> SignedMessage:
        """A signed message whose signature and certificates hold."""
        return verify(token, what, self.certificates, self.expired_ok)


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """A device as it showed itself when it was opened: what it said, who it is, and the keys that vouch for it."""

    info: DeviceInfo
    digital_id: DigitalId
    key: bytes
    issuer: bytes


def verify_identity(token: str, trust: Trust, peer: str) -> DeviceIdentity:
    """Verify a device's info and its digital id.

    Raises
    ------
    DeviceDataError
        Unsigned, forged, or without a field it must have.
    """
    signed = _told(token, "device info", trust, peer)
    info = validate(DeviceInfo, signed.payload, "device info")
    digital = validate(DigitalId, _told(info.digitalId, "digital id", trust, peer).payload, "digital id")
    return DeviceIdentity(info, digital, signed.key, signed.issuer)


def _told(token: str, what: str, trust: Trust, peer: str) -> SignedMessage:
    try:
        return trust.verify(token, what)
    except DeviceDataError as error:
        raise DeviceDataError(error.message, peer) from error


def verify_captures(
    parts: Sequence[BiometricBlock], order: CaptureRequest, known: DeviceIdentity, trust: Trust, peer: str
) -> tuple[VerifiedCapture, ...]:
    """Check a reply; captures in the order they were sent, which is that of the hash chain.

    Raises
    ------
    DeviceDataError
        What does not hold: signature, signer, device, transaction, time, hash, or what was captured.
    DeviceError
        The device's own error, by its code.
    """
    previous, found = order.previous_hash, []
    for part in parts:
        raise_reported(part.error, peer)
        try:
            answer = _answer(part, order, known, trust, previous)
        except DeviceDataError as error:
            raise DeviceDataError(error.message, peer) from error
        previous = answer.hash
        found.append(answer)
    got = [answer.position for answer in found]
    if sorted(got) != sorted(order.positions):
        asked, sent = ", ".join(order.positions), ", ".join(got)
        raise DeviceDataError(f"asked for {asked}; it sent {sent}", peer)
    return tuple(found)


def _answer(
    part: BiometricBlock, order: CaptureRequest, known: DeviceIdentity, trust: Trust, previous: str
) -> VerifiedCapture:
    signed = trust.verify(part.data, "capture")
    if signed.key != known.key and signed.issuer != known.issuer:
        raise DeviceDataError("the capture is signed by another device than the one that was opened")
    captured = validate(BiometricData, signed.payload, "capture")
    _same("specVersion", part.specVersion, order.spec_version)
    _same("transactionId", captured.transactionId, order.transaction_id)
    _same("purpose", captured.purpose, PURPOSE)
    _same("bioType", captured.bioType, order.type)
    _check_device(captured.digitalId, known, trust)
    record = base64url_bytes(captured.bioValue, "bioValue")
    hashed = chain_hash(previous, record)
    _same("hash", part.hash.upper(), hashed)
    taken = _fresh(captured.timestamp, trust.lag_s)
    position = position_of_subtype(captured.bioType, captured.bioSubType)
    return VerifiedCapture(position, record, _score(captured.qualityScore), taken, hashed, part.data)


def _same(name: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise DeviceDataError(f"{name} is {str(found)[:70]!r}, expected {str(expected)[:70]!r}")


def _check_device(token: str, known: DeviceIdentity, trust: Trust) -> None:
    digital = validate(DigitalId, trust.verify(token, "digital id").payload, "digital id")
    for name in ("serialNo", "make", "model", "type"):
        _same(name, getattr(digital, name), getattr(known.digital_id, name))


def _fresh(text: str, lag_s: float) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise DeviceDataError(f"timestamp {text[:40]!r} is no time") from error
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    lag = (datetime.now(UTC) - time).total_seconds()
    if abs(lag) > lag_s:
        side = "old" if lag > 0 else "in the future"
        raise DeviceDataError(f"the capture's time {text[:40]} is {abs(lag):.0f} s {side}, allowed {lag_s:.0f} s")
    return time


def _score(text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 100:
        raise DeviceDataError(f"qualityScore is {text[:20]!r}, expected 0..100")
    return score
