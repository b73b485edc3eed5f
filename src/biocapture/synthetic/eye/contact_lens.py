"""Contact lenses on a synthetic eye: the edge of a clear one, the print of a cosmetic one."""

import numpy as np

from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.gaze import View
from biocapture.synthetic.eye.iris_texture import Floats

EDGE_RADIUS = 1.21
"""Radius of a soft lens in iris radii; soft lenses are 14.2 mm wide."""

PRINT_INNER_RADIUS, PRINT_TEETH, PRINT_OUTER_RADIUS = 0.45, 0.07, 1.04
"""Radius of the print's clear middle, length of its teeth, and its outer radius; iris radii."""

DOT_DISTANCE = 0.052
"""Distance of the printed dots in iris radii."""

PIGMENT_GREY = 52.0
"""Grey of the pigment."""


def add_lens(grey: Floats, conditions: Conditions, view: View, random: np.random.Generator) -> Floats:
    """Put a lens on the eyeball, slipped and turned a little; the print is the same on every eye.

    Parameters
    ----------
    grey : (H, W) float
        Eyeball, greys.
    conditions : Conditions
    view : View
    random : numpy.random.Generator
        Of slip and turn.

    Returns
    -------
    (H, W) float
        ``grey`` itself where the conditions ask for no lens.
    """
    if not (conditions.soft_lens or conditions.cosmetic_lens):
        return grey
    slip, turn = random.normal(0, 0.03, 2), random.uniform(0, 2 * np.pi)
    nasal, down = (place - np.float32(by) for place, by in zip(view.iris, slip, strict=True))
    radius = np.hypot(nasal, down)
    if conditions.cosmetic_lens:
        opaque = np.float32(conditions.cosmetic_lens) * _print(nasal, down, radius, turn)
        grey = grey + opaque * (PIGMENT_GREY - grey)
    return grey + 26 * max(conditions.soft_lens, 0.5 * conditions.cosmetic_lens) * _edge(radius)


def _edge(radius: Floats) -> Floats:
    """A bright line with a dark one beside it, where the lens ends on the sclera."""
    gap = radius - np.float32(EDGE_RADIUS)
    return np.exp(-((gap / 0.018) ** 2)) - 0.8 * np.exp(-(((gap - 0.032) / 0.02) ** 2))


def _print(nasal: Floats, down: Floats, radius: Floats, turn: float) -> Floats:
    """Opacity: dots on a square lattice, denser outwards, in a ring with a toothed inner rim."""
    cosine, sine = np.float32(np.cos(turn) / DOT_DISTANCE), np.float32(np.sin(turn) / DOT_DISTANCE)
    across, along = nasal * cosine + down * sine, down * cosine - nasal * sine
    lattice = np.cos(2 * np.pi * across) + np.cos(2 * np.pi * along)
    dense = np.clip((radius - PRINT_INNER_RADIUS) / (PRINT_OUTER_RADIUS - PRINT_INNER_RADIUS), 0, 1)
    angle = np.arctan2(down, nasal) + np.float32(turn)
    teeth = np.sin(23 * angle) + 0.6 * np.sin(41 * angle + 1) + 0.4 * np.sin(7 * angle + 2)
    inside = _soft((radius - PRINT_INNER_RADIUS - PRINT_TEETH * teeth) / 0.02) * _soft(
        (PRINT_OUTER_RADIUS - radius) / 0.02
    )
    return inside * _soft(4 * (lattice - 0.9 + 1.6 * dense))


def _soft(at: Floats) -> Floats:
    """Smooth 0 → 1 over about ±2."""
    return (1 + np.tanh(at)) / 2
