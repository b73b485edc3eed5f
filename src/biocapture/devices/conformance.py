"""Conformance kit for authors of adapters: ``check_device`` is what every adapter, ours included, has to pass."""

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
"""A device may exceed its time limit by this much."""

MAX_CLOSING_S = 3.0
"""Time that threads and processes of a closed device have to end."""

EXAMPLE_TARGETS = {
    Modality.FINGERPRINT: target_of(Position.RIGHT_INDEX),
    Modality.IRIS: target_of(Position.RIGHT_EYE),
    Modality.FACE: target_of(Position.FACE),
}
"""A target of each modality, to ask a device for one it does not have."""


def check_device(
    build: Build,
    target: Target,
    *,
    timeout_s: float = 15.0,
    silent: Build | None = None,
    unplug: Callable[[CaptureDevice], None] | None = None,
) -> None:
    """Check that a device follows the protocol of :mod:`biocapture.devices.protocol`.

    Parameters
    ----------
    build : callable
        Constructs a new device to which something is presented at every capture.
    target : Target
        What it can capture.
    timeout_s : float
        Longest time it needs for a capture.
    silent : callable, optional
        Constructs a device to which nothing is presented, or that does not answer: it must give up in time.
    unplug : callable, optional
        Disconnects the hardware of the open device it is given.

    Raises
    ------
    AssertionError
        The first requirement that is not met.
    """
    with _check_released():
        device = build()
        assert isinstance(device, CaptureDevice), f"{type(device).__name__} has no info, capture, __enter__, __exit__"
        _check_closed_at_first(device, target)
        keys = [_open_and_capture(device, target, timeout_s) for _ in range(2)]
        assert keys[0] == keys[1], f"info.key changed when opened again: {keys}"
        _check_capabilities(device, target, timeout_s)
        _check_closed_after_error(device)
    if silent:
        _check_time_limit(silent(), target)
    if unplug:
        _check_unplugging(build(), unplug, target, timeout_s)


def _check_closed_at_first(device: CaptureDevice, target: Target) -> None:
    try:
        device.capture(target, 0.5)
    except DeviceError:
        return
    raise AssertionError("captured before it was opened")


def _open_and_capture(device: CaptureDevice, target: Target, timeout_s: float) -> str:
    """Open, capture, close."""
    with device as opened:
        assert opened is device, "__enter__ gives something else than the device"
        info = device.info
        assert info.adapter, "info.adapter is empty"
        begun = time.monotonic()
        sample = device.capture(target, timeout_s)
        took = time.monotonic() - begun
        assert took <= timeout_s + MAX_LATENESS_S, f"capture took {took:.1f} s of {timeout_s:g} s"
        _check_image(sample, target, device)
        return info.key


def _check_image(sample: Sample, target: Target, device: CaptureDevice) -> None:
    abilities = device.info.capabilities
    got = (sample.modality, sample.position)
    assert got == (target.modality, target.position), f"asked for {target}, got {got}"
    _check_pixels(sample.image, target.modality)
    reported = (abilities.height_px, abilities.width_px)
    actual = sample.image.pixels.shape[:2]
    assert not all(reported) or actual == reported, f"says {reported} rows and columns, gives {actual}"
    if math.isfinite(abilities.ppi):
        assert abs(sample.image.ppi - abilities.ppi) <= 0.02 * abilities.ppi, (
            f"says {abilities.ppi:g} ppi, gives {sample.image.ppi:g}"
        )


def _check_pixels(image: Image, modality: Modality) -> None:
    pixels = image.pixels
    assert pixels.dtype == np.uint8, f"pixels are {pixels.dtype}, not uint8"
    dimensions = 3 if modality is Modality.FACE else 2
    assert pixels.ndim == dimensions, f"{modality} pixels have {pixels.ndim} dimensions, not {dimensions}"
    assert min(pixels.shape) > 0, f"empty image {pixels.shape}"


def _check_capabilities(device: CaptureDevice, target: Target, timeout_s: float) -> None:
    with device:
        abilities = device.info.capabilities
        assert target.modality in abilities.modalities, f"{target.modality} is not among its modalities"
        for modality in Modality:
            if modality not in abilities.modalities:
                _check_refusal(device, EXAMPLE_TARGETS[modality])
        if abilities.preview is not Preview.NONE:
            _check_frames(device, target, timeout_s)
        elif isinstance(device, LivePreview):
            _check_no_frames(device, target)
        assert isinstance(device, GroupCapture) or not abilities.group, "says group and has no capture_group"


def _check_refusal(device: CaptureDevice, target: Target) -> None:
    try:
        device.capture(target, 2.0)
    except DeviceUnsupportedError:
        return
    raise AssertionError(f"captured a {target.modality}, which is not among its modalities")


def _check_frames(device: CaptureDevice, target: Target, timeout_s: float) -> None:
    assert isinstance(device, LivePreview), "says it has a preview and has no frames"
    for _ in range(2):  # begun, closed half-way, begun again
        frames = device.frames(target, timeout_s)
        _check_pixels(next(frames), target.modality)
        frames.close()


def _check_no_frames(device: LivePreview, target: Target) -> None:
    try:
        next(device.frames(target, 2.0))
    except DeviceUnsupportedError:
        return
    raise AssertionError("says it has no preview and gives frames")


def _check_closed_after_error(device: CaptureDevice) -> None:
    try:
        with device:
            _interrupt()
    except KeyboardInterrupt:
        return
    raise AssertionError("__exit__ swallowed an error")


def _interrupt() -> None:
    raise KeyboardInterrupt


def _check_time_limit(device: CaptureDevice, target: Target, timeout_s: float = 1.0) -> None:
    begun = time.monotonic()
    with _check_released():
        try:
            with device:
                begun = time.monotonic()
                device.capture(target, timeout_s)
        except DeviceError:
            took = time.monotonic() - begun
            assert took <= timeout_s + MAX_LATENESS_S, f"gave up after {took:.1f} s instead of {timeout_s:g} s"
            return
    raise AssertionError("captured something where there is nothing")


def _check_unplugging(
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
def _check_released() -> Iterator[None]:
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
    """Threads, child processes, open files and sockets of this process, as far as the system reports them."""
    resources = {f"thread {thread.ident}": thread.name for thread in threading.enumerate() if thread.is_alive()}
    for task in Path("/proc/self/task").glob("*/children"):
        resources |= {f"process {number}": "" for number in _read(task).split()}
    for handle in Path("/proc/self/fd").glob("*"):
        path = _target(handle)
        if path.startswith(("socket:", "/")):
            resources[path] = f"descriptor {handle.name}"
    return resources


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
