"""WSQ (FBI IAFIS-IC-0110): its size, and decoding in a process of its own.

The C decoder of the ``wsq`` package trusts its input: bytes altered in a table can make it write outside its buffers.
It therefore runs in a child process whose crash does not end the caller; one child serves all files of a process.
"""

import atexit
import os
import struct
import subprocess
import threading

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import FormatError
from biocapture.images.codecs.size import Size
from biocapture.workers.isolation import isolated_python

TIMEOUT_S = 30.0
"""A 64-megapixel file takes about 5 s."""

CHILD_PROGRAM = """
import io, struct, sys
import wsq
from PIL import Image
source, sink = sys.stdin.buffer, sys.stdout.buffer
while len(size := source.read(4)) == 4:
    try:
        image = Image.open(io.BytesIO(source.read(struct.unpack('>I', size)[0])), formats=('WSQ',)).convert('L')
        sink.write(struct.pack('>II', *image.size) + image.tobytes())
    except Exception:
        sink.write(struct.pack('>II', 0, 0))
    sink.flush()
"""


def wsq_size(data: bytes) -> Size:
    """Size from the start-of-frame segment (marker FFA2).

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    Size

    Raises
    ------
    FormatError
        No frame header, or a segment that leads outside the file.
    """
    offset = 2
    while offset + 4 <= len(data):
        marker, length = struct.unpack_from(">HH", data, offset)
        if marker == 0xFFA2 and offset + 10 <= len(data):
            height, width = struct.unpack_from(">HH", data, offset + 6)
            return Size(width, height)
        if marker >> 8 != 0xFF or length < 2:
            break
        offset += 2 + length
    raise FormatError("WSQ without a readable frame header")


def wsq_pixels(data: bytes) -> NDArray[np.uint8]:
    """Decode a WSQ file.

    Parameters
    ----------
    data : bytes
        The whole file; its size has been compared with the limit.

    Returns
    -------
    (H, W) uint8
        0 = black.

    Raises
    ------
    FormatError
        Damaged beyond decoding, or not decoded within :data:`TIMEOUT_S`.
    """
    size = wsq_size(data)
    with _lock:
        child = _running_child()
        watchdog = threading.Timer(TIMEOUT_S, child.kill)
        watchdog.start()
        try:
            pixels = _decode_in_child(child, data, size)
        except BaseException:  # a child left in mid-answer would give the rest of it to the next file
            _stop_child()
            raise
        finally:
            watchdog.cancel()
    if pixels is None:
        raise FormatError("damaged WSQ: it cannot be decoded")
    return np.frombuffer(pixels, np.uint8).reshape(size.height_px, size.width_px)


_lock = threading.Lock()
_children: dict[int, subprocess.Popen[bytes]] = {}
"""Process id → its decoder; a forked process must not talk to its parent's."""


def _running_child() -> subprocess.Popen[bytes]:
    """The decoder of this process, started if there is none."""
    child = _children.get(os.getpid())
    if child is None or child.poll() is not None:
        _stop_child()
        command = isolated_python(CHILD_PROGRAM)
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
        _children.clear()
        _children[os.getpid()] = child
    return child


def _decode_in_child(child: subprocess.Popen[bytes], data: bytes, stated: Size) -> bytes | None:
    """Pixels; None when the child could not decode them. The file may have damaged it, so no size is taken from it."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(struct.pack(">I", len(data)) + data)
        child.stdin.flush()
        size = child.stdout.read(8)
        if size == bytes(8):
            return None
        if size == struct.pack(">II", stated.width_px, stated.height_px):
            pixels = child.stdout.read(stated.width_px * stated.height_px)
            if len(pixels) == stated.width_px * stated.height_px:
                return pixels
    except OSError as error:
        raise FormatError("damaged WSQ: it made the decoder fail") from error
    raise FormatError("damaged WSQ: it made the decoder fail")


def _stop_child() -> None:
    """End the decoder of this process, if there is one."""
    child = _children.pop(os.getpid(), None)
    if child is not None:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue


atexit.register(_stop_child)
