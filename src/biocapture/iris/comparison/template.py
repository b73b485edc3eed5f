"""The template of an eye: its iris code and mask, about 1 kB."""

import struct
import zlib
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import TemplateError
from biocapture.iris.comparison.independence import GRAIN_SIZE, Grain, grain_of
from biocapture.iris.describe import find_outline
from biocapture.iris.features.half_turn import half_turn
from biocapture.iris.features.iris_code import BANDS, PLACES, IrisCode, iris_code
from biocapture.iris.features.rubber_sheet import unwrap
from biocapture.types import Failure, Mask, Position, Sample, Trace, no_trace

Words = NDArray[np.uint16]

MAGIC, MAGIC_WITHOUT_GRAIN = b"BCI2", b"BCI1"
"""First bytes of a stored template; the digit is the version. The grain of one of the first version is computed."""

HEADER = struct.Struct("<4sBBHHI")
"""Magic, eye, confidence in hundredths, bands, places, CRC-32 of what follows: the code, the mask, then the grain."""

HALF_TURNED = 128
"""Added to the stored eye where it is upside down."""

HALF_TURN_EVIDENCE = -3.0
"""Evidence below which an eye is upside down, see ``half_turn.py``: of 686 upright development images of four cameras,
none; of the same turned, 92 to 97 %."""

EYES = (Position.UNKNOWN, Position.RIGHT_EYE, Position.LEFT_EYE)
"""Indexed by the stored eye (ISO/IEC 19794-6 eye label)."""

HALVES = 2
"""Even bands, which a search looks at first, and odd ones: half a code is one word of 16 bits per place."""

CODE_SIZE = 2 * BANDS * 2 * PLACES // 8
"""Bytes of a code and its mask."""

SIZE = HEADER.size + CODE_SIZE + GRAIN_SIZE
"""Bytes of every stored template."""


@dataclass(frozen=True, slots=True)
class Template:
    """Iris code of one eye, ready to be stored and compared.

    Attributes
    ----------
    position : Position
        Right eye, left eye, or unknown.
    confidence : float
        0..1 that the outline is right, rounded to hundredths; 0 where no eye was found.
    code : (2, 128) uint16
        Bits of the even and of the odd bands at each place: lowest first, those of the real, then of the imaginary
        part, each from the pupil outwards. A turned eye is a code rolled along its places.
    mask : (2, 128) uint16
        Which bits count; the others are 0 in the code.
    grain : (13,) int8
        How much neighbouring bits depend on one another; see ``independence.py``.
    half_turned : bool
        Whether the image certainly shows the eye upside down; its code is that of the image as it is.
    """

    position: Position
    confidence: float
    code: Words
    mask: Words
    grain: Grain
    half_turned: bool = False

    def __len__(self) -> int:
        """Bits that count."""
        return int(np.bitwise_count(self.mask).sum())

    def to_bytes(self) -> bytes:
        """The stored form, 1051 bytes, the same for the same image."""
        body = self.code.astype("<u2").tobytes() + self.mask.astype("<u2").tobytes() + self.grain.tobytes()
        eye = EYES.index(self.position) + HALF_TURNED * self.half_turned
        return HEADER.pack(MAGIC, eye, round(100 * self.confidence), BANDS, PLACES, zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a stored template.

        Parameters
        ----------
        data : bytes
            As :meth:`to_bytes` wrote it, now or in the first version.

        Returns
        -------
        Template

        Raises
        ------
        TemplateError
            Not a template of a known version, of another size, or damaged.
        """
        if len(data) < HEADER.size or not data.startswith((MAGIC, MAGIC_WITHOUT_GRAIN)):
            raise TemplateError(f"not an iris template (begins with {data[:4].hex(' ') or 'nothing'})")
        magic, eye, confidence, bands, places, checksum = HEADER.unpack_from(data)
        half_turned, eye = divmod(eye, HALF_TURNED)
        size = SIZE if magic == MAGIC else HEADER.size + CODE_SIZE
        if len(data) != size or (bands, places) != (BANDS, PLACES):
            raise TemplateError(
                f"damaged template: {len(data)} bytes, {size} expected; {bands} bands of {places}, "
                f"{BANDS} of {PLACES} expected"
            )
        if zlib.crc32(data[HEADER.size :]) != checksum or eye >= len(EYES) or confidence > 100:
            raise TemplateError(f"damaged template: wrong checksum, or eye {eye} or confidence {confidence} % unknown")
        words = np.frombuffer(data, "<u2", 2 * HALVES * PLACES, HEADER.size).astype(np.uint16)
        code, mask = words.reshape(2, HALVES, PLACES)
        if (code & ~mask).any():
            raise TemplateError("damaged template: bits of the code outside the mask")
        grain = np.frombuffer(data, np.int8, offset=HEADER.size + CODE_SIZE)
        grain = grain if grain.size else _grain_of_words(code, mask)
        return cls(EYES[eye], confidence / 100, code, mask, grain, bool(half_turned))


def template_of(sample: Sample, trace: Trace = no_trace) -> Template:
    """Template of one capture.

    Parameters
    ----------
    sample : Sample
    trace : callable
        Receives the stages of segmentation and iris code.

    Returns
    -------
    Template
        Without bits that count where no eye lit by near infrared is found.
    """
    position = sample.position if sample.position in EYES else Position.UNKNOWN
    outline = find_outline(sample, trace)
    if isinstance(outline, Failure):
        nothing = np.zeros((HALVES, PLACES), np.uint16)
        return Template(position, 0.0, nothing, nothing.copy(), np.zeros(GRAIN_SIZE, np.int8))
    pixels, limbus = sample.image.pixels, outline.limbus
    evidence = half_turn(pixels, limbus.row_px, limbus.column_px, limbus.radius_px)
    template = pack(iris_code(unwrap(pixels, outline, trace), trace), position, outline.confidence)
    return replace(template, half_turned=evidence < HALF_TURN_EVIDENCE)


def pack(code: IrisCode, position: Position = Position.UNKNOWN, confidence: float = 1.0) -> Template:
    """Template of a code.

    Parameters
    ----------
    code : IrisCode
    position : Position
        Right eye, left eye, or unknown.
    confidence : float
        0..1; rounded to what is stored.

    Returns
    -------
    Template
    """
    return Template(position, round(100 * confidence) / 100, _words(code.bits), _words(code.counts), grain_of(code))


def unpack(template: Template) -> IrisCode:
    """Code of a template; the inverse of :func:`pack`.

    Parameters
    ----------
    template : Template

    Returns
    -------
    IrisCode
    """
    return IrisCode(_bits(template.code), _bits(template.mask))


def _grain_of_words(code: Words, mask: Words) -> Grain:
    return grain_of(IrisCode(_bits(code), _bits(mask)))


def _words(bits: Mask) -> Words:
    """(2, 128) words of (2, 16, 128) bits."""
    columns = bits.reshape(2, BANDS // HALVES, HALVES, PLACES).transpose(2, 3, 0, 1).reshape(HALVES, PLACES, -1)
    octets = np.packbits(columns, axis=2, bitorder="little")
    return np.ascontiguousarray(octets).view("<u2")[..., 0].astype(np.uint16)


def _bits(words: Words) -> Mask:
    """(2, 16, 128) bits of (2, 128) words."""
    octets = words.astype("<u2")[..., None].view(np.uint8)
    columns = np.unpackbits(octets, axis=2, bitorder="little").reshape(HALVES, PLACES, 2, BANDS // HALVES)
    return columns.transpose(2, 3, 0, 1).reshape(2, BANDS, PLACES).view(np.bool_)
