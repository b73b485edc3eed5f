"""Templates to and from finger minutiae records (ISO/IEC 19794-2), so that they can be exchanged with other systems."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.errors import FormatError, TemplateError
from biocapture.fingerprint.comparison.singular_points import SingularPoints, singular_points
from biocapture.fingerprint.comparison.template import (
    ANGLES,
    FIELD_PX,
    MAX_MINUTIAE,
    NO_RIDGES,
    Template,
    orientation_codes,
)
from biocapture.images.limits import MAX_PIXELS
from biocapture.images.ppi import WORKING_PPI
from biocapture.images.records.iso19794_1 import Version
from biocapture.images.records.iso19794_2 import (
    FingerMinutiaeRecord,
    FingerView,
    ImpressionType,
    read_minutiae_record,
    write_minutiae_record,
)
from biocapture.images.records.iso19794_2_extended import MAX_POINTS, SingularPoint
from biocapture.types import Values

MAX_PPI_DEVIATION = 0.005
"""Share by which a resolution may differ and still count as 500 ppi: a record says 197 px/cm, 500.38 ppi, for it."""

MAX_SIDE_PX = 65_535
"""At 500 ppi, as many as a template can state. A record of a few bytes may claim any size; the orientation field grows
with it, so :data:`MAX_PIXELS` limits the area as well."""

MAX_RECORD_MINUTIAE = 255
"""Minutiae a record can hold; the clearest are kept."""

ENDING, BIFURCATION = 1, 2
"""Types of minutiae in a record."""

MAX_DISTANCE_PX = 52.0
"""Cells farther than this from every minutia are background."""

DISTANCE_POWER, SOFTENING_PX = 6, 24.0
"""Weight of a minutia at a distance: (distance² + softening²)^(-power / 2). The sharpest that still averages
neighbours was best on the development sets."""

STEP_RAD = 2 * np.pi / ANGLES
"""The step of angles is that of the format."""


def to_record(
    template: Template,
    version: Version,
    impression: ImpressionType = ImpressionType.LIVE_PLAIN,
    quality: int | None = None,
) -> bytes:
    """Write a template as a record of one view, with its cores and deltas.

    Orientation field and ridges are not part of the format and are lost.

    Parameters
    ----------
    template : Template
    version : 2005 or 2011
        Edition of ISO/IEC 19794-2.
    impression : ImpressionType
        How the print was taken.
    quality : int or None
        0..100, of the print.

    Returns
    -------
    bytes
        A finger minutiae record.

    Raises
    ------
    FormatError
        The edition does not know the impression type, or the image has a side of more than 16383 pixels.
    """
    return write_minutiae_record(FingerMinutiaeRecord(version, (view_of(template, impression, quality),)))


def view_of(template: Template, impression: ImpressionType, quality: int | None = None) -> FingerView:
    """The part of a template that a record can hold; a minutia of quality 0 becomes one of unreported quality.

    Parameters
    ----------
    template : Template
    impression : ImpressionType
        How the print was taken.
    quality : int or None
        0..100, of the print.

    Returns
    -------
    FingerView
        With at most 255 minutiae.
    """
    kept = np.sort(np.argsort(-template.quality.astype(np.int64), kind="stable")[:MAX_RECORD_MINUTIAE])
    points = singular_points(template)
    return FingerView(
        template.position,
        impression,
        quality,
        template.width_px,
        template.height_px,
        WORKING_PPI,
        x=template.column[kept],
        y=template.row[kept],
        angle_rad=template.angle_rad[kept],
        kind=np.where(template.ending[kept], ENDING, BIFURCATION).astype(np.uint8),
        minutia_quality=template.quality[kept],
        cores=_stated(points, template, core=True),
        deltas=_stated(points, template, core=False),
    )


def _stated(points: SingularPoints, template: Template, core: bool) -> tuple[SingularPoint, ...]:
    """The strongest cores or deltas, within the image."""
    chosen = np.flatnonzero(points.core == core)[:MAX_POINTS]
    x, y = (
        np.clip(np.rint(values[chosen]), 0, side - 1).astype(int).tolist()
        for values, side in ((points.column, template.width_px), (points.row, template.height_px))
    )
    thirds = np.zeros(1) if core else np.arange(3) * (2 * np.pi / 3)
    angles = np.mod(points.angle_rad[chosen, None] + thirds, 2 * np.pi).tolist()
    return tuple(SingularPoint(*each) for each in zip(x, y, map(tuple, angles), strict=True))


def from_record(data: bytes) -> Template:
    """Read the template of a record of one view.

    Parameters
    ----------
    data : bytes
        A finger minutiae record.

    Returns
    -------
    Template
        Without ridges, its orientation field estimated from the minutiae.

    Raises
    ------
    FormatError
        No record, damaged, of several views, or of a resolution or size beyond the limits.
    """
    views = read_minutiae_record(data).views
    if len(views) != 1:
        raise FormatError(f"{len(views)} views, expected 1 in a record that is compared")
    return template_of_view(views[0])


def template_of_view(view: FingerView) -> Template:
    """Template at 500 ppi, its orientation field estimated from the minutiae.

    Minutiae that are neither ending nor bifurcation count as bifurcations.

    Parameters
    ----------
    view : FingerView

    Returns
    -------
    Template
        Without ridges.

    Raises
    ------
    FormatError
        The view has more pixels at 500 ppi than the limit.
    """
    scale = 1.0 if abs(view.ppi / WORKING_PPI - 1) < MAX_PPI_DEVIATION else WORKING_PPI / view.ppi
    height, width = (max(1, round(side * scale)) for side in (view.height_px, view.width_px))
    if max(height, width) > MAX_SIDE_PX or height * width > MAX_PIXELS:
        raise FormatError(f"{width}×{height} px at 500 ppi, expected at most {MAX_PIXELS} pixels")
    row, column = (
        np.minimum(np.rint(values * scale), side - 1).astype(np.uint16)
        for values, side in ((view.y, height), (view.x, width))
    )
    angle = (np.rint(view.angle_rad / STEP_RAD).astype(np.int64) % ANGLES).astype(np.uint8)
    field = estimated_orientation(row, column, view.angle_rad, (height, width))
    quality = view.minutia_quality
    return Template(view.position, height, width, row, column, angle, view.kind == ENDING, quality, field, NO_RIDGES)


def from_own(data: bytes) -> Template:
    """Read a template in our own format from outside: within the limits of what we write.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    Template

    Raises
    ------
    TemplateError
        Damaged, or of more minutiae or a larger image than extraction gives.
    """
    template = Template.from_bytes(data)
    height, width = template.height_px, template.width_px
    if len(template) > MAX_MINUTIAE or height * width > MAX_PIXELS:
        limits = f"at most {MAX_MINUTIAE} and {MAX_PIXELS} px"
        raise TemplateError(f"{len(template)} minutiae in {width}×{height} px, expected {limits}")
    return template


def estimated_orientation(
    row: NDArray[np.uint16], column: NDArray[np.uint16], angle_rad: Values, shape: tuple[int, int]
) -> NDArray[np.uint8]:
    """Estimate ridge directions from the minutiae, which lie along ridges: their doubled angles averaged.

    Nearer minutiae weigh more (inverse distance weighting, Shepard 1968; of doubled angles, so that opposite directions
    agree; reconstruction of the field from minutiae: Feng & Jain 2011).

    Parameters
    ----------
    row, column : (M,) uint16
        Minutiae, pixels at 500 ppi.
    angle_rad : (M,) float64
        Radians.
    shape : (int, int)
        Height and width of the image.

    Returns
    -------
    (R, C) uint8
        As :attr:`Template.orientation`; 0 far from minutiae and where they contradict one another.
    """
    near = np.zeros([-(-side // FIELD_PX) for side in shape], np.uint8)
    near[row // FIELD_PX, column // FIELD_PX] = 1
    reach = 2 * int(np.ceil(MAX_DISTANCE_PX / FIELD_PX)) + 1
    cell_row, cell_column = np.nonzero(cv2.dilate(near, np.ones((reach, reach), np.uint8)))
    down, right = (
        (cell[:, None] + 0.5) * FIELD_PX - place[None, :].astype(np.float64)
        for cell, place in ((cell_row, row), (cell_column, column))
    )
    gap = down**2 + right**2
    weight = (gap + SOFTENING_PX**2) ** (-DISTANCE_POWER / 2)
    mean = (weight * np.exp(2j * angle_rad)).sum(axis=1) / weight.sum(axis=1)
    field = np.zeros_like(near)
    near_minutiae = gap.min(axis=1, initial=np.inf) < MAX_DISTANCE_PX**2
    field[cell_row, cell_column] = np.where(near_minutiae, orientation_codes(mean), 0)
    return field
