"""Whether the captures in a reply are those that were asked for, fresh, whole, and signed by the device at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.x509 import Certificate

from biocapture.devices.sbi.codes import REGISTRATION, position_of
from biocapture.devices.sbi.jws import Signed, decoded, verified
from biocapture.devices.sbi.messages import (
    ALLOWED_LAG_S,
    Answer,
    Captured,
    DeviceInfo,
    DigitalId,
    Order,
    Part,
    chained,
    checked,
    raised,
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
    lag_s: float = ALLOWED_LAG_S

    def verified(self, token: str, what: str) -> Signed:
        """A signed message whose signature and certificates hold."""
        return verified(token, what, self.certificates, self.expired_ok)


@dataclass(frozen=True, slots=True)
class Identity:
    """A device as it showed itself when it was opened: what it said, who it is, and the keys that vouch for it."""

    info: DeviceInfo
    digital: DigitalId
    key: bytes
    issuer: bytes


def identity_of(token: str, trust: Trust, peer: str) -> Identity:
    """Verify a device's info and its digital id.

    Raises
    ------
    DeviceDataError
        Unsigned, forged, or without a field it must have.
    """
    signed = _told(token, "device info", trust, peer)
    info = checked(DeviceInfo, signed.payload, "device info")
    digital = checked(DigitalId, _told(info.digitalId, "digital id", trust, peer).payload, "digital id")
    return Identity(info, digital, signed.key, signed.issuer)


def _told(token: str, what: str, trust: Trust, peer: str) -> Signed:
    try:
        return trust.verified(token, what)
    except DeviceDataError as error:
        raise DeviceDataError(error.message, peer) from error


def answers(parts: Sequence[Part], order: Order, known: Identity, trust: Trust, peer: str) -> tuple[Answer, ...]:
    """Check a reply; captures in the order they were sent, which is that of the hash chain.

    Raises
    ------
    DeviceDataError
        What does not hold: signature, signer, device, transaction, time, hash, or what was captured.
    DeviceError
        The device's own error, by its code.
    """
    previous, found = order.previous, []
    for part in parts:
        raised(part.error, peer)
        try:
            answer = _answer(part, order, known, trust, previous)
        except DeviceDataError as error:
            raise DeviceDataError(error.message, peer) from error
        previous = answer.hash
        found.append(answer)
    got = [answer.position for answer in found]
    if sorted(got) != sorted(order.wanted):
        asked, sent = ", ".join(order.wanted), ", ".join(got)
        raise DeviceDataError(f"asked for {asked}; it sent {sent}", peer)
    return tuple(found)


def _answer(part: Part, order: Order, known: Identity, trust: Trust, previous: str) -> Answer:
    signed = trust.verified(part.data, "capture")
    if signed.key != known.key and signed.issuer != known.issuer:
        raise DeviceDataError("the capture is signed by another device than the one that was opened")
    captured = checked(Captured, signed.payload, "capture")
    _same("specVersion", part.specVersion, order.spec)
    _same("transactionId", captured.transactionId, order.transaction)
    _same("purpose", captured.purpose, REGISTRATION)
    _same("bioType", captured.bioType, order.type)
    _check_device(captured.digitalId, known, trust)
    record = decoded(captured.bioValue, "bioValue")
    hashed = chained(previous, record)
    _same("hash", part.hash.upper(), hashed)
    taken = _fresh(captured.timestamp, trust.lag_s)
    position = position_of(captured.bioType, captured.bioSubType)
    return Answer(position, record, _score(captured.qualityScore), taken, hashed, part.data)


def _same(name: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise DeviceDataError(f"{name} is {str(found)[:70]!r}, expected {str(expected)[:70]!r}")


def _check_device(token: str, known: Identity, trust: Trust) -> None:
    digital = checked(DigitalId, trust.verified(token, "digital id").payload, "digital id")
    for name in ("serialNo", "make", "model", "type"):
        _same(name, getattr(digital, name), getattr(known.digital, name))


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
