"""Verification of replies: captures as requested, recent, complete, and signed by the device that was opened."""

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
)
from biocapture.devices.sbi.wire import chain_hash, raise_reported, validate
from biocapture.errors import DeviceDataError


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to trust.

    Attributes
    ----------
    certificates : sequence
        Anchors; without any, the device is recognised by the key with which it identified itself when it was opened.
    expired_ok : bool
    lag_s : float
        Accepted difference between a reply's time and ours.
    """

    certificates: Sequence[Certificate] = ()
    expired_ok: bool = False
    lag_s: float = MAX_CLOCK_LAG_S

    def verify(self, token: str, what: str) -> SignedMessage:
        """Verify a message's signature and certificates.

        Parameters
        ----------
        token : str
            JWS in compact form.
        what : str
            Name of the message, for errors.

        Returns
        -------
        SignedMessage

        Raises
        ------
        DeviceDataError
            As `biocapture.devices.sbi.jws.verify`.
        """
        return verify(token, what, self.certificates, self.expired_ok)


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """A device as it identified itself when it was opened: its description, and the keys that vouch for it."""

    info: DeviceInfo
    digital_id: DigitalId
    key: bytes
    issuer: bytes


def verify_identity(token: str, trust: Trust, peer: str) -> DeviceIdentity:
    """Verify a device's description and its digital id.

    Parameters
    ----------
    token : str
        ``deviceInfo`` as sent.
    trust : Trust
    peer : str
        For errors.

    Returns
    -------
    DeviceIdentity

    Raises
    ------
    DeviceDataError
        Unsigned, forged, or without a field it must have.
    """
    signed = _verify_message(token, "device info", trust, peer)
    info = validate(DeviceInfo, signed.payload, "device info")
    digital_id = validate(DigitalId, _verify_message(info.digitalId, "digital id", trust, peer).payload, "digital id")
    return DeviceIdentity(info, digital_id, signed.key, signed.issuer)


def _verify_message(token: str, what: str, trust: Trust, peer: str) -> SignedMessage:
    try:
        return trust.verify(token, what)
    except DeviceDataError as error:
        raise DeviceDataError(error.message, peer) from error


def verify_captures(
    blocks: Sequence[BiometricBlock], request: CaptureRequest, identity: DeviceIdentity, trust: Trust, peer: str
) -> tuple[VerifiedCapture, ...]:
    """Verify a reply.

    Parameters
    ----------
    blocks : sequence of BiometricBlock
        As sent.
    request : CaptureRequest
        What was requested.
    identity : DeviceIdentity
        Of the device that was opened.
    trust : Trust
    peer : str
        For errors.

    Returns
    -------
    tuple of VerifiedCapture
        In the order they were sent, which is that of the hash chain.

    Raises
    ------
    DeviceDataError
        What cannot be verified: signature, signer, device, transaction, time, hash, or the positions.
    DeviceError
        The device's own error, by its code.
    """
    previous, captures = request.previous_hash, []
    for block in blocks:
        raise_reported(block.error, peer)
        try:
            capture = _verify_capture(block, request, identity, trust, previous)
        except DeviceDataError as error:
            raise DeviceDataError(error.message, peer) from error
        previous = capture.hash
        captures.append(capture)
    sent = [capture.position for capture in captures]
    if sorted(sent) != sorted(request.positions):
        raise DeviceDataError(f"asked for {', '.join(request.positions)}; it sent {', '.join(sent)}", peer)
    return tuple(captures)


def _verify_capture(
    block: BiometricBlock, request: CaptureRequest, identity: DeviceIdentity, trust: Trust, previous: str
) -> VerifiedCapture:
    signed = trust.verify(block.data, "capture")
    if signed.key != identity.key and signed.issuer != identity.issuer:
        raise DeviceDataError("the capture is signed by another device than the one that was opened")
    data = validate(BiometricData, signed.payload, "capture")
    _check_equal("specVersion", block.specVersion, request.spec_version)
    _check_equal("transactionId", data.transactionId, request.transaction_id)
    _check_equal("purpose", data.purpose, PURPOSE)
    _check_equal("bioType", data.bioType, request.type)
    _check_device(data.digitalId, identity, trust)
    record = base64url_bytes(data.bioValue, "bioValue")
    hashed = chain_hash(previous, record)
    _check_equal("hash", block.hash.upper(), hashed)
    taken = _check_time(data.timestamp, trust.lag_s)
    position = position_of_subtype(data.bioType, data.bioSubType)
    return VerifiedCapture(position, record, _parse_score(data.qualityScore), taken, hashed, block.data)


def _check_equal(name: str, actual: Any, expected: Any) -> None:
    if actual != expected:
        raise DeviceDataError(f"{name} is {str(actual)[:70]!r}, expected {str(expected)[:70]!r}")


def _check_device(token: str, identity: DeviceIdentity, trust: Trust) -> None:
    digital_id = validate(DigitalId, trust.verify(token, "digital id").payload, "digital id")
    for name in ("serialNo", "make", "model", "type"):
        _check_equal(name, getattr(digital_id, name), getattr(identity.digital_id, name))


def _check_time(text: str, lag_s: float) -> datetime:
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


def _parse_score(text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 100:
        raise DeviceDataError(f"qualityScore is {text[:20]!r}, expected 0..100")
    return score
