import socket
import time
from collections.abc import Iterable, Iterator

import pytest
from tests.support.sbi_peers import Peer, nothing_left

from biocapture.devices.transport.http1 import MAX_HEADER_BYTES, exchange
from biocapture.devices.transport.http_reply import Reply
from biocapture.errors import (
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
)

OK = b"HTTP/1.1 200 OK\r\n"


def asked(peer: Peer, timeout_s: float = 5.0, limit: int = 1000) -> Reply:
    deadline = time.monotonic() + timeout_s
    return exchange(("127.0.0.1", peer.port), "RCAPTURE", "/capture", b"{}", deadline=deadline, limit=limit)


@pytest.mark.parametrize(
    ("parts", "body"),
    [
        ([OK + b"Content-Length: 5\r\n\r\nhello"], b"hello"),
        ([OK + b"content-length:5\r\n\r\nhello\r\n\r\n"], b"hello"),
        ([OK + b"X: y\r\n\r\n", b"hello"], b"hello"),
        ([b"HTTP/1.0 200\r\n\r\nhello"], b"hello"),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n", b"3;x=y\r\nllo\r\n0\r\n\r\n"], b"hello"),
        ([bytes([each]) for each in OK + b"Content-Length: 5\r\n\r\nhello"], b"hello"),
    ],
)
def test_replies_in_every_framing(parts: list[bytes], body: bytes) -> None:
    with Peer(lambda _: parts) as peer:
        reply = asked(peer)
        assert (reply.status, reply.body) == (200, body)
        assert peer.requests[0].startswith(b"RCAPTURE /capture HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"Content-Length: 2\r\n" in peer.requests[0]


def test_a_reply_inside_a_reply() -> None:
    inner = b'HTTP/1.1 405 OK\r\nContent-Length: 2\r\n\r\n{"a": 1}'
    with Peer(lambda _: [OK + b"Content-Length: %d\r\n\r\n" % len(inner) + inner]) as peer:
        reply = asked(peer)
        assert (reply.status, reply.body) == (405, b'{"a": 1}')


BROKEN = [
    ([b""], DeviceDisconnectedError, "closed after 0 bytes of header"),
    ([b"HTTP/1.1 20"], DeviceDisconnectedError, "closed after 11 bytes of header"),
    ([OK + b"Content-Length: 9\r\n\r\nhello"], DeviceDisconnectedError, "closed after 5 of 9 bytes"),
    ([OK + b"Content-Length: -1\r\n\r\n"], DeviceDataError, "Content-Length '-1'"),
    ([OK + b"Content-Length: 1e3\r\n\r\n"], DeviceDataError, "Content-Length '1e3'"),
    ([OK + b"Content-Length: 1001\r\n\r\n"], DeviceDataError, "1001 bytes; the limit is 1000"),
    ([OK + b"\r\n" + b"x" * 1001], DeviceDataError, "over 1000 bytes"),
    ([OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"], DeviceDataError, "chunk size"),
    ([OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 80], DeviceDataError, "chunked reply that is none"),
    ([OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n"], DeviceDataError, "chunk size"),
    ([OK + b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n"], DeviceDataError, "4294967295 bytes; the limit is"),
    ([b"220 ftp ready\r\n\r\n"], DeviceDataError, "does not speak HTTP"),
    ([b"HTTP/1.1 abc\r\n\r\n"], DeviceDataError, "does not speak HTTP"),
    ([b"\0\xff" * 100 + b"\r\n\r\n"], DeviceDataError, "does not speak HTTP"),
    ([OK + b"X: " + b"y" * MAX_HEADER_BYTES], DeviceDataError, "header of over 65536 bytes"),
]


@pytest.mark.parametrize(("parts", "kind", "says"), BROKEN)
def test_broken_replies_are_our_errors(parts: list[bytes], kind: type[DeviceError], says: str) -> None:
    with nothing_left(), Peer(lambda _: parts) as peer, pytest.raises(kind, match=rf"^127\.0\.0\.1:\d+: .*{says}"):
        asked(peer)


def test_endless_replies_end_at_the_limit() -> None:
    def endless(_: bytes) -> Iterator[bytes]:
        yield OK + b"\r\n"
        while True:
            yield bytes(65536)

    with nothing_left(), Peer(endless) as peer:
        start = time.monotonic()
        with pytest.raises(DeviceDataError, match="over 1000000 bytes"):
            asked(peer, limit=1_000_000)
        assert time.monotonic() - start < 4


@pytest.mark.parametrize("slow", ["silent", "header", "body"])
def test_one_deadline_holds_however_slowly_it_drips(slow: str) -> None:
    def dripping(_: bytes) -> Iterable[bytes]:
        yield b"" if slow == "silent" else OK
        if slow == "body":
            yield b"Content-Length: 999\r\n\r\n"
        for _number in range(100):
            peer.sleep(0.1)
            yield b"" if slow == "silent" else b"x"

    with nothing_left(), Peer(dripping) as peer:
        start = time.monotonic()
        with pytest.raises(DeviceTimeoutError, match=r"silent after|did not finish in time"):
            asked(peer, timeout_s=0.6)
        assert 0.5 < time.monotonic() - start < 1.6


def test_a_peer_killed_in_mid_reply() -> None:
    def half(_: bytes) -> Iterable[bytes]:
        yield OK + b"Content-Length: 9\r\n\r\nhe"
        peer.sleep(0.3)

    with nothing_left(), Peer(half) as peer, pytest.raises(DeviceDisconnectedError):
        asked(peer)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with nothing_left(), pytest.raises(DeviceNotFoundError, match="nothing answers"):
        exchange(("127.0.0.1", port), "MOSIPDINFO", "/info", None, deadline=time.monotonic() + 1, limit=10)


def test_a_listener_that_never_accepts() -> None:
    with nothing_left(), socket.create_server(("127.0.0.1", 0), backlog=1) as deaf:
        start = time.monotonic()
        with pytest.raises(DeviceTimeoutError):
            exchange(deaf.getsockname(), "MOSIPDINFO", "/info", None, deadline=start + 0.5, limit=10)
        assert time.monotonic() - start < 1.5
