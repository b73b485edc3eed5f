"""Conformance kits for those who write plug-ins: ``check_device`` is what every adapter, ours included, has to pass."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from biocapture.devices.protocol import CaptureDevice, GroupCapture, LivePreview, Preview, Target, target_of
from biocapture.errors import DeviceError, DeviceUnsupportedError
from biocapture.types import Image, Modality, Position, Sample

Build = Callable[[], CaptureDevice]

MAX_LATENESS_S = 1.0
"""A device may be late by so much."""

MAX_CLOSING_S = 3.0
"""Threads and processes of a closed device have so long to be gone."""

EXAMPLE_TARGETS = {
    Modality.FINGERPRINT: target_of(Position.RIGHT_INDEX),
    Modality.IRIS: target_of(Position.RIGHT_EYE),
    Modality.FACE: target_of(Position.FACE),
}


def check_device(
    build: Build,
    target: Target,
    *,
    timeout_s: float = 15.0,
    silent: Build | None = None,
    unplug: Callable[[CaptureDevice], None] | None = None,
) -> None:
    """Check that a device keeps the promises of :mod:`biocapture.devices.protocol`.

    Parameters
    ----------
    build : callable
        Gives a new device that has something to capture every time it is asked.
    target : Target
        What it can capture.
    timeout_s : float
        It needs no longer for a capture.
    silent : callable, optional
        Gives a device that has nothing to show, or does not answer: it must give up in time.
    unplug : callable, optional
        Takes the hardware away from under the open device it is given.

    Raises
    ------
    AssertionError
        The first promise that is not kept.
    """
    with _nothing_left_behind():
        device = build()
        assert isinstance(device, CaptureDevice), f"{type(device).__name__} has no info, capture, __enter__, __exit__"
        _is_closed_until_entered(device, target)
        keys = [_is_whole(device, target, timeout_s) for _ in range(2)]
        assert keys[0] == keys[1], f"info.key changed when opened again: {keys}"
        _tells_its_abilities(device, target, timeout_s)
        _is_closed_after_an_error(device)
    if silent:
        _gives_up_in_time(silent(), target)
    if unplug:
        _survives_unplugging(build(), unplug, target, timeout_s)


def _is_closed_until_entered(device: CaptureDevice, target: Target) -> None:
    try:
        device.capture(target, 0.5)
    except DeviceError:
        return
    raise AssertionError("captured before it was opened")


def _is_whole(device: CaptureDevice, target: Target, timeout_s: float) -> str:
    """Open, capture, close."""
    with device as opened:
        assert opened is device, "__enter__ gives something else than the device"
        info = device.info
        assert info.adapter, "info.adapter is empty"
        begun = time.monotonic()
        sample = device.capture(target, timeout_s)
        took = time.monotonic() - begun
        assert took <= timeout_s + MAX_LATENESS_S, f"capture took {took:.1f} s of {timeout_s:g} s"
        _is_right(sample, target, device)
        return info.key


def _is_right(sample: Sample, target: Target, device: CaptureDevice) -> None:
    abilities = device.info.capabilities
    got = (sample.modality, sample.position)
    assert got == (target.modality, target.position), f"asked for {target}, got {got}"
    _has_pixels(sample.image, target.modality)
    told = (abilities.height_px, abilities.width_px)
    found = sample.image.pixels.shape[:2]
    assert not all(told) or found == told, f"says {told} rows and columns, gives {found}"
    if math.isfinite(abilities.ppi):
        assert abs(sample.image.ppi - abilities.ppi) <= 0.02 * abilities.ppi, (
            f"says {abilities.ppi:g} ppi, gives {sample.image.ppi:g}"
        )


def _has_pixels(image: Image, modality: Modality) -> None:
    pixels = image.pixels
    assert pixels.dtype == np.uint8, f"pixels are {pixels.dtype}, not uint8"
    wanted = 3 if modality is Modality.FACE else 2
    assert pixels.ndim == wanted, f"{modality} pixels have {pixels.ndim} dimensions, not {wanted}"
    assert min(pixels.shape) > 0, f"empty image {pixels.shape}"


def _tells_its_abilities(device: CaptureDevice, target: Target, timeout_s: float) -> None:
    with device:
        abilities = device.info.capabilities
        assert target.modality in abilities.modalities, f"{target.modality} is not among its modalities"
        for modality in Modality:
            if modality not in abilities.modalities:
                _refuses(device, EXAMPLE_TARGETS[modality])
        if abilities.preview is not Preview.NONE:
            _has_frames(device, target, timeout_s)
        elif isinstance(device, LivePreview):
            _has_no_frames(device, target)
        assert isinstance(device, GroupCapture) or not abilities.group, "says group and has no capture_group"


def _refuses(device: CaptureDevice, target: Target) -> None:
    try:
        device.capture(target, 2.0)
    except DeviceUnsupportedError:
        return
    raise AssertionError(f"captured a {target.modality}, which is not among its modalities")


def _has_frames(device: CaptureDevice, target: Target, timeout_s: float) -> None:
    assert isinstance(device, LivePreview), "says it has a preview and has no frames"
    for _ in range(2):  # begun, closed half-way, begun again
        frames = device.frames(target, timeout_s)
        _has_pixels(next(frames), target.modality)
        frames.close()


def _has_no_frames(device: LivePreview, target: Target) -> None:
    try:
        next(device.frames(target, 2.0))
    except DeviceUnsupportedError:
        return
    raise AssertionError("says it has no preview and gives frames")


def _is_closed_after_an_error(device: CaptureDevice) -> None:
    try:
        with device:
            _interrupt()
    except KeyboardInterrupt:
        return
    raise AssertionError("__exit__ swallowed an error")


def _interrupt() -> None:
    raise KeyboardInterrupt


def _gives_up_in_time(device: CaptureDevice, target: Target, timeout_s: float = 1.0) -> None:
    begun = time.monotonic()
    with _nothing_left_behind():
        try:
            with device:
                begun = time.monotonic()
                device.capture(target, timeout_s)
        except DeviceError:
            took = time.monotonic() - begun
            assert took <= timeout_s + MAX_LATENESS_S, f"gave up after {took:.1f} s instead of {timeout_s:g} s"
            return
    raise AssertionError("captured something where there is nothing")


def _survives_unplugging(
    device: CaptureDevice, unplug: Callable[[CaptureDevice], None], target: Target, timeout_s: float
) -> None:
    try:
        with device:
            unplug(device)
            begun = time.monotonic()
            device.capture(target, timeout_s)
    except DeviceError as error:
        took = time.monotonic() - begun
        assert took <= timeout_s + MAX_LATENESS_S, f"noticed after {took:.1f} s"
        assert error.guidance, "the error says nothing to the operator"  # noqa: PT017
        return
    raise AssertionError("captured from an unplugged device")


@contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """No thread, process, file or socket more than before."""
    before = open_resources()
    yield
    end = time.monotonic() + MAX_CLOSING_S
    while (more := _more(open_resources(), before)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not more, f"left behind: {', '.join(more)}"


def _more(now: dict[str, str], before: dict[str, str]) -> list[str]:
    return [f"{key} ({what})" for key, what in now.items() if key not in before]


def open_resources() -> dict[str, str]:
    """Threads, child processes, open files and sockets of this process; what the system does not tell is left out."""
    found = {f"thread {thread.ident}": thread.name for thread in threading.enumerate() if thread.is_alive()}
    for task in Path("/proc/self/task").glob("*/children"):
        found |= {f"process {number}": "" for number in _read(task).split()}
    for handle in Path("/proc/self/fd").glob("*"):
        where = _target(handle)
        if where.startswith(("socket:", "/")):
            found[where] = f"descriptor {handle.name}"
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def _target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:
        return ""
