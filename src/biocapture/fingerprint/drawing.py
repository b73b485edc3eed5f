"""Picture of one print with what was found in it: where ridges are, how they run, minutiae, cores and deltas."""

import cv2
import numpy as np

from biocapture.fingerprint.comparison.picture import draw_singular_points
from biocapture.fingerprint.comparison.singular_points import singular_points
from biocapture.fingerprint.comparison.template import FIELD_PX, ORIENTATIONS, Template, template_of
from biocapture.fingerprint.features.extent import print_window
from biocapture.types import Failure, GreyPixels, Picture, Sample

SCALE = 2
"""Enlargement: strokes between ridges need room."""

FLOW, OUTLINE = (90, 150, 215), (40, 90, 170)
"""Colours of ridge directions and of the print's outline, RGB."""

POOR, FAIR, CLEAR = (205, 60, 45), (205, 140, 20), (20, 135, 85)
"""Colours of minutiae by quality, RGB."""

MIN_FAIR_QUALITY, MIN_CLEAR_QUALITY = 30, 60
"""Lowest qualities, 0..100, of two of these colours; thirds of what prints of six sensors have, rounded."""

STROKE_PX = 10
"""Length of the stroke that shows a minutia's angle, at 500 ppi."""


def draw(sample: Sample) -> tuple[Picture, Failure | None]:
    """Draw a print: endings as rings, bifurcations as squares, red = unclear.

    Parameters
    ----------
    sample : Sample
        (H, W) uint8 at 500 ppi.

    Returns
    -------
    picture : (2 H, 2 W, 3) uint8
        RGB.
    failure : Failure or None
        Where there is no print: nothing is drawn in.
    """
    template = template_of(sample)
    pixels = sample.image.pixels
    pale = cv2.resize(pixels // 2 + 128, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
    drawn = cv2.cvtColor(pale, cv2.COLOR_GRAY2RGB).astype(np.uint8, copy=False)
    _draw_flow(drawn, template)
    _draw_minutiae(drawn, template)
    draw_singular_points(drawn, singular_points(template), 0, SCALE)
    return drawn, _failure(pixels) if not len(template) else None


def _failure(pixels: GreyPixels) -> Failure:
    window = print_window(pixels)
    return window if isinstance(window, Failure) else Failure("fingerprint.no_print")


def _draw_flow(drawn: Picture, template: Template) -> None:
    """A stroke per cell, and the outline of the cells that have one."""
    print_cells = (template.orientation > 0).astype(np.uint8)
    if not print_cells.any():
        return
    cell = SCALE * FIELD_PX
    mask = cv2.resize(print_cells, None, fx=cell, fy=cell, interpolation=cv2.INTER_NEAREST)
    smooth = (cv2.GaussianBlur(mask.astype(np.float32), (0, 0), cell / 2) > 0.5).astype(np.uint8)
    edges, _ = cv2.findContours(smooth, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.polylines(drawn, edges, True, OUTLINE, 2, cv2.LINE_AA)
    for row, column in np.argwhere(print_cells).tolist():
        angle = (template.orientation[row, column] - 1.0) * np.pi / ORIENTATIONS
        across, up = 0.36 * cell * np.cos(angle), 0.36 * cell * np.sin(angle)
        at = (column + 0.5) * cell, (row + 0.5) * cell
        ends = [(round(at[0] + side * across), round(at[1] - side * up)) for side in (-1, 1)]
        cv2.line(drawn, ends[0], ends[1], FLOW, 2, cv2.LINE_AA)


def _draw_minutiae(drawn: Picture, template: Template) -> None:
    """A mark per minutia, coloured by its quality, with a stroke along its angle."""
    angle = template.angle_rad
    for i, quality in enumerate(template.quality.tolist()):
        colour = CLEAR if quality >= MIN_CLEAR_QUALITY else FAIR if quality >= MIN_FAIR_QUALITY else POOR
        at = SCALE * int(template.column[i]), SCALE * int(template.row[i])
        reach = SCALE * STROKE_PX
        tip = (round(at[0] + reach * np.cos(angle[i])), round(at[1] - reach * np.sin(angle[i])))
        cv2.line(drawn, at, tip, colour, 2, cv2.LINE_AA)
        if template.ending[i]:
            cv2.circle(drawn, at, 3 * SCALE, colour, 2, cv2.LINE_AA)
        else:
            corner = 3 * SCALE - 1
            cv2.rectangle(drawn, (at[0] - corner, at[1] - corner), (at[0] + corner, at[1] + corner), colour, 2)
