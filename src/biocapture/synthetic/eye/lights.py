"""Light on a synthetic eye: its direction, its mirror images in cornea, tears and spectacles."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.eye import Eye
from biocapture.synthetic.eye.eyelids import Lids
from biocapture.synthetic.eye.gaze import CORNEA_RADIUS, SUBPIXEL_BITS, View, subpixels
from biocapture.synthetic.eye.iris_texture import Floats, smooth_noise, smooth_step
from biocapture.types import Values

GLINT_GREYS = 700.0
"""Grey of a mirrored source on a sensor without limit."""


@dataclass(frozen=True, slots=True)
class Lights:
    """Layers of light, (H, W) each.

    Attributes
    ----------
    lit : float32
        Factor of the illumination.
    mirrored : float32
        Greys that reflections add.
    frame : float32
        0..1: spectacle frame.
    """

    lit: Floats
    mirrored: Floats
    frame: Floats


def lights(
    eye: Eye, conditions: Conditions, rims: Lids, view: View, free: Floats, random: np.random.Generator
) -> Lights:
    """Illumination and all mirror images.

    Parameters
    ----------
    eye : Eye
    conditions : Conditions
    rims : Lids
    view : View
    free : (H, W) float
        0..1 share of every pixel that neither lids nor lashes cover: the eye mirrors nothing elsewhere.
    random : numpy.random.Generator
        Of the scatter of the sources.

    Returns
    -------
    Lights
    """
    wet = _glints(conditions, view, random) + _tears(conditions, rims, view, random)
    frame = _frame(conditions, view, random)
    mirrored = free * (wet + _window(eye, conditions, view, random)) * (1 - frame)
    return Lights(_lit(conditions), (mirrored + _glasses(conditions, view, random)).astype(np.float32), frame)


def _lit(conditions: Conditions) -> Floats:
    """Light that falls off across the image; the far corner keeps a twentieth at worst."""
    rows, columns = conditions.shape
    turn = np.deg2rad(conditions.light_deg)
    across = np.linspace(-1, 1, columns, dtype=np.float32)[None] * np.float32(np.cos(turn))
    down = np.linspace(-1, 1, rows, dtype=np.float32)[:, None] * np.float32(np.sin(turn))
    return 1 - conditions.light_gradient * np.clip(0.4 - 0.45 * (across + down), -0.1, 0.95)


def _tears(conditions: Conditions, rims: Lids, view: View, random: np.random.Generator) -> Floats:
    """Every source once more, in the film along the lower lid."""
    if not conditions.leds:
        return np.zeros(conditions.shape, np.float32)
    nasal = np.linspace(-1, 1, min(conditions.leds, 5)) * conditions.led_spread + random.normal(0, 0.1)
    down = np.interp(nasal, rims.nasal, rims.lower) - 0.025
    centre = view.image_of_socket(np.stack([nasal, down], axis=1))
    return 0.5 * GLINT_GREYS * _discs(conditions.shape, centre, 0.012 * view.radius_px)


def _glints(conditions: Conditions, view: View, random: np.random.Generator) -> Floats:
    """First Purkinje images of the sources: they move with the centre of the cornea, not with the iris."""
    count, spread = conditions.leds, conditions.led_spread if conditions.leds > 1 else 0.0
    angle = 2 * np.pi * np.arange(count) / max(count, 1) + (0.0 if count < 3 else 0.3)
    at = np.stack([np.cos(angle), np.sin(angle)], axis=1) * spread + conditions.led_at
    at = at + random.normal(0, 0.004, at.shape)
    reach = np.maximum(1, np.hypot(*at.T) / (0.95 * CORNEA_RADIUS))
    centre = view.cornea_at + view.radius_px * at / reach[:, None]
    return GLINT_GREYS * _discs(conditions.shape, centre, conditions.led_radius * view.radius_px)


def _discs(shape: tuple[int, int], centre: Values, radius_px: float) -> Floats:
    """0..1, smooth at the rim."""
    layer = np.zeros(shape, np.uint8)
    radius = max(1, round(radius_px * 2**SUBPIXEL_BITS))
    for column, row in subpixels(centre):
        cv2.circle(layer, (int(column), int(row)), radius, 255, -1, cv2.LINE_AA, SUBPIXEL_BITS)
    return cv2.GaussianBlur(layer, (0, 0), 0.7).astype(np.float32) / 255


def _window(eye: Eye, conditions: Conditions, view: View, random: np.random.Generator) -> Floats:
    """Glare over the pupil: a ragged patch that grows with its strength to more than the pupil."""
    strength = conditions.pupil_glare
    if not strength:
        return np.zeros(conditions.shape, np.float32)
    at = view.iris - np.array([eye.pupil_nasal, eye.pupil_down], np.float32)[:, None, None]
    at = at - (0.3 * conditions.dilation * random.normal(0, 0.5, 2)).astype(np.float32)[:, None, None]
    size = conditions.dilation * (0.3 + 0.9 * strength)
    ragged = (
        1 - np.hypot(at[0], 1.2 * at[1]) / size + 0.2 * smooth_noise(random, conditions.shape, 0.3 * view.radius_px)
    )
    return (150 + 300 * strength) * smooth_step(9 * ragged)


def _frame(conditions: Conditions, view: View, random: np.random.Generator) -> Floats:
    """Rim of a lens: a rounded rectangle around the eye."""
    if not conditions.glasses_frame:
        return np.zeros(conditions.shape, np.float32)
    half = np.array([2.5, 1.55]) * random.uniform(0.92, 1.1, 2)
    nasal, down = (view.socket[k] - np.float32(random.normal(0.0, 0.12)) for k in (0, 1))
    reach = np.sqrt(np.sqrt((nasal / half[0]) ** 4 + (down / half[1]) ** 4))
    return smooth_step((0.11 * conditions.glasses_frame - np.abs(reach - 1.05)) / 0.008).astype(np.float32)


def _glasses(conditions: Conditions, view: View, random: np.random.Generator) -> Floats:
    """Lamps mirrored by spectacle lenses: flat bright patches anywhere, each with a halo."""
    layer = np.zeros(conditions.shape, np.float32)
    for _ in range(round(6 * conditions.glasses_glare)):
        at, size = random.uniform((-1.3, -0.9), (1.3, 0.9)), random.uniform((0.1, 0.05), (0.5, 0.22))
        reach = np.hypot((view.socket[0] - at[0]) / size[0], (view.socket[1] - at[1]) / size[1])
        layer += 500 * smooth_step((1 - reach) * 14) + 60 * np.exp(-(reach**2) / 6)
    return layer
