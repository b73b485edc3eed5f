"""SANE against its own test backend, through python-sane and through scanimage."""

import contextlib
import importlib.util
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from tests.support import sane_setup

from biocapture.devices import CaptureDevice, open_device, target_of
from biocapture.devices.conformance import check_device, open_resources
from biocapture.devices.sane.adapter import SaneDevice
from biocapture.devices.sane.scanimage import error_of_text, parse_choices
from biocapture.devices.simulators.escl import EsclSimulator
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

INDEX, FACE = target_of("right_index"), target_of("face")
LACKS = {
    "library": "" if importlib.util.find_spec("sane") else "python-sane is not installed (pip: python-sane)",
    "scanimage": "" if shutil.which("scanimage") else "scanimage is not installed (Debian: sane-utils)",
}
SLOW = "read-delay=yes,read-delay-duration=200000"


@pytest.fixture(params=["library", "scanimage"])
def via(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    lacks = LACKS[request.param] or sane_setup.missing("test", program=False)
    if lacks:
        pytest.skip(lacks)
    monkeypatch.setenv("SANE_CONFIG_DIR", sane_setup.configured(tmp_path, test="")["SANE_CONFIG_DIR"])
    return request.param


def scanner(via: str, name: str = "test:0", **options: object) -> CaptureDevice:
    return open_device(f"sane:{name}", via=via, **options)


def test_conforms(via: str) -> None:
    check_device(lambda: scanner(via, ppi=100), INDEX, silent=lambda: scanner(via, set=SLOW))


@pytest.mark.parametrize("ppi", [100, 300, 500])
def test_resolution_and_area_are_honoured(via: str, ppi: int) -> None:
    with scanner(via, ppi=ppi, width_mm=25.4, height_mm=50.8, left_mm=10, top_mm=5) as device:
        image = device.capture(INDEX, 10).image
    assert image.ppi == ppi
    assert np.abs(np.subtract(image.pixels.shape, (2 * ppi, ppi))).max() <= 0.03 * ppi


def test_a_resolution_it_has_not(via: str) -> None:
    with (
        scanner(via, ppi=2400, width_mm=10, height_mm=10) as device,
        pytest.raises(DeviceUnsupportedError, match="at 1200 ppi, not at 2400"),
    ):
        device.capture(INDEX, 10)


def test_the_picture_is_the_one_that_was_scanned(via: str) -> None:
    """A grid of 10 mm: black and white in turn."""
    with scanner(via, ppi=254, set="test-picture=Grid") as device:
        pixels = device.capture(INDEX, 10).image.pixels
    centres = pixels[50:1000:100, 50:800:100]
    assert set(np.unique(centres)) == {0, 255}
    assert (centres[1:] != centres[:-1]).all()
    assert (centres[:, 1:] != centres[:, :-1]).all()


def test_lines_with_padding(via: str) -> None:
    with scanner(via, ppi=254, set="test-picture=Grid,ppl-loss=7") as device:
        pixels = device.capture(INDEX, 10).image.pixels
    assert pixels.shape[1] == 793
    assert (pixels[50:940:100, 50] != pixels[150:1000:100, 50]).all()


def test_faces_are_in_colour(via: str) -> None:
    with scanner(via, ppi=100, modality="face", set="test-picture=Color pattern") as device:
        pixels = device.capture(FACE, 10).image.pixels
        assert pixels.ndim == 3
        assert (pixels[..., 0] != pixels[..., 2]).any()
        with pytest.raises(DeviceUnsupportedError):
            device.capture(INDEX, 1)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("UNSUPPORTED", DeviceUnsupportedError),
        ("CANCELLED", DeviceTimeoutError),
        ("DEVICE_BUSY", DeviceBusyError),
        ("INVAL", DeviceUnsupportedError),
        ("EOF", DeviceDataError),
        ("JAMMED", DeviceError),
        ("NO_DOCS", NothingPresentedError),
        ("COVER_OPEN", DeviceBusyError),
        ("IO_ERROR", DeviceDisconnectedError),
        ("NO_MEM", DeviceDataError),
        ("ACCESS_DENIED", DeviceUnsupportedError),
    ],
)
def test_every_fault_of_the_test_backend(via: str, status: str, error: type[DeviceError]) -> None:
    before = set(open_resources())
    with scanner(via, ppi=100, set=f"read-return-value=SANE_STATUS_{status}") as device:
        # One such read in thirty hangs inside libsane's test backend, with scanimage alone, too: the time is up then.
        for _ in range(5):
            with pytest.raises((error, DeviceTimeoutError)) as caught:
                device.capture(INDEX, 1)
            if type(caught.value) is error:
                break
    assert type(caught.value) is error
    assert not set(open_resources()) - before


