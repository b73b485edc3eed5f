"""Faults planted into portraits: what an operator, a camera or a file does to a face, each at four strengths."""

import functools
from collections.abc import Callable, Mapping
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.landmarks import Points, eye_centres, eye_distance

Rgb = NDArray[np.uint8]


class Fault(NamedTuple):
    """One fault: how it is planted, its strengths from weak to strong, and the instructions that are right.

    Attributes
    ----------
    plant : callable
        From pixels, landmarks, strength and random numbers to the faulty picture.
    strengths : tuple of float
        Four, rising in harm.
    reasons : frozenset of str
        Guidance keys of which one must come first.
    """

    plant: Callable[[Rgb, Points, float, np.random.Generator], Rgb]
    strengths: tuple[float, float, float, float]
    reasons: frozenset[str]


def enlarged(pixels: Rgb, points: Points, eyes_px: float, _: np.random.Generator, *, how: int) -> Rgb:
    """Reduced until the eyes are so many pixels apart, and enlarged again."""
    height, width = pixels.shape[:2]
    share = eyes_px / eye_distance(points)
    size = max(8, round(width * share)), max(8, round(height * share))
    return cv2.resize(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), (width, height), interpolation=how)


def interlaced(pixels: Rgb, _points: Points, shift_px: float, _: np.random.Generator) -> Rgb:
    """Odd rows taken later, when the head had moved by so many pixels."""
    combed = pixels.copy()
    combed[1::2] = np.roll(pixels[1::2], round(shift_px), axis=1)
    return combed


def gaussian_noise(pixels: Rgb, _points: Points, codes: float, rng: np.random.Generator) -> Rgb:
    """Independent noise of every channel, deviation in codes."""
    return clipped(pixels + rng.standard_normal(pixels.shape, np.float32) * np.float32(codes))


def poisson_noise(pixels: Rgb, _points: Points, photons: float, rng: np.random.Generator) -> Rgb:
    """So many photons at white."""
    return clipped(rng.poisson(pixels / 255 * photons) * (255 / photons))


def flat(pixels: Rgb, _points: Points, share: float, _: np.random.Generator) -> Rgb:
    """Contrast around medium grey reduced to a share."""
    return clipped((pixels - 128.0) * share + 128.0)


def stretched(pixels: Rgb, _points: Points, factor: float, _: np.random.Generator, *, wide: bool) -> Rgb:
    """One side longer by a factor."""
    across, down = (factor, 1.0) if wide else (1.0, factor)
    return cv2.resize(pixels, None, fx=across, fy=down, interpolation=cv2.INTER_CUBIC)


def moved(pixels: Rgb, points: Points, share: float, _: np.random.Generator, *, vertical: bool) -> Rgb:
    """Even motion over a share of the eye distance while the shutter was open."""
    length = max(3, round(share * eye_distance(points)))
    return cv2.blur(pixels, (1, length) if vertical else (length, 1))


def blurred(pixels: Rgb, points: Points, share: float, _: np.random.Generator) -> Rgb:
    """Out of focus: a Gaussian with a deviation of a share of the eye distance."""
    return cv2.GaussianBlur(pixels, (0, 0), share * eye_distance(points))


def dark(pixels: Rgb, _points: Points, gain: float, _: np.random.Generator) -> Rgb:
    """Too little light: codes times the gain."""
    return clipped(pixels * gain)


def one_sided(pixels: Rgb, points: Points, gain: float, _: np.random.Generator) -> Rgb:
    """Light falls from 1 on one side of the face to the gain on the other."""
    left, right = points[:, 0].min(), points[:, 0].max()
    middle, reach = (left + right) / 2, (right - left) / 8
    ramp = 1 / (1 + np.exp(-(np.arange(pixels.shape[1]) - middle) / reach))
    return clipped(pixels * (gain + (1 - gain) * ramp)[None, :, None])


