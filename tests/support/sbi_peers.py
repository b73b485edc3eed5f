"""Peers for tests of SBI: a server of raw bytes, and a device written from the protocol's description with its quirks.

The device shares no code with ours: it signs, hashes and frames by itself, and its habits are those of MOSIP's MockMDS.
"""

import base64
import contextlib
import datetime as dt
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Script = Callable[[bytes], Iterable[bytes]]


def left_open() -> set[str]:
    """Threads and sockets of this process."""
    handles = set()
    for handle in Path("/proc/self/fd").glob("*"):
        with contextlib.suppress(OSError):
            if str(handle.readlink()).startswith("socket:"):
                handles.add(str(handle.readlink()))
    return handles | {f"thread {thread.ident}" for thread in threading.enumerate()}


@contextlib.contextmanager
def nothing_left() -> Iterator[None]:
    before = left_open()
    yield
    end = time.monotonic() + 3
    while (more := left_open() - before) and time.monotonic() < end:
        time.sleep(0.02)
    assert not more


class Peer:
    """Answers each connection with the bytes its script gives, then closes; requests are kept."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve)]

    def __enter__(self) -> "Peer":
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End everything now."""
        self._closing.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def sleep(self, seconds: float) -> None:
        self._closing.wait(seconds)

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:  # killed while it waited
                return
            worker = threading.Thread(target=self._answer, args=(connection,))
            self._threads.append(worker)
            worker.start()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection, contextlib.suppress(OSError):
            request = received(connection)
            if request:
                self.requests.append(request)
                for part in self.script(request):
                    if self._closing.is_set():
                        return
                    connection.sendall(part)


def received(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line[16:] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Quirky:
    """A device as MockMDS: single-entry finger, iris or face service behind a `Peer`."""

    def __init__(
        self, type: str, device_id: str, sub_ids: list, records: dict[str | None, bytes], days: int = 30
    ) -> None:
        self.type, self.device_id, self.sub_ids, self.records = type, device_id, sub_ids, records
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "MOCKMDS")])
        now = dt.datetime.now(dt.UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        builder = builder.serial_number(1).not_valid_before(now - dt.timedelta(60))
        self.certificate = builder.not_valid_after(now + dt.timedelta(days)).sign(self.key, hashes.SHA256())
        self.status, self.change = "Ready", dict[str, object]()
        self.tamper: Callable[[list[dict]], list[dict]] = lambda parts: parts
        self.port = 0

    def jws(self, payload: dict) -> str:
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        header = {"x5c": [base64.b64encode(der).decode()], "alg": "RS256", "typ": "JWT"}
        message = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(payload).encode())}"
        return f"{message}.{b64(self.key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def now(self) -> str:
        return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def digital(self) -> dict:
        return {
            "serialNo": "2345678901",
            "make": "MOSIP",
            "model": "X1",
            "type": self.type,
            "deviceSubType": "Slap",
            "deviceProvider": "MOSIP",
            "deviceProviderId": "MOSIP.PROXY.SBI",
            "dateTime": self.now(),
        }

    def info(self) -> dict:
        return {
            "deviceStatus": self.status,
            "deviceId": self.device_id,
            "firmware": "F1",
            "certification": "L0",
            "serviceVersion": "0.9.5",
            "deviceSubId": self.sub_ids,
            "callbackId": f"http://127.0.0.1:{self.port}/",
            "digitalId": self.jws(self.digital()),
            "deviceCode": "b692b595",
            "env": "Staging",
            "purpose": "Registration",
            "specVersion": ["0.9.5"],
        }

    def script(self, request: bytes) -> Iterable[bytes]:
        head, _, body = request.partition(b"\r\n\r\n")
        verb = head.split(b"/")[0].decode().strip()
        asked = json.loads(body) if body else {}
        if verb == "MOSIPDISC":
            entry = self.info() | {"digitalId": b64(json.dumps(self.digital()).encode()), "error": None}
            yield self.framed([entry])
        elif verb == "MOSIPDINFO":
            yield self.framed([{"deviceInfo": self.jws(self.info()), "error": {"errorCode": "0", "errorInfo": ""}}])
        elif verb == "RCAPTURE":
            yield self.framed({"biometrics": self.tamper(list(self.captured(asked)))})

    def captured(self, asked: dict) -> Iterable[dict]:
        (bio,) = asked["bio"]
        assert all(isinstance(bio[name], str) for name in ("count", "requestedScore", "deviceSubId", "previousHash"))
        assert isinstance(asked["timeout"], str)
        previous = bytes.fromhex(bio["previousHash"]) if bio["previousHash"] else hashlib.sha256(b"").digest()
        for name in bio["bioSubType"] or [None]:
            record = self.records[name]
            previous = hashlib.sha256(previous + hashlib.sha256(record).digest()).digest()
            data = {
                "digitalId": self.jws(self.digital()),
                "deviceCode": "b692b595",
                "deviceServiceVersion": "0.9.5",
                "bioType": bio["type"],
                "bioSubType": name,
                "purpose": asked["purpose"],
                "env": asked["env"],
                "bioValue": b64(record),
                "transactionId": asked["transactionId"],
                "timestamp": self.now(),
                "requestedScore": 40.0,
                "qualityScore": 77.0,
            }
            token = self.jws(data | self.change)
            error = {"errorCode": "0", "errorInfo": "Success"}
            yield {"specVersion": "0.9.5", "data": token, "hash": previous.hex().upper(), "error": error}

    def framed(self, content: object, status: str = "200 OK") -> bytes:
        """As MockMDS frames replies: odd header case, and line ends after the body."""
        body = json.dumps(content)
        head = f"HTTP/1.1 {status}\r\nAccess-Control-Allow-Origin: *\r\nCACHE-CONTROL:no-cache\r\n"
        head += f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
        return (head + body + "\r\n\r\n").encode()


@contextlib.contextmanager
def served(device: Quirky) -> Iterator[Peer]:
    with Peer(device.script) as peer:
        device.port = peer.port
        yield peer
