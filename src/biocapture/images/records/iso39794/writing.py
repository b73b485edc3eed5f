"""Image data blocks written in DER or XML."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from xml.sax import saxutils

from biocapture.images.codecs.picture import Encoding
from biocapture.images.records.fields import require
from biocapture.images.records.iso39794 import schema
from biocapture.images.records.iso39794.der import (
    APPLICATION,
    CONSTRUCTED,
    CONTEXT,
    SEQUENCE,
    element,
    number_bytes,
)
from biocapture.images.records.record_image import RecordImage
from biocapture.types import EYES, Modality

UNKNOWN_IMPRESSION = 29
IMPRESSIONS = {0: 0, 1: 1, 2: 0, 3: 1, 4: 4, 5: 4, 6: 4, 7: 4, 8: 8, 24: 24, 25: 25, 28: 28, 41: 41, 42: 42}
"""Codes of earlier standards → those of this one, which does not say whether a print was taken in ink."""

UNKNOWN_ORGANIZATION = 0
FAILED_RANGING = 1
LOSSLESS, LOSSY, UNDEFINED = 1, 2, 0
BITS_GREY, BITS_RGB = 8, 24


class Kind(Enum):
    """How the value of a field is written."""

    NUMBER = auto()
    ENUMERATED = auto()
    CODE = auto()
    OCTETS = auto()
    BLOCK = auto()
    LIST = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name, tag, kind, and value. The value of a list is one block per item."""

    name: str
    tag: int
    kind: Kind
    value: "int | bytes | Sequence[Field] | Sequence[Sequence[Field]]"
    names: tuple[tuple[int, str], ...] = ()


def write_data_block(images: Sequence[RecordImage], as_xml: bool = False) -> bytes:
    """Write a data block.

    Parameters
    ----------
    images : sequence of RecordImage
        Whole pictures of one modality, at least one.
    as_xml : bool
        XML instead of DER.

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        No picture, several modalities, an encoding the standard does not list, or an iris without a time of capture.
    """
    require(bool(images), "no picture", "at least one")
    modality = images[0].modality
    require(all(image.modality is modality for image in images), "several modalities", "one")
    write = {Modality.FINGERPRINT: _finger, Modality.FACE: _face, Modality.IRIS: _iris}[modality]
    generation, year = schema.VERSION["generation"], schema.VERSION["year"]
    version = [_number("generation", generation, schema.GENERATION), _number("year", year, schema.YEARS[modality])]
    blocks = [write(number, image) for number, image in enumerate(images)]
    fields = [
        Field("versionBlock", schema.DATA_BLOCK["versionBlock"], Kind.BLOCK, version),
        Field(
            "representationBlocks",
            schema.DATA_BLOCK["representationBlocks"],
            Kind.LIST,
            blocks,
        ),
    ]
    if not as_xml:
        return element(APPLICATION | schema.APPLICATION_TAGS[modality], b"".join(map(_der, fields)))
    root, part = schema.ROOTS[modality], schema.APPLICATION_TAGS[modality]
    namespace = schema.NAMESPACE.format(part)
    text = f"<{root} xmlns={saxutils.quoteattr(namespace)}>{''.join(map(_xml, fields))}</{root}>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _der(field: Field) -> bytes:
    value, tag = field.value, CONTEXT | field.tag
    if isinstance(value, bytes):
        return element(tag, value)
    if isinstance(value, int):
        if field.kind is Kind.CODE:
            return element(tag | CONSTRUCTED, element(CONTEXT, number_bytes(value)))
        return element(tag, number_bytes(value))
    if field.kind is Kind.LIST:
        blocks = (b"".join(_der(each) for each in item) for item in value if not isinstance(item, Field))
        return element(tag | CONSTRUCTED, b"".join(element(SEQUENCE, block) for block in blocks))
    return element(tag | CONSTRUCTED, b"".join(_der(each) for each in value if isinstance(each, Field)))


def _xml(field: Field) -> str:
    value, name = field.value, field.name
    if isinstance(value, bytes):
        content = base64.b64encode(value).decode()
    elif isinstance(value, int):
        content = str(value)
        if field.kind in (Kind.CODE, Kind.ENUMERATED):
            content = (dict(field.names) or schema.NAMES[name]).get(value, content)
        content = f"<code>{content}</code>" if field.kind is Kind.CODE else content
    elif field.kind is Kind.LIST:
        one = name.removesuffix("s")
        blocks = ("".join(_xml(each) for each in item) for item in value if not isinstance(item, Field))
        content = "".join(f"<{one}>{block}</{one}>" for block in blocks)
    else:
        content = "".join(_xml(each) for each in value if isinstance(each, Field))
    return f"<{name}>{content}</{name}>"


def _number(name: str, tag: int, value: int) -> Field:
    return Field(name, tag, Kind.NUMBER, value)


def _format(image: RecordImage, tags: schema.Tags) -> Field:
    modality, encoding = image.modality, image.picture.encoding
    known = {each: code for code, each in sorted(schema.FORMATS[modality].items(), reverse=True)}
    require(encoding in known, f"encoding {encoding}", " or ".join(known))
    code = known[encoding]
    if encoding is Encoding.PNM and image.picture.channels == 3:
        code = 1
    names = tuple(schema.FORMAT_NAMES[modality].items())
    return Field("imageDataFormat", tags["imageDataFormat"], Kind.CODE, code, names)


