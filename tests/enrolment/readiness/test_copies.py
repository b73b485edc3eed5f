"""Copies of an image: found whatever was done to it, and no other image taken for one."""

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from tests.support.prints import touch

from biocapture.enrolment.readiness import copies
from biocapture.enrolment.readiness.checks import duplicate_slots
from biocapture.enrolment.readiness.checks.duplicate_slots import MIN_COPY_CORRELATION
from biocapture.types import Position

PRINT = touch(1).pixels
SAMPLES = Path(__file__).parents[3] / "sample_data" / "fingerprint" / "person01"


def correlation(pixels: np.ndarray) -> tuple[float, str]:
    return copies.best_turned_correlation(copies.signature(PRINT), copies.signature(pixels))


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (PRINT, "as it is"),
        (np.rot90(PRINT), "turned by 270°"),
        (np.rot90(PRINT, 2), "turned by 180°"),
        (np.rot90(PRINT, 3), "turned by 90°"),
        (PRINT[:, ::-1], "mirrored"),
        (np.rot90(PRINT[:, ::-1], 2), "mirrored, turned by 180°"),
        (cv2.imdecode(cv2.imencode(".jpg", PRINT, (cv2.IMWRITE_JPEG_QUALITY, 40))[1], 0), "as it is"),
        (cv2.resize(PRINT, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA), "as it is"),
        (np.dstack([PRINT] * 3), "as it is"),
        ((PRINT // 2 + 60).astype(np.uint8), "as it is"),
    ],
    ids=["same", "90", "180", "270", "mirrored", "mirrored and turned", "jpeg", "smaller", "colour", "paler"],
)
def test_a_copy_is_found_and_how_it_lies(pixels: np.ndarray, words: str) -> None:
    found, orientation = correlation(np.ascontiguousarray(pixels))
    assert found >= MIN_COPY_CORRELATION
    assert orientation == words


def test_what_is_finer_than_the_texture_is_averaged() -> None:
    coarse = np.random.default_rng(1).integers(20, 230, (256, 256))
    grain = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])  # of mean 0, with random sign
    sign = np.random.default_rng(2).choice([-2, 2], (256, 256))
    fine = (np.kron(coarse, np.ones((3, 3), int)) + np.kron(sign, grain)).astype(np.uint8)
    found = copies.texture_correlation(copies.signature(fine), copies.signature(coarse.astype(np.uint8)))
    assert found == pytest.approx(1.0, abs=1e-4)


def test_another_capture_is_no_copy() -> None:
    assert max(correlation(touch(seed).pixels)[0] for seed in (2, 3, 4)) < MIN_COPY_CORRELATION
    touches = [cv2.imread(str(SAMPLES / f"right_index_{number}.png"), cv2.IMREAD_GRAYSCALE) for number in (1, 2, 3)]
    signatures = [copies.signature(pixels) for pixels in touches]
    between = [copies.best_turned_correlation(signatures[0], other)[0] for other in signatures[1:]]
    assert max(between) < MIN_COPY_CORRELATION


def test_a_signature_has_length_one_and_a_blank_image_none() -> None:
    assert np.linalg.norm(copies.signature(PRINT)) == pytest.approx(1.0, abs=1e-5)
    for blank in (np.full((300, 200), 200, np.uint8), np.zeros((64, 64), np.uint8)):
        assert not copies.signature(blank).any()
        assert correlation(blank)[0] == 0.0
    assert copies.signature(PRINT).shape == (256, 256)
    assert copies.texture_correlation(copies.signature(PRINT), copies.signature(PRINT)) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(("wanted", "found"), [(0.59, False), (0.61, True)])
def test_the_limit_of_a_copy(wanted: float, found: bool) -> None:
    rng = np.random.default_rng(1)
    first, other = (noise / np.linalg.norm(noise) for noise in rng.normal(size=(2, 256, 256)))
    other -= (other * first).sum() * first
    second = wanted * first + np.sqrt(1 - wanted**2) * other / np.linalg.norm(other)
    attempts = [
        SimpleNamespace(
            name="x", sample=SimpleNamespace(image=SimpleNamespace(sha256="")), signature=part.astype(np.float32)
        )
        for part in (first, second)
    ]
    slots = tuple(
        SimpleNamespace(best=attempt, position=position, quality=90.0)
        for attempt, position in zip(attempts, (Position.RIGHT_INDEX, Position.LEFT_INDEX), strict=True)
    )
    finding = duplicate_slots._copy(slots)
    assert (finding is not None) == found
    if finding:
        assert finding.evidence["likeness"] == pytest.approx(wanted, abs=1e-4)
        assert finding.id == "distinct.copied_image"
