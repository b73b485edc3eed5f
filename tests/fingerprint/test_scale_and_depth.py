"""A wrong resolution and a wrong depth are named as such, not as a missing finger or light pressing."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.prints import SEEDS, touch

import biocapture as bc
from biocapture.images.codecs.resolution import stated_resolutions

WHOLE = (560, 416)
FINGERS = pytest.mark.parametrize("seed", SEEDS)


@FINGERS
@pytest.mark.parametrize("stated_ppi", [200, 255, 300, 1000, 1200])
def test_a_stated_resolution_that_the_ridges_contradict_comes_first(stated_ppi: float, seed: int) -> None:
    report = bc.assess(touch(seed, WHOLE).pixels, "fingerprint", ppi=stated_ppi)
    assert report.failure != "fingerprint.no_print"
    assert report.verdict != "READY"
    first = report.reasons[0]
    assert first.key in {"fingerprint.check_resolution", "image.ppi_implausible"}


@FINGERS
@pytest.mark.parametrize("ppi", [400, 500, 569, 1000])
def test_a_true_resolution_is_not_doubted(ppi: float, seed: int) -> None:
    pixels = cv2.resize(touch(seed, WHOLE).pixels, None, fx=ppi / 500, fy=ppi / 500, interpolation=cv2.INTER_AREA)
    report = bc.assess(pixels.astype(np.uint8), "fingerprint", ppi=ppi)
    assert report.notes == ()
    assert report.failure == ""


@pytest.mark.parametrize(("comment", "ppi"), [("255", None), ("-1", None), ("0", None), ("500", 500), ("1000", 1000)])
def test_nistcom_says_that_it_does_not_know(comment: str, ppi: int | None) -> None:
    text = f"NIST_COM 3\nPIX_WIDTH 4\nPPI {comment}\n".encode()
    data = b"\xff\xa0\xff\xa8" + struct.pack(">H", 2 + len(text)) + text
    assert stated_resolutions("WSQ", data, {}, {}) == ({} if ppi is None else {"NISTCOM": (ppi, ppi)})


@FINGERS
def test_twelve_bits_in_sixteen_and_four_in_eight_are_depth(seed: int, tmp_path: Path) -> None:
    pixels = touch(seed, WHOLE).pixels
    path = tmp_path / "twelve.png"
    cv2.imwrite(str(path), pixels.astype(np.uint16) * 16)
    for source in (path, pixels // 16):
        report = bc.assess(source, "fingerprint", ppi=500)
        assert report.verdict == "RETAKE"
        assert report.reasons[0].key == "fingerprint.check_depth"
        assert "fingerprint.press_firmly" not in {reason.key for reason in report.reasons}


@pytest.mark.parametrize("grey", [0, 3, 12])
def test_a_black_picture_is_no_matter_of_depth(grey: int) -> None:
    noise = np.random.default_rng(1).integers(0, grey + 1, WHOLE, dtype=np.uint8)
    assert bc.assess(noise, "fingerprint", ppi=500).failure == "fingerprint.no_print"


@FINGERS
def test_a_fine_print_is_recognised_by_its_stated_resolution(seed: int, tmp_path: Path) -> None:
    wide = cv2.resize(touch(seed, WHOLE).pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    report = bc.assess(wide, ppi=1000)
    assert report.modality == "fingerprint"
    assert report.verdict == "READY"
