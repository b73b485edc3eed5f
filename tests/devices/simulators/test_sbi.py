"""The SBI simulator: asked by a plain HTTP client and by ours."""

import hashlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.sbi_peers import nothing_left, unb64

from biocapture.devices import target_of
from biocapture.devices.conformance import check_device
from biocapture.devices.sbi.adapter import SbiDevice, SbiOptions
from biocapture.devices.simulators.sbi import SbiSimulator
from biocapture.errors import (
    DeviceBusyError,
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    UsageError,
)
from biocapture.images.records.record import images_in_record

FACE, EYE = target_of("face"), target_of("left_eye")


@pytest.fixture
def simulator() -> Iterator[SbiSimulator]:
    with nothing_left(), SbiSimulator(0, ("Face", "Iris"), fps=30) as started:
        yield started


def asked(simulator: SbiSimulator, verb: str, path: str, body: object = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=20)
    try:
        connection.request(verb, path, json.dumps(body) if body is not None else None)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def administered(simulator: SbiSimulator, call: str, **what: object) -> str:
    return asked(simulator, "POST", f"/admin/{call}", what)[1]["errorCode"]


def client(simulator: SbiSimulator, kind: str = "Face", **options: object) -> SbiDevice:
    return SbiDevice(f"127.0.0.1:{simulator.port}", SbiOptions(type=kind, **options))


def request(**bio: object) -> dict[str, Any]:
    first = {"type": "Iris", "count": "2", "bioSubType": ["Left", "Right"], "exception": [], "requestedScore": "40"}
    first |= {"deviceId": "1", "deviceSubId": "3", "previousHash": ""}
    return {
        "env": "Developer",
        "purpose": "Registration",
        "specVersion": "0.9.5",
        "timeout": "9000",
        "captureTime": "2026-11-23T00:00:00Z",
        "transactionId": "f1bccd98-3c8b",
        "bio": [first | bio],
        "customOpts": None,
    }


def test_captures_are_chained_and_hold_records(simulator: SbiSimulator) -> None:
    before = "ab" * 32
    status, reply = asked(simulator, "RCAPTURE", "/capture", request(previousHash=before))
    assert status == 200
    previous = bytes.fromhex(before)
    for part, name in zip(reply["biometrics"], ("Left", "Right"), strict=True):
        data = json.loads(unb64(part["data"].split(".")[1]))
        record = unb64(data["bioValue"])
        previous = hashlib.sha256(previous + hashlib.sha256(record).digest()).digest()
        assert part["hash"] == previous.hex().upper()
        assert (data["bioSubType"], data["transactionId"], data["qualityScore"]) == (name, "f1bccd98-3c8b", "80.0")
        (shown,) = images_in_record(record)
        assert (shown.position, shown.quality) == (f"{name.lower()}_eye", 80)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"count": "1"}, "109"),
        ({"count": 1, "exception": ["Left"], "bioSubType": []}, "0"),
        ({"bioSubType": ["Left IndexFinger"]}, "122"),
        ({"deviceSubId": "7"}, "122"),
        ({"deviceId": ""}, "704"),
        ({"deviceId": "9"}, "705"),
        ({"type": "Finger"}, "120"),
        ({"type": "Vein"}, "114"),
        ({"previousHash": "xy"}, "123"),
    ],
)
def test_requests_are_looked_at(simulator: SbiSimulator, change: dict[str, object], code: str) -> None:
    reply = asked(simulator, "RCAPTURE", "/capture", request(**change))[1]
    assert reply["biometrics"][0]["error"]["errorCode"] == code


def test_requests_that_are_none(simulator: SbiSimulator) -> None:
    for change, code in (({"env": "x"}, "115"), ({"purpose": "Auth"}, "121"), ({"transactionId": "a_"}, "112")):
        reply = asked(simulator, "RCAPTURE", "/capture", request() | change)[1]
        assert reply["biometrics"][0]["error"]["errorCode"] == code
    for body in ([], {}, {"bio": 7}, {"bio": [[]]}):
        assert asked(simulator, "RCAPTURE", "/capture", body)[1]["biometrics"][0]["error"]["errorCode"] == "123"
    assert asked(simulator, "FOO", "/x")[0] == 405
    assert asked(simulator, "MOSIPDISC", "/nothing", {})[1][0]["error"]["errorCode"] == "500"
    assert asked(simulator, "MOSIPDISC", "/device", {"type": "x"})[1][0]["error"]["errorCode"] == "502"
    assert asked(simulator, "MOSIPDISC", "/device", {"type": "Finger"})[1][0]["error"]["errorCode"] == "503"