@pytest.mark.parametrize("quirk", ["read-limit=yes,read-limit-size=700", "fuzzy-parameters=yes", "non-blocking=yes"])
def test_quirks_of_backends(via: str, quirk: str) -> None:
    with scanner(via, ppi=100, set=quirk) as device:
        assert device.capture(INDEX, 10).image.pixels.shape == (393, 314)


def test_a_slow_scanner_is_stopped_and_scans_again(via: str) -> None:
    with scanner(via, set=SLOW) as device:
        for _ in range(2):
            begun = time.monotonic()
            with pytest.raises(DeviceTimeoutError):
                device.capture(INDEX, 0.8)
            assert time.monotonic() - begun < 1.8


def test_too_large_a_page(via: str) -> None:
    with scanner(via, max_bytes=2000) as device, pytest.raises(DeviceDataError, match="2000"):
        device.capture(INDEX, 10)


@pytest.mark.parametrize("name", ["test:9", "nothing:0"])
def test_no_such_scanner(via: str, name: str) -> None:
    with pytest.raises(DeviceNotFoundError), scanner(via, name):
        pass


def test_options_it_has_not(via: str) -> None:
    for wrong in ("no-such=1", "test-picture=Mona Lisa"):
        with scanner(via, set=wrong) as device, pytest.raises(DeviceUnsupportedError):
            device.capture(INDEX, 5)
    with pytest.raises(UsageError, match="expected name=value"):
        scanner(via, set="nonsense")


def test_names_that_are_options_of_the_program() -> None:
    for name in ("", "-h", "--batch"):
        with pytest.raises(DeviceNotFoundError, match="expected the name"):
            open_device(f"sane:{name}")


def test_a_driver_that_is_killed_is_started_again(via: str) -> None:
    if via == "scanimage":
        pytest.skip("nothing runs between two scans")
    before = open_resources()
    with scanner(via, ppi=100) as device:
        (number,) = [key.split()[1] for key in open_resources() if key.startswith("process") and key not in before]
        os.kill(int(number), signal.SIGKILL)
        with pytest.raises(DeviceDisconnectedError, match="SIGKILL"):
            device.capture(INDEX, 5)
        assert device.info.health.state == "gone"
        device.capture(INDEX, 5)
        assert device.info.health.state == "ready"


def test_discovery(via: str) -> None:
    if not shutil.which("scanimage"):
        pytest.skip(LACKS["scanimage"])
    assert SaneDevice.discover(10) == ["test:0", "test:1"]


def test_network_scanners_through_sane(via: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if lacks := sane_setup.missing("airscan"):
        pytest.skip(lacks)
    with contextlib.ExitStack() as plug:
        simulator = plug.enter_context(EsclSimulator())
        folder = sane_setup.configured(tmp_path / "net", airscan=sane_setup.airscan(simulator.url))["SANE_CONFIG_DIR"]
        monkeypatch.setenv("SANE_CONFIG_DIR", folder)
        with scanner(via, "airscan:e0:SimScan") as device:
            image = device.capture(INDEX, 20).image
            assert (image.pixels.shape, image.ppi) == ((560, 415), 500)
            plug.close()
            begun = time.monotonic()
            with pytest.raises(DeviceDisconnectedError):
                device.capture(INDEX, 20)
            assert time.monotonic() - begun < 21
            assert device.info.health.state == "gone"


def test_what_scanimage_prints() -> None:
    lines = ("--mode Gray|Color [Gray]", "    Selects …", "--hand-scanner[=(yes|no)] [no]", "--int <int> [inactive]")
    text = "".join(f"    {line}\n" for line in lines)
    assert parse_choices(text) == {"mode": ["Gray", "Color"], "hand-scanner": ["yes", "no"]}
    error = error_of_text("scanimage: rounded value of x\nscanimage: sane_start: Device busy", 3, "sane:x")
    assert type(error) is DeviceBusyError
    assert str(error) == "sane:x: sane_start: Device busy"
    assert "status 1" in str(error_of_text("", 1, "sane:x"))
