"""The SBI client against a device written from the description alone, with MockMDS's habits and with every fault."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.support.pictures import COLOUR, GREY, picture
from tests.support.sbi_peers import Peer, Quirky, nothing_left, served, unb64

from biocapture.devices import target_of
from biocapture.devices.sbi.adapter import SbiDevice, SbiOptions
from biocapture.devices.simulators.sbi_keys import new_signer
from biocapture.errors import (
    DeviceBusyError,
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    NothingPresentedError,
    ScanRejectedError,
    UsageError,
)
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record
from biocapture.images.records.iso19794_5 import FaceImage, FaceImageRecord, write_face_record
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, write_iris_record
from biocapture.types import FINGERS, Modality, PpiSource

FACE = write_face_record(FaceImageRecord(2011, (FaceImage(picture(COLOUR, "JPEG2000")),)))
NAMES = {"Left IndexFinger": 7, "Left MiddleFinger": 8, "Left RingFinger": 9, "Left LittleFinger": 10}
NAMES |= {"Left Thumb": 6, "Right Thumb": 1}


def finger(code: int, **more: object) -> bytes:
    image = FingerImage(picture(GREY + np.uint8(code), "JPEG2000"), finger=code, **more)  # type: ignore[arg-type]
    return write_finger_record(FingerImageRecord(2011, (image,)))


def iris(code: int) -> bytes:
    return write_iris_record(IrisImageRecord(2011, (IrisImage(picture(GREY), eye=code),)))


def slap() -> Quirky:
    return Quirky("Finger", "2", ["1", "2", "3"], {name: finger(code) for name, code in NAMES.items()})


def camera() -> Quirky:
    return Quirky("Face", "3", ["0"], {None: FACE})


def client(peer: Peer, **options: object) -> SbiDevice:
    return SbiDevice(f"127.0.0.1:{peer.port}", SbiOptions(**options))


TARGETS = [target_of(FINGERS[code]) for code in (9, 7, 8)]
PORTRAIT = target_of("face")


def test_a_slap_is_captured_and_chained() -> None:
    device = slap()
    with nothing_left(), served(device) as peer, client(peer) as opened:
        info = opened.info
        assert (info.maker, info.model, info.serial) == ("MOSIP", "X1", "2345678901")
        assert info.capabilities.modalities == (Modality.FINGERPRINT,)
        assert info.capabilities.group
        samples = opened.capture_group(TARGETS, 10)
        assert [sample.position for sample in samples] == [target.position for target in TARGETS]
        for sample, code in zip(samples, (9, 7, 8), strict=True):
            np.testing.assert_array_equal(sample.image.pixels, GREY + np.uint8(code))
            assert (sample.image.ppi, sample.image.ppi_source) == (500, PpiSource.METADATA)
        first = opened.captures
        thumb = opened.capture(target_of("left_thumb"), 10)
        assert thumb.position is FINGERS[6]
        assert [answer.score for answer in first] == [77.0] * 3
    asked = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in peer.requests if b"RCAPTURE" in request]
    bio = asked[0]["bio"][0]
    assert (bio["deviceSubId"], bio["count"], bio["exception"]) == ("1", "3", ["Left LittleFinger"])
    assert bio["bioSubType"] == ["Left RingFinger", "Left IndexFinger", "Left MiddleFinger"]
    assert (bio["previousHash"], asked[1]["bio"][0]["previousHash"]) == ("", first[-1].hash)
    assert asked[1]["bio"][0] | {"previousHash": ""} == bio | {
        "bioSubType": ["Left Thumb"],
        "exception": ["Right Thumb"],
        "deviceSubId": "3",
        "count": "1",
        "previousHash": "",
    }
    numbers = [each["transactionId"] for each in asked]
    assert len(set(numbers)) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9-]{4,50}", number) for number in numbers)


def test_hash_of_the_first_capture_is_that_of_the_notes() -> None:
    device = camera()
    with served(device) as peer, client(peer) as opened:
        opened.capture(PORTRAIT, 10)
        (answer,) = opened.captures
    nothing = hashlib.sha256(b"").digest()
    assert answer.hash == hashlib.sha256(nothing + hashlib.sha256(FACE).digest()).hexdigest().upper()
    assert answer.record == FACE
    assert json.loads(unb64(answer.data.split(".")[1]))["bioType"] == "Face"


def test_irises_alone_and_together() -> None:
    eyes = {"Left": iris(2), "Right": iris(1)}
    for sub_ids in (["1", "2", "3"], ["3"], ["0"], [1, 2, 3]):
        device = Quirky("Iris", "1", sub_ids, eyes)
        with served(device) as peer, client(peer, type="Iris") as opened:
            sample = opened.capture(target_of("left_eye"), 10)
            assert (sample.modality, sample.position) == (Modality.IRIS, "left_eye")
            if "3" in map(str, sub_ids):
                both = opened.capture_group([target_of("right_eye"), target_of("left_eye")], 10)
                assert [each.position for each in both] == ["right_eye", "left_eye"]


def test_a_record_that_contradicts_is_noted() -> None:
    records = {"Left IndexFinger": finger(8), "Left MiddleFinger": finger(0)}
    device = Quirky("Finger", "2", ["1"], records)
    with served(device) as peer, client(peer) as opened:
        index = opened.capture(target_of("left_index"), 10)
        middle = opened.capture(target_of("left_middle"), 10)
    assert "image.record_conflict" in index.image.notes
    assert (index.position, middle.image.notes) == ("left_index", ())


def test_a_resolution_box_of_1000_does_not_hide_the_header() -> None:
    shown = picture(GREY, "JPEG2000")
    box = bytes.fromhex("0000001a 72657320 00000012 72657363") + bytes.fromhex("99ca0001 99ca0001 0000")
    at = shown.data.index(b"jp2c") - 4
    record = write_finger_record(
        FingerImageRecord(
            2011,
            (FingerImage(type(shown)(shown.encoding, shown.data[:at] + box + shown.data[at:], 80, 96), finger=7),),
        )
    )
    device = Quirky("Finger", "2", ["1"], {"Left IndexFinger": record})
    with served(device) as peer, client(peer) as opened:
        image = opened.capture(target_of("left_index"), 10).image
    assert (image.ppi, image.notes) == (500, ("image.ppi_conflict",))


def hours(ago: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


Parts = list[dict]


def resigned(parts: Parts) -> Parts:
    """Signed by someone else, content untouched."""
    stranger = new_signer()
    return [part | {"data": stranger.sign(json.loads(unb64(part["data"].split(".")[1])))} for part in parts]


def broken(parts: Parts) -> Parts:
    return [part | {"data": part["data"][:-20] + "A" * 20} for part in parts]


def without(name: str) -> Callable[[Quirky], None]:
    def change(device: Quirky) -> None:
        device.change = {name: None}

    return change


def changed(**what: object) -> Callable[[Quirky], None]:
    def change(device: Quirky) -> None:
        device.change = what

    return change


def tampered(how: Callable[[Parts], Parts]) -> Callable[[Quirky], None]:
    def change(device: Quirky) -> None:
        device.tamper = how

    return change


def failing(code: int, text: str = "") -> Callable[[Quirky], None]:
    part = {"specVersion": "0.9.5", "data": "", "hash": "", "error": {"errorCode": str(code), "errorInfo": text}}
    return tampered(lambda _: [part])


FAULTS = [
    (tampered(broken), DeviceDataError, "wrong signature of capture"),
    (tampered(resigned), DeviceDataError, "signed by another device"),
    (changed(transactionId="a-replayed-one"), DeviceDataError, "transactionId is 'a-replayed-one', expected"),
    (changed(timestamp=hours(1)), DeviceDataError, r"3\d\d\d s old, allowed 300 s"),
    (changed(timestamp=hours(-1)), DeviceDataError, "in the future"),
    (changed(timestamp="yesterday"), DeviceDataError, "is no time"),
    (changed(qualityScore=""), DeviceDataError, "qualityScore is ''"),
    (changed(qualityScore="101"), DeviceDataError, r"qualityScore is '101', expected 0\.\.100"),
    (changed(qualityScore="nan"), DeviceDataError, "qualityScore is 'nan'"),
    (without("bioValue"), DeviceDataError, "capture: bioValue"),
    (changed(bioValue="!!"), DeviceDataError, "bioValue is not base64"),
    (changed(bioValue=""), DeviceDataError, "hash is"),
    (changed(bioType="Finger"), DeviceDataError, "bioType is 'Finger', expected 'Face'"),
    (changed(purpose="Auth"), DeviceDataError, "purpose is 'Auth'"),
    (changed(digitalId="none"), DeviceDataError, "digital id is no signed message"),
    (tampered(lambda parts: [part | {"hash": "0" * 64} for part in parts]), DeviceDataError, "hash is '0000"),
    (tampered(lambda parts: [part | {"hash": ""} for part in parts]), DeviceDataError, "hash is ''"),
    (tampered(lambda parts: [part | {"specVersion": "1.0.0"} for part in parts]), DeviceDataError, "specVersion"),
    (tampered(lambda _: []), DeviceDataError, "a reply without captures"),
    (tampered(lambda _: [7]), DeviceDataError, "reply: biometrics.0"),  # type: ignore[list-item]
    (tampered(lambda parts: parts * 2), DeviceDataError, "hash is"),
    (failing(701), DeviceTimeoutError, r"Capture Timeout has happened \(error 701\)"),
    (failing(101, "nobody there"), NothingPresentedError, r"nobody there \(error 101\)"),
    (failing(708), NothingPresentedError, "error 708"),
    (failing(105), ScanRejectedError, "Image orientation error"),
    (failing(109), DeviceUnsupportedError, "error 109"),
    (failing(705), DeviceNotFoundError, "error 705"),
    (failing(700), DeviceDisconnectedError, "error 700"),
    (failing(103), DeviceDataError, "tamper"),
    (failing(9999), DeviceUnsupportedError, "no explanation"),
]


@pytest.mark.parametrize(("change", "kind", "says"), FAULTS)
def test_what_does_not_hold_is_refused(change: Callable[[Quirky], None], kind: type[DeviceError], says: str) -> None:
    device = camera()
    with nothing_left(), served(device) as peer, client(peer) as opened:
        change(device)
        with pytest.raises(kind, match=rf"127\.0\.0\.1:\d+: .*{says}|^{says}|^capture: {says}|^digital id"):
            opened.capture(PORTRAIT, 5)
        device.change, device.tamper = {}, lambda parts: parts
        assert opened.capture(PORTRAIT, 5).modality is Modality.FACE


def test_another_device_behind_the_same_key_is_refused() -> None:
    device = camera()
    with served(device) as peer, client(peer) as opened:
        device.digital = lambda: Quirky.digital(device) | {"serialNo": "7"}  # type: ignore[method-assign]
        with pytest.raises(DeviceDataError, match="serialNo is '7', expected '2345678901'"):
            opened.capture(PORTRAIT, 5)


def test_captures_that_were_not_asked_for_are_refused() -> None:
    device = slap()
    with served(device) as peer, client(peer) as opened:
        device.change = {"bioSubType": "Left Thumb"}
        with pytest.raises(DeviceDataError, match="asked for left_index; it sent left_thumb"):
            opened.capture(target_of("left_index"), 5)
        device.change = {"bioSubType": "UNKNOWN"}
        with pytest.raises(DeviceDataError, match="it sent unknown"):
            opened.capture(target_of("left_index"), 5)


def test_records_that_are_none_are_refused() -> None:
    for record, says in (
        (b"FAC\x00030\0", "sent a damaged record: at byte 0"),
        (b"nothing", "sent a damaged record"),
        (finger(7), "sent a record of fingerprint, expected face"),
        (FACE.replace(b"\xff\x4f\xff\x51", bytes(4)), "sent a picture that cannot be read"),
    ):
        device = Quirky("Face", "3", ["0"], {None: record})
        with served(device) as peer, client(peer) as opened, pytest.raises(DeviceDataError, match=says):
            opened.capture(PORTRAIT, 5)


def reply(body: bytes, length: int | None = None) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


def endless() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    while True:
        yield bytes(1 << 16)


WIRE: list[tuple[Callable[[], Iterable[bytes]], type[DeviceError], str]] = [
    (lambda: [reply(b'{"biometrics": []}', 90)], DeviceDisconnectedError, "closed after 18 of 90 bytes"),
    (lambda: [reply(b'{"biometrics": []}', 9)], DeviceDataError, "not JSON"),
    (lambda: [reply(b"{" * 500_000)], DeviceDataError, "not JSON"),
    (lambda: [reply(b"[" * 500_000)], DeviceDataError, "not JSON"),
    (lambda: [reply(b"12")], DeviceDataError, "the reply is '12'"),
    (lambda: [reply(b'"\xff"')], DeviceDataError, "not JSON"),
    (lambda: [reply(b"", 1 << 36)], DeviceDataError, "the limit is 5000000"),
    (endless, DeviceDataError, "over 5000000 bytes"),
    (lambda: [reply(b'{"errorCode": "703", "errorInfo": "busy"}')], DeviceBusyError, "error 703"),
    (lambda: [reply(b'[{"error": {"errorCode": 500, "errorInfo": "Invalid URL"}}]')], DeviceUnsupportedError, "500"),
    (
        lambda: [b'HTTP/1.1 405 OK\r\nContent-Length: 40\r\n\r\n[{"error":{"errorCode":"110","a":"bcde"}}]'],
        DeviceError,
        "127",
    ),
    (
        lambda: [reply(b'HTTP/1.1 405 OK\r\nX: y\r\n\r\n[{"error": {"errorCode": "101"}}]\r\n\r\n')],
        NothingPresentedError,
        "error 101",
    ),
    (list, DeviceDisconnectedError, "closed after 0 bytes"),
]


@pytest.mark.parametrize(("answer", "kind", "says"), WIRE)
def test_faults_on_the_wire(answer: Callable[[], Iterable[bytes]], kind: type[DeviceError], says: str) -> None:
    device = camera()
    with nothing_left(), served(device) as peer, client(peer, max_bytes=5_000_000) as opened:
        peer.script = lambda request: answer()
        start = time.monotonic()
        with pytest.raises(kind, match=says) as caught:
            opened.capture(PORTRAIT, 5)
        assert time.monotonic() - start < 5
        assert caught.value.guidance.startswith("device.")


def test_a_silent_device_and_a_killed_one() -> None:
    device = camera()
    with nothing_left(), served(device) as peer, client(peer) as opened:
        peer.script = lambda request: (peer.sleep(9), [b""])[1]  # type: ignore[func-returns-value]
        start = time.monotonic()
        with pytest.raises(DeviceTimeoutError, match="silent after 0 bytes"):
            opened.capture(PORTRAIT, 0.5)
        assert time.monotonic() - start < 1.5
        peer.kill()
        with pytest.raises(DeviceNotFoundError, match="nothing answers"):
            opened.capture(PORTRAIT, 0.5)
        assert opened.info.health.state == "gone"
    with pytest.raises(DeviceNotFoundError, match="is not open"):
        opened.capture(PORTRAIT, 0.5)


def test_who_is_trusted(tmp_path: Path) -> None:
    device, roots = camera(), tmp_path / "roots.pem"
    roots.write_bytes(device.certificate.public_bytes(_pem()))
    with served(device) as peer:
        with client(peer, trust=roots) as opened:
            opened.capture(PORTRAIT, 5)
        roots.write_bytes(new_signer().root_pem)
        with pytest.raises(DeviceDataError, match=r"device info is signed by 'CN=MOCKMDS', who is not trusted"):
            client(peer, trust=roots).__enter__()
        with pytest.raises(UsageError):
            client(peer, trust=tmp_path / "none.pem").__enter__()


def _pem() -> object:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.PEM


def test_old_certificates_of_real_devices_can_be_allowed() -> None:
    device = Quirky("Face", "3", ["0"], {None: FACE}, days=-20)
    with served(device) as peer:
        with pytest.raises(DeviceDataError, match="certificate of device info is valid"):
            client(peer).__enter__()
        with client(peer, expired_ok=True) as opened:
            assert opened.capture(PORTRAIT, 5).position == "face"


def test_a_wrong_clock_can_be_allowed() -> None:
    device = camera()
    device.change = {"timestamp": hours(1)}
    with served(device) as peer, client(peer, lag_s=7200) as opened:
        assert opened.capture(PORTRAIT, 5).position == "face"


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        ([], DeviceNotFoundError, "no device among 0"),
        ([{"deviceInfo": "", "error": {"errorCode": "100", "errorInfo": ""}}], DeviceUnsupportedError, "error 100"),
        ([{"deviceInfo": None, "error": {"errorCode": "110", "errorInfo": ""}}], DeviceBusyError, "error 110"),
        ({"error": {"errorCode": "106"}}, DeviceNotFoundError, "error 106"),
        ([{"deviceInfo": "eyJhIjogMX0", "error": None}], DeviceDataError, "no signed message"),
        ([{"deviceInfo": "%", "error": None}], DeviceDataError, "no signed message"),
        ([7], DeviceDataError, "reply: "),
        ("text", DeviceDataError, "the reply is 'text'"),
    ],
)
def test_info_that_does_not_hold(content: object, kind: type[DeviceError], says: str) -> None:
    device = camera()
    with nothing_left(), Peer(lambda _: [device.framed(content)]) as peer, pytest.raises(kind, match=says):
        client(peer, open_timeout_s=0.5).__enter__()


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        ({"callbackId": "http://10.1.2.3:4501/"}, DeviceDataError, "at another machine, '10.1.2.3'"),
        ({"callbackId": "http://127.0.0.1.example.com/"}, DeviceDataError, "at another machine"),
        ({"callbackId": "https://127.0.0.1:4501/"}, DeviceUnsupportedError, "expected http"),
        ({"callbackId": "http://127.0.0.1:99999/"}, DeviceDataError, "wants to be called at"),
        ({"digitalId": "x.y.z"}, DeviceDataError, "digital id"),
        ({"deviceStatus": None}, DeviceDataError, "device info: deviceStatus"),
    ],
)
def test_devices_that_want_something_odd(change: dict, kind: type[DeviceError], says: str) -> None:
    device = camera()
    plain = device.info
    device.info = lambda: plain() | change  # type: ignore[method-assign]
    with served(device) as peer, pytest.raises(kind, match=says):
        client(peer).__enter__()


def test_callbacks_without_a_slash_and_with_a_path() -> None:
    device = camera()
    plain = device.info
    for path in ("", "/", "/service", "/service/"):
        called = f"http://localhost:{{}}{path}"
        device.info = lambda called=called: plain() | {"callbackId": called.format(device.port)}  # type: ignore[misc]
        with served(device) as peer, client(peer) as opened:
            opened.capture(PORTRAIT, 5)
            assert peer.requests[-1].startswith(f"RCAPTURE {path.rstrip('/')}/capture ".encode())


def test_targets_it_cannot_take() -> None:
    with served(slap()) as peer, client(peer) as opened:
        for targets in (
            [target_of("face")],
            [target_of("left_eye")],
            [],
            [target_of("unknown")],
            [target_of("left_index"), target_of("right_index")],
            [target_of("left_index"), target_of("left_index")],
        ):
            with pytest.raises(DeviceUnsupportedError):
                opened.capture_group(targets, 1)


def test_the_right_device_of_a_service_is_taken() -> None:
    one, other = camera(), slap()
    both = [each.jws(each.info()) for each in (one, other)]

    def script(request: bytes) -> Iterable[bytes]:
        good = {"errorCode": "0", "errorInfo": "Success"}
        return [one.framed([{"deviceInfo": token, "error": good} for token in both])]

    with Peer(script) as peer:
        for address, options, serial in (("", {"type": "Finger"}, "2"), ("/3", {}, "3"), ("/2", {"type": ""}, "2")):
            device = SbiDevice(f"http://127.0.0.1:{peer.port}{address}", SbiOptions(**options))
            with device as opened:
                assert opened._require_session().identity.info.deviceId == serial
        for address, options in (("/9", {}), ("/3", {"type": "Finger"}), ("", {"type": "Iris"})):
            with pytest.raises(DeviceNotFoundError, match="no device"):
                SbiDevice(f"127.0.0.1:{peer.port}{address}", SbiOptions(**options)).__enter__()


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1:4501", "127.0.0.1:x", "127.0.0.1:99999", "::::"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(DeviceNotFoundError, match="expected host:port"):
        SbiDevice(address, SbiOptions()).__enter__()


def scanning(port: int, **options: object) -> SbiDevice:
    return SbiDevice("", SbiOptions(first_port=port, last_port=port, **options))


def test_it_is_found_by_scanning() -> None:
    with nothing_left(), served(camera()) as peer, scanning(peer.port, type="Face") as opened:
        assert opened.capture(PORTRAIT, 5).position == "face"
    start = time.monotonic()
    with nothing_left(), pytest.raises(DeviceNotFoundError, match="no device on ports"):
        scanning(peer.port).__enter__()
    assert time.monotonic() - start < 3


def test_scanning_passes_other_services_over() -> None:
    with nothing_left(), Peer(lambda _: [b"220 ftp\r\n\r\n"]) as odd, Peer(lambda _: (mute.sleep(9), [])[1]) as mute:
        start = time.monotonic()
        for peer in (odd, mute):
            with pytest.raises(DeviceNotFoundError, match="no device"):
                scanning(peer.port, open_timeout_s=1).__enter__()
        assert time.monotonic() - start < 4


def test_our_adapter_is_an_entry_point() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf8"))["project"]
    assert project["entry-points"]["biocapture.devices"]["sbi"] == f"{SbiDevice.__module__}:{SbiDevice.__name__}"