def test_administration(simulator: SbiSimulator) -> None:
    assert administered(simulator, "status", type="Face", deviceStatus="Busy") == "0"
    codes = [each["error"]["errorCode"] for each in asked(simulator, "MOSIPDINFO", "/info")[1]]
    assert codes == ["111", "0"]
    with pytest.raises(DeviceBusyError, match="error 111"):
        client(simulator, open_timeout_s=0.5).__enter__()
    assert administered(simulator, "status", type="Biometric Device", deviceStatus="Not Registered") == "0"
    with pytest.raises(DeviceUnsupportedError, match="error 100"):
        client(simulator, "").__enter__()
    assert administered(simulator, "status", type="Biometric Device", deviceStatus="Ready") == "0"
    assert administered(simulator, "score", type="Face", qualityScore="33.5") == "0"
    assert administered(simulator, "profile", type="Face", profileId="Somebody") == "0"
    with client(simulator) as opened:
        one = opened.capture(FACE, 9).image
        assert opened.captures[0].score == 33.5
        administered(simulator, "profile", type="Face", profileId="Default")
        assert (opened.capture(FACE, 9).image.pixels != one.pixels).any()
        assert administered(simulator, "delay", type="Face", delay="3000", method=["RCAPTURE"]) == "0"
        start = time.monotonic()
        with pytest.raises(DeviceTimeoutError, match="error 701"):
            opened.capture(FACE, 1.5)
        assert time.monotonic() - start < 2.5
    wrong = (("status", "deviceStatus", "Odd", "504"), ("score", "qualityScore", "101", "505"))
    wrong = (*wrong, ("delay", "delay", "-1", "506"), ("fault", "fault", "odd", "123"), ("status", "type", "x", "502"))
    for call, name, value, code in wrong:
        assert administered(simulator, call, **({"type": "Face"} | {name: value})) == code
    assert administered(simulator, "delay", type="Face", delay="1", method=["GET"]) == "507"


FAULTS = {
    "signature": (DeviceDataError, "wrong signature"),
    "signer": (DeviceDataError, "another device"),
    "transaction": (DeviceDataError, "transactionId is 'replayed"),
    "old": (DeviceDataError, "s old, allowed"),
    "hash": (DeviceDataError, "hash is"),
    "score": (DeviceDataError, "qualityScore"),
    "half": (DeviceDisconnectedError, "closed after"),
    "short": (DeviceDataError, "not JSON"),
    "long": (DeviceDisconnectedError, "closed after"),
    "endless": (DeviceDataError, "the limit is"),
    "silent": (DeviceTimeoutError, "silent after 0 bytes"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_noticed_by_our_client(simulator: SbiSimulator, fault: str) -> None:
    kind, says = FAULTS[fault]
    with client(simulator) as opened:
        opened.capture(FACE, 9)
        assert administered(simulator, "fault", type="Face", fault=fault) == "0"
        start = time.monotonic()
        with pytest.raises(kind, match=says) as caught:
            opened.capture(FACE, 3)
        assert time.monotonic() - start < 4
        assert isinstance(caught.value, DeviceError)
        administered(simulator, "fault", type="Face", fault="")
        assert opened.capture(FACE, 9).position == "face"


def test_preview_is_framed_as_registration_clients_expect(simulator: SbiSimulator) -> None:
    body = b'{"deviceId": "3", "deviceSubId": "0", "timeout": "700"}'
    with socket.create_connection(("127.0.0.1", simulator.port), 10) as connection:
        connection.sendall(b"STREAM /stream HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, rest = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"Content-Type: multipart/x-mixed-replace; boundary=--BoundaryString" in head
    assert b"\xff" not in head
    frames = 0
    while b"Content-Length:" in rest:
        part, _, rest = rest.partition(b"Content-Length:")
        assert part.endswith(b"--BoundaryString\r\nContent-Type:image/jpeg\r\n")
        size, _, rest = rest.partition(b"\r\n\r\n")
        assert rest.startswith(b"\xff\xd8")
        assert rest[int(size) : int(size) + 4] == b"\r\n\r\n"
        rest = rest[int(size) + 4 :]
        frames += 1
    assert frames >= 3


def test_frames_and_captures_of_one_device(simulator: SbiSimulator) -> None:
    with client(simulator, "Iris") as opened:
        for _ in range(2):
            frames = opened.frames(EYE, 5)
            assert next(frames).pixels.ndim == next(frames).pixels.ndim == 2
            frames.close()
        frames = opened.frames(EYE, 5)
        next(frames)
        assert opened.capture(EYE, 9).position == "left_eye"
        assert len(list(frames)) < 10
    with pytest.raises(DeviceError):
        opened.frames(EYE, 1)


def test_frames_end_when_the_simulator_goes() -> None:
    with nothing_left():
        with SbiSimulator(0, ("Face",), fps=30) as started, client(started) as opened:
            frames = opened.frames(FACE, 5)
            next(frames)
            started.closing.set()
            list(frames)
        with pytest.raises(DeviceError), opened:
            raise AssertionError("opened without a peer")


def test_what_is_simulated_is_checked() -> None:
    with pytest.raises(UsageError, match="types are Finger, Face, Iris"):
        SbiSimulator(0, ("Voice",))
    with SbiSimulator(0, ("Face",)) as started, pytest.raises(DeviceBusyError, match="no free port"):
        SbiSimulator(started.port)


def test_the_client_keeps_the_promises_of_a_device() -> None:
    with (
        SbiSimulator(0, ("Iris",), fps=30) as started,
        SbiSimulator(0, ("Iris",)) as mute,
        SbiSimulator(0, ("Iris",)) as doomed,
    ):
        for each in (started, doomed):
            with client(each, "Iris") as opened:
                opened.capture(EYE, 9)
        mute.devices["Iris"].delay_ms = {"RCAPTURE": 60_000}
        check_device(
            lambda: client(started, "Iris"),
            EYE,
            silent=lambda: client(mute, "Iris"),
        )
        check_device(lambda: client(doomed, "Iris"), EYE, unplug=lambda _: doomed.__exit__(None, None, None))
