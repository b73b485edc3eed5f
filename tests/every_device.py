"""One capture through every adapter from its real counterpart: ``python -m tests.every_device [--registry] [NAME …]``.

One line for each: seconds to open and to capture, and the size of the picture. What a machine lacks is skipped and
said; with ``--registry``, nothing may be skipped that needs only packages from a registry. Exit status: 0, or 1 when
one failed.
"""

import argparse
import importlib.util
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tests.support import sane_setup
from tests.support.peers import jpeg, served, streaming
from tests.support.readers import fprint_lacks, image, placed
from tests.support.rtsp import lacks as rtsp_lacks
from tests.support.rtsp import rtsp_server

from biocapture.devices import Target, open_device, target_of
from biocapture.devices.simulators.escl import EsclSimulator
from biocapture.devices.simulators.sbi import SbiSimulator
from biocapture.synthetic.script import Act
from biocapture.synthetic.stream import TOUCH_SHAPE, scene
from biocapture.types import Modality, Position

TIMEOUT_S = 60.0
INDEX, FACE = target_of("right_index"), target_of("face")
Ready = Callable[[Path], AbstractContextManager[str]]


@dataclass(frozen=True)
class Counterpart:
    """What an adapter is held against.

    ``ready`` sets it up in a folder and gives the device's name; ``lacks`` says what of the system it misses, empty if
    nothing. Without ``system`` it needs only packages from a registry.
    """

    adapter: str
    what: str
    ready: Ready
    target: Target = INDEX
    lacks: Callable[[], str] = str
    system: bool = False


def finger_png() -> bytes:
    pixels = scene(Modality.FINGERPRINT, Position.RIGHT_INDEX, Act.GOOD, 1, TOUCH_SHAPE)
    return cv2.imencode(".png", pixels)[1].tobytes()


@contextmanager
def simulation(folder: Path) -> Iterator[str]:
    yield "sim:finger?script=good"


@contextmanager
def replay(folder: Path) -> Iterator[str]:
    (folder / "right_index.png").write_bytes(finger_png())
    yield f"folder:{folder}"


@contextmanager
def hot_folder(folder: Path) -> Iterator[str]:
    def drop() -> None:
        (folder / "scan.tmp").write_bytes(data)
        (folder / "scan.tmp").rename(folder / "scan.png")

    data = finger_png()
    vendor = threading.Timer(0.3, drop)
    vendor.start()
    yield f"folder:{folder}?hot=true"
    vendor.join()


@contextmanager
def film(folder: Path) -> Iterator[str]:
    path = folder / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (320, 240))
    frame = cv2.imdecode(np.frombuffer(jpeg((240, 320, 3)), np.uint8), cv2.IMREAD_COLOR)
    for _ in range(5):
        writer.write(frame)
    writer.release()
    yield f"camera:{path}"


@contextmanager
def mjpeg(folder: Path) -> Iterator[str]:
    with served(streaming) as port:
        yield f"camera:http://127.0.0.1:{port}/video"


@contextmanager
def rtsp(folder: Path) -> Iterator[str]:
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
    with rtsp_server() as url:
        yield f"camera:{url}?timeout_s=15"


@contextmanager
def registration_device(folder: Path) -> Iterator[str]:
    simulator = SbiSimulator(0, ("Finger",))
    simulator.prepare()
    with simulator:
        yield f"sbi:127.0.0.1:{simulator.port}"


@contextmanager
def network_scanner(folder: Path) -> Iterator[str]:
    with EsclSimulator() as simulator:
        yield f"escl:{simulator.url}"


def sane(backend: str, via: str) -> Ready:
    @contextmanager
    def ready(folder: Path) -> Iterator[str]:
        with EsclSimulator() as simulator:
            text = sane_setup.airscan(simulator.url) if backend == "airscan" else ""
            os.environ["SANE_CONFIG_DIR"] = sane_setup.configured(folder, **{backend: text})["SANE_CONFIG_DIR"]
            name = "airscan:e0:SimScan" if backend == "airscan" else "test:0"
            yield f"sane:{name}?via={via}"

    return ready


