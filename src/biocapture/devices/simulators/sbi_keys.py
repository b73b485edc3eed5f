"""Keys of a simulated device: a root made for the session, and a device certificate under it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from biocapture.devices.sbi.jws import MIN_KEY_BITS, base64url, json_bytes, sign

VALIDITY = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Signer:
    """A device's key, its certificate, and the root that certifies it."""

    key: RSAPrivateKey
    certificate: x509.Certificate
    root: x509.Certificate

    def sign(self, payload: dict[str, Any]) -> str:
        """Sign a message.

        Parameters
        ----------
        payload : dict
            JSON.

        Returns
        -------
        str
            JWS in compact form.
        """
        return sign(json_bytes(payload), self.key, [self.certificate])

    @property
    def root_pem(self) -> bytes:
        """For a client's file of trusted certificates."""
        return self.root.public_bytes(Encoding.PEM)


def new_signer(name: str = "biocapture simulator", now: datetime | None = None, lasts: timedelta = VALIDITY) -> Signer:
    """New keys.

    Parameters
    ----------
    name : str
        Common name in the certificates.
    now : datetime, optional
        They are valid from an hour before.
    lasts : timedelta
        Validity.

    Returns
    -------
    Signer
    """
    begins = (now or datetime.now(UTC)) - timedelta(hours=1)
    root_key, key = (generate_private_key(65537, MIN_KEY_BITS) for _ in range(2))
    root_name, device_name = _name(f"{name} root"), _name(f"{name} device")
    root = _certificate(root_name, root_name, root_key, root_key, begins, lasts, root=True)
    device = _certificate(device_name, root_name, key, root_key, begins, lasts, root=False)
    return Signer(key, device, root)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: RSAPrivateKey,
    issuer_key: RSAPrivateKey,
    begins: datetime,
    lasts: timedelta,
    *,
    root: bool,
) -> x509.Certificate:
    started = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    dated = started.not_valid_before(begins).not_valid_after(begins + lasts)
    numbered = dated.serial_number(x509.random_serial_number())
    return numbered.add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True).sign(
        issuer_key, SHA256()
    )


def unsigned_message(payload: dict[str, Any]) -> str:
    """A message of a device that is not registered, and so has no key.

    Parameters
    ----------
    payload : dict
        JSON.

    Returns
    -------
    str
        Base64 for URLs.
    """
    return base64url(json_bytes(payload))
