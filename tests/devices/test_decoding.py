"""What a device sent, decoded: in one place, and with the device's own error."""

import ast
from pathlib import Path

import numpy as np
import pytest

import biocapture.devices
from biocapture.devices.decoding import device_image, record_image, refuse_other
from biocapture.devices.protocol import target_of
from biocapture.errors import DeviceDataError, DeviceUnsupportedError
from biocapture.types import Modality

DEVICES = Path(biocapture.devices.__file__).parent
ONLY_HERE = {"DecodeError", "decode", "decode_record", "depicted", "depictions"}
FINGER = target_of("right_index")


@pytest.mark.parametrize("path", sorted(DEVICES.rglob("*.py")), ids=lambda path: str(path.relative_to(DEVICES)))
def test_nobody_else_decodes(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert not names & ONLY_HERE or path.name == "decoding.py"


def test_one_limit_of_pixels() -> None:
    written = [path.name for path in DEVICES.rglob("*.py") if "MAX_PIXELS = " in path.read_text(encoding="utf8")]
    assert written == []


@pytest.mark.parametrize("data", [b"", b"nothing", b"\xff\xd8\xff\xe0" + bytes(40), np.zeros((0, 5), np.uint8)])
def test_what_cannot_be_decoded_is_the_devices_fault(data: bytes) -> None:
    with pytest.raises(DeviceDataError) as caught:
        device_image(data, Modality.FINGERPRINT, "sensor:7")
    assert caught.value.subject == "sensor:7"


@pytest.mark.parametrize("data", [b"", b"nothing", b"FIR\x00030\0"])
def test_so_is_a_damaged_record(data: bytes) -> None:
    with pytest.raises(DeviceDataError, match="damaged record") as caught:
        record_image(data, FINGER, "sensor:7")
    assert caught.value.subject == "sensor:7"


def test_over_the_limit() -> None:
    with pytest.raises(DeviceDataError, match="limit"):
        device_image(np.zeros((8001, 8000), np.uint8), Modality.FACE, "sensor:7")
    with pytest.raises(DeviceDataError):
        device_image(bytes(2000), Modality.FACE, "sensor:7", max_bytes=1000)


def test_the_resolution_the_device_was_set_to() -> None:
    assert device_image(np.zeros((9, 7), np.uint8), Modality.FINGERPRINT, "sensor:7", ppi=1000.0).ppi == 1000.0


def test_another_modality() -> None:
    refuse_other(Modality.IRIS, (Modality.FACE, Modality.IRIS), "camera:0")
    with pytest.raises(DeviceUnsupportedError, match="captures face, not iris"):
        refuse_other(Modality.IRIS, (Modality.FACE,), "camera:0")
