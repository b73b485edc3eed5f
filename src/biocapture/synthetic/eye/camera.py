"""Lens, sensor and compression of a near-infrared eye camera."""

import cv2
import numpy as np

from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.iris_texture import Floats
from biocapture.types import GreyPixels

MIN_BLUR_PX = 0.7
"""Deviation of the blur of a lens in focus, px."""

CLIPPED_GREYS = 60.0
"""Grey below which all is black at the largest cut."""

VEIL_GREY = 150.0
"""Grey of the stray light that takes contrast away."""


def blur_by_lens(light: Floats, conditions: Conditions) -> Floats:
    """Blur light as a lens does: a little in focus, by a disc out of focus, and along a motion.

    Parameters
    ----------
    light : (H, W) float
        Greys, not limited to 255.
    conditions : Conditions

    Returns
    -------
    (H, W) float
        Greys.
    """
    blurred = cv2.GaussianBlur(light, (0, 0), MIN_BLUR_PX)
    for kernel in (_disc(conditions.defocus_px), _streak(conditions.motion_px, conditions.motion_deg)):
        if kernel.size > 1:
            blurred = cv2.filter2D(blurred, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)
    return blurred


def sensor_image(light: Floats, conditions: Conditions, random: np.random.Generator) -> GreyPixels:
    """Greys of the sensor: stray light, exposure, two fields, noise, the sensor's curve, 8 bits, JPEG.

    Parameters
    ----------
    light : (H, W) float
        Greys behind the lens.
    conditions : Conditions
    random : numpy.random.Generator
        Of the noise.

    Returns
    -------
    (H, W) uint8
    """
    light = light * (1 - conditions.contrast_loss) + VEIL_GREY * conditions.contrast_loss
    light = _interlace(light * np.float32(2.0**conditions.exposure_ev), conditions.interlace_px)
    if conditions.noise:
        # Photons arrive at random: the variance of their noise grows with the light; a quarter is the sensor's own.
        shot = np.sqrt(0.25 + 0.75 * np.clip(light, 0, 255) / 128)
        light = np.minimum(light, 255) + conditions.noise * shot * random.standard_normal(light.shape, np.float32)
    pixels = np.clip(np.rint(_curve(light, conditions)), 0, 255).astype(np.uint8)
    return _compress(pixels, conditions.jpeg_quality) if conditions.jpeg_quality else pixels


def _curve(light: Floats, conditions: Conditions) -> Floats:
    """Greys that the camera makes of the light: its curve, and its black level."""
    if conditions.gamma != 1:
        light = 255 * (np.clip(light, 0, 255) / 255) ** conditions.gamma
    if conditions.black_clip:
        black = CLIPPED_GREYS * conditions.black_clip
        light = (light - black) * (255 / (255 - black))
    return light


def _disc(radius_px: float) -> Floats:
    """Kernel of an aperture: a disc with a soft rim, sum 1."""
    half = int(np.ceil(radius_px))
    row, column = np.mgrid[-half : half + 1, -half : half + 1]
    weight = np.clip(radius_px + 0.5 - np.hypot(row, column), 0, 1).astype(np.float32)
    return weight / weight.sum()


def _streak(length_px: float, angle_deg: float) -> Floats:
    """Kernel of a straight motion: points along a line, each shared by the four pixels around it."""
    half = int(np.ceil(length_px / 2))
    at = np.linspace(-length_px / 2, length_px / 2, 8 * half + 1)
    turn = np.deg2rad(angle_deg)
    row, column = at * np.sin(turn) + half, at * np.cos(turn) + half
    grid = np.arange(2 * half + 1)
    near = [np.clip(1 - np.abs(grid[:, None] - place), 0, 1) for place in (row, column)]
    weight = (near[0] @ near[1].T).astype(np.float32)
    return weight / weight.sum()


def _interlace(light: Floats, columns_px: float) -> Floats:
    """Odd rows from a field taken later, after a movement by some columns."""
    if columns_px:
        shift = np.array([[1, 0, columns_px], [0, 1, 0]], np.float32)
        moved = cv2.warpAffine(light, shift, light.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        light = light.copy()
        light[1::2] = moved[1::2]
    return light


def _compress(pixels: GreyPixels, quality: int) -> GreyPixels:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
