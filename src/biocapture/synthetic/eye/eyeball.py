"""Sclera, iris and pupil of a synthetic eye, before lids and lights."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.contact_lens import add_lens
from biocapture.synthetic.eye.eye import Eye
from biocapture.synthetic.eye.gaze import SUBPIXEL_BITS, View, subpixels
from biocapture.synthetic.eye.iris_texture import COLUMNS, ROWS, Floats, smooth_noise, smooth_step

USUAL_DILATION = 0.4
"""Dilation for which the texture was drawn."""

FOLD_DEVIATION = 1.8
"""Deviation of the stroma's place between captures at the usual dilation, in rows and columns of its texture."""

STRETCH_EXPONENT = 0.4
"""Exponent of the depth per unit of dilation away from usual: the stroma does not stretch evenly (as in Wyatt 2000,
whose mesh this does not follow; the size is ours).
"""

COLLARETTE_DEPTH, MAX_DIMMING = 0.25, 0.5
"""Where a dim zone around the pupil ends; share of the light that it lacks at most."""

RIM_PX = 0.5
"""Softness of the pupil's rim in px."""


@dataclass(frozen=True, slots=True)
class IrisSheet:
    """Every pixel in the iris' own coordinates.

    Attributes
    ----------
    angle : (H, W) float32
        Around the pupil's centre, from nasal over down, radians.
    beyond : (H, W) float32
        Distance outside the pupil's rim in iris radii.
    depth : (H, W) float32
        0 at the pupil … 1 at the limbus, on straight lines from the pupil's centre; clipped.
    """

    angle: Floats
    beyond: Floats
    depth: Floats


def iris_sheet(eye: Eye, dilation: float, view: View) -> IrisSheet:
    """Unroll the iris.

    Parameters
    ----------
    eye : Eye
    dilation : float
        Pupil radius over iris radius.
    view : View

    Returns
    -------
    IrisSheet
    """
    nasal, down = view.iris[0] - np.float32(eye.pupil_nasal), view.iris[1] - np.float32(eye.pupil_down)
    angle, distance = np.arctan2(down, nasal), np.hypot(nasal, down)
    rim = np.float32(dilation) * _pupil_radius(eye, angle)
    lean = (nasal * eye.pupil_nasal + down * eye.pupil_down) / np.maximum(distance, 1e-6)
    outer = np.sqrt(lean**2 + 1 - eye.pupil_nasal**2 - eye.pupil_down**2) - lean
    depth = (distance - rim) / np.maximum(outer - rim, 1e-3)
    return IrisSheet(angle, distance - rim, np.clip(depth, 0, 1))


def eyeball(eye: Eye, conditions: Conditions, view: View, unrolled: IrisSheet, random: np.random.Generator) -> Floats:
    """Sclera, iris and pupil as if nothing but a contact lens lay before them.

    Parameters
    ----------
    eye : Eye
    conditions : Conditions
    view : View
    unrolled : IrisSheet
        Of this view.
    random : numpy.random.Generator
        Of what differs between captures: folds of the stroma, place of a lens.

    Returns
    -------
    (H, W) float
        Greys.
    """
    iris = smooth_step((1 - np.hypot(*view.iris)) / eye.limbus_width)
    grey = _sclera(eye, view, np.random.default_rng([eye.seed, 0x5C1]))
    grey += iris * (_iris(eye, conditions, view, unrolled, random) - grey)
    grey += smooth_step(-unrolled.beyond * view.radius_px / RIM_PX) * (eye.pupil_grey - grey)
    return add_lens(grey, conditions, view, random)


def _pupil_radius(eye: Eye, angle: Floats) -> Floats:
    """Pupil radius in units of its mean: an ellipse with a ripple."""
    third, third_at, fourth, fourth_at = eye.pupil_ripple
    long, short = 1 + eye.pupil_oval / 2, 1 - eye.pupil_oval / 2
    turned = angle - np.float32(eye.pupil_oval_rad)
    oval = long * short / np.sqrt((short * np.cos(turned)) ** 2 + (long * np.sin(turned)) ** 2)
    return oval * (1 + third * np.cos(3 * angle + third_at) + fourth * np.cos(4 * angle + fourth_at))


