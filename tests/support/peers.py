"""Peers for device tests: small servers on the loopback that behave, or misbehave as told."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import cv2
import numpy as np

Talk = Callable[[socket.socket], None]


@contextmanager
def served(talk: Talk) -> Iterator[int]:
    """A TCP server; each connection is talked to in a thread of its own. Gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            thread = threading.Thread(target=_talk, args=(talk, connection), name="peer", daemon=True)
            threads.append(thread)
            thread.start()

    door = threading.Thread(target=accept, name="peer door", daemon=True)
    door.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in connections:
            hang_up(connection)
        for thread in [door, *threads]:
            thread.join(5)


def _talk(talk: Talk, connection: socket.socket) -> None:
    with suppress(OSError):
        talk(connection)
    hang_up(connection)


def hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def request_of(connection: socket.socket) -> bytes:
    """The head of a request, and its body by length."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data
        data += more
    return data


def jpeg(shape: tuple[int, ...] = (120, 160, 3), grey: int = 128) -> bytes:
    pixels = np.full(shape, grey, np.uint8)
    pixels[shape[0] // 4 : shape[0] // 2, shape[1] // 4 : shape[1] // 2] = 30
    return cv2.imencode(".jpg", pixels)[1].tobytes()


MULTIPART = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=--frame\r\n\r\n"


def part(picture: bytes, length: int | None = None) -> bytes:
    told = len(picture) if length is None else length
    return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % told + picture + b"\r\n"


def huge_jpeg() -> bytes:
    """A JPEG that says it is 60000 × 60000."""
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 60000, 60000)
    return bytes(data)


def streaming(connection: socket.socket) -> None:
    request_of(connection)
    connection.sendall(MULTIPART)
    while True:
        connection.sendall(part(jpeg()))
        time.sleep(0.01)
