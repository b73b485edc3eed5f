"""What NFIQ 2 reads from rotated windows, against OpenCV's warpAffine and loops over single windows."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from biocapture.fingerprint.nfiq2.block_quality import frequency_concentration, orientation_flow
from biocapture.fingerprint.nfiq2.blocks import slanted_foreground, slanted_grid, slanted_moments, slanted_orientation
from biocapture.fingerprint.nfiq2.grid import pad_to_blocks
from biocapture.fingerprint.nfiq2.ridge_profile import local_clarity, uniformity_ratios
from biocapture.fingerprint.nfiq2.windows import CLARITY, FREQUENCY, UNIFORMITY, Window, rotated_windows

KINDS = {"clarity": CLARITY, "uniformity": UNIFORMITY, "frequency": FREQUENCY}
SHAPES = ((68, 68), (67, 300), (133, 100), (230, 171))


def noise(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def waves(count: int, seed: int) -> np.ndarray:
    """(16, 32, K) windows of noisy ridges of many periods and depths."""
    random = np.random.default_rng(seed)
    at = np.arange(32.0)[None, :, None]
    period, phase, depth = random.uniform(4, 25, count), random.uniform(0, 7, count), random.uniform(0, 110, count)
    grey = 128 + depth * np.sin(2 * np.pi * at / period + phase) + random.normal(0, 12, (16, 32, count))
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def corners(shape: tuple[int, int]) -> list[list[tuple[int, int]]]:
    """First pixel of every slanted block: 2, 34, 66 … while 34 pixels are left."""
    rows, columns = ([at for at in range(2, side, 32) if at + 34 <= side] for side in shape)
    return [[(row, column) for column in columns] for row in rows]


@pytest.mark.parametrize("shape", [*SHAPES, (31, 40), (67, 67)])
def test_slanted_grid_counts_nfiq2s_loops(shape: tuple[int, int]) -> None:
    assert slanted_grid(shape)[0] == len(range(2, shape[0] - 33, 32))
    assert slanted_grid(shape)[1] == len(range(2, shape[1] - 33, 32))


def nfiq2_angle(core: np.ndarray) -> float:
    """Half of atan2(c/d, (a - b)/d): c, where textbooks have 2c."""
    down, across = np.gradient(core.astype(np.float64))
    a, b, c = (across**2).mean(), (down**2).mean(), (across * down).mean()
    d = c * c + (a - b) ** 2 + np.finfo(np.float64).eps
    return float(np.arctan2(c / d, (a - b) / d) / 2)


@pytest.mark.parametrize("shape", SHAPES)
def test_slanted_orientation_is_nfiq2s_angle_of_each_core(shape: tuple[int, int]) -> None:
    pixels = noise(shape)
    orientation = slanted_orientation(slanted_moments(pad_to_blocks(pixels), slanted_grid(shape)))
    expected = [[nfiq2_angle(pixels[r : r + 32, c : c + 32]) for r, c in row] for row in corners(shape)]
    np.testing.assert_allclose(orientation, expected, rtol=1e-12)


def test_a_slanted_block_is_foreground_when_every_pixel_under_it_is() -> None:
    shape = (230, 171)
    blocks = np.random.default_rng(3).random((8, 6)) < 0.8
    pixels = np.kron(blocks, np.ones((32, 32), bool))
    expected = [[pixels[r : r + 32, c : c + 32].all() for r, c in row] for row in corners(shape)]
    assert 0 < np.mean(expected) < 1
    np.testing.assert_array_equal(slanted_foreground(blocks, slanted_grid(shape)), expected)


def warped(pixels: np.ndarray, corner: tuple[int, int], angle: float, window: Window) -> np.ndarray:
    """One window as NFIQ 2 makes it: OpenCV turns the block (36 px) or the block with its surroundings (40 px)."""
    side, wide = window.side, np.pad(pixels, 8)
    top, left = (at + 8 - (side - 32) // 2 for at in corner)
    block = np.ascontiguousarray(wide[top : top + side, left : left + side])
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), np.rad2deg(angle + window.turn), 1)
    turned = cv2.warpAffine(block, turn, (side, side), flags=cv2.INTER_NEAREST, borderValue=0)
    return turned[2:34, 10:26].T if window.turn else turned[10:26, 2:34]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_rotated_windows_are_opencvs(shape: tuple[int, int], kind: str) -> None:
    random = np.random.default_rng(7)
    pixels, blocks = noise(shape), random.random(slanted_grid(shape)) < 0.8
    blocks[0, 0] = True
    angles = random.uniform(-np.pi / 2, np.pi / 2, blocks.sum())
    angles[0] = 0.0
    chosen = [corner for row, kept in zip(corners(shape), blocks, strict=True) for corner in np.array(row)[kept]]
    expected = [warped(pixels, corner, angle, KINDS[kind]) for corner, angle in zip(chosen, angles, strict=True)]
    np.testing.assert_array_equal(rotated_windows(pixels, blocks, angles, KINDS[kind]), np.stack(expected, axis=2))


def labels_of(window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The fitted line and which of the 32 columns are ridges, of one (16, 32) window."""
    profile, x = window.mean(axis=0), np.arange(1, 33)
    slope, level = np.polyfit(x, profile, 1)
    line = x * np.round(slope, 10) + np.round(level, 10)
    return line, profile < line


