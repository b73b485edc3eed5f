"""Flat padding around a sensor's window: found whatever its shape and grey, and never where a print fades."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.prints import described, sample, scores, touch

from biocapture.fingerprint.comparison.template import template_of
from biocapture.fingerprint.features.platen import find_platen

SHAPE = (480, 360)


def window(kind: str) -> NDArray[np.bool_]:
    """Where the sensor's window is."""
    inside = np.zeros(SHAPE, np.uint8)
    height, width = SHAPE
    if kind == "slanted":
        corners = np.array([(60, 0), (width - 50, 0), (width - 1, height - 1), (8, height - 1)])
        cv2.fillPoly(inside, [corners], 1)
    elif kind == "cut corners":
        corners = [(90, 0), (width - 90, 0), (width - 1, 110), (width - 1, height - 1), (0, height - 1), (0, 110)]
        cv2.fillPoly(inside, [np.array(corners)], 1)
    elif kind == "round":
        cv2.ellipse(inside, (width // 2, height // 2), (width // 2 - 12, height // 2 - 12), 0, 0, 360, 1, -1)
    elif kind == "beside":
        inside[:, 40:-30] = 1
    return inside > 0


def padded(seed: int, kind: str, grey: int, noise: int = 0) -> NDArray[np.uint8]:
    pixels = touch(seed, SHAPE).pixels.copy()
    random = np.random.default_rng(seed)
    filling = np.clip(grey + random.integers(-noise, noise + 1, SHAPE), 0, 255).astype(np.uint8)
    return np.where(window(kind), pixels, filling)


@pytest.mark.parametrize("grey", [0, 60, 128, 255])
@pytest.mark.parametrize("kind", ["slanted", "cut corners", "round", "beside"])
def test_padding_of_any_shape_and_grey(kind: str, grey: int) -> None:
    truth = ~window(kind)[: SHAPE[0] // 8 * 8, : SHAPE[1] // 8 * 8]
    cells = truth.reshape(SHAPE[0] // 8, 8, SHAPE[1] // 8, 8).mean(axis=(1, 3))
    found = find_platen(padded(1, kind, grey)).padding
    assert found[cells == 1].all()
    assert not found[(cv2.dilate((cells > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)].any()


def test_padding_that_was_compressed() -> None:
    pixels = padded(2, "slanted", 250)
    stored = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_GRAYSCALE)
    found = find_platen(stored.astype(np.uint8)).padding
    assert found.mean() == pytest.approx(find_platen(pixels).padding.mean(), abs=0.03)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("faults", [{}, {"partial": 0.5}, {"dry": 0.6}, {"wet": 0.6}, {"shift_column_px": 90.0}])
def test_a_print_that_fades_on_a_flat_platen_has_no_padding(seed: int, faults: dict[str, float]) -> None:
    pixels = touch(seed, SHAPE, noise=0.0, **faults).pixels
    found = find_platen(pixels)
    assert not found.padding.any()
    assert found.pixels is pixels


def test_without_a_flat_border_the_image_stays_as_it_is() -> None:
    pixels = touch(1, SHAPE).pixels
    assert find_platen(pixels).pixels is pixels


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_no_minutiae_at_the_edge_of_padding_and_the_others_as_without(seed: int) -> None:
    inside = window("slanted")
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    whole, cut = template_of(sample(touch(seed, SHAPE).pixels)), template_of(sample(padded(seed, "slanted", 255)))
    assert depth[cut.row, cut.column].min() > 10
    places = {(int(row), int(column)) for row, column in zip(cut.row, cut.column, strict=True)}
    deep = [
        (int(row), int(column))
        for row, column in zip(whole.row, whole.column, strict=True)
        if inside[row, column] and depth[row, column] > 60
    ]
    kept = sum(any(abs(row - y) < 4 and abs(column - x) < 4 for y, x in places) for row, column in deep)
    assert len(deep) > 10
    assert kept >= 0.9 * len(deep)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_measures_see_the_window_and_not_the_padding(seed: int) -> None:
    pixels = touch(seed, SHAPE).pixels
    one_sided = np.full((SHAPE[0], SHAPE[1] + 120), 255, np.uint8)
    one_sided[:, : SHAPE[1]] = pixels
    one_sided[0, -1] = 0  # so that the white columns are no frame that is taken off
    one_sided[:, -1] = 0
    alone, beside = scores(described(pixels)), scores(described(one_sided))
    assert beside["centring"].raw == pytest.approx(alone["centring"].raw, abs=0.4)
    assert beside["ghost_ridges"].raw < 3
    assert beside["wetness"].raw == pytest.approx(alone["wetness"].raw, abs=0.03)
    assert beside["usable_ridge_area"].raw == pytest.approx(alone["usable_ridge_area"].raw, rel=0.1)
