"""Record, picture and ridges each say a resolution: where two agree, it is used, and it is no fault."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from tests.support.prints import touch

from biocapture.assessment.pipeline import assess
from biocapture.assessment.report import Report
from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record

PRINT = touch(1).pixels
TWICE = cv2.resize(PRINT, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)


def report(pixels: np.ndarray, record_ppi: int, picture_ppi: int, given: float | None = None) -> Report:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, "PNG", dpi=(picture_ppi, picture_ppi))
    height, width = pixels.shape
    shown = FingerImage(
        StoredPicture(Encoding.PNG, buffer.getvalue(), width, height), finger=2, rate=(record_ppi, record_ppi)
    )
    return assess(write_finger_record(FingerImageRecord(2011, (shown,))), "fingerprint", ppi=given)


@pytest.mark.parametrize(("record_ppi", "picture_ppi"), [(500, 1000), (1000, 500), (500, 72), (500, 4500)])
def test_two_of_three_agree(record_ppi: int, picture_ppi: int) -> None:
    found = report(PRINT, record_ppi, picture_ppi)
    assert found.ppi == 500
    assert "image.ppi_settled" in found.notes
    assert not any("ppi" in reason.source for reason in found.reasons)
    assert found.quality == pytest.approx(report(PRINT, 500, 500).quality, abs=1e-9)


def test_a_larger_scale() -> None:
    found = report(TWICE, 500, 1000)
    assert (found.ppi, "image.ppi_settled" in found.notes) == (1000, True)


def test_ridges_that_contradict_both_stay_a_fault() -> None:
    small = cv2.resize(PRINT, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    found = report(small, 1000, 2000)
    assert "image.ppi_conflict" in found.notes
    assert any(reason.source == "image.ppi_conflict" for reason in found.reasons)


def test_what_the_caller_states_settles_it() -> None:
    found = report(PRINT, 1000, 2000, given=500)
    assert (found.ppi, found.notes) == (500, ())


def test_a_blank_picture_settles_nothing() -> None:
    found = report(np.full((300, 300), 220, np.uint8), 500, 1000)
    assert "image.ppi_conflict" in found.notes