def compressed(pixels: Rgb, _points: Points, quality: float, _: np.random.Generator) -> Rgb:
    """Saved as JPEG of this quality."""
    data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def lens_masks(pixels: Rgb, points: Points) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lenses of drawn glasses and their frames, 0..1, (H, W, 1)."""
    apart = eye_distance(points)
    lens, frame = (np.zeros(pixels.shape[:2], np.uint8) for _ in range(2))
    centres = eye_centres(points)
    axes = round(0.36 * apart), round(0.27 * apart)
    width = max(1, round(0.035 * apart))
    for eye in centres:
        at = round(eye[0]), round(eye[1] + 0.05 * apart)
        cv2.ellipse(lens, at, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
        cv2.ellipse(frame, at, axes, 0, 0, 360, 255, width, cv2.LINE_AA)
    (left, right), down = sorted(centres, key=lambda eye: float(eye[0])), 0.02 * apart
    bridge = [(round(eye[0] + way * axes[0]), round(eye[1] + down)) for eye, way in ((left, 1), (right, -1))]
    cv2.line(frame, *bridge, 255, width, cv2.LINE_AA)
    return lens[..., None].astype(np.float32) / 255, frame[..., None].astype(np.float32) / 255


def framed(pixels: NDArray[np.float32], frame: NDArray[np.float32]) -> Rgb:
    """With the frame of glasses drawn on top."""
    return clipped(pixels * (1 - frame) + 38.0 * frame)


def clear_glasses(pixels: Rgb, points: Points) -> Rgb:
    """Glasses without fault."""
    return framed(pixels.astype(np.float32), lens_masks(pixels, points)[1])


def veiled(pixels: Rgb, points: Points, share: float, _: np.random.Generator, *, code: float) -> Rgb:
    """Both lenses mixed with a share of an even tone: mirrored light (bright) or tint (dark)."""
    lens, frame = lens_masks(pixels, points)
    return framed(pixels * (1 - share * lens) + code * share * lens, frame)


def glared(pixels: Rgb, points: Points, share: float, _: np.random.Generator) -> Rgb:
    """A bright patch just below white on each lens, its diameter a share of the eye distance."""
    lens, frame = lens_masks(pixels, points)
    apart, patch = eye_distance(points), np.zeros(pixels.shape[:2], np.uint8)
    for eye in eye_centres(points):
        cv2.circle(patch, (round(eye[0]), round(eye[1])), round(share * apart / 2), 255, -1, cv2.LINE_AA)
    spot = cv2.GaussianBlur(patch, (0, 0), 0.01 * apart)[..., None].astype(np.float32) / 255 * lens
    return framed(pixels * (1 - spot) + 230.0 * spot, frame)


def lids_down(pixels: Rgb, points: Points, share: float, _: np.random.Generator) -> Rgb:
    """Both upper lids lowered over a share of the opening: the skin below the brow is stretched."""
    drawn = pixels.copy()
    for first in (60, 68):
        _lower_lid(drawn, points[first : first + 8].astype(np.float64), share)
    return drawn


def _lower_lid(pixels: Rgb, rim: NDArray[np.float64], share: float) -> None:
    left, right = sorted((rim[0], rim[4]), key=lambda corner: float(corner[0]))
    columns = np.arange(int(left[0]) - 1, int(right[0]) + 2)
    opening = rim[5:8, 1].max() - rim[1:4, 1].min()
    upper = _lid_rows(columns, (left, *sorted(rim[1:4], key=lambda at: float(at[0])), right)) - 0.12 * opening
    lower = _lid_rows(columns, (left, *sorted(rim[5:8], key=lambda at: float(at[0])), right)) + 0.1 * opening
    crease = upper - 0.55 * opening
    edge = upper + share * (lower - upper)
    rows = np.arange(int(crease.min()) - 1, int(lower.max()) + 2)[:, None]
    source = np.where(
        (rows > crease) & (rows < edge), crease + (rows - crease) * (upper - crease) / (edge - crease + 1e-3), rows
    )
    window = slice(rows[0, 0], rows[-1, 0] + 1), slice(columns[0], columns[-1] + 1)
    across = np.broadcast_to(columns[None].astype(np.float32), source.shape)
    pixels[window] = cv2.remap(pixels, across, source.astype(np.float32), cv2.INTER_LINEAR)
    lashes = np.stack((columns, edge), axis=1)[2:-2].round().astype(np.int32)
    tone = [float(code) * 0.45 for code in np.median(pixels[window].reshape(-1, 3), axis=0)]
    cv2.polylines(pixels, [lashes], False, tone, max(1, round(0.09 * opening)), cv2.LINE_AA)


def _lid_rows(columns: NDArray[np.int64], rim: tuple[NDArray[np.float64], ...]) -> NDArray[np.float64]:
    places = np.array(rim)
    return np.interp(columns, places[:, 0], places[:, 1])


def clipped(values: NDArray[np.floating]) -> Rgb:
    """Rounded to codes."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _right(*keys: str) -> frozenset[str]:
    return frozenset(f"face.{key}" for key in keys)


SOFT = _right("hold_still", "enlarged", "come_closer")
GLASSES = _right("eye_glare", "remove_glasses", "free_eyes")
DARK_GLASSES = _right("remove_dark_glasses", "remove_glasses", "free_eyes")

FAULTS: Mapping[str, Fault] = {
    "pixels, nearest": Fault(
        functools.partial(enlarged, how=cv2.INTER_NEAREST), (45, 32, 20, 12), _right("enlarged", "come_closer")
    ),
    "pixels, bicubic": Fault(functools.partial(enlarged, how=cv2.INTER_CUBIC), (45, 36, 28, 20), SOFT),
    "interlaced": Fault(interlaced, (2, 4, 6, 8), _right("interlaced")),
    "noise, gaussian": Fault(gaussian_noise, (15, 25, 35, 45), _right("grainy", "more_light")),
    "noise, photons": Fault(poisson_noise, (60, 30, 15, 8), _right("grainy", "more_light")),
    "contrast": Fault(flat, (0.5, 0.4, 0.3, 0.2), _right("veiled")),
    "stretched, wide": Fault(
        functools.partial(stretched, wide=True), (1.1, 1.18, 1.25, 4 / 3), _right("check_proportions")
    ),
    "stretched, tall": Fault(
        functools.partial(stretched, wide=False), (1.1, 1.18, 1.25, 4 / 3), _right("check_proportions")
    ),
    "motion, across": Fault(functools.partial(moved, vertical=False), (0.06, 0.1, 0.15, 0.22), SOFT),
    "motion, down": Fault(functools.partial(moved, vertical=True), (0.06, 0.1, 0.15, 0.22), SOFT),
    "blur": Fault(blurred, (0.012, 0.02, 0.03, 0.05), SOFT),
    "dark": Fault(dark, (0.4, 0.3, 0.2, 0.1), _right("more_light")),
    "light from one side": Fault(one_sided, (0.5, 0.35, 0.2, 0.1), _right("even_light")),
    "glasses, veil": Fault(functools.partial(veiled, code=235.0), (0.3, 0.4, 0.5, 0.6), GLASSES),
    "glasses, glare": Fault(glared, (0.15, 0.22, 0.3, 0.4), GLASSES),
    "glasses, tint": Fault(functools.partial(veiled, code=12.0), (0.45, 0.6, 0.75, 0.9), DARK_GLASSES),
    "lids": Fault(lids_down, (0.6, 0.75, 0.9, 1.0), _right("open_eyes")),
    "JPEG": Fault(compressed, (30, 18, 10, 5), _right("less_compression")),
}
"""Name → fault. The two last strengths of each are strong."""
