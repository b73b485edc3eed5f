"""Hair around a synthetic eye: lashes and brow."""

import cv2
import numpy as np

from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.eye import Eye
from biocapture.synthetic.eye.eyelids import Lids
from biocapture.synthetic.eye.gaze import SUBPIXEL_BITS, View, subpixels
from biocapture.synthetic.eye.iris_texture import Floats
from biocapture.types import GreyPixels, Values

UPPER_HAIRS, LOWER_HAIRS, BROW_HAIRS = 210, 70, 260
"""Number of hairs of the upper lid, the lower lid and the brow, where they are densest."""

HAIR_POINTS = 9
"""Points along a hair."""

ROOT_HALF_WIDTH = 0.0085
"""Half a lash at its root in iris radii: 0.1 mm across."""

TAPER = ((6, 8, 0.6, 100), (4, 6, 0.8, 150), (2, 4, 1.0, 205), (0, 2, 1.6, 230))
"""First and last point of every part of a hair, its thickness relative to the root, its opacity of 255; the root is
drawn last."""


def lashes(eye: Eye, conditions: Conditions, rims: Lids, view: View, random: np.random.Generator) -> Floats:
    """How much of every pixel hair and eye liner cover.

    Parameters
    ----------
    eye : Eye
    conditions : Conditions
        The brow does not depend on the amount of lashes.
    rims : Lids
    view : View
    random : numpy.random.Generator

    Returns
    -------
    (H, W) float32
        0..1.
    """
    layer = np.zeros(conditions.shape, np.uint8)
    amount = conditions.lashes * eye.lash_density
    thick_px = ROOT_HALF_WIDTH * (1 + 0.9 * conditions.makeup) * view.radius_px
    _draw(layer, view, _brow(eye, random), 0.9 * ROOT_HALF_WIDTH * view.radius_px)
    lower = _fringe(rims.nasal, rims.lower, -0.4 * eye.lash_length * np.ones(LOWER_HAIRS), random)
    upper = _fringe(rims.nasal, rims.upper, eye.lash_length * _lengths(eye.lash_droop, random), random)
    _draw(layer, view, lower[: round(LOWER_HAIRS * amount)], 0.6 * thick_px)
    _draw(layer, view, upper[: round(UPPER_HAIRS * amount)], thick_px)
    opacity = (0.8 + 0.15 * conditions.makeup) / 255
    cover = cv2.GaussianBlur(layer, (0, 0), 0.55).astype(np.float32) * np.float32(opacity)
    return np.maximum(cover, _liner(conditions.makeup, rims)) if conditions.makeup else cover


def _lengths(droop: float, random: np.random.Generator) -> Values:
    """(UPPER,) 1, or for a share of the lashes how far they come down over the eye."""
    return np.where(random.uniform(size=UPPER_HAIRS) < droop, -0.75, 1.0)


def _fringe(nasal: Floats, rim: Floats, reach: Values, random: np.random.Generator) -> Values:
    """Lashes of one lid, of up to ``reach`` upwards: roots in clumps, fanning out towards both corners."""
    count = len(reach)
    root = random.uniform(0.04, 0.97, count)
    clump = (np.floor(root * 32) + 0.5) / 32
    start = np.interp(root, np.linspace(0, 1, len(nasal)), nasal)
    lean = 2.0 * (root - 0.48) + 9 * (clump - root) + random.normal(0, 0.22, count)
    length = reach * random.uniform(0.45, 1.0, count) * (1 - 1.6 * (root - 0.5) ** 2)
    return _hairs(np.stack([start, np.interp(start, nasal, rim)], axis=1), lean, length, random.normal(0.5, 0.3, count))


def _brow(eye: Eye, random: np.random.Generator) -> Values:
    """Short hairs that point away from the nose."""
    nasal = random.uniform(-3.2, 2.4, BROW_HAIRS)
    height = eye.brow + 0.12 * nasal + random.gamma(2.0, 0.14, BROW_HAIRS)
    lean, curl = random.normal(-1.1, 0.3, BROW_HAIRS), random.normal(0, 0.3, BROW_HAIRS)
    return _hairs(np.stack([nasal, -height], axis=1), lean, random.uniform(0.25, 0.6, BROW_HAIRS), curl)


def _hairs(root: Values, lean: Values, length: Values, curl: Values) -> Values:
    """(n, STEPS, 2) nasal, down: arcs that leave the root at ``lean`` rad from upright and turn by ``curl`` more."""
    along = np.linspace(0, 1, HAIR_POINTS)
    angle = lean[:, None] + (np.sign(lean) * curl)[:, None] * along
    move = np.stack([np.abs(length)[:, None] * np.sin(angle), -length[:, None] * np.cos(angle)], axis=2) / (
        HAIR_POINTS - 1
    )
    move[:, 0] = 0
    return root[:, None] + np.cumsum(move, axis=1)


def _draw(layer: GreyPixels, view: View, curves: Values, thick_px: float) -> None:
    """Tapering strokes, thinner and paler towards the tips."""
    points = subpixels(view.image_of_socket(curves))
    for first, last, share, cover in TAPER:
        thickness = max(1, round(share * thick_px))
        cv2.polylines(layer, list(points[:, first : last + 1]), False, cover, thickness, cv2.LINE_AA, SUBPIXEL_BITS)


def _liner(makeup: float, rims: Lids) -> Floats:
    """Eye liner: a dark band on the skin along the upper rim, up to 0.1 iris radii wide."""
    band = np.exp(-(((rims.below + 0.05 * makeup) / (0.055 * makeup)) ** 2)) * (rims.over > 0)
    return (0.9 * makeup * band).astype(np.float32)