def _common(image: RecordImage, tags: schema.Tags) -> list[Field]:
    """Time and quality, as far as they are known."""
    fields = []
    require(image.captured is not None or tags is not schema.IRIS, "no capture time", "one, as irises must state it")
    if image.captured is not None:
        fields.append(Field("captureDateTimeBlock", tags["captureDateTimeBlock"], Kind.BLOCK, _time(image.captured)))
    if image.quality is not None:
        algorithm = [_number(name, tag, UNKNOWN_ORGANIZATION) for name, tag in schema.ALGORITHM.items()]
        score = [_number("score", schema.SCORE["score"], image.quality)]
        block = [
            Field("algorithmIdBlock", schema.QUALITY["algorithmIdBlock"], Kind.BLOCK, algorithm),
            Field("scoreOrError", schema.QUALITY["scoreOrError"], Kind.BLOCK, score),
        ]
        fields.append(Field("qualityBlocks", tags["qualityBlocks"], Kind.LIST, [block]))
    return fields


def _time(time: datetime) -> list[Field]:
    require(time.utcoffset() is not None, f"capture time {time}", "one with a time zone")
    utc = time.astimezone(UTC)
    numbers = (*utc.timetuple()[:6], utc.microsecond // 1000)
    return [_number(name, tag, number) for (name, tag), number in zip(schema.TIME.items(), numbers, strict=True)]


def _finger(number: int, image: RecordImage) -> list[Field]:
    tags, names = schema.FINGER, schema.NAMES
    stated = UNKNOWN_IMPRESSION if image.impression is None else image.impression
    impression = IMPRESSIONS.get(stated, UNKNOWN_IMPRESSION)
    fields = [
        Field("position", tags["position"], Kind.CODE, image.position.finger_code, tuple(names["position"].items())),
        Field("impression", tags["impression"], Kind.CODE, impression, tuple(names["impression"].items())),
        _format(image, tags),
        Field("imageData", tags["imageData"], Kind.OCTETS, image.picture.data),
        *_common(image, tags),
    ]
    if image.ppi:
        samples = _number("samplesPerUnit", schema.RATE["samplesPerUnit"], round(image.ppi[0]))
        unit = Field("unitDimension", schema.RATE["unitDimension"], Kind.ENUMERATED, 0)
        fields.append(Field("spatialSamplingRateBlock", tags["spatialSamplingRateBlock"], Kind.BLOCK, [samples, unit]))
    return fields


def _face(number: int, image: RecordImage) -> list[Field]:
    tags, information = schema.FACE, schema.INFORMATION
    size = [
        _number("width", schema.SIZE["width"], image.picture.width_px),
        _number("height", schema.SIZE["height"], image.picture.height_px),
    ]
    space = schema.RGB_24 if image.picture.channels == 3 else schema.GREY_8
    facts = [
        _format(image, information),
        Field("faceImageKind2D", information["faceImageKind2D"], Kind.CODE, schema.GENERAL_PURPOSE),
        Field("imageSizeBlock", information["imageSizeBlock"], Kind.BLOCK, size),
        Field("imageColourSpace", information["imageColourSpace"], Kind.CODE, space),
    ]
    flat = [
        Field("representationData2D", schema.FACE_2D["representationData2D"], Kind.OCTETS, image.picture.data),
        Field("imageInformation2DBlock", schema.FACE_2D["imageInformation2DBlock"], Kind.BLOCK, facts),
    ]
    base = Field("imageRepresentation2DBlock", schema.BASE["imageRepresentation2DBlock"], Kind.BLOCK, flat)
    chosen = Field("base", schema.REPRESENTATION["base"], Kind.BLOCK, [base])
    return [
        _number("representationId", tags["representationId"], number),
        Field("imageRepresentation", tags["imageRepresentation"], Kind.BLOCK, [chosen]),
        *_common(image, tags),
    ]


def _iris(number: int, image: RecordImage) -> list[Field]:
    tags = schema.IRIS
    label = EYES.index(image.position) + 1 if image.position in EYES else 0
    lossless = image.picture.encoding in (Encoding.PNG, Encoding.PNM, Encoding.JPEG2000_LOSSLESS)
    history = LOSSLESS if lossless else LOSSY
    error = Field("errorCode", schema.RANGE["errorCode"], Kind.ENUMERATED, FAILED_RANGING)
    fields = [
        Field("eyeLabelCode", tags["eyeLabelCode"], Kind.ENUMERATED, label),
        Field("irisImageKind", tags["irisImageKind"], Kind.CODE, schema.UNCROPPED),
        _number("bitDepth", tags["bitDepth"], BITS_RGB if image.picture.channels == 3 else BITS_GREY),
        _format(image, tags),
        Field("horizontalOrientationCode", tags["horizontalOrientationCode"], Kind.ENUMERATED, UNDEFINED),
        Field("verticalOrientationCode", tags["verticalOrientationCode"], Kind.ENUMERATED, UNDEFINED),
        Field("compressionHistoryCode", tags["compressionHistoryCode"], Kind.ENUMERATED, history),
        Field("range", tags["range"], Kind.BLOCK, [error]),
        Field("irisImageData", tags["irisImageData"], Kind.OCTETS, image.picture.data),
        *_common(image, tags),
    ]
    return sorted(fields, key=lambda each: each.tag)