def slow_clarity(window: np.ndarray) -> float:
    line, ridge = labels_of(window)
    changes = [i - 1 for i in range(1, 32) if ridge[i] != ridge[i - 1]]
    if not changes:
        return 0.0
    widths = [changes[0], *(after - before for before, after in pairwise(changes))]
    begin = 0 if ridge[0] else 1
    ridge_width, valley_width = (np.mean(widths[start::2] or [0.0]) / 20 for start in (begin, 1 - begin))
    if not (0.15 <= ridge_width <= 0.5 and 0.1 <= valley_width <= 0.5):
        return 0.0
    alpha, beta = (window < line)[:, ~ridge].mean(), (window >= line)[:, ridge].mean()
    return float(1 - (alpha + beta) / 2)


def slow_ratios(window: np.ndarray) -> list[float]:
    _, ridge = labels_of(window)
    changes = np.array([i - 1 for i in range(1, 31) if ridge[i] != ridge[i - 1]])
    if len(changes) < 2 or changes[-1] - changes[0] < 2 or len(changes) < 3:
        return []
    runs = np.diff(changes[1:] - changes[0])[::-1]
    ratios = [float(one / other) for one, other in pairwise(runs)]
    begin = 1 if ridge[changes[0] + 1] else 0
    return [1 / ratio if i % 2 == begin else ratio for i, ratio in enumerate(ratios)]


def is_delicate(window: np.ndarray) -> bool:
    """Whether rounding decides: a column on the line, or a mean width right at a limit."""
    line, ridge = labels_of(window)
    changes = np.flatnonzero(ridge[1:] != ridge[:-1])
    widths = np.diff(np.concatenate([[0], changes]))
    means = [np.mean(widths[start::2]) / 20 if len(widths[start::2]) else 0.0 for start in (0, 1)]
    at_limit = any(abs(mean - limit) < 1e-9 for mean in means for limit in (0.1, 0.15, 0.5))
    return at_limit or bool(np.abs(window.mean(axis=0) - line).min() < 1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_clarity_and_uniformity_of_single_windows(seed: int) -> None:
    windows = waves(200, seed)
    clear = [k for k in range(200) if not is_delicate(windows[..., k])]
    windows = np.ascontiguousarray(windows[..., clear])
    assert len(clear) > 120
    clarity = [slow_clarity(window) for window in windows.transpose(2, 0, 1)]
    assert 0 < np.mean(np.array(clarity) == 0) < 0.9
    np.testing.assert_allclose(local_clarity(windows), clarity, rtol=1e-12)
    ratios, owner = uniformity_ratios(windows)
    for k, window in enumerate(windows.transpose(2, 0, 1)):
        np.testing.assert_allclose(ratios[owner == k], slow_ratios(window)[::-1], rtol=1e-14)
    assert len(np.unique(owner)) > 40


def test_even_ridges_are_clear_and_uniform() -> None:
    even = np.tile(np.repeat(np.array([30, 220], np.uint8), 4), (16, 4))[..., None]
    np.testing.assert_array_equal(local_clarity(even), [1.0])
    np.testing.assert_array_equal(uniformity_ratios(even)[0], np.ones(4))
    flat = np.full((16, 32, 1), 90, np.uint8)
    np.testing.assert_array_equal(local_clarity(flat), [0.0])
    assert uniformity_ratios(flat)[0].size == 0


def slow_concentration(window: np.ndarray) -> float:
    spectrum = np.abs(np.fft.fft(window.mean(axis=0)))[1:]
    peak = int(np.argmax(spectrum[:16]))
    if peak == 0:
        return 1.0
    return (spectrum[peak] + 0.3 * (spectrum[peak - 1] + spectrum[peak + 1])) / spectrum[:15].sum()


def test_frequency_concentration_of_single_windows() -> None:
    windows = waves(120, 9)
    expected = [slow_concentration(window) for window in windows.transpose(2, 0, 1)]
    assert 0 < np.mean(np.array(expected) == 1.0) < 0.5
    np.testing.assert_allclose(frequency_concentration(windows), expected, rtol=1e-10)


def test_one_pure_frequency() -> None:
    """A sine of four periods in 32 columns has nothing but its peak."""
    wave = np.rint(128 + 100 * np.sin(2 * np.pi * 4 * np.arange(32) / 32)).astype(np.uint8)
    concentration = frequency_concentration(np.tile(wave, (16, 1))[..., None])
    assert concentration == pytest.approx(1.0, abs=0.02)


def test_orientation_flow_against_loops() -> None:
    random = np.random.default_rng(5)
    angles = random.uniform(-np.pi / 2, np.pi / 2, (9, 8)) * np.linspace(0, 1, 9)[:, None] ** 2
    foreground = np.ones((9, 8), bool)
    foreground[6, 3] = False
    expected = []
    for row in range(1, 8):
        for column in range(1, 7):
            around = np.s_[row - 1 : row + 2, column - 1 : column + 2]
            change = np.abs(angles[around] - angles[row, column])
            mean = np.degrees(np.minimum(change, 2 * np.pi - change).sum() / 8)
            if foreground[around].all() and mean > 4:
                expected.append((mean - 4) / (90 - 4))
    assert 10 < len(expected) < 42 - 9
    np.testing.assert_allclose(orientation_flow(angles, foreground), expected, rtol=1e-12)


def test_parallel_ridges_do_not_flow() -> None:
    assert orientation_flow(np.full((6, 6), 0.7), np.ones((6, 6), bool)).size == 0
    assert orientation_flow(np.zeros((0, 0)), np.zeros((0, 0), bool)).size == 0
