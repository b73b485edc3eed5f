"""The template of a print: its minutiae, its orientation field and its ridges, in a few thousand bytes."""

import struct
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import TemplateError
from biocapture.fingerprint.features.enhancement import enhanced_field
from biocapture.fingerprint.features.extent import print_window
from biocapture.fingerprint.features.minutiae import Minutiae, extract_minutiae
from biocapture.fingerprint.features.platen import find_platen
from biocapture.fingerprint.features.ridge_field import CELL_PX, RidgeField
from biocapture.fingerprint.features.ridge_flow import follow_ridges
from biocapture.types import FINGERS, Failure, GreyPixels, Mask, Position, Sample, Trace, Values, no_trace

MAGIC = b"BCF3"
"""First bytes of a stored template; the digit is the version."""

HEADER = struct.Struct("<4sBHHHHHB")
"""Magic, finger code, height, width, minutiae, rows and columns of the orientation field, whether ridges follow."""

MINUTIA = np.dtype([("row", "<u2"), ("column", "<u2"), ("angle", "u1"), ("marks", "u1")])
"""Stored minutia; marks: quality 0..100, plus 128 for an ending."""

FIELD_PX = 2 * CELL_PX
"""Side of a cell of the stored orientation field."""

RIDGE_ROWS = 8
"""Bytes of the ridges of a cell: 8 × 8 pixels at 250 ppi, a bit each."""

ORIENTATIONS = 128
"""Steps of 1.4° over half a turn; 0 means background, k means (k - 1) steps."""

ANGLES = 256
"""Steps of minutia angles over a turn (ISO/IEC 19794-2)."""

MIN_AGREEMENT = 0.15
"""Length of the mean vector at twice the angle, 0..1, from which a cell has an orientation."""

MAX_MINUTIAE = 400
"""The clearest are kept; a full fingertip has about 100."""

