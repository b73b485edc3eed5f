"""Lashes of a synthetic eye."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.synthetic.conditions import Conditions
from biocapture.synthetic.eye import Eye
from biocapture.synthetic.eyelids import Lids
from biocapture.synthetic.gaze import View
from biocapture.synthetic.iris_texture import Field

MOST = 190
"""Upper lashes of a dense row."""

STEPS = 9
"""Points along a lash."""


def lashes(eye: Eye, conditions: Conditions, rims: Lids, seen: View, random: np.random.Generator) -> Field:
    """(H, W) float32 0..1: how much of every pixel lashes cover."""
    layer = np.zeros(conditions.shape, np.uint8)
    amount = conditions.lashes * eye.lash_density
    thick = (0.010 + 0.014 * conditions.makeup) * seen.radius_px
    for rim, count, reach in ((rims.upper, MOST, 1.0), (rims.lower, 0.4 * MOST, -0.5)):
        curves = _curves(rims.nasal, rim, round(count * amount), reach * eye.lash_length, random)
        _draw(layer, _pixels(curves, seen), thick * (1.0 if reach > 0 else 0.7))
    return cv2.GaussianBlur(layer, (0, 0), 0.6).astype(np.float32) * np.float32((0.75 + 0.2 * conditions.makeup) / 255)


def _curves(nasal: Field, rim: Field, count: int, reach: float, random: np.random.Generator) -> NDArray[np.float64]:
    """(count, STEPS, 2) nasal, down. Roots in loose clumps on the rim; tips fan out, droop first and curl up."""
    root = random.uniform(0.06, 0.94, count)
    clump = np.round(root * 45) / 45
    at = np.interp(root, np.linspace(0, 1, len(nasal)), nasal)
    start = np.interp(at, nasal, rim)
    along = np.linspace(0, 1, STEPS)[None, :, None]
    fan = 0.9 * (root - 0.5) + 2.0 * (clump - root) + random.normal(0, 0.12, count)
    length = reach * random.uniform(0.5, 1.1, count)
    droop = random.normal(0.25, 0.3, count)
    tip = np.stack([np.abs(length) * fan, -length * (1 - droop)], axis=1)[:, None]
    bend = np.stack([0.2 * np.abs(length) * fan, 0.5 * length * np.clip(droop + 0.4, 0.1, 1.2)], axis=1)[:, None]
    return np.stack([at, start], axis=1)[:, None] + tip * along**2 + 2 * bend * along * (1 - along)


def _pixels(curves: NDArray[np.float64], seen: View) -> NDArray[np.float64]:
    """(n, STEPS, 2) column, row."""
    return seen.socket_at + seen.radius_px * curves @ seen.frame.T


def _draw(layer: NDArray[np.uint8], curves: NDArray[np.float64], thick_px: float) -> None:
    """Tapering strokes: the half at the root thicker."""
    points = np.clip(np.rint(curves * 16), -(10**7), 10**7).astype(np.int32)
    for part, share in ((slice(0, STEPS // 2 + 1), 1.0), (slice(STEPS // 2, STEPS), 0.5)):
        cv2.polylines(layer, list(points[:, part]), False, 255, max(1, round(share * 2 * thick_px)), cv2.LINE_AA, 4)
