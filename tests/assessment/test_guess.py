import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from biocapture.assessment.guess import guess_modality
from biocapture.synthetic.fingerprint.finger import finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import Image, Modality

ROW, COLUMN = np.mgrid[0:480, 0:640].astype(np.float32)


def eye(radius_px: int = 45, row: int = 240, column: int = 320) -> np.ndarray:
    pixels = np.full(ROW.shape, 190, np.uint8)
    cv2.circle(pixels, (column, row), 2 * radius_px + 40, 120, -1)
    cv2.circle(pixels, (column, row), radius_px, 25, -1)
    noise = np.random.default_rng(7).normal(0, 4, pixels.shape)
    return np.clip(cv2.GaussianBlur(pixels, (0, 0), 1.5) + noise, 0, 255).astype(np.uint8)


def seen(pixels: np.ndarray) -> Modality | None:
    return guess_modality(Image(pixels))


def in_rgb(pixels: np.ndarray) -> np.ndarray:
    return np.dstack([pixels] * 3)


@pytest.fixture(scope="module", params=[3, 11])
def touch(request: pytest.FixtureRequest) -> np.ndarray:
    return impression(finger(request.param), 1, Effects(noise=6.0)).pixels


def test_a_print_is_a_fingerprint(touch: np.ndarray) -> None:
    assert seen(touch) is Modality.FINGERPRINT
    assert seen(in_rgb(touch)) is Modality.FINGERPRINT


@pytest.mark.parametrize("scale", [0.7, 1.5])
def test_a_print_is_known_between_350_and_750_ppi(touch: np.ndarray, scale: float) -> None:
    resized = cv2.resize(touch, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert seen(resized) is Modality.FINGERPRINT


def test_a_print_with_white_ridges_is_a_fingerprint(touch: np.ndarray) -> None:
    assert seen(255 - touch) is Modality.FINGERPRINT


def test_a_colour_gradient_is_a_face() -> None:
    gradient = np.dstack([COLUMN / 640 * 255, ROW / 480 * 255, 255 - COLUMN / 640 * 255]).astype(np.uint8)
    assert seen(gradient) is Modality.FACE


def test_colour_noise_is_a_face() -> None:
    assert seen(np.random.default_rng(5).integers(0, 256, (200, 160, 3), dtype=np.uint8)) is Modality.FACE


def test_a_tint_too_faint_to_be_colour_is_not_a_face() -> None:
    assert seen(np.dstack([np.full(ROW.shape, grey, np.uint8) for grey in (130, 128, 124)])) is None


@pytest.mark.parametrize("radius_px", [25, 45, 75])
@pytest.mark.parametrize(("row", "column"), [(240, 320), (200, 400)])
def test_a_dark_disc_on_a_brighter_ring_is_an_iris(radius_px: int, row: int, column: int) -> None:
    pixels = eye(radius_px, row, column)
    assert seen(pixels) is Modality.IRIS
    assert seen(in_rgb(pixels)) is Modality.IRIS


def test_a_pupil_cut_off_by_the_border_is_not_an_iris() -> None:
    assert seen(eye(75, 240, 20)) is None


def test_a_dark_bar_is_not_an_iris() -> None:
    pixels = np.full(ROW.shape, 190, np.uint8)
    pixels[200:240, 100:540] = 25
    assert seen(pixels) is None


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_flat_grey_is_nothing(grey: int) -> None:
    assert seen(np.full((480, 640), grey, np.uint8)) is None
    assert seen(np.full((480, 640, 3), grey, np.uint8)) is None


def test_grey_noise_is_nothing() -> None:
    assert seen(np.random.default_rng(5).integers(0, 256, (480, 640), dtype=np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1), (63, 480), (480, 63)])
def test_an_image_too_small_to_tell_is_nothing(shape: tuple[int, int], touch: np.ndarray) -> None:
    assert seen(touch[: shape[0], : shape[1]]) is None


SAMPLES = Path(__file__).parents[2] / "sample_data"


def test_sample_eyes_are_irises_unless_there_is_little_of_them() -> None:
    """Closed, cut off, dazzled or drowned in noise, an eye may be nothing; it is never taken for a face."""
    with (SAMPLES / "iris" / "index.csv").open(newline="", encoding="utf8") as handle:
        rows = list(csv.DictReader(handle))
    told = [(row["fault"], seen(cv2.imread(str(SAMPLES / row["path"]), cv2.IMREAD_GRAYSCALE))) for row in rows]
    assert all(found is Modality.IRIS for fault, found in told if not fault)
    assert sum(found is Modality.IRIS for _, found in told) >= 65
    assert Modality.FACE not in {found for _, found in told}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_sample_prints_are_no_irises(number: int) -> None:
    paths = sorted((SAMPLES / "fingerprint" / "person01").glob(f"*_{number}.png"))
    assert Modality.IRIS not in {seen(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)) for path in paths}
