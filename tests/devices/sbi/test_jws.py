import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from tests.support.sbi_peers import Quirky, b64

from biocapture.devices.sbi.jws import base64url, base64url_bytes, load_certificates, sign, verify
from biocapture.devices.simulators.sbi_keys import Signer, new_signer
from biocapture.errors import DeviceDataError, UsageError

PAYLOAD = {"deviceCode": "x", "Ümlaut": [1, None]}


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer()


def test_what_we_sign_holds(signer: Signer) -> None:
    read = verify(signer.sign(PAYLOAD), "info", [signer.root])
    assert read.payload == PAYLOAD
    assert read.key == read.issuer
    assert verify(signer.sign(PAYLOAD), "info").payload == PAYLOAD


def test_what_others_sign_holds() -> None:
    other = Quirky("Face", "3", ["0"], {})
    assert verify(other.jws(PAYLOAD), "info").payload == PAYLOAD
    assert verify(other.jws(PAYLOAD), "info", [other.certificate]).payload == PAYLOAD


def test_a_chain_names_its_issuer(signer: Signer) -> None:
    token = sign(json.dumps(PAYLOAD).encode(), signer.key, [signer.certificate, signer.root])
    read = verify(token, "info", [signer.root])
    assert read.issuer != read.key


def remade(token: str, **changes: object) -> str:
    header, payload, signature = token.split(".")
    new = json.loads(base64url_bytes(header, "header")) | changes
    return ".".join((b64(json.dumps(new).encode()), payload, signature))


def test_forgeries_are_refused(signer: Signer) -> None:
    token = signer.sign(PAYLOAD)
    header, payload, signature = token.split(".")
    other = base64.b64encode(new_signer().certificate.public_bytes(Encoding.DER)).decode()
    forged = [
        (f"{header}.{b64(json.dumps({'deviceCode': 'y'}).encode())}.{signature}", "wrong signature of info"),
        (f"{header}.{payload}.{b64(bytes(256))}", "wrong signature of info"),
        (f"{header}.{payload}.", "wrong signature of info"),
        (f"{header}.{payload}.%%%", "signature of info is not base64"),
        (f"{header}.{payload}", r"info is no signed message \(2 parts\)"),
        ("", "no signed message"),
        (remade(token, alg="none"), "signed with 'none', expected RS256"),
        (remade(token, alg="HS256"), "signed with 'HS256'"),
        (remade(token, x5c=[other]), "wrong signature of info"),
        (remade(token, x5c=[]), "no certificates"),
        (remade(token, x5c="text"), "no certificates"),
        (remade(token, x5c=[7]), "damaged certificate"),
        (remade(token, x5c=["AAAA"]), "damaged certificate"),
        (remade(token, x5c=[other] * 9), "no certificates"),
        ("%." + payload + "." + signature, "header of info is not base64"),
        (f"{b64(b'[1]')}.{payload}.{signature}", "header of info is JSON, and no object"),
        (f"{b64(b'[' * 100000)}.{payload}.{signature}", "header of info is not JSON"),
    ]
    for text, says in forged:
        with pytest.raises(DeviceDataError, match=says):
            verify(text, "info")


def test_signers_that_nobody_vouches_for_are_refused(signer: Signer) -> None:
    stranger = new_signer()
    with pytest.raises(DeviceDataError, match=r"signed by 'CN=biocapture simulator device', who is not trusted"):
        verify(stranger.sign(PAYLOAD), "info", [signer.root])
    mixed = sign(b"{}", stranger.key, [stranger.certificate, signer.root])
    with pytest.raises(DeviceDataError, match="not signed by the next"):
        verify(mixed, "info", [signer.root])


def test_a_device_certificate_certifies_nobody(signer: Signer) -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "forger")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(signer.certificate.subject)
    builder = builder.public_key(key.public_key()).serial_number(5).not_valid_before(now - timedelta(1))
    forged = builder.not_valid_after(now + timedelta(1)).sign(signer.key, SHA256())
    token = sign(b"{}", key, [forged, signer.certificate])
    with pytest.raises(DeviceDataError, match="not signed by the next"):
        verify(token, "info", [signer.root])


@pytest.mark.parametrize("days", [-30, 30])
def test_certificates_out_of_date_are_refused_unless_allowed(days: int) -> None:
    late = new_signer(now=datetime.now(UTC) + timedelta(days), lasts=timedelta(2))
    with pytest.raises(DeviceDataError, match=r"a certificate of info is valid 20\d\d-"):
        verify(late.sign(PAYLOAD), "info")
    assert verify(late.sign(PAYLOAD), "info", expired_ok=True).payload == PAYLOAD


def test_weak_and_other_keys_are_refused() -> None:
    for key in (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())):
        device = Quirky("Face", "3", ["0"], {})
        builder = x509.CertificateBuilder().subject_name(device.certificate.subject)
        builder = builder.issuer_name(device.certificate.subject).public_key(key.public_key()).serial_number(1)
        builder = builder.not_valid_before(device.certificate.not_valid_before_utc)
        device.certificate = builder.not_valid_after(device.certificate.not_valid_after_utc).sign(key, SHA256())
        with pytest.raises(DeviceDataError, match="not RSA of 2048 bits"):
            verify(device.jws({}), "info")


def test_base64_in_every_dress() -> None:
    data = bytes(range(250, 256)) + b"\xfb\xff"
    plain = base64.b64encode(data).decode()
    for text in (base64url(data), plain, plain.rstrip("="), base64.urlsafe_b64encode(data).decode()):
        assert base64url_bytes(text, "text") == data
    for text in ("a", "é", "a b c d"):
        with pytest.raises(DeviceDataError, match="text is not base64"):
            base64url_bytes(text, "text")


def test_trusted_certificates_come_from_a_file(tmp_path: Path, signer: Signer) -> None:
    path = tmp_path / "roots.pem"
    path.write_bytes(signer.root_pem * 2)
    assert load_certificates(path) == [signer.root] * 2
    assert load_certificates(None) == []
    path.write_bytes(b"none")
    for wrong in (path, tmp_path / "missing.pem"):
        with pytest.raises(UsageError, match="not a file of PEM certificates"):
            load_certificates(wrong)
