"""Fingers for libfprint's virtual image device."""

import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.devices.fprint import SYSTEM_PYTHON

HAS = "import gi; gi.require_version('FPrint', '2.0'); from gi.repository import FPrint"


def fprint_lacks() -> str:
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run([SYSTEM_PYTHON, "-I", "-c", HAS], capture_output=True, timeout=30, check=True)
        return ""
    return "libfprint is not installed (Debian: gir1.2-fprint-2.0, python3-gi)"


def image(pixels: NDArray[np.uint8]) -> bytes:
    return struct.pack("ii", pixels.shape[1], pixels.shape[0]) + pixels.tobytes()


@contextmanager
def placed(plug: Path, *messages: bytes) -> Iterator[None]:
    """Someone sends these, one after the other and the last again and again, whenever a reader listens."""
    ended = threading.Event()

    def sends() -> None:
        left = list(messages)
        while not ended.wait(0.03):
            with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(str(plug))
                client.sendall(left[0])
                left = left[1:] or left
                ended.wait(0.3)

    thread = threading.Thread(target=sends)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