def _iris(eye: Eye, conditions: Conditions, view: View, unrolled: IrisSheet, random: np.random.Generator) -> Floats:
    """Stroma on the sheet; it folds a little differently each time, more so the further the pupil is from usual."""
    relief = _without_aliasing(eye.texture, conditions.dilation, view.radius_px)
    wrapped = np.concatenate([relief, relief[:, :2]], axis=1)
    fold = FOLD_DEVIATION * (1 + 8 * abs(conditions.dilation - USUAL_DILATION))
    turned, moved = (fold * smooth_noise(random, conditions.shape, 0.25 * view.radius_px) for _ in range(2))
    column = np.mod(unrolled.angle * np.float32(COLUMNS / (2 * np.pi)) + turned, COLUMNS).astype(np.float32)
    row = (
        unrolled.depth ** np.float32(1 + STRETCH_EXPONENT * (conditions.dilation - USUAL_DILATION)) * (ROWS - 1) + moved
    )
    shown = cv2.remap(wrapped, column, row.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    # Level at the limbus, or its edge would seem to lie further out.
    rim = np.clip((unrolled.depth - 0.68) / 0.24, 0, 1)
    grey = eye.iris_grey + eye.iris_contrast * shown - 18 * rim**2 * (3 - 2 * rim)
    if conditions.dim_zone:
        within = smooth_step((COLLARETTE_DEPTH - unrolled.depth) / 0.04)
        grey = grey * (1 - MAX_DIMMING * conditions.dim_zone * within)
    return grey


def _without_aliasing(relief: Floats, dilation: float, radius_px: float) -> Floats:
    """Relief without the detail that pixels of this size would alias."""
    along, across = COLUMNS / (4 * np.pi * radius_px), ROWS / (2 * radius_px * (1 - dilation))
    if max(along, across) < 0.7:
        return relief
    return cv2.GaussianBlur(relief, (0, 0), along, sigmaY=across, borderType=cv2.BORDER_REPLICATE)


def _sclera(eye: Eye, view: View, random: np.random.Generator) -> Floats:
    """White of the eye: a sphere that darkens towards the corners, veined."""
    falls = np.clip((np.abs(view.socket[0]) - 0.9) / 1.8, 0, 1.5)
    return eye.sclera_grey - 34 * falls**2 - 15 * _vessels(view, random)


def _vessels(view: View, random: np.random.Generator) -> Floats:
    """(H, W) 0..1: veins that wander from both corners towards the limbus, and move with the eye."""
    layer = np.zeros(view.iris.shape[1:], np.uint8)
    count, steps = 26, 24
    side = np.where(np.arange(count) % 2, 1.0, -1.0)
    start = np.stack([side * random.uniform(1.5, 2.9, count), random.normal(0.1, 0.35, count)], axis=1)
    wander = np.cumsum(random.normal(0, 0.22, (count, steps)), axis=1)
    heading = np.arctan2(-start[:, 1], -start[:, 0])[:, None] + wander
    stride = np.stack([np.cos(heading), np.sin(heading)], axis=2) * random.uniform(0.02, 0.06, (count, 1, 1))
    path = start[:, None] + np.cumsum(stride, axis=1)
    lines = subpixels(view.image_of_iris(path))
    for line, wide in zip(lines, random.integers(1, 3, count), strict=True):
        cv2.polylines(layer, [line], False, 255, int(wide), cv2.LINE_AA, SUBPIXEL_BITS)
    return cv2.GaussianBlur(layer, (0, 0), 0.007 * view.radius_px + 0.6).astype(np.float32) / 255
