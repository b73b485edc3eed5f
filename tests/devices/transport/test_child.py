"""Child processes of devices: whatever they do, an answer or an error in time, and nothing left behind."""

import json
import sys
import time

import pytest

from biocapture.devices.conformance import open_resources
from biocapture.devices.transport.child import Child
from biocapture.devices.transport.driver_process import ROOT, DriverProcess
from biocapture.errors import (
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)

FLOOD = "import os\nwhile True: os.write(1, b'x' * 65536)"
STUBBORN = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)"


def child(code: str) -> Child:
    return Child([sys.executable, "-I", "-S", "-c", code], "test")


@pytest.mark.parametrize(
    ("code", "error", "says"),
    [
        ("import time; time.sleep(60)", DeviceTimeoutError, "in time"),
        ("import os\nos.write(1, b'half')\nos.abort()", DeviceDisconnectedError, "SIGABRT"),
        ("raise SystemExit(3)", DeviceDisconnectedError, "status 3"),
        (FLOOD, DeviceDataError, "over 1000000 bytes"),
        ("import os, time\nwhile True: os.write(1, b'x'), time.sleep(0.05)", DeviceTimeoutError, "in time"),
    ],
    ids=["silent", "crashed", "ended", "endless", "dripping"],
)
def test_processes_that_go_wrong(code: str, error: type[DeviceError], says: str) -> None:
    before, begun = set(open_resources()), time.monotonic()
    started = child(code)
    try:
        with pytest.raises(error, match=says):
            started.read_line(begun + 0.7, 1_000_000)
    finally:
        started.terminate()
    assert time.monotonic() - begun < 1.6
    assert not set(open_resources()) - before


def test_one_that_does_not_want_to_end_is_killed() -> None:
    started = child(STUBBORN)
    assert started.read_line(time.monotonic() + 5, 100) == b"up"
    begun = time.monotonic()
    started.terminate()
    started.terminate()
    assert 0.5 < time.monotonic() - begun < 1.5


def test_output_comes_whole() -> None:
    started = child("import os, sys\nprint('told', flush=True)\nos.write(1, bytes(range(256)) * 1000)\nsys.exit(4)")
    end = time.monotonic() + 5
    assert started.read_line(end, 100) == b"told"
    assert started.read_exactly(256, end) == bytes(range(256))
    assert len(started.read_to_end(end, 1 << 20)) == 255_744
    assert started.exit_status() == 4
    started.terminate()


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(DeviceUnsupportedError, match="cannot be run"):
        Child(["/nonexistent/scanimage"], "test")


def test_a_driver_whose_library_is_missing() -> None:
    before = set(open_resources())
    driver = DriverProcess("no_such", "test", {})
    with pytest.raises(DeviceDisconnectedError, match=r"status 1.*ModuleNotFoundError.*no_such"):
        driver.open(time.monotonic() + 10)
    assert not set(open_resources()) - before


SERVES = """
import sys
sys.path.append({root!r})
from biocapture.workers.drivers.protocol import RequestRefusedError, serve

def fill():
    return {{}}, bytes(8 << 30)

def refuse():
    raise RequestRefusedError("busy", "later")

def chatter():
    print("a library prints")
    return {{"told": 1}}, b"data"

serve({{"fill": fill, "refuse": refuse, "chatter": chatter}}, lambda: None)
"""


def test_what_a_driver_answers() -> None:
    started, end = child(SERVES.format(root=ROOT)), time.monotonic() + 20
    try:
        for asked, told in (
            ("fill", {"error": "failed", "message": "MemoryError: ", "size": 0}),
            ("refuse", {"error": "busy", "message": "later", "size": 0}),
            ("chatter", {"told": 1, "size": 4}),
        ):
            started.write(json.dumps({"do": asked}).encode() + b"\n")
            assert json.loads(started.read_line(end, 1000)) == told
        assert started.read_exactly(4, end) == b"data"
    finally:
        started.close_input()
        assert started.exit_description() == " (status 0)"
        started.terminate()
