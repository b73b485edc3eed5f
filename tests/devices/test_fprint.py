"""libfprint's virtual image device: a reader whose finger is sent over a socket."""

import os
import signal
import struct
import time
from pathlib import Path

import pytest
from tests.support.prints import touch
from tests.support.readers import fprint_lacks, image, placed

from biocapture.devices import CaptureDevice, open_device, target_of
from biocapture.devices.conformance import check_device, open_resources
from biocapture.devices.fprint import SYSTEM_PYTHON, FprintDevice
from biocapture.errors import (
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
    NothingPresentedError,
    ScanRejectedError,
)

INDEX, FACE = target_of("right_index"), target_of("face")
RETRY, FATAL = -1, -2
"""What the virtual device takes for a width to fail with the code that follows."""


LACKS = fprint_lacks()
pytestmark = pytest.mark.skipif(bool(LACKS), reason=LACKS)


@pytest.fixture(autouse=True)
def plug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "finger"
    monkeypatch.setenv("FP_VIRTUAL_IMAGE", str(path))
    return path


PRINT = touch(1).pixels


def reader(**options: object) -> CaptureDevice:
    return open_device("fprint:virtual_image/0", **options)


def drivers() -> set[int]:
    return {int(key.split()[1]) for key in open_resources() if key.startswith("process")}


def test_conforms(plug: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> CaptureDevice:
        monkeypatch.setenv("FP_VIRTUAL_IMAGE", str(plug.with_name("nobody")))
        return reader()

    with placed(plug, image(PRINT)):
        check_device(lambda: reader(ppi=500), INDEX, silent=silent)


def test_unplugged() -> None:
    def unplugged(_: CaptureDevice) -> None:
        for number in drivers() - before:
            os.kill(number, signal.SIGKILL)

    before = drivers()
    device = reader()
    with device:
        unplugged(device)
        with pytest.raises(DeviceDisconnectedError, match="SIGKILL"):
            device.capture(INDEX, 2)
        assert device.info.health.state == "gone"
    assert not drivers() - before


def test_the_image_is_the_one_on_the_glass(plug: Path) -> None:
    with placed(plug, image(PRINT)), reader() as device:
        sample = device.capture(INDEX, 10)
        assert "Virtual image device" in device.info.model
    assert sample.image.pixels.shape == PRINT.shape
    assert (sample.image.pixels == PRINT).mean() > 0.99
    assert (sample.image.ppi, sample.image.ppi_source) == (500, "assumed")


def test_several_fingers_through_one_opening(plug: Path) -> None:
    with reader(ppi=508) as device:
        with pytest.raises(NothingPresentedError):
            device.capture(INDEX, 0.3)
        with placed(plug, image(PRINT)):
            assert [device.capture(INDEX, 10).image.ppi for _ in range(2)] == [508, 508]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (struct.pack("ii", RETRY, 1), ScanRejectedError),
        (struct.pack("ii", FATAL, 256), DeviceDisconnectedError),
        (struct.pack("ii", FATAL, 4), DeviceError),
        (struct.pack("ii", 60000, 60000), DeviceError),
        (image(PRINT)[:5000], DeviceError),
        (b"\x01", DeviceError),
    ],
    ids=["too short a swipe", "removed", "busy", "huge", "half an image", "half a header"],
)
def test_readers_that_go_wrong(plug: Path, message: bytes, error: type[DeviceError]) -> None:
    before = set(open_resources())
    with placed(plug, message), reader() as device:
        begun = time.monotonic()
        with pytest.raises(error):
            device.capture(INDEX, 1)
        assert time.monotonic() - begun < 2
    time.sleep(0.05)
    assert not {key for key in set(open_resources()) - before if key.startswith(("process", "thread"))}


def test_no_such_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeviceNotFoundError, match="no such reader"), open_device("fprint:uru4000/7"):
        pass
    assert FprintDevice.discover(10) == ["virtual_image/0 (Virtual image device for debugging)"]
    monkeypatch.delenv("FP_VIRTUAL_IMAGE")
    with pytest.raises(DeviceNotFoundError, match="no reader is plugged in"), open_device("fprint:"):
        pass


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {SYSTEM_PYTHON} -S "$@"\n')  # without its packages
    bare.chmod(0o755)
    with pytest.raises(DeviceUnsupportedError, match=r"gir1\.2-fprint-2\.0, python3-gi"), reader(python=str(bare)):
        pass
    with pytest.raises(DeviceUnsupportedError, match="cannot be run"), reader(python="/nonexistent/python"):
        pass
