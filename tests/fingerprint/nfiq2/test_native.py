"""NFIQ 2's stages against slow, straightforward references: blocks, frame, region, histograms, quality blocks."""

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from biocapture.fingerprint.nfiq2 import native as nfiq2
from biocapture.fingerprint.nfiq2 import region
from biocapture.fingerprint.nfiq2.blocks import certainty, coherence, gradient_moments
from biocapture.fingerprint.nfiq2.region import block_foreground, block_sums, region_of_interest, within_frame
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.measure import Table
from biocapture.types import Failure

QUICK = settings(max_examples=40, deadline=None, derandomize=True)
ODD = ((1, 1), (1, 70), (33, 31), (64, 96), (65, 34), (97, 63))
"""Whole blocks, blocks truncated to a single line, images smaller than a block."""

GREYS = st.sampled_from(ODD).flatmap(lambda shape: arrays(np.uint8, shape))


def noise(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def blobs(shape: tuple[int, int], seed: int, scale_px: float = 12.0) -> np.ndarray:
    """(H, W) uint8, 0 or 255."""
    field = cv2.GaussianBlur(np.random.default_rng(seed).standard_normal(shape), (0, 0), scale_px)
    return np.where(field > 0.3 * field.std(), 255, 0).astype(np.uint8)


def per_block(function: Callable[[np.ndarray], float], pixels: np.ndarray) -> np.ndarray:
    """A number per 32 × 32 block from (0, 0), truncated blocks included."""
    rows, columns = (range(0, side, 32) for side in pixels.shape)
    return np.array([[function(pixels[r : r + 32, c : c + 32]) for c in columns] for r in rows], np.float64)


def gradients(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Along rows and columns; 0 along a side of one pixel."""
    grey = block.astype(np.float64)
    down, across = (np.gradient(grey, axis=k) if grey.shape[k] > 1 else np.zeros_like(grey) for k in (0, 1))
    return down, across


@QUICK
@given(GREYS)
def test_block_sums_are_exact(pixels: np.ndarray) -> None:
    sums, wide = block_sums(pixels), pixels.astype(np.float64)
    np.testing.assert_array_equal(sums.count, per_block(np.size, wide))
    np.testing.assert_array_equal(sums.total, per_block(np.sum, wide))
    np.testing.assert_array_equal(sums.squares, per_block(lambda block: (block**2).sum(), wide))
    np.testing.assert_allclose(sums.mean, per_block(np.mean, wide), rtol=1e-13)
    np.testing.assert_allclose(sums.variance, per_block(np.var, wide), rtol=1e-9, atol=1e-9)


@QUICK
@given(GREYS)
def test_gradient_moments_are_those_of_each_block_alone(pixels: np.ndarray) -> None:
    moments = gradient_moments(pixels)
    for name, one, other in (("xx", 1, 1), ("yy", 0, 0), ("xy", 0, 1)):
        expected = per_block(lambda block, i=one, j=other: (gradients(block)[i] * gradients(block)[j]).mean(), pixels)
        np.testing.assert_allclose(getattr(moments, name), expected, rtol=1e-12, atol=1e-12)


def eigenvalues(block: np.ndarray) -> np.ndarray:
    """Of the covariance of the gradients, the smaller first."""
    both = np.stack([part.ravel() for part in gradients(block)])
    return np.linalg.eigvalsh(both @ both.T / block.size)


def squared_gradient_coherence(block: np.ndarray) -> float:
    down, across = gradients(block)
    squared = (across + 1j * down) ** 2
    return float(abs(squared.sum()) / np.abs(squared).sum())


def test_certainty_and_coherence_of_the_covariance() -> None:
    pixels = blobs((130, 100), 1) // 2 + noise((130, 100)) // 8
    moments = gradient_moments(pixels)
    expected = per_block(lambda block: 1 - np.divide(*eigenvalues(block)), pixels)
    np.testing.assert_allclose(certainty(moments), expected, rtol=1e-9)
    np.testing.assert_allclose(coherence(moments), per_block(squared_gradient_coherence, pixels), rtol=1e-9)
    assert expected.min() < 0.5 < expected.max()


def test_flat_blocks_have_no_certainty_and_no_coherence() -> None:
    moments = gradient_moments(np.full((40, 64), 93, np.uint8))
    assert np.isnan(certainty(moments)).all()
    assert (coherence(moments) == 0).all()


def test_stripes_are_certain() -> None:
    stripes = np.tile(np.array([0, 0, 255, 255], np.uint8), (32, 8))
    moments = gradient_moments(stripes)
    assert certainty(moments)[0, 0] == 1.0
    assert coherence(moments)[0, 0] == 1.0


def test_foreground_blocks_deviate_more_than_a_tenth_of_the_whole() -> None:
    pixels = noise((100, 140))
    pixels[:32, :64] = 128
    pixels[32:64, :32] = 128 + noise((32, 32)) // 16
    pixels[32:64, 32:64] = 112 + noise((32, 32)) // 6
    deviation = pixels.std()
    expected = per_block(lambda block: block.std() > 0.1 * deviation, pixels).astype(bool)
    assert 0 < (~expected).sum() < expected.size
    np.testing.assert_array_equal(block_foreground(block_sums(pixels)), expected)


def framed(shape: tuple[int, int] = (40, 50)) -> np.ndarray:
    """White with a grey rectangle at rows 10..29, columns 20..44."""
    pixels = np.full(shape, 255, np.uint8)
    pixels[10:30, 20:45] = 100
    return pixels


def test_frame_is_removed_and_white_lines_inside_stay() -> None:
    pixels = framed()
    pixels[15:18] = 255
    pixels[:, 30] = 255
    assert within_frame(pixels) == (slice(10, 30), slice(20, 45))


def test_column_means_are_taken_over_the_whole_height() -> None:
    """A line of one dark pixel in 40 rows stays brighter than 250; over the kept rows alone it would not."""
    pixels = framed()
    pixels[12, 5] = 60
    assert within_frame(pixels) == (slice(10, 30), slice(20, 45))
    assert within_frame(pixels[10:30]) == (slice(0, 20), slice(5, 45))


@pytest.mark.parametrize(("grey", "kept"), [(250, True), (251, False)])
def test_a_mean_of_250_is_print_and_above_is_frame(grey: int, kept: bool) -> None:
    pixels = np.full((20, 30), grey, np.uint8)
    assert within_frame(pixels) == ((slice(0, 20), slice(0, 30)) if kept else None)


def test_nothing_or_only_a_line_within_the_frame() -> None:
    white = np.full((60, 60), 255, np.uint8)
    assert within_frame(white) is None
    white[30] = 0
    assert within_frame(white) is None
    white[31] = 0
    assert within_frame(white) == (slice(30, 32), slice(0, 60))
    assert within_frame(np.zeros((1, 1), np.uint8)) is None


def slow_gaussian(pixels: np.ndarray, size: int) -> np.ndarray:
    """The fixed-point filter in whole numbers: taps by error diffusion, (s + 32768) >> 16."""
    sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    weights = np.exp(-0.5 * ((np.arange(size) - size // 2) / sigma) ** 2)
    weights *= 256 / weights.sum()
    taps, carry = np.zeros(size, np.int64), 0.0
    for i in range(size // 2):
        taps[i] = taps[-1 - i] = round(weights[i] + carry)
        carry += weights[i] - taps[i]
    taps[size // 2] = 256 - taps.sum()
    wide = np.pad(pixels.astype(np.int64), size // 2, mode="reflect")
    for axis in (0, 1):
        wide = np.apply_along_axis(np.convolve, axis, wide, taps, "valid")
    return ((wide + 32768) >> 16).astype(np.uint8)


@pytest.mark.parametrize("size", [41, 91])
@pytest.mark.parametrize("shape", [(30, 47), (100, 61)])
def test_region_gaussian_is_opencvs_to_the_last_grey(size: int, shape: tuple[int, int]) -> None:
    pixels = noise(shape) // 2 + blobs(shape, 5) // 2
    filtered = region._gaussian(pixels, size)
    np.testing.assert_array_equal(
        filtered, cv2.GaussianBlur(pixels, (size, size), 0, borderType=cv2.BORDER_REFLECT_101)
    )
    np.testing.assert_array_equal(filtered, slow_gaussian(pixels, size))


def slow_region(pixels: np.ndarray) -> np.ndarray:
    """Section 8 of NFIQ 2's description with SciPy's morphology and labels."""
    eroded = scipy.ndimage.minimum_filter(pixels, 5, mode="constant", cval=255)
    _, binary = cv2.threshold(cv2.GaussianBlur(eroded, (41, 41), 0), 0, 255, cv2.THRESH_OTSU)
    _, white = cv2.threshold(cv2.GaussianBlur(binary, (91, 91), 0), 0, 255, cv2.THRESH_OTSU)
    labels, _ = scipy.ndimage.label(scipy.ndimage.binary_fill_holes(white == 0))
    areas = [(rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in boxes(labels)]
    return labels == 1 + int(np.argmax(areas))


def boxes(labels: np.ndarray) -> list[tuple[slice, slice]]:
    return scipy.ndimage.find_objects(labels)


@pytest.mark.parametrize("seed", range(6))
def test_region_of_interest(seed: int) -> None:
    pixels = np.maximum(blobs((230, 190), seed, 18.0), noise((230, 190), seed) // 2)
    expected, roi = slow_region(pixels), region_of_interest(pixels)
    assert 0 < expected.mean() < 1
    np.testing.assert_array_equal(roi.mask, np.where(expected, 255, 0))
    assert roi.area_px == expected.sum()
    assert roi.mean_grey == pytest.approx(pixels[expected].mean(), rel=1e-13)
    np.testing.assert_array_equal(roi.blocks, per_block(np.any, expected).astype(bool))


@pytest.mark.parametrize("seed", range(20))
def test_largest_part_by_bounding_box_in_four_directions(seed: int) -> None:
    """On a coarse mask most parts touch at corners, on a fine one none do."""
    coarse = np.random.default_rng(seed).random((9, 11)) < 0.35
    coarse = scipy.ndimage.binary_fill_holes(coarse)
    mask = np.kron(coarse, np.ones((6, 5))).astype(np.uint8) * 255 if seed % 4 else blobs((80, 90), seed, 5.0)
    mask = np.where(scipy.ndimage.binary_fill_holes(mask > 0), 255, 0).astype(np.uint8)
    labels, _ = scipy.ndimage.label(mask)
    areas = [(rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in boxes(labels)]
    np.testing.assert_array_equal(
        region._largest_component(mask), np.where(labels == 1 + int(np.argmax(areas)), 255, 0)
    )


def test_empty_truncated_blocks_count_where_nfiq2s_product_rounds_down() -> None:
    """255·n·(1/n) falls short of 255 for blocks of 49 pixels, not for those of 48."""
    assert region._touched_blocks(np.zeros((39, 39), np.uint8)).tolist() == [[False, False], [False, True]]
    assert region._touched_blocks(np.zeros((38, 40), np.uint8)).tolist() == [[False, False], [False, False]]


TABLES = {"FDA": "frequency", "LCS": "clarity", "OCL": "certainty", "OF": "flow", "RVUP": "uniformity"}


def native_of(name: str, values: np.ndarray) -> dict[str, float]:
    """Native columns of a print of which only one table is known."""
    nothing = FingerprintBatch.of_failure(Failure("fingerprint.no_print"))
    table = Table.of_one(np.asarray(values, np.float64))
    batch = dataclasses.replace(
        nothing, **{TABLES[name]: table}, windows=np.array([99.0]), within_limits=np.array([1.0])
    )
    return {key: float(column[0]) for key, column in nfiq2.native_columns(batch).items()}


@pytest.mark.parametrize("name", TABLES)
def test_a_value_equal_to_a_limit_goes_up(name: str) -> None:
    limits = np.array(nfiq2.BIN_LIMITS[name])
    for values, expected in ((limits, [0] + [1] * 9), (np.nextafter(limits, -1), [1] * 9 + [0])):
        native = native_of(name, values)
        assert [native[f"nfiq2.{name}_Bin10_{i}"] for i in range(10)] == expected
        assert native[f"nfiq2.{name}_Bin10_Mean"] == pytest.approx(values.mean())
        assert native[f"nfiq2.{name}_Bin10_StdDev"] == pytest.approx(values.std())


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_is_nan_and_leaves_the_others(name: str) -> None:
    other = next(key for key in TABLES if key != name)
    native = native_of(other, np.full(12, 0.6))
    assert np.isnan([native[f"nfiq2.{name}_Bin10_{what}"] for what in (*range(10), "Mean", "StdDev")]).all()
    assert native[f"nfiq2.{other}_Bin10_Mean"] == pytest.approx(0.6)


@QUICK
@given(st.floats(-6.0, 6.0))
def test_quality_blocks_wrap_like_a_byte(value: float) -> None:
    name = "OF_Bin10_StdDev"
    expected = int(np.floor(101.0 * value / (1.0 + np.finfo(float).eps))) & 0xFF
    assert nfiq2.quality_block_values({name: np.array([value])})[f"QBV_{name}"][0] == expected


def test_quality_blocks_of_known_values() -> None:
    given_values = {"Mu": 255.0, "OF_Bin10_Mean": -4 / 86, "FingerJetFX_MinutiaeCount": 140.0, "RVUP_Bin10_Mean": 1.0}
    given_values |= {"OrientationMap_ROIFilter_CoherenceSum": 143.412, "OCL_Bin10_3": 7.0}
    columns = nfiq2.quality_block_values({name: np.array([value]) for name, value in given_values.items()})
    assert {name: column[0] for name, column in columns.items()} == {
        "QBV_Mu": 101.0,
        "QBV_OF_Bin10_Mean": 0.0,
        "QBV_FingerJetFX_MinutiaeCount": 100.0,
        "QBV_RVUP_Bin10_Mean": 50.0,
        "QBV_OrientationMap_ROIFilter_CoherenceSum": 4.0,
    }
