"""eSCL: our client against our simulator and against peers that go wrong; the simulator against sane-airscan."""

import contextlib
import datetime as dt
import http.client
import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import sane_setup
from tests.support.peers import request_of, served
from typer.testing import CliRunner

from biocapture.cli import app
from biocapture.devices import CaptureDevice, open_device, target_of
from biocapture.devices.conformance import check_device, open_resources
from biocapture.devices.escl.messages import (
    ScanSettings,
    parse_capabilities,
    parse_settings,
    parse_status,
    write_settings,
)
from biocapture.devices.simulators.escl import EsclSimulator
from biocapture.devices.simulators.escl_faults import FAULTS
from biocapture.devices.simulators.escl_http import write_capabilities
from biocapture.errors import (
    DeviceBusyError,
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    NothingPresentedError,
    UsageError,
)
from biocapture.images.decode import decode
from biocapture.types import Modality

INDEX, FACE = target_of("right_index"), target_of("face")
CAPABILITIES = write_capabilities((336, 249)).encode()


@pytest.fixture
def simulator() -> Iterator[EsclSimulator]:
    with EsclSimulator() as started:
        yield started


def client(simulator: EsclSimulator, **options: object) -> CaptureDevice:
    return open_device(f"escl:{simulator.url}", **options)


def test_conforms(simulator: EsclSimulator) -> None:
    with EsclSimulator(fault="silent") as mute:
        check_device(lambda: client(simulator), INDEX, silent=lambda: client(mute))


def test_unplugged() -> None:
    with contextlib.ExitStack() as stack:
        simulator = stack.enter_context(EsclSimulator())
        check_device(lambda: client(simulator), INDEX, unplug=lambda _: stack.close())


@pytest.mark.parametrize("ppi", [200, 300, 500, 1000])
@pytest.mark.parametrize("lossless", [True, False])
def test_resolution_is_honoured(simulator: EsclSimulator, ppi: int, lossless: bool) -> None:
    with client(simulator, ppi=ppi, lossless=lossless) as device:
        image = device.capture(INDEX, 5).image
        assert device.info.capabilities.ppi == ppi
    assert image.ppi == ppi
    assert image.pixels.shape == (round(336 / 300 * ppi), round(249 / 300 * ppi))
    assert not image.notes


def test_area_is_honoured(simulator: EsclSimulator) -> None:
    with (
        client(simulator) as whole,
        client(simulator, left_mm=5.08, top_mm=2.54, width_mm=10.16, height_mm=12.7) as part,
    ):
        all_of_it, piece = (device.capture(INDEX, 5).image.pixels for device in (whole, part))
    assert piece.shape == (250, 200)
    assert np.abs(piece.astype(int) - all_of_it[50:300, 100:300]).mean() < 3


def test_what_the_scanner_has_not_is_refused_before_it_moves(simulator: EsclSimulator) -> None:
    for options, says in (
        ({"ppi": 499}, r"no 499 ppi; it has 100, .*500"),
        ({"left_mm": 20, "width_mm": 5}, r"outside its 21\.1 × 28\.4 mm"),
    ):
        with pytest.raises(DeviceUnsupportedError, match=says), client(simulator, **options):
            pass
    assert not simulator.jobs


def test_a_photograph_is_in_colour() -> None:
    with EsclSimulator(shows="photo") as simulator, client(simulator, modality="face", ppi=300) as device:
        assert device.capture(FACE, 5).image.pixels.shape == (531, 413, 3)
        with pytest.raises(DeviceUnsupportedError):
            device.capture(INDEX, 1)


def test_feeder(simulator: EsclSimulator) -> None:
    with client(simulator, source="feeder") as device:
        with pytest.raises(NothingPresentedError, match="empty"):
            device.capture(INDEX, 1)
        simulator.sheets = 2
        for _ in range(2):
            device.capture(INDEX, 5)
        with pytest.raises(NothingPresentedError):
            device.capture(INDEX, 1)


EXPECTED = {
    "busy": DeviceBusyError,
    "stopped": DeviceBusyError,
    "refused": DeviceBusyError,
    "late": DeviceTimeoutError,
    "nothing": NothingPresentedError,
    "half": DeviceDisconnectedError,
    "damaged": DeviceDataError,
    "short": DeviceDataError,
    "long": DeviceDisconnectedError,
    "endless": DeviceDataError,
    "silent": DeviceTimeoutError,
    "drip": DeviceTimeoutError,
    "huge": DeviceDataError,
    "html": DeviceDataError,
    "wrong_ppi": DeviceDataError,
}


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault])
def test_every_fault_of_the_simulator(fault: str) -> None:
    before = set(open_resources())
    with EsclSimulator() as simulator, client(simulator, lossless=False, max_bytes=3_000_000) as device:
        simulator.fault = fault
        begun = time.monotonic()
        with pytest.raises(EXPECTED[fault]):
            device.capture(INDEX, 0.6)
        assert time.monotonic() - begun < 1.6
        assert not simulator.jobs, "the job was not ended"
        simulator.fault = ""
        assert device.capture(INDEX, 5).image.pixels.size
    assert not set(open_resources()) - before


