"""Sclera, iris and pupil of a synthetic eye, before lids and lights."""

import cv2
import numpy as np

from biocapture.synthetic.conditions import Conditions
from biocapture.synthetic.eye import Eye
from biocapture.synthetic.gaze import View
from biocapture.synthetic.iris_texture import COLUMNS, ROWS, Field

STRETCH = 0.4
"""The pupillary zone stretches more than the ciliary one: exponent per unit of dilation away from 0.4 (Wyatt 2000)."""


def eyeball(eye: Eye, conditions: Conditions, seen: View) -> Field:
    """(H, W) greys as if nothing lay before the eye."""
    radius = np.hypot(*seen.iris)
    angle, beyond, depth = _polar(eye, conditions.dilation, seen)
    grey = _sclera(eye, seen)
    grey += step((1 - radius) / eye.limbus_width) * (_iris(eye, conditions, seen, angle, depth) - grey)
    grey += step(-beyond * seen.radius_px / 0.5) * (eye.pupil_grey - grey)
    grey += conditions.soft_lens * 26 * _ring(seen, eye)
    return grey


def step(at: Field) -> Field:
    """Smooth 0 → 1 over about ±3."""
    return 1 / (1 + np.exp(-np.clip(at, -30, 30)))


def in_annulus(eye: Eye, conditions: Conditions, seen: View) -> np.ndarray:
    """(H, W) bool: between pupil and limbus."""
    return (np.hypot(*seen.iris) <= 1) & (_polar(eye, conditions.dilation, seen)[1] > 0)


def _polar(eye: Eye, dilation: float, seen: View) -> tuple[Field, Field, Field]:
    """Angle around the pupil, distance beyond its rim, and depth 0 (pupil) … 1 (limbus), on straight lines."""
    nasal, down = seen.iris[0] - np.float32(eye.pupil_nasal), seen.iris[1] - np.float32(eye.pupil_down)
    angle, distance = np.arctan2(down, nasal), np.hypot(nasal, down)
    rim = dilation * _outline(eye, angle)
    lean = (nasal * eye.pupil_nasal + down * eye.pupil_down) / np.maximum(distance, 1e-6)
    outer = np.sqrt(lean**2 + 1 - eye.pupil_nasal**2 - eye.pupil_down**2) - lean
    depth = (distance - rim) / np.maximum(outer - rim, 1e-3)
    return angle, (distance - rim).astype(np.float32), np.clip(depth, 0, 1).astype(np.float32)


def _outline(eye: Eye, angle: Field) -> Field:
    """Pupil radius in units of its mean: an ellipse with a ripple."""
    third, third_at, fourth, fourth_at = eye.pupil_ripple
    long, short = 1 + eye.pupil_oval / 2, 1 - eye.pupil_oval / 2
    turned = angle - np.float32(eye.pupil_oval_rad)
    oval = long * short / np.sqrt((short * np.cos(turned)) ** 2 + (long * np.sin(turned)) ** 2)
    return oval * (1 + third * np.cos(3 * angle + third_at) + fourth * np.cos(4 * angle + fourth_at))


def _iris(eye: Eye, conditions: Conditions, seen: View, angle: Field, depth: Field) -> Field:
    relief = _resolved(eye.texture, conditions.dilation, seen.radius_px)
    wrapped = np.concatenate([relief, relief[:, :1]], axis=1)
    column = np.mod(angle * np.float32(COLUMNS / (2 * np.pi)), COLUMNS)
    row = depth ** np.float32(1 + STRETCH * (conditions.dilation - 0.4)) * (ROWS - 1)
    shown = cv2.remap(wrapped, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    grey = eye.iris_grey + eye.iris_contrast * shown - 18 * np.clip((depth - 0.75) / 0.25, 0, 1) ** 2
    return grey + conditions.cosmetic_lens * (_print(seen, eye) - grey) if conditions.cosmetic_lens else grey


def _resolved(relief: Field, dilation: float, radius_px: float) -> Field:
    """Relief without what pixels of this size would alias."""
    along, across = COLUMNS / (4 * np.pi * radius_px), ROWS / (2 * radius_px * (1 - dilation))
    if max(along, across) < 0.7:
        return relief
    return cv2.GaussianBlur(relief, (0, 0), along, sigmaY=across, borderType=cv2.BORDER_REPLICATE)


def _sclera(eye: Eye, seen: View) -> Field:
    """White of the eye: a sphere that darkens towards the corners."""
    falls = np.clip((np.abs(seen.socket[0]) - 0.9) / 1.8, 0, 1.5)
    return (eye.sclera_grey - 34 * falls**2).astype(np.float32)


def _ring(seen: View, eye: Eye) -> Field:
    """Edge of a soft lens: a thin line outside the limbus, dark beside bright."""
    random = np.random.default_rng([eye.seed, 0x1E45])
    shift, radius = random.normal(0, 0.03, 2), random.uniform(1.17, 1.27)
    gap = np.hypot(seen.iris[0] - np.float32(shift[0]), seen.iris[1] - np.float32(shift[1])) - np.float32(radius)
    return np.exp(-((gap / 0.018) ** 2)) - 0.8 * np.exp(-(((gap - 0.03) / 0.02) ** 2))


def _print(seen: View, eye: Eye) -> Field:
    """Dots of a printed lens: a coarse regular pattern around a clear middle, the same on every wearer."""
    return np.full(seen.iris.shape[1:], 0.5 * eye.iris_grey, np.float32)
