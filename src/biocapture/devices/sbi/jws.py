"""Signed messages of SBI devices: JWS in compact form, RS256, the certificates in ``x5c`` (RFC 7515)."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from biocapture.errors import DeviceDataError, UsageError

MIN_KEY_BITS = 2048
MAX_CERTIFICATES = 8


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A verified message.

    Attributes
    ----------
    payload : dict
    key : bytes
        Public key of the signer, DER.
    issuer : bytes
        Public key that certified the signer; the signer's own where ``x5c`` ends with it.
    """

    payload: dict[str, Any]
    key: bytes
    issuer: bytes


def base64url(data: bytes) -> str:
    """Base64 for URLs, without padding.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    str
    """
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_bytes(text: str, what: str) -> bytes:
    """Bytes of base64 for URLs, with or without padding; the standard alphabet is accepted, too.

    Parameters
    ----------
    text : str
    what : str
        Name of the message, for errors.

    Returns
    -------
    bytes

    Raises
    ------
    DeviceDataError
        It is neither.
    """
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise DeviceDataError(f"{what} is not base64 ({error})") from error


def parse_json_object(data: bytes | str, what: str) -> dict[str, Any]:
    """Read a JSON object.

    Parameters
    ----------
    data : bytes or str
    what : str
        Name of the message, for errors.

    Returns
    -------
    dict

    Raises
    ------
    DeviceDataError
        Not JSON, or not an object.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DeviceDataError(f"{what} is not JSON ({str(error)[:80]})") from error
    if not isinstance(value, dict):
        raise DeviceDataError(f"{what} is JSON, and no object")
    return value


def json_bytes(payload: object) -> bytes:
    """JSON without blanks.

    Parameters
    ----------
    payload : object

    Returns
    -------
    bytes
    """
    return json.dumps(payload, separators=(",", ":")).encode()


def sign(payload: bytes, key: RSAPrivateKey, certificates: Sequence[x509.Certificate]) -> str:
    """Sign a payload.

    Parameters
    ----------
    payload : bytes
    key : RSAPrivateKey
    certificates : sequence of certificates
        The signer's first.

    Returns
    -------
    str
        JWS in compact form.
    """
    chain = [base64.b64encode(each.public_bytes(Encoding.DER)).decode("ascii") for each in certificates]
    header = json_bytes({"x5c": chain, "alg": "RS256", "typ": "JWT"})
    message = f"{base64url(header)}.{base64url(payload)}"
    return f"{message}.{base64url(key.sign(message.encode('ascii'), PKCS1v15(), SHA256()))}"


def verify(token: str, what: str, trusted: Sequence[x509.Certificate] = (), expired_ok: bool = False) -> SignedMessage:
    """Verify a message and the certificates that come with it.

    Parameters
    ----------
    token : str
        JWS in compact form.
    what : str
        Name of the message, for errors.
    trusted : sequence of certificates
        One of them has to be in the chain, or to have signed its end. Without any, the signature is valid, and the
        signer is not known.
    expired_ok : bool
        Whether certificates may be out of date.

    Returns
    -------
    SignedMessage

    Raises
    ------
    DeviceDataError
        Not a JWS, another algorithm, an invalid signature or certificate, an untrusted signer.
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise DeviceDataError(f"{what} is no signed message ({len(parts)} parts)")
    header = parse_json_object(base64url_bytes(parts[0], f"header of {what}"), f"header of {what}")
    if header.get("alg") != "RS256":
        raise DeviceDataError(f"{what} is signed with {str(header.get('alg'))[:20]!r}, expected RS256")
    chain = _certificates(header.get("x5c"), what)
    keys = [_key(each, what) for each in chain]
    try:
        signature = base64url_bytes(parts[2], f"signature of {what}")
        keys[0].verify(signature, f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise DeviceDataError(f"wrong signature of {what}") from error
    _check_chain(chain, trusted, what, expired_ok)
    ders = [key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in keys]
    payload = parse_json_object(base64url_bytes(parts[1], what), what)
    return SignedMessage(payload, ders[0], ders[min(1, len(ders) - 1)])


def _certificates(listed: object, what: str) -> list[x509.Certificate]:
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_CERTIFICATES:
        raise DeviceDataError(f"{what} has no certificates in its x5c")
    try:
        return [x509.load_der_x509_certificate(base64.b64decode(each)) for each in listed]
    except (ValueError, TypeError) as error:
        raise DeviceDataError(f"damaged certificate of {what} ({error})") from error


def _key(certificate: x509.Certificate, what: str) -> RSAPublicKey:
    try:
        key = certificate.public_key()
    except Exception as error:  # cryptography raises several kinds for keys it cannot read
        raise DeviceDataError(f"damaged key in a certificate of {what} ({error})") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        raise DeviceDataError(f"{what} is signed with a key that is not RSA of {MIN_KEY_BITS} bits or more")
    return key


def _check_chain(
    chain: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], what: str, expired_ok: bool
) -> None:
    for certificate, issuer in pairwise(chain):
        if not _issued(certificate, issuer) or (trusted and not _may_certify(issuer)):
            raise DeviceDataError(f"a certificate of {what} is not signed by the next")
    now = datetime.now(UTC)
    for each in chain:
        if not expired_ok and not each.not_valid_before_utc <= now <= each.not_valid_after_utc:
            span = f"{each.not_valid_before_utc:%Y-%m-%d}..{each.not_valid_after_utc:%Y-%m-%d}"
            raise DeviceDataError(f"a certificate of {what} is valid {span}, and today is {now:%Y-%m-%d}")
    if trusted and not any(anchor in chain or _issued(chain[-1], anchor) for anchor in trusted):
        raise DeviceDataError(f"{what} is signed by {chain[0].subject.rfc4514_string()[:80]!r}, who is not trusted")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001  a wrong name, key or signature: each its own kind
        return False
    return True


def _may_certify(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def load_certificates(path: Path | None) -> list[x509.Certificate]:
    """Certificates of a PEM file.

    Parameters
    ----------
    path : Path or None
        None: there are no certificates.

    Returns
    -------
    list of certificates

    Raises
    ------
    UsageError
        It cannot be read.
    """
    if path is None:
        return []
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"not a file of PEM certificates ({error})", str(path)) from error
