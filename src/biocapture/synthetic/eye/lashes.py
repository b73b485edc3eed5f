"""Hair around a synthetic eye: lashes and brow."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.eye import Eye
from biocapture.synthetic.eye.eyelids import Lids
from biocapture.synthetic.eye.gaze import View
from biocapture.synthetic.eye.iris_texture import Field

UPPER_HAIRS, LOWER_HAIRS, BROW_HAIRS = 210, 70, 260
"""Hairs where they are densest."""

HAIR_POINTS = 9
"""Points along a hair."""

ROOT_HALF_WIDTH = 0.0085
"""Half a lash at its root in iris radii: 0.1 mm across."""

TAPER = ((6, 8, 0.6, 100), (4, 6, 0.8, 150), (2, 4, 1.0, 205), (0, 2, 1.6, 230))
"""First and last point of every part of a hair, its thickness, its opacity; the root is drawn last."""

Curves = NDArray[np.float64]


def lashes(eye: Eye, conditions: Conditions, rims: Lids, seen: View, random: np.random.Generator) -> Field:
    """(H, W) float32 0..1: how much of every pixel hair covers; the brow does not depend on the amount of lashes."""
    layer = np.zeros(conditions.shape, np.uint8)
    amount = conditions.lashes * eye.lash_density
    thick = ROOT_HALF_WIDTH * (1 + 0.9 * conditions.makeup) * seen.radius_px
    _draw(layer, seen, _brow(eye, random), 0.9 * ROOT_HALF_WIDTH * seen.radius_px)
    lower = _fringe(rims.nasal, rims.lower, -0.4 * eye.lash_length * np.ones(LOWER_HAIRS), random)
    upper = _fringe(rims.nasal, rims.upper, eye.lash_length * _lengths(eye.lash_droop, random), random)
    _draw(layer, seen, lower[: round(LOWER_HAIRS * amount)], 0.6 * thick)
    _draw(layer, seen, upper[: round(UPPER_HAIRS * amount)], thick)
    opacity = (0.8 + 0.15 * conditions.makeup) / 255
    cover = cv2.GaussianBlur(layer, (0, 0), 0.55).astype(np.float32) * np.float32(opacity)
    return np.maximum(cover, _liner(conditions.makeup, rims)) if conditions.makeup else cover


def _lengths(droop: float, random: np.random.Generator) -> Curves:
    """(UPPER,) 1, or for a share of the lashes how far they come down over the eye."""
    return np.where(random.uniform(size=UPPER_HAIRS) < droop, -0.75, 1.0)


def _fringe(nasal: Field, rim: Field, reach: Curves, random: np.random.Generator) -> Curves:
    """Lashes of one lid, of up to ``reach`` upwards: roots in clumps, fanning out towards both corners."""
    count = len(reach)
    root = random.uniform(0.04, 0.97, count)
    clump = (np.floor(root * 32) + 0.5) / 32
    start = np.interp(root, np.linspace(0, 1, len(nasal)), nasal)
    lean = 2.0 * (root - 0.48) + 9 * (clump - root) + random.normal(0, 0.22, count)
    length = reach * random.uniform(0.45, 1.0, count) * (1 - 1.6 * (root - 0.5) ** 2)
    return _hairs(np.stack([start, np.interp(start, nasal, rim)], axis=1), lean, length, random.normal(0.5, 0.3, count))


def _brow(eye: Eye, random: np.random.Generator) -> Curves:
    """Short hairs that point away from the nose."""
    nasal = random.uniform(-3.2, 2.4, BROW_HAIRS)
    height = eye.brow + 0.12 * nasal + random.gamma(2.0, 0.14, BROW_HAIRS)
    lean, curl = random.normal(-1.1, 0.3, BROW_HAIRS), random.normal(0, 0.3, BROW_HAIRS)
    return _hairs(np.stack([nasal, -height], axis=1), lean, random.uniform(0.25, 0.6, BROW_HAIRS), curl)


def _hairs(root: Curves, lean: Curves, length: Curves, curl: Curves) -> Curves:
    """(n, STEPS, 2) nasal, down: arcs that leave the root at ``lean`` rad from upright and turn by ``curl`` more."""
    along = np.linspace(0, 1, HAIR_POINTS)
    angle = lean[:, None] + (np.sign(lean) * curl)[:, None] * along
    move = np.stack([np.abs(length)[:, None] * np.sin(angle), -length[:, None] * np.cos(angle)], axis=2) / (
        HAIR_POINTS - 1
    )
    move[:, 0] = 0
    return root[:, None] + np.cumsum(move, axis=1)


def _draw(layer: NDArray[np.uint8], seen: View, curves: Curves, thick_px: float) -> None:
    """Tapering strokes, thinner and paler towards the tips."""
    places = seen.socket_at + seen.radius_px * curves @ seen.frame.T
    points = np.clip(np.rint(places * 16), -(10**7), 10**7).astype(np.int32)
    for first, last, share, cover in TAPER:
        thickness = max(1, round(share * thick_px))
        cv2.polylines(layer, list(points[:, first : last + 1]), False, cover, thickness, cv2.LINE_AA, 4)


def _liner(makeup: float, rims: Lids) -> Field:
    """Eye liner: a dark band on the skin along the upper rim, up to 0.1 iris radii wide."""
    band = np.exp(-(((rims.below + 0.05 * makeup) / (0.055 * makeup)) ** 2)) * (rims.over > 0)
    return (0.9 * makeup * band).astype(np.float32)
