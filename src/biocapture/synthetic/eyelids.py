"""Lids of a synthetic eye: where they run, the skin, their shadow."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.synthetic.eye import Eye
from biocapture.synthetic.eyeball import step
from biocapture.synthetic.gaze import View
from biocapture.synthetic.iris_texture import Field

RISE = 0.12
"""Share of the way to a closed eye that the lower lid goes."""

UPPER_POWER, LOWER_POWER = 2.3, 2.0
"""Bulge of the lids: 2 is a parabola."""

EDGE = 0.012
"""Softness of a lid's rim in iris radii."""


@dataclass(frozen=True, slots=True)
class Lids:
    """Lid rims in the socket's coordinates: tables over the nasal direction, downwards positive, iris radii."""

    nasal: Field
    upper: Field
    lower: Field

    def above(self, socket: Field) -> tuple[Field, Field]:
        """(H, W) depth of every pixel below the rim of the upper lid, and above the rim of the lower one."""
        upper, lower = (np.interp(socket[0], self.nasal, rim).astype(np.float32) for rim in (self.upper, self.lower))
        return socket[1] - upper, lower - socket[1]


def lids(eye: Eye, opening: float, seen: View) -> Lids:
    """Both rims run between the corners; the upper peaks nasally, the lower temporally, and meet low when closed."""
    along = np.linspace(0, 1, 257)
    nasal = along * (eye.nasal_canthus + eye.temporal_canthus) - eye.temporal_canthus
    line = 0.25 - eye.canthal_tilt * (1 - along)
    upper_bulge, lower_bulge = _bulge(along, 0.54, UPPER_POWER), _bulge(along, 0.44, LOWER_POWER)
    wide_upper = line - (line[128] + eye.upper_lid) * upper_bulge
    wide_lower = line + (eye.lower_lid - line[128]) * lower_bulge
    closed = wide_lower - RISE * (wide_lower - wide_upper)
    moved = seen.follow * upper_bulge * opening
    upper = closed + opening * (wide_upper - closed) + moved
    lower = closed + opening * (wide_lower - closed) + 0.6 * moved
    return Lids(nasal.astype(np.float32), upper.astype(np.float32), np.maximum(upper, lower).astype(np.float32))


def _bulge(along: np.ndarray, peak: float, power: float) -> np.ndarray:
    """0 at both corners, 1 at ``peak``."""
    warped = along ** (np.log(0.5) / np.log(peak))
    return 1 - np.abs(2 * warped - 1) ** power


def covered(grey: Field, eye: Eye, rims: Lids, seen: View, random: np.random.Generator) -> Field:
    """The eyeball with the lids' shadow, and the lids over it."""
    below, over = rims.above(seen.socket)
    shadow = 1 - 0.33 * np.exp(-np.clip(below, 0, 9) / 0.14) - 0.1 * np.exp(-np.clip(over, 0, 9) / 0.06)
    skin = _skin(eye, below, over, random)
    closed = step(-np.minimum(below, over) / EDGE)
    return grey * shadow * (1 - closed) + skin * closed


def _skin(eye: Eye, below: Field, over: Field, random: np.random.Generator) -> Field:
    skin = eye.skin_grey + 12 * patchy(random, below.shape, 60) + 3 * patchy(random, below.shape, 3)
    rim = np.exp(-np.clip(-np.minimum(below, over), 0, 9) / 0.06)
    fold = np.exp(-(((below + eye.crease) / 0.05) ** 2)) if eye.crease > 0.12 else 0
    return skin - 30 * rim - 24 * fold


def patchy(random: np.random.Generator, shape: tuple[int, ...], scale_px: float) -> Field:
    """Smooth noise of about deviation 1."""
    coarse = random.standard_normal((int(shape[0] / scale_px) + 4, int(shape[1] / scale_px) + 4)).astype(np.float32)
    return cv2.resize(coarse, shape[1::-1], interpolation=cv2.INTER_CUBIC)