def sane_lacks(backend: str, via: str) -> Callable[[], str]:
    def lacks() -> str:
        if via == "library" and not importlib.util.find_spec("sane"):
            return "python-sane is not installed (pip: python-sane, built with Debian's libsane-dev)"
        return sane_setup.missing(backend, program=via == "scanimage")

    return lacks


@contextmanager
def camera(folder: Path) -> Iterator[str]:
    (folder / "IMG_0001.JPG").write_bytes(jpeg((480, 640, 3)))
    os.environ["VCAMERADIR"] = str(folder)
    yield "ptp:"


@contextmanager
def reader(folder: Path) -> Iterator[str]:
    os.environ["FP_VIRTUAL_IMAGE"] = str(folder / "finger")
    pixels = scene(Modality.FINGERPRINT, Position.RIGHT_INDEX, Act.GOOD, 1, TOUCH_SHAPE)
    with placed(folder / "finger", image(pixels)):
        yield "fprint:virtual_image/0"


def gphoto_lacks() -> str:
    return "" if importlib.util.find_spec("gphoto2") else "gphoto2 is not installed (pip: gphoto2)"


def through_sane(what: str, backend: str, via: str) -> Counterpart:
    return Counterpart("sane", what, sane(backend, via), INDEX, sane_lacks(backend, via), system=True)


ALL = {
    "sim": Counterpart("sim", "our simulation", simulation),
    "folder": Counterpart("folder", "a folder", replay),
    "hot_folder": Counterpart("folder", "a folder a program drops into", hot_folder),
    "film": Counterpart("camera", "a video file", film, FACE),
    "mjpeg": Counterpart("camera", "an MJPEG server", mjpeg, FACE),
    "rtsp": Counterpart("camera", "GStreamer's RTSP server", rtsp, FACE, rtsp_lacks, system=True),
    "sbi": Counterpart("sbi", "our SBI simulator", registration_device),
    "escl": Counterpart("escl", "our eSCL simulator", network_scanner),
    "airscan": through_sane("our eSCL simulator through sane-airscan", "airscan", "scanimage"),
    "sane": through_sane("SANE's test backend through scanimage", "test", "scanimage"),
    "python_sane": through_sane("SANE's test backend through python-sane", "test", "library"),
    "ptp": Counterpart("ptp", "libgphoto2's virtual camera", camera, FACE, gphoto_lacks),
    "fprint": Counterpart("fprint", "libfprint's virtual image device", reader, INDEX, fprint_lacks, system=True),
}


def captured(name: str) -> str:
    """One capture; the line to print."""
    counterpart = ALL[name]
    with tempfile.TemporaryDirectory() as folder, counterpart.ready(Path(folder)) as spec:
        begun = time.monotonic()
        with open_device(spec) as device:
            opened = time.monotonic()
            image = device.capture(counterpart.target, TIMEOUT_S).image
            done = time.monotonic()
    rows, columns = image.pixels.shape[:2]
    ppi = f", {image.ppi:g} ppi" if image.ppi == image.ppi else ""
    return f"opened in {opened - begun:5.2f} s, captured in {done - opened:5.2f} s: {columns} × {rows} px{ppi}"


def outcome_of(name: str, may_skip: bool) -> tuple[str, str]:
    """``ok``, ``SKIPPED`` or ``FAILED``, and what happened."""
    if lacks := ALL[name].lacks():
        return "SKIPPED" if may_skip else "FAILED", lacks
    try:
        return "ok", captured(name)
    except Exception as error:  # noqa: BLE001  the others are tried, too
        return "FAILED", f"{type(error).__name__}: {error}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registry", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    asked = parser.parse_args(arguments)
    failed = 0
    for name in asked.names or ALL:
        outcome, told = outcome_of(name, may_skip=ALL[name].system or not asked.registry)
        failed += outcome == "FAILED"
        print(f"{outcome:8}{name:12}{ALL[name].what:42}{told}", flush=True)  # noqa: T201
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
