"""Pictures of image data blocks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from biocapture.errors import FormatError
from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.records.fields import require
from biocapture.images.records.iso39794 import schema
from biocapture.images.records.iso39794.block import Block, DerBlock, XmlBlock
from biocapture.images.records.iso39794.der import APPLICATION, SIGNATURE, elements
from biocapture.images.records.record_image import DamagedImage, RecordImage, RecordPart
from biocapture.images.records.xml_tree import Element
from biocapture.types import EYES, FINGERS, Modality, Position

CM_PER_INCH = 2.54
PLAIN = re.compile(SIGNATURE, re.DOTALL)
ROOTS = {name: modality for modality, name in schema.ROOTS.items()}
"""Names of the roots of XML documents."""

_MODALITIES = {APPLICATION | number: modality for modality, number in schema.APPLICATION_TAGS.items()}


def is_block(data: bytes) -> bool:
    """Whether bytes begin like a data block in DER.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    bool
    """
    return PLAIN.match(data) is not None


def parts_of_block(data: bytes) -> tuple[RecordPart, ...]:
    """Every picture of a data block in DER.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    tuple of RecordImage or DamagedImage
        One per representation.

    Raises
    ------
    FormatError
        Lengths that do not fit together, or another tag.
    """
    tag, content = next(elements(data), (0, b""))
    require(tag in _MODALITIES, f"tag {tag:#x}", " or ".join(f"{known:#x}" for known in _MODALITIES), 0)
    return _parts(_MODALITIES[tag], DerBlock(content, schema.DATA_BLOCK))


def parts_of_document(root: Element) -> tuple[RecordPart, ...]:
    """Every picture of a data block in XML.

    Parameters
    ----------
    root : Element
        Its name is one of :data:`ROOTS`.

    Returns
    -------
    tuple of RecordImage or DamagedImage
        One per representation.

    Raises
    ------
    FormatError
        A field of another form.
    """
    return _parts(ROOTS[root.name], XmlBlock(root))


def _parts(modality: Modality, block: Block) -> tuple[RecordPart, ...]:
    reader = READERS[modality]
    return tuple(_part(modality, each, reader) for each in block.blocks("representationBlocks", reader.tags))


def _part(modality: Modality, block: Block, reader: "_Reader") -> RecordPart:
    try:
        image = reader.read(block)
    except FormatError as error:
        return DamagedImage(error.message, modality)
    return image if image.picture.data else DamagedImage("no picture", modality, image.position)


@dataclass(frozen=True, slots=True)
class _Reader:
    tags: schema.Tags
    read: Callable[[Block], RecordImage]


def _finger(block: Block) -> RecordImage:
    code = block.code("position") or 0
    picture = _picture(Modality.FINGERPRINT, block, block.octets("imageData"))
    position = FINGERS[code] if 0 <= code < len(FINGERS) else Position.UNKNOWN
    impression = block.code("impression")
    return RecordImage(
        Modality.FINGERPRINT, position, picture, _ppi(block), _quality(block), _time(block), impression=impression
    )


def _ppi(block: Block) -> tuple[float, float] | None:
    rate = block.block("spatialSamplingRateBlock", schema.RATE)
    samples = rate.number("samplesPerUnit") if rate else None
    if rate is None or not samples or samples < 0:
        return None
    unit = rate.code("unitDimension") if isinstance(rate, XmlBlock) else rate.number("unitDimension")
    ppi = samples * (CM_PER_INCH if unit == 1 else 1.0)
    return ppi, ppi


def _face(block: Block) -> RecordImage:
    chosen = block.block("imageRepresentation", schema.REPRESENTATION)
    base = chosen.block("base", schema.BASE) if chosen else None
    flat = base.block("imageRepresentation2DBlock", schema.FACE_2D) if base else None
    information = flat.block("imageInformation2DBlock", schema.INFORMATION) if flat else None
    if flat is None or information is None:
        raise FormatError("a representation without a flat image, expected imageRepresentation2DBlock")
    size = information.block("imageSizeBlock", schema.SIZE)
    sides = ((size.number("width") or 0, size.number("height") or 0)) if size else (0, 0)
    data = flat.octets("representationData2D")
    picture = _picture(Modality.FACE, information, data, sides)
    return RecordImage(Modality.FACE, Position.FACE, picture, None, _quality(block), _time(block))


def _iris(block: Block) -> RecordImage:
    label = block.code("eyeLabelCode") if isinstance(block, XmlBlock) else block.number("eyeLabelCode")
    position = dict(enumerate(EYES, 1)).get(label or 0, Position.UNKNOWN)
    picture = _picture(Modality.IRIS, block, block.octets("irisImageData"))
    return RecordImage(Modality.IRIS, position, picture, None, _quality(block), _time(block))


READERS = {
    Modality.FINGERPRINT: _Reader(schema.FINGER, _finger),
    Modality.FACE: _Reader(schema.FACE, _face),
    Modality.IRIS: _Reader(schema.IRIS, _iris),
}


def _picture(modality: Modality, block: Block, data: bytes, size: tuple[int, int] = (0, 0)) -> StoredPicture:
    """The picture; sizes of 0 are not stated. A format without a code in the edition is recognised when decoded."""
    names = {name: code for code, name in schema.FORMAT_NAMES[modality].items()}
    code = block.code("imageDataFormat", names)
    encoding = schema.FORMATS[modality].get(-1 if code is None else code, Encoding.ANY)
    return StoredPicture(encoding, data, *size, 8, 3 if modality.in_colour else 1)


def _quality(block: Block) -> int | None:
    """The first score."""
    scores = (
        chosen.number("score")
        for each in block.blocks("qualityBlocks", schema.QUALITY)
        if (chosen := each.block("scoreOrError", schema.SCORE))
    )
    return next((score for score in scores if score is not None and 0 <= score <= 100), None)


def _time(block: Block) -> datetime | None:
    """Time of capture, UTC; None where it is not stated to the second, or no such time exists."""
    stated = block.block("captureDateTimeBlock", schema.TIME)
    if stated is None:
        return None
    numbers = list(_numbers(stated))
    if None in numbers[:6]:
        return None
    year, month, day, hour, minute, second, millisecond = (number or 0 for number in numbers)
    try:
        return datetime(year, month, day, hour, minute, second, millisecond % 1000 * 1000, UTC)
    except (ValueError, OverflowError):
        return None


def _numbers(stated: Block) -> Iterator[int | None]:
    return (stated.number(name) for name in schema.TIME)
