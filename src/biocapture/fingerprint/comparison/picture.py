"""Picture of a comparison: both prints side by side, the minutiae that agree joined by lines."""

import cv2
import numpy as np

from biocapture.fingerprint.comparison.compare import Comparison
from biocapture.fingerprint.comparison.singular_points import SingularPoints, singular_points
from biocapture.fingerprint.comparison.template import Template
from biocapture.types import Picture, Sample

PAIRED, UNPAIRED, LINE, SINGULAR = (0, 160, 0), (170, 170, 170), (60, 120, 255), (200, 60, 120)
"""Colours, BGR."""

GAP_PX = 24
"""Between the two prints."""

STROKE_PX, AXIS_PX = 12, 22
"""Length of the stroke that shows a minutia's angle, and of the axes of cores and deltas."""


def picture(samples: tuple[Sample, Sample], templates: tuple[Template, Template], comparison: Comparison) -> Picture:
    """Draw both prints side by side: paired minutiae green and joined, the others grey; cores and deltas violet.

    Parameters
    ----------
    samples : (Sample, Sample)
        Probe and reference at 500 ppi.
    templates : (Template, Template)
        Theirs.
    comparison : Comparison
        Of these templates.

    Returns
    -------
    (H, W, 3) uint8
        BGR.
    """
    probe, reference = (sample.image.pixels for sample in samples)
    height = max(probe.shape[0], reference.shape[0])
    left = probe.shape[1] + GAP_PX
    canvas = np.full((height, left + reference.shape[1]), 255, np.uint8)
    canvas[: probe.shape[0], : probe.shape[1]] = probe
    canvas[: reference.shape[0], left:] = reference
    drawn = cv2.cvtColor(canvas // 2 + 128, cv2.COLOR_GRAY2BGR)
    paired = comparison.paired
    for template, side, shift in zip(templates, (0, 1), (0, left), strict=True):
        _draw_minutiae(drawn, template, set(paired[:, side].tolist()), shift)
        draw_singular_points(drawn, singular_points(template), shift)
    for i, j in paired.tolist():
        start = int(templates[0].column[i]), int(templates[0].row[i])
        stop = int(templates[1].column[j]) + left, int(templates[1].row[j])
        cv2.line(drawn, start, stop, LINE, 1, cv2.LINE_AA)
    return drawn


def _draw_minutiae(drawn: Picture, template: Template, paired: set[int], shift: int) -> None:
    angle = template.angle_rad
    tips = np.stack([np.cos(angle), -np.sin(angle)], axis=1) * STROKE_PX
    for i, (row, column) in enumerate(zip(template.row.tolist(), template.column.tolist(), strict=True)):
        colour = PAIRED if i in paired else UNPAIRED
        centre = (column + shift, row)
        tip = (round(centre[0] + tips[i, 0]), round(centre[1] + tips[i, 1]))
        cv2.circle(drawn, centre, 4, colour, 2, cv2.LINE_AA)
        cv2.line(drawn, centre, tip, colour, 2, cv2.LINE_AA)


def draw_singular_points(drawn: Picture, points: SingularPoints, shift: int, scale: int = 1) -> None:
    """Draw a core as a ring with the axis on which it opens, a delta as its three axes.

    Parameters
    ----------
    drawn : (H, W, 3) uint8
        Drawn into.
    points : SingularPoints
    shift : int
        Columns to the right.
    scale : int
        How many times as large as at 500 ppi the picture is.
    """
    for row, column, angle, core in zip(points.row, points.column, points.angle_rad, points.core, strict=True):
        centre = (round(scale * column) + shift, round(scale * row))
        for turn in (0,) if core else (0, 1, 2):
            axis = scale * AXIS_PX * np.exp(1j * (angle + turn * 2 * np.pi / 3))
            tip = (round(centre[0] + axis.real), round(centre[1] - axis.imag))
            cv2.line(drawn, centre, tip, SINGULAR, 2 * scale, cv2.LINE_AA)
        if core:
            cv2.circle(drawn, centre, 7 * scale, SINGULAR, 2 * scale, cv2.LINE_AA)