def replies(*answers: tuple[int, bytes, bytes]) -> Callable[[socket.socket], None]:
    """Status, headers and body of one reply after the other, the last one again and again."""
    left = list(answers)

    def talk(connection: socket.socket) -> None:
        request_of(connection)
        status, headers, body = left.pop(0) if len(left) > 1 else left[0]
        connection.sendall(b"HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n" % (status, headers, len(body)) + body)

    return talk


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        ((200, b"", b"<html/>"), DeviceDataError, "expected ScannerCapabilities"),
        ((200, b"", b"\x00\xff"), DeviceDataError, "sent no ScannerCapabilities"),
        ((200, b"", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), DeviceDataError, "document type"),
        ((200, b"", CAPABILITIES.replace(b"336", b"9" * 9)), DeviceDataError, "MaxHeight"),
        ((200, b"", CAPABILITIES.replace(b"Platen", b"X").replace(b"Adf", b"Y")), DeviceDataError, "neither"),
        ((401, b"", b""), DeviceUnsupportedError, "password"),
        ((301, b"Location: https://other/eSCL\r\n", b""), DeviceUnsupportedError, "https://other/eSCL"),
        ((404, b"", b""), DeviceNotFoundError, "path"),
        ((500, b"", b""), DeviceError, "status 500"),
    ],
)
def test_what_is_no_scanner(answer: tuple[int, bytes, bytes], error: type[DeviceError], says: str) -> None:
    with (
        served(replies(answer)) as port,
        pytest.raises(error, match=says),
        open_device(f"escl:127.0.0.1:{port}"),
    ):
        pass


STATUS = b"<s><State>Idle</State></s>".replace(b"s>", b"ScannerStatus>")


@pytest.mark.parametrize("location", [b"", b"Location: http://127.0.0.1:1\r\n"])
def test_a_scan_that_is_begun_nowhere(location: bytes) -> None:
    with (
        served(replies((200, b"", CAPABILITIES), (200, b"", STATUS), (201, location, b""))) as port,
        open_device(f"escl:127.0.0.1:{port}") as device,
        pytest.raises(DeviceDataError, match="without telling where"),
    ):
        device.capture(INDEX, 2)


@pytest.mark.parametrize("address", ["", "ftp://x/eSCL", "http://:80/", "http://x:99999/", "http://[::1/"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(DeviceNotFoundError, match="expected http"):
        open_device(f"escl:{address}")


def test_nobody_there_and_somebody_without_tls() -> None:
    with pytest.raises(DeviceNotFoundError, match="nothing answers"), open_device("escl:127.0.0.1:1"):
        pass

    def plainly(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 400 X\r\n\r\n")

    with (
        served(plainly) as port,
        pytest.raises(DeviceDataError, match="does not speak TLS"),
        open_device(f"escl:https://127.0.0.1:{port}/eSCL?verify=false"),
    ):
        pass


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scanner")]), dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    (folder / "scanner.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "scanner.pem")
    return context


def test_scanners_that_encrypt(tmp_path: Path) -> None:
    simulator = EsclSimulator()
    simulator._server.socket = self_signed(tmp_path).wrap_socket(simulator._server.socket, server_side=True)
    secret = f"escl:{simulator.url.replace('http', 'https')}"
    with simulator:
        with pytest.raises(DeviceDataError, match="not trusted"), open_device(secret):
            pass
        with open_device(secret, verify=False) as device:
            assert device.capture(INDEX, 5).image.pixels.shape == (560, 415)


def test_capabilities_in_ranges() -> None:
    steps = b"<ResolutionRange><XResolutionRange><Min>100</Min><Max>600</Max><Normal>300</Normal><Step>50</Step>"
    text = CAPABILITIES.replace(b"scan:DiscreteResolutions>", b"scan:Other>").replace(
        b"<scan:SupportedResolutions>",
        b"<scan:SupportedResolutions>" + steps + b"</XResolutionRange></ResolutionRange>",
    )
    platen = parse_capabilities(text, "test").sources["Platen"]
    assert [ppi for ppi in range(1, 700) if platen.has_resolution(ppi)] == list(range(100, 601, 50))
    assert platen.resolutions_text == "100…600 in steps of 50"


def test_settings_come_back() -> None:
    wanted = ScanSettings("Platen", 500, "Grayscale8", "image/png", 10, 0, 249, 336)
    assert parse_settings(write_settings(wanted, "2.63"), "test") == wanted


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, len(CAPABILITIES)), st.integers(0, 60))
def test_damaged_messages_are_our_errors(data: bytes, at: int, dropped: int) -> None:
    damaged = CAPABILITIES[:at] + data + CAPABILITIES[at + dropped :]
    for read in (parse_capabilities, parse_status, parse_settings):
        with contextlib.suppress(DeviceDataError):
            read(damaged, "test")


