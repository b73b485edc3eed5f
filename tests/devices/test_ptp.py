"""Digital cameras: libgphoto2's virtual camera, which shows the pictures of a folder."""

import importlib.util
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from tests.support.peers import huge_jpeg, jpeg

from biocapture.devices import open_device, target_of
from biocapture.devices.conformance import check_device, open_resources
from biocapture.devices.ptp import PtpDevice
from biocapture.errors import (
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)

FACE, INDEX = target_of("face"), target_of("right_index")
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("gphoto2") is None, reason="gphoto2 is not installed (pip install 'biocapture[ptp]')"
)


@pytest.fixture(autouse=True)
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "IMG_0001.JPG").write_bytes(jpeg((480, 640, 3), 200))
    monkeypatch.setenv("VCAMERADIR", str(tmp_path))
    return tmp_path


def drivers() -> list[int]:
    return [int(key.split()[1]) for key in open_resources() if key.startswith("process")]


def test_conforms() -> None:
    def unplugged(_: object) -> None:
        for number in set(drivers()) - before:
            os.kill(number, signal.SIGKILL)

    before = set(drivers())
    check_device(lambda: open_device("ptp:"), FACE, unplug=unplugged)


def test_the_picture_is_the_camera_s() -> None:
    with open_device("ptp:") as device:
        info = device.info
        sample = device.capture(FACE, 10)
    assert (info.maker, info.model, info.serial) == ("GP", "VC", "0.1")
    assert sample.image.pixels.shape == (480, 640, 3)
    assert np.abs(sample.image.pixels[400:, :].astype(int) - 200).max() < 10
    assert np.abs(sample.image.pixels[130:230, 170:310].astype(int) - 30).max() < 10


def test_prints_are_grey_and_have_the_resolution_they_are_given() -> None:
    with open_device("ptp:?modality=fingerprint&ppi=800") as device:
        image = device.capture(INDEX, 10).image
    assert (image.pixels.shape, image.ppi) == ((480, 640), 800)


@pytest.mark.parametrize("picture", [jpeg()[:-200], huge_jpeg(), b"no picture at all"])
def test_pictures_that_cannot_be_read(card: Path, picture: bytes) -> None:
    (card / "IMG_0001.JPG").write_bytes(picture)
    with open_device("ptp:") as device, pytest.raises(DeviceDataError):
        device.capture(FACE, 10)


def test_a_picture_over_the_limit() -> None:
    with open_device("ptp:?max_bytes=1000") as device, pytest.raises(DeviceDataError, match="limit is 1000"):
        device.capture(FACE, 10)


def test_a_camera_that_hangs() -> None:
    before = set(drivers())
    with open_device("ptp:") as device:
        (number,) = set(drivers()) - before
        os.kill(number, signal.SIGSTOP)
        begun = time.monotonic()
        with pytest.raises(DeviceTimeoutError):
            device.capture(FACE, 0.5)
        assert time.monotonic() - begun < 1.5
        assert device.capture(FACE, 10).image.pixels.size
    assert not set(drivers()) - before


def test_unplugged_and_back() -> None:
    before = set(drivers())
    with open_device("ptp:") as device:
        (number,) = set(drivers()) - before
        os.kill(number, signal.SIGKILL)
        with pytest.raises(DeviceDisconnectedError, match="SIGKILL"):
            device.capture(FACE, 10)
        assert device.info.health.state == "gone"
        device.capture(FACE, 10)
        assert device.info.health.state == "ready"


def test_no_such_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    for port in ("usb:009,009", "bogus"):
        with pytest.raises(DeviceNotFoundError), open_device(f"ptp:{port}"):
            pass


def test_it_has_no_preview() -> None:
    with open_device("ptp:") as device, pytest.raises(DeviceUnsupportedError, match="no preview"):
        next(device.frames(FACE, 2))


def test_discovery() -> None:
    assert PtpDevice.discover(10) == ["usb:001,001 (Nikon DSC D750)"]
