"""Why an eye cannot be outlined, by a small network of ours (iris_reasons): asked only where the segmentation fails."""

import cv2
import numpy as np

from biocapture.iris.segmentation.segment import MIN_PX
from biocapture.models import load
from biocapture.types import Failure, Field, GreyPixels

WIDE, HIGH = 128, 96
"""Pixels of the network's input."""

LONGER_PX = 640
"""Longer side of the picture in which detail is looked for: larger ones are reduced to it first."""

DARKEST, BRIGHTEST = 0.01, 0.98
"""Shares of the pixels below the greys that become -1 and 1."""

MIN_DETAIL, DETAIL_OCTAVES = 0.125, 3.0
"""Greys added to the detail, so that its logarithm is finite; octaves that become 1."""

NO_EYE = "iris.no_eye"

REASONS = {
    "none": NO_EYE,
    "open": "iris.not_outlined",
    "closed": "iris.open_eyes",
    "covered": "iris.uncover_eye",
    "cut": "iris.centre_eye",
    "blurred": "iris.keep_distance",
    "small": "iris.come_closer",
    "dark": "iris.more_light",
    "bright": "iris.less_light",
    "glare": "iris.remove_glasses",
    "pupil": "iris.adjust_light",
    "turned": "iris.turn_upright",
    "visible": "iris.visible_light",
}
"""What the network says, in the order of its answers → reason key."""

MIN_EYE = 0.8
"""Probability that there is an eye below which the reason is that there is none: four times as likely as none."""

MIN_REASON = 0.5
"""Share of that probability below which no reason is the likeliest by far, and none but that of an outline is given."""


def failure_reason(pixels: GreyPixels, detail: str) -> Failure:
    """Why no outline was found: what is wrong with the eye, or that there is none.

    Parameters
    ----------
    pixels : (H, W) uint8
    detail : str
        What the segmentation says.

    Returns
    -------
    Failure
        Its reason is one of :data:`REASONS`; the detail names kind and probability.
    """
    kind, chance = most_likely(load("iris_reasons")(network_input(pixels)[None])[0])
    if kind != "none" and min(pixels.shape) < MIN_PX:
        kind = "small"
    return Failure(REASONS[kind], f"{detail}; {kind} by {chance:.2f}")


def most_likely(scores: Field) -> tuple[str, float]:
    """The kind of picture that the network's answer speaks for.

    Parameters
    ----------
    scores : (K,) float32
        Logits in the order of :data:`REASONS`.

    Returns
    -------
    kind : str
        ``none`` where an eye is not likely enough, ``open`` where no fault is.
    chance : float
        Probability of that kind, 0..1; of ``open`` that there is an eye.
    """
    chance = softmax(scores)
    seen = 1 - float(chance[0])
    if seen < MIN_EYE:
        return "none", 1 - seen
    best = 1 + int(chance[1:].argmax())
    share = float(chance[best])
    return (tuple(REASONS)[best], share) if share >= MIN_REASON * seen else ("open", seen)


def softmax(scores: Field) -> Field:
    """Probabilities of logits.

    Parameters
    ----------
    scores : (K,) float32

    Returns
    -------
    (K,) float32
        0..1, sum 1.
    """
    power = np.exp(scores - scores.max())
    return np.asarray(power / power.sum(), np.float32)


def network_input(pixels: GreyPixels) -> Field:
    """A picture as the network sees it, in the upper left corner of its canvas.

    Parameters
    ----------
    pixels : (H, W) uint8

    Returns
    -------
    (3, HIGH, WIDE) float32
        Greys between the darkest and the brightest, -1..1; greys as they are, -1..1; logarithm of the fine detail, -1
        and up. Outside the picture 0, -1 and -1.
    """
    grey, detail = reduced(pixels)
    return canvas(grey, detail)


def reduced(pixels: GreyPixels) -> tuple[GreyPixels, Field]:
    """Greys and fine detail of a picture, made to fit into the canvas.

    Parameters
    ----------
    pixels : (H, W) uint8

    Returns
    -------
    grey : (h, w) uint8
    detail : (h, w) float32
        Mean absolute difference of pixels to the mean of their 3 × 3 neighbours, greys, 0 and up.
    """
    if max(pixels.shape) > LONGER_PX:
        pixels = _shrink(pixels, LONGER_PX / max(pixels.shape)).astype(np.uint8)
    fine = cv2.absdiff(pixels, cv2.blur(pixels, (3, 3))).astype(np.float32)
    factor = min(WIDE / pixels.shape[1], HIGH / pixels.shape[0])
    return _shrink(pixels, factor).astype(np.uint8), _shrink(fine, factor).astype(np.float32)


def canvas(grey: GreyPixels, detail: Field) -> Field:
    """The network's input from what :func:`reduced` gives.

    Parameters
    ----------
    grey : (h, w) uint8
        At most :data:`HIGH` by :data:`WIDE`.
    detail : (h, w) float32

    Returns
    -------
    (3, HIGH, WIDE) float32
        See :func:`network_input`.
    """
    total = np.bincount(grey.ravel(), minlength=256).cumsum() / grey.size
    low, high = np.searchsorted(total, (DARKEST, BRIGHTEST))
    level = np.clip((np.arange(256) - low) * (2.0 / max(int(high - low), 8)) - 1, -1, 1)
    height, width = grey.shape
    seen = np.full((3, HIGH, WIDE), -1, np.float32)
    seen[0] = 0
    seen[0, :height, :width] = cv2.LUT(grey, level.astype(np.float32))
    seen[1, :height, :width] = grey / np.float32(127.5) - 1
    seen[2, :height, :width] = np.log2(MIN_DETAIL + detail) / DETAIL_OCTAVES
    return seen


def _shrink(pixels: GreyPixels | Field, factor: float) -> GreyPixels | Field:
    height, width = (max(1, round(side * factor)) for side in pixels.shape)
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=way))
