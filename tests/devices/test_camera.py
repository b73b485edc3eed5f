"""Cameras: films, pictures over HTTP, and servers that go wrong."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.peers import MULTIPART, huge_jpeg, jpeg, part, request_of, served, streaming

from biocapture.devices import open_device, target_of
from biocapture.devices.conformance import check_device, open_resources
from biocapture.devices.transport.mjpeg import jpeg_pictures
from biocapture.errors import (
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    UsageError,
)

FACE = target_of("face")
INDEX = target_of("right_index")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (160, 120))
    for number in range(12):
        writer.write(np.full((120, 160, 3), 20 * number, np.uint8))
    writer.release()
    return path


def after_head(*pieces: bytes, then: Callable[[socket.socket], None] | None = None) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        request_of(connection)
        for piece in (MULTIPART, *pieces):
            connection.sendall(piece)
        if then:
            then(connection)

    return talk


def waits(connection: socket.socket) -> None:
    connection.recv(1)


def floods(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"\x00" * 65536)


def trickles(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"\x00")
        time.sleep(0.02)


def test_a_film_frame_by_frame(film: Path) -> None:
    with open_device(f"camera:{film}") as device:
        means = [float(image.pixels.mean()) for image in device.frames(FACE, 1)]
        assert len(means) == 12
        assert means == sorted(means)
        assert (device.info.capabilities.width_px, device.info.capabilities.height_px) == (160, 120)
        with pytest.raises(DeviceDisconnectedError, match="at its end"):
            device.capture(FACE, 1)


def test_a_film_conforms(film: Path) -> None:
    check_device(lambda: open_device(f"camera:{film}"), FACE)


def test_pictures_over_http_conform() -> None:
    with served(streaming) as port, served(after_head(then=waits)) as silent:
        check_device(
            lambda: open_device(f"camera:http://127.0.0.1:{port}/video?timeout_s=2"),
            FACE,
            silent=lambda: open_device(f"camera:http://127.0.0.1:{silent}/?timeout_s=1.5"),
        )


def test_fingers_before_a_camera_are_grey() -> None:
    with served(streaming) as port, open_device(f"camera:http://127.0.0.1:{port}/?modality=fingerprint&ppi=500") as one:
        sample = one.capture(INDEX, 5)
        assert sample.image.pixels.shape == (120, 160)
        assert sample.image.ppi == 500
        with pytest.raises(DeviceUnsupportedError, match="not face"):
            one.capture(FACE, 1)


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        (after_head(part(jpeg())[:-200]), DeviceDataError),
        (after_head(part(jpeg()[:-300] + b"\x00" * 300), then=waits), DeviceDataError),
        (after_head(part(jpeg(), length=len(jpeg()) - 50), then=waits), DeviceDataError),
        (after_head(part(jpeg(), length=10**12)), DeviceDataError),
        (after_head(part(jpeg(), length=len(jpeg()) + 5000), then=waits), DeviceTimeoutError),
        (after_head(then=floods), DeviceDataError),
        (after_head(b"--frame\r\n\r\n", then=floods), DeviceDataError),
        (after_head(then=trickles), (DeviceTimeoutError, DeviceDataError)),
        (after_head(part(huge_jpeg()), then=waits), DeviceDataError),
        (after_head(then=waits), DeviceTimeoutError),
        (after_head(), DeviceDisconnectedError),
    ],
    ids=[
        "killed within a picture",
        "half a JPEG",
        "length too small",
        "length absurd",
        "length too large",
        "endless header",
        "endless picture",
        "trickle",
        "huge frame",
        "silent",
        "hung up",
    ],
)
def test_servers_that_go_wrong(talk: Callable[[socket.socket], None], error: type[DeviceError]) -> None:
    before = set(open_resources())
    with served(talk) as port:
        begun = time.monotonic()
        with (
            pytest.raises(error) as caught,
            open_device(f"camera:http://127.0.0.1:{port}/?timeout_s=0.7&reconnect=0") as device,
        ):
            device.capture(FACE, 3)
        assert time.monotonic() - begun < 4.5
        assert caught.value.guidance.startswith("device.")
    assert not set(open_resources()) - before


def test_a_stream_that_breaks_off_is_taken_up_again() -> None:
    broken = served(after_head(part(jpeg()), part(jpeg())))
    with broken as port, open_device(f"camera:http://127.0.0.1:{port}/?reconnect=9&timeout_s=2") as device:
        frames = device.frames(FACE, 5)
        assert all(next(frames).pixels.shape == (120, 160, 3) for _ in range(4))
        frames.close()


@pytest.mark.parametrize("address", ["/nonexistent/film.mp4", "http://127.0.0.1:1/", "77"])
def test_nothing_there(address: str) -> None:
    with pytest.raises(DeviceNotFoundError), open_device(f"camera:{address}?timeout_s=1"):
        pass


def test_options_are_checked() -> None:
    with pytest.raises(UsageError, match="option focus"):
        open_device("camera:0?focus=near")
    with pytest.raises(UsageError, match="options of camera: modality"):
        open_device("camera:0?zoom=2")


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_parts_without_a_length(size: int) -> None:
    """Some servers send only boundaries."""
    body = b"".join(b"--x\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg(grey=grey) + b"\r\n" for grey in (50, 150))
    chunks = (body[i : i + size] for i in range(0, len(body), size))
    assert list(jpeg_pictures(chunks, "test")) == [jpeg(grey=50), jpeg(grey=150)]
