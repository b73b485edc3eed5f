"""Picture of a comparison: both eyes with their outlines, both irises unrolled, and a map of the bits that agree."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.comparison.compare import Comparison
from biocapture.iris.comparison.template import Template, unpack
from biocapture.iris.features.iris_code import BANDS, PLACES
from biocapture.iris.features.rubber_sheet import COLUMNS, unwrap
from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.segmentation.segment import segment
from biocapture.types import Failure, GreyPixels, Picture, Sample

AGREEING, MIXED, DIFFERING, NOT_COUNTED = (60, 160, 0), (60, 190, 235), (50, 40, 210), (215, 215, 215)
"""Colours of places of the code, BGR: both bits agree, one of two, none; no bit counts."""

OUTLINE, LID = (0, 220, 0), (255, 160, 0)
"""Colours of boundaries and of lids, BGR."""

EYE_PX, GAP_PX = (384, 512), 8
"""Height and width of an eye; gap between the images."""

STRIP_PX = 96
"""Height of an unrolled iris and of the map of bits."""

WHITE = 255


def picture(samples: tuple[Sample, Sample], templates: tuple[Template, Template], comparison: Comparison) -> Picture:
    """Draw a comparison: the eyes; the probe unrolled and turned as it fits, the reference unrolled; the map of bits.

    In the map, green places agree, red ones differ, yellow ones do half, grey ones do not count; pupil above, limbus
    below.

    Parameters
    ----------
    samples : (Sample, Sample)
        Probe and reference.
    templates : (Template, Template)
        Of these samples.
    comparison : Comparison
        Of these templates.

    Returns
    -------
    (H, W, 3) uint8
        BGR.
    """
    eyes, strips = zip(*(_eye(sample.image.pixels) for sample in samples), strict=True)
    width = 2 * EYE_PX[1] + GAP_PX
    turned = np.roll(strips[0], comparison.shift * (COLUMNS // PLACES), axis=1)
    rows = [
        np.hstack([eyes[0], _blank(EYE_PX[0], GAP_PX), eyes[1]]),
        *(_enlarge(strip, width, cv2.INTER_LINEAR) for strip in (turned, strips[1])),
        _enlarge(agreement(templates, comparison.shift), width, cv2.INTER_NEAREST),
    ]
    gap = _blank(GAP_PX, width)
    return np.vstack([image for row in rows for image in (row, gap)][:-1])


def agreement(templates: tuple[Template, Template], shift: int) -> Picture:
    """Colours of the places of two codes.

    Parameters
    ----------
    templates : (Template, Template)
        Probe and reference.
    shift : int
        Places by which the probe is rolled.

    Returns
    -------
    (16, 128, 3) uint8
        BGR; see :data:`AGREEING`.
    """
    probe, reference = map(unpack, templates)
    both = np.roll(probe.counts, shift, axis=2) & reference.counts
    differing = both & (np.roll(probe.bits, shift, axis=2) ^ reference.bits)
    compared, differ = both.sum(axis=0), differing.sum(axis=0)
    colours = np.full((BANDS, PLACES, 3), NOT_COUNTED, np.uint8)
    for colour, chosen in ((MIXED, differ == 1), (AGREEING, differ == 0), (DIFFERING, differ == compared)):
        colours[chosen & (compared > 0)] = colour
    return colours


def _eye(pixels: GreyPixels) -> tuple[Picture, Picture]:
    """An eye with its outline, and its iris unrolled; white where none is found."""
    if pixels.ndim == 3:
        return _frame(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)), np.full((1, COLUMNS, 3), WHITE, np.uint8)
    outline = segment(pixels)
    drawn = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    if isinstance(outline, Failure):
        return _frame(drawn), np.full((1, COLUMNS, 3), WHITE, np.uint8)
    draw_outline(drawn, outline)
    return _frame(drawn), cv2.cvtColor(unwrap(pixels, outline).grey, cv2.COLOR_GRAY2BGR)


def draw_outline(drawn: Picture, outline: Outline) -> None:
    """Draw pupil, limbus and both lids, in place.

    Parameters
    ----------
    drawn : (H, W, 3) uint8
        BGR.
    outline : Outline
        In its pixels.
    """
    thick = max(1, round(min(drawn.shape[:2]) / 240))
    for ellipse in (outline.pupil, outline.limbus):
        cv2.polylines(drawn, [_points(ellipse)], True, OUTLINE, thick, cv2.LINE_AA)
    height, width = drawn.shape[:2]
    opened = outline.upper_lid <= outline.lower_lid  # beyond the corners of the eye the curves mean nothing
    for rim in (outline.upper_lid, outline.lower_lid):
        line = np.stack([np.arange(width), np.rint(rim)], axis=1).astype(np.int32)
        cv2.polylines(drawn, [line[opened & (rim >= 0) & (rim <= height - 1)]], False, LID, thick, cv2.LINE_AA)


def _points(ellipse: Ellipse) -> NDArray[np.int32]:
    row, column = ellipse.points(np.linspace(0, 2 * np.pi, 128, endpoint=False))
    return np.rint(np.stack([column, row], axis=1)).astype(np.int32)


def _frame(drawn: Picture) -> Picture:
    """As large as fits into :data:`EYE_PX`, on white."""
    height, width = EYE_PX
    factor = min(height / drawn.shape[0], width / drawn.shape[1])
    size = tuple(max(1, round(side * factor)) for side in drawn.shape[1::-1])
    canvas = _blank(height, width)
    canvas[: size[1], : size[0]] = cv2.resize(
        drawn, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    )
    return canvas


def _enlarge(strip: Picture, width: int, interpolation: int) -> Picture:
    return np.asarray(cv2.resize(strip, (width, STRIP_PX), interpolation=interpolation), np.uint8)


def _blank(height: int, width: int) -> Picture:
    return np.full((height, width, 3), WHITE, np.uint8)
