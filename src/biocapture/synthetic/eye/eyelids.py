"""Lids of a synthetic eye: their rims, skin and shadow, and the corner at the nose."""

from dataclasses import dataclass

import numpy as np

from biocapture.synthetic.eye.eye import Eye
from biocapture.synthetic.eye.gaze import View
from biocapture.synthetic.eye.iris_texture import Floats, smooth_noise, smooth_step

LOWER_LID_SHARE = 0.12
"""Share of the way to a closed eye that the lower lid goes."""

UPPER_POWER, LOWER_POWER = 2.3, 2.0
"""Bulge of the lids: 2 is a parabola."""

RIM_SOFTNESS = 0.012
"""Softness of a lid's rim in iris radii."""

CORNER_DEPTH = 0.25
"""How far below the limbus' centre the nasal corner lies, in iris radii."""


@dataclass(frozen=True, slots=True)
class Lids:
    """Lid rims in the socket's coordinates, and where every pixel lies between them; iris radii.

    Attributes
    ----------
    nasal, upper, lower : (257,) float32
        Both rims as tables over the nasal direction, downwards positive.
    below, over : (H, W) float32
        Distance below the upper rim and over the lower one; negative on skin, and beside the corners.
    beside : (H, W) float32
        Distance beyond the corners; 0 between them.
    """

    nasal: Floats
    upper: Floats
    lower: Floats
    below: Floats
    over: Floats
    beside: Floats

    @property
    def inside(self) -> Floats:
        """(H, W) distance to the nearer rim in iris radii, positive where the eye is open."""
        return np.minimum(self.below, self.over)


def lid_rims(eye: Eye, opening: float, view: View) -> Lids:
    """Rims of both lids, between the corners; the upper peaks nasally, the lower temporally; they meet low when closed.

    Parameters
    ----------
    eye : Eye
    opening : float
        0 = closed … 1 = wide open.
    view : View

    Returns
    -------
    Lids
    """
    along = np.linspace(0, 1, 257)
    nasal = along * (eye.nasal_canthus + eye.temporal_canthus) - eye.temporal_canthus
    line = CORNER_DEPTH - eye.canthal_tilt * (1 - along)
    upper_bulge, lower_bulge = _bulge(along, 0.54, UPPER_POWER), _bulge(along, 0.44, LOWER_POWER)
    wide_upper = line - (line[128] + eye.upper_lid) * upper_bulge
    wide_lower = line + (eye.lower_lid - line[128]) * lower_bulge
    closed = wide_lower - LOWER_LID_SHARE * (wide_lower - wide_upper)
    moved = view.follow * upper_bulge * opening
    upper = closed + opening * (wide_upper - closed) + moved
    lower = closed + opening * (wide_lower - closed) + 0.6 * moved
    return _at_every_pixel(nasal, upper, np.maximum(upper, lower), view)


def _at_every_pixel(nasal: Floats, upper: Floats, lower: Floats, view: View) -> Lids:
    across, down = view.socket
    nasal, upper, lower = (table.astype(np.float32) for table in (nasal, upper, lower))
    beside = np.maximum(0, np.maximum(across - nasal[-1], nasal[0] - across))
    upper_here, lower_here = (np.interp(across, nasal, rim).astype(np.float32) for rim in (upper, lower))
    return Lids(nasal, upper, lower, down - upper_here - beside, lower_here - down - beside, beside)


def _bulge(along: Floats, peak: float, power: float) -> Floats:
    """0 at both corners, 1 at ``peak``."""
    warped = along ** (np.log(0.5) / np.log(peak))
    return 1 - np.abs(2 * warped - 1) ** power


def add_lids(grey: Floats, eye: Eye, rims: Lids, view: View, random: np.random.Generator) -> Floats:
    """The eyeball with the lids' shadow and the caruncle, and the lids over it.

    Parameters
    ----------
    grey : (H, W) float
        Eyeball, greys.
    eye : Eye
    rims : Lids
    view : View
    random : numpy.random.Generator
        Of the skin.

    Returns
    -------
    (H, W) float
        Greys.
    """
    shadow = 1 - 0.36 * np.exp(-np.clip(rims.below, 0, 9) / 0.14) - 0.12 * np.exp(-np.clip(rims.over, 0, 9) / 0.06)
    inside = grey + _caruncle(eye, view) * (0.72 * eye.skin_grey + 9 * smooth_noise(random, grey.shape, 5) - grey)
    closed = smooth_step(-rims.inside / RIM_SOFTNESS)
    return inside * shadow * (1 - closed) + _skin(eye, rims, view, random) * closed


def _caruncle(eye: Eye, view: View) -> Floats:
    """Flesh in the corner at the nose, by which an open eye shows whether it is the left or the right one."""
    nasal = (view.socket[0] - np.float32(eye.nasal_canthus - 0.12)) / np.float32(0.34)
    down = (view.socket[1] - np.float32(CORNER_DEPTH)) / np.float32(0.3)
    return smooth_step((1 - np.hypot(nasal, down)) / 0.12)


def _skin(eye: Eye, rims: Lids, view: View, random: np.random.Generator) -> Floats:
    """Bright in the near infrared: shaded by the socket, pored, wrinkled below, folded above."""
    below, over, shape = rims.below, rims.over, rims.below.shape
    skin = (
        eye.skin_grey + 7 * smooth_noise(random, shape, 1.3 * view.radius_px) + 2.5 * smooth_noise(random, shape, 2.2)
    )
    skin += 3 * smooth_noise(random, shape, 0.05 * view.radius_px, 0.4 * view.radius_px) * np.clip(-over / 0.4, 0, 1)
    skin -= 26 * np.clip((view.socket[0] - 0.9) / 1.6, 0, 1.2) ** 2 * np.exp(-(((view.socket[1] + 0.5) / 1.1) ** 2))
    fades = np.exp(-rims.beside / 0.16)
    rim = np.exp(-np.abs(below) / 0.07) + 0.4 * np.exp(-np.abs(over) / 0.05)
    wet = 16 * np.exp(-(((over + 0.045) / 0.025) ** 2))  # the lower lid's rim shows its moist upper side
    return skin + fades * (wet - 34 * np.minimum(rim, 1.2)) - _fold(eye, below, view) * fades


def _fold(eye: Eye, below: Floats, view: View) -> Floats:
    """Crease above the upper lid, further away temporally; some eyes have none."""
    if eye.crease < 0.12:
        return np.zeros_like(below)
    height = eye.crease - 0.05 * view.socket[0]
    return 30 * np.exp(-(((below + height) / 0.035) ** 2)) + 12 * np.exp(-np.abs(below + height) / 0.12)
