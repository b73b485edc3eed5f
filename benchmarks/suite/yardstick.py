"""A fixed amount of work, so that times of different machines can be compared.

Never change this file: every ratio in baseline.json, and every ratio anyone wrote down, is in units of it.
"""

import cv2
import numpy as np

SIDE_PX = 256
TURNS = 14
SMALL_STEPS = 75

_ROW, _COLUMN = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
_GREY = ((7 * _ROW * _ROW + 13 * _COLUMN + _ROW * _COLUMN) % 251).astype(np.float32)
_AT_ROW, _AT_COLUMN = (_ROW * 0.98 + 1.0).astype(np.float32), (_COLUMN * 0.98 + 2.0).astype(np.float32)
_PLACES = ((_ROW * 131 + _COLUMN * 57) % _GREY.size)[::4].copy()
_OWNER = np.repeat(np.arange(64), _PLACES.size // 64)
_SMOOTH, _DOWN, _ACROSS, _MOVED = (np.zeros_like(_GREY) for _ in range(4))
_ANGLE = np.zeros((SIDE_PX // 4, SIDE_PX), np.float32)
_GATHERED = np.zeros(_PLACES.shape, np.float32)
_WINDOWS = _GREY.reshape(64, 32, 32)[:7].astype(np.float64)


def yardstick() -> float:
    """About 10 ms of what the library spends its time on; the result is a checksum (tests/benchmarks/test_suite.py).

    One thread. Per turn, on a fixed 256 × 256 picture of float32: a separable filter, two derivatives, a bilinear
    remap, an arctangent of every fourth row, a gather with a weighted count, a real FFT of seven 32 × 32 windows, and
    75 operations on arrays of 32 numbers, which cost what calling numpy costs. Large results go into arrays that are
    there already: what fresh memory costs depends on what ran before.
    """
    total = 0.0
    for turn in range(1, TURNS + 1):
        cv2.GaussianBlur(_GREY, (0, 0), 2.0 + 0.25 * turn, dst=_SMOOTH)
        cv2.Sobel(_SMOOTH, cv2.CV_32F, 0, 1, dst=_DOWN, ksize=3)
        cv2.Sobel(_SMOOTH, cv2.CV_32F, 1, 0, dst=_ACROSS, ksize=3)
        cv2.remap(_SMOOTH, _AT_COLUMN, _AT_ROW, cv2.INTER_LINEAR, dst=_MOVED)
        np.arctan2(_DOWN[::4], _ACROSS[::4], out=_ANGLE)
        np.take(_MOVED.ravel(), _PLACES, out=_GATHERED, mode="clip")
        sums = np.bincount(_OWNER, weights=_GATHERED.ravel(), minlength=64)
        power = np.abs(np.fft.rfft2(_WINDOWS)) ** 2
        small = np.arange(32.0)
        for step in range(SMALL_STEPS):
            small = np.minimum(small + 1.0, float(step + 32))
        total += float(sums.mean() + np.abs(_ANGLE).mean() + np.log1p(power).mean() + small.mean())
    return total