NO_RIDGES = np.zeros((0, RIDGE_ROWS), np.uint8)
"""Of a template whose ridges are not known."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a comparison needs of one print at 500 ppi.

    Attributes
    ----------
    position : Position
    height_px, width_px : int
        Of the image the coordinates refer to.
    row, column : (M,) uint16
        Pixels.
    angle : (M,) uint8
        1/256 of a turn, counter-clockwise from the direction of rising columns (ISO/IEC 19794-2 clause 6.4).
    ending : (M,) bool
        Ridge ending, else bifurcation.
    quality : (M,) uint8
        0..100.
    orientation : (R, C) uint8
        Direction along the ridges of cells of 16 px: 0 = background, k = (k - 1) · 180° / 128.
    ridges : (F, 8) uint8
        Of the F cells that are not background, in raster order: rows of 8 pixels at 250 ppi, the leftmost in the
        highest bit; 1 is a ridge. (0, 8) where they are not known: a minutiae record does not hold them.
    """

    position: Position
    height_px: int
    width_px: int
    row: NDArray[np.uint16]
    column: NDArray[np.uint16]
    angle: NDArray[np.uint8]
    ending: Mask
    quality: NDArray[np.uint8]
    orientation: NDArray[np.uint8]
    ridges: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.row)

    @property
    def angle_rad(self) -> Values:
        """(M,) float64 angles of the minutiae in radians, [0, 2π)."""
        return self.angle.astype(np.float64) * (2 * np.pi / ANGLES)

    def to_bytes(self) -> bytes:
        """Stored form: 16 + 6 M + R C + 8 F bytes, always the same for the same template."""
        sizes = self.height_px, self.width_px, len(self), *self.orientation.shape
        head = HEADER.pack(MAGIC, self.position.finger_code, *sizes, len(self.ridges) > 0)
        minutiae = np.zeros(len(self), MINUTIA)
        for name in ("row", "column", "angle"):
            minutiae[name] = getattr(self, name)
        minutiae["marks"] = self.quality | (self.ending.astype(np.uint8) << 7)
        return head + minutiae.tobytes() + self.orientation.tobytes() + self.ridges.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a stored template.

        Parameters
        ----------
        data : bytes
            As :meth:`to_bytes` gives them.

        Returns
        -------
        Template

        Raises
        ------
        TemplateError
            Not a template of this version, or its length contradicts its header.
        """
        if len(data) < HEADER.size or not data.startswith(MAGIC):
            raise TemplateError(f"not a fingerprint template (begins with {data[:4].hex(' ') or 'nothing'})")
        _, finger, height, width, count, rows, columns, ridged = HEADER.unpack_from(data)
        start = HEADER.size + 6 * count
        known = data[start : start + rows * columns]
        cells = (len(known) - known.count(0)) * bool(ridged)
        expected = start + rows * columns + RIDGE_ROWS * cells
        if len(data) != expected or finger >= len(FINGERS):
            raise TemplateError(f"damaged template: {len(data)} bytes, {expected} expected; finger code {finger}")
        minutiae = np.frombuffer(data, MINUTIA, count, HEADER.size)
        field = np.frombuffer(known, np.uint8).reshape(rows, columns)
        ridges = np.frombuffer(data, np.uint8, offset=start + rows * columns).reshape(cells, RIDGE_ROWS)
        row, column = minutiae["row"].astype(np.uint16), minutiae["column"].astype(np.uint16)
        ending, quality = minutiae["marks"] >= 128, (minutiae["marks"] & 127).astype(np.uint8)
        angle = minutiae["angle"].copy()
        return cls(FINGERS[finger], height, width, row, column, angle, ending, quality, field, ridges)


def template_of(sample: Sample, trace: Trace = no_trace) -> Template:
    """Extract the template of one capture.

    Parameters
    ----------
    sample : Sample
        At 500 ppi, ridges dark.
    trace : callable
        Receives the stages of extraction.

    Returns
    -------
    Template
        Without minutiae where there is no print: a failure to extract.
    """
    pixels = sample.image.pixels
    window = print_window(pixels)
    if isinstance(window, Failure):
        nothing = np.zeros(0, np.float32)
        none = Minutiae(nothing, nothing, nothing, nothing > 0, nothing)
        return _packed(none, np.zeros((0, 0), np.uint8), NO_RIDGES, sample.position, pixels.shape)
    # The corner is moved to full cells, so that the field lines up with the image.
    top, left = (side.start // FIELD_PX * FIELD_PX for side in window)
    crop: GreyPixels = np.ascontiguousarray(pixels[top : window[0].stop, left : window[1].stop])
    platen = find_platen(crop)
    field = enhanced_field(platen.pixels, trace, platen.padding)
    own = extract_minutiae(field, follow_ridges(field, trace), trace)
    shifted = Minutiae(own.row + top, own.column + left, own.angle, own.ending, own.quality)
    coarse = _coarse(field)
    orientation = np.pad(coarse, ((top // FIELD_PX, 0), (left // FIELD_PX, 0)))
    return _packed(shifted, orientation, _ridges(field, coarse), sample.position, pixels.shape)


def _packed(
    minutiae: Minutiae,
    orientation: NDArray[np.uint8],
    ridges: NDArray[np.uint8],
    position: Position,
    shape: tuple[int, ...],
) -> Template:
    keep = np.sort(np.argsort(-minutiae.quality, kind="stable")[:MAX_MINUTIAE])
    row, column = (
        np.clip(np.rint(values[keep]), 0, side - 1).astype(np.uint16)
        for values, side in zip((minutiae.row, minutiae.column), shape, strict=True)
    )
    angle = np.rint(minutiae.angle[keep] * (ANGLES / (2 * np.pi))).astype(np.int64) % ANGLES
    quality = np.rint(100 * minutiae.quality[keep]).astype(np.uint8)
    ending = minutiae.ending[keep]
    height, width = shape[:2]
    angle = angle.astype(np.uint8)
    return Template(position, height, width, row, column, angle, ending, quality, orientation, ridges)


def _coarse(field: RidgeField) -> NDArray[np.uint8]:
    """Mean doubled direction of 2 × 2 cells, weighted by coherence."""
    rows, columns = (side // 2 * 2 for side in field.orientation.shape)
    doubled = np.exp(2j * field.orientation) * field.coherence * field.foreground
    mean = doubled[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    return orientation_codes(mean)


def orientation_codes(doubled: NDArray[np.complexfloating]) -> NDArray[np.uint8]:
    """Quantise orientations as a :class:`Template` has them.

    Parameters
    ----------
    doubled : array of complex
        Mean vectors at twice the angle of the ridges, length 0..1.

    Returns
    -------
    uint8, shape of ``doubled``
        0 where the vector is not longer than :data:`MIN_AGREEMENT` (or NaN), else 1 plus the step of 180° / 128.
    """
    step = np.rint(np.mod(np.angle(doubled), 2 * np.pi) * (ORIENTATIONS / (2 * np.pi))).astype(np.int64) % ORIENTATIONS
    return np.where(np.abs(doubled) > MIN_AGREEMENT, step + 1, 0).astype(np.uint8)


def _ridges(field: RidgeField, coarse: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(F, 8) where the rebuilt wave is dark or bright, of the cells that are not background."""
    rows, columns = coarse.shape
    wave = field.wave[: rows * RIDGE_ROWS, : columns * RIDGE_ROWS]
    cells = wave.reshape(rows, RIDGE_ROWS, columns, RIDGE_ROWS) > 0
    return np.packbits(cells, axis=3)[:, :, :, 0].transpose(0, 2, 1)[coarse > 0]