def test_administration(simulator: EsclSimulator) -> None:
    def told(path: str, body: bytes) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=5)
        try:
            connection.request("POST", path, body)
            return connection.getresponse().status
        finally:
            connection.close()

    assert told("/admin/fault", json.dumps({"fault": "half"}).encode()) == 200
    assert simulator.fault == "half"
    assert told("/admin/feeder", b'{"sheets": 3}') == 200
    assert simulator.sheets == 3
    for path, body in (
        ("/admin/fault", b'{"fault": "?"}'),
        ("/admin/fault", b"["),
        ("/admin/feeder", b'{"sheets": -1}'),
    ):
        assert told(path, body) == 400
    assert told("/eSCL/ScanJobs", b"<a/>") == 409
    assert told("/other", b"") == 404


def test_simulations_that_are_none() -> None:
    with pytest.raises(UsageError, match="finger, card, photo"):
        EsclSimulator(shows="foot")
    with pytest.raises(UsageError, match="busy"):
        EsclSimulator(fault="fire")
    with EsclSimulator() as simulator, pytest.raises(DeviceBusyError, match="not free"):
        EsclSimulator(simulator.port)


def test_the_command_lists_its_faults() -> None:
    done = CliRunner().invoke(app, ["sim", "escl", "--fault", "faults"])
    assert done.exit_code == 0
    assert "wrong_ppi" in done.output


def test_the_command_serves_until_it_is_interrupted() -> None:
    code = "from biocapture.cli import main; main()"
    command = [sys.executable, "-c", code, "sim", "escl", "--port", "0", "--shows", "photo", "--fault", "nothing"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            shows, _, url = process.stdout.readline().split()
            assert shows == "photo"
            with open_device(f"escl:{url}?modality=face") as device, pytest.raises(NothingPresentedError):
                device.capture(FACE, 5)
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 130
        finally:
            process.kill()


needs_airscan = pytest.mark.skipif(bool(sane_setup.missing("airscan")), reason=sane_setup.missing("airscan"))


def scanimage(simulator: EsclSimulator, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = sane_setup.configured(folder / "sane", airscan=sane_setup.airscan(simulator.url))
    command = ["scanimage", "-d", "airscan:e0:SimScan", "--format=png", *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@needs_airscan
@pytest.mark.parametrize("ppi", [300, 500])
def test_sane_airscan_scans_from_the_simulator(simulator: EsclSimulator, tmp_path: Path, ppi: int) -> None:
    page = tmp_path / "page.png"
    done = scanimage(simulator, tmp_path, "--mode", "Gray", "--resolution", str(ppi), "-o", str(page))
    assert (done.returncode, done.stderr) == (0, "")
    image = decode(page, modality=Modality.FINGERPRINT)
    with client(simulator, ppi=ppi, lossless=False) as device:
        ours = device.capture(INDEX, 5).image
    assert (image.ppi, image.pixels.shape) == (ppi, ours.pixels.shape)
    assert np.abs(image.pixels.astype(int) - ours.pixels).mean() < 3
    assert not simulator.jobs


@needs_airscan
def test_sane_airscan_sees_the_faults(simulator: EsclSimulator, tmp_path: Path) -> None:
    for fault, says in (("half", "Error during device I/O"), ("damaged", "I/O")):
        simulator.fault = fault
        done = scanimage(simulator, tmp_path, "-o", str(tmp_path / "page.png"))
        assert done.returncode
        assert says in done.stderr


@needs_airscan
def test_sane_airscan_empties_the_feeder(simulator: EsclSimulator, tmp_path: Path) -> None:
    simulator.sheets = 2
    done = scanimage(simulator, tmp_path, "--source", "ADF", f"--batch={tmp_path}/%d.png")
    assert "out of documents" in done.stderr
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["1.png", "2.png"]
