"""Face image records of ISO/IEC 19794-5, editions 2005 (clauses 5.4 to 5.8) and 2011 (5.3 to 5.8); big-endian.

Edition 2011: general header; per representation the header of :mod:`iso19794_1`, facial information, landmarks, image
information, length of the picture, the picture, and three-dimensional data, which are kept as they are.
Edition 2005 (ICAO travel documents): general header; per image length, facial information, landmarks, image
information, the picture to the end of the block.
"""

from dataclasses import dataclass, fields
from functools import partial

from biocapture.images.codecs.picture import Encoding, StoredPicture, encoding_code
from biocapture.images.records.fields import Layout, Reader, header_bytes, layout, require
from biocapture.images.records.iso19794_1 import (
    COMMON,
    UNSTATED,
    Capture,
    Version,
    capture_bytes,
    edition_of,
    read_capture,
)

IDENTIFIER = b"FAC\0"
MAGIC: dict[Version, bytes] = {2005: IDENTIFIER + b"010\0", 2011: IDENTIFIER + b"030\0"}
RECORD: dict[Version, Layout] = {
    2005: layout("magic:8 length:4 images:2"),
    2011: layout("magic:8 length:4 images:2 certified temporal:2"),
}
POSE = "yaw pitch roll yaw_uncertainty pitch_uncertainty roll_uncertainty"
SUBJECT: dict[Version, Layout] = {
    2005: layout(f"size:4 landmarks:2 gender eye_colour hair_colour properties_high properties:2 expression:2 {POSE}"),
    2011: layout(f"landmarks:2 gender eye_colour hair_colour height properties_high properties:2 expression:2 {POSE}"),
}
LANDMARK = layout("kind code x:2 y:2 z:2")  # z is reserved in 2005
IMAGE: dict[Version, Layout] = {
    2005: layout("type encoding width_px:2 height_px:2 colour_space source device:2 image_quality:2"),
    2011: layout("type encoding width_px:2 height_px:2 sampling processing:2 reference colour_space bytes:4"),
}
ENCODINGS: dict[Version, tuple[Encoding, ...]] = {
    2005: (Encoding.JPEG, Encoding.JPEG2000),
    2011: (Encoding.JPEG, Encoding.JPEG2000, Encoding.JPEG2000_LOSSLESS, Encoding.PNG),
}
GREY_8, GREY_16 = 3, 5
"""Colour spaces; 1 is 24-bit RGB, 2 YUV 4:2:2, 4 48-bit RGB."""
MAX_IMAGES, MAX_LANDMARKS = 256, 4096
VALID = COMMON | {
    "images": (range(1, MAX_IMAGES + 1),),
    "landmarks": (range(MAX_LANDMARKS + 1),),
    **dict.fromkeys(("width_px", "height_px", "bytes"), (range(1, 1 << 32),)),
}
_header_bytes = partial(header_bytes, VALID)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the record says of the capture subject, in the codes of the standard; 0 = unspecified.

    Attributes
    ----------
    properties : int
        24 bits: glasses, moustache, beard, teeth visible, blink …
    yaw, pitch, roll : int
        Pose as stored, 1..181 for 0°, 2° … 180°, −178° …; 0 = unspecified.
    """

    gender: int = 0
    eye_colour: int = 0
    hair_colour: int = 0
    height: int = 0
    properties: int = 0
    expression: int = 0
    yaw: int = 0
    pitch: int = 0
    roll: int = 0
    yaw_uncertainty: int = 0
    pitch_uncertainty: int = 0
    roll_uncertainty: int = 0


@dataclass(frozen=True, slots=True)
class Landmark:
    """One feature point: its kind (1 MPEG-4, 2 anthropometric …), code, and position in pixels (z as stored)."""

    kind: int
    code: int
    x: int
    y: int
    z: int = 0


FIRST_3D_TYPE = 128
"""Image types from this one on have 3-D data behind the picture."""


@dataclass(frozen=True, slots=True)
class FaceImage:
    """One picture of a face.

    Attributes
    ----------
    type : int
        0 basic, 1 full frontal, 2 token frontal, 3 post-processed frontal, 128..130 with 3-D data.
    colour_space : int
        0 unspecified, 1 24-bit RGB, 2 YUV 4:2:2, 3 8-bit grey …
    sampling, processing, reference : int
        Sampling rate level, post-processing flags and cross reference of edition 2011.
    source, device, image_quality : int
        Of edition 2005.
    extended : bytes
        Three-dimensional data, edition 2011.
    """

    picture: StoredPicture
    subject: Subject = Subject()
    landmarks: tuple[Landmark, ...] = ()
    type: int = 1
    colour_space: int = 1
    sampling: int = 0
    processing: int = 0
    reference: int = 0
    source: int = 0
    device: int = 0
    image_quality: int = 0
    capture: Capture = UNSTATED
    extended: bytes = b""


@dataclass(frozen=True, slots=True)
class FaceImageRecord:
    """At least one image, and the edition they are stored in; ``temporal`` says how several belong together."""

    version: Version
    images: tuple[FaceImage, ...]
    certified: bool = False
    temporal: int = 0


def read_face_record(data: bytes, lenient: bool = False) -> FaceImageRecord:
    """Read a record of either edition. The pictures are not decoded.

    Parameters
    ----------
    data : bytes
        The whole record.
    lenient : bool
        Lengths that the record states need not fit.

    Returns
    -------
    FaceImageRecord

    Raises
    ------
    FormatError
        Offset, what is there and what was expected.
    """
    version = edition_of(data, MAGIC)
    reader = Reader(VALID, data, 0, len(data), lenient)
    header = reader.fields(RECORD[version], "the record header")
    reader.require_length(header["length"], at=8)
    reader.is_only = header["images"] == 1
    certified = bool(header.get("certified", 0))
    if version == 2005:
        images = tuple(_image_2005(reader) for _ in range(header["images"]))
    else:
        images = tuple(_image_2011(reader, certified) for _ in range(header["images"]))
    reader.finish("the record")
    return FaceImageRecord(version, images, certified, header.get("temporal", 0))


def _image_2005(outer: Reader) -> FaceImage:
    size = Reader(outer.ranges, outer.data, outer.at, outer.end).fields(SUBJECT[2005], "facial information")["size"]
    reader = outer.block(size, "a face image block")
    subject = reader.fields(SUBJECT[2005], "facial information")
    image = _image(2005, reader, subject, UNSTATED)
    reader.finish("the face image block")
    return image


def _image_2011(outer: Reader, certified: bool) -> FaceImage:
    capture, reader = read_capture(outer, certified)
    return _image(2011, reader, reader.fields(SUBJECT[2011], "facial information"), capture)


def _image(version: Version, reader: Reader, subject: dict[str, int], capture: Capture) -> FaceImage:
    points = [reader.fields(LANDMARK, "a landmark") for _ in range(subject["landmarks"])]
    at, image = reader.at, reader.fields(IMAGE[version], "image information")
    known = ENCODINGS[version]
    require(image["encoding"] < len(known), f"encoding {image['encoding']}", f"0..{len(known) - 1}", at + 1)
    size = image.get("bytes", reader.end - reader.at)
    require(size > 0 or reader.lenient, "no picture", "a picture", reader.at)
    encoding, data = known[image["encoding"]], reader.picture(size)
    depth, channels = _depth(image["colour_space"])
    picture = StoredPicture(encoding, data, image["width_px"], image["height_px"], depth, channels)
    flat = image["type"] < FIRST_3D_TYPE
    require(reader.lenient or not flat or reader.at == reader.end, "more bytes", "the end of a flat image", reader.at)
    rest = reader.skip(reader.end - reader.at, "3-D data")
    subject["properties"] |= subject["properties_high"] << 16
    return FaceImage(
        picture,
        Subject(**{each.name: subject.get(each.name, 0) for each in fields(Subject)}),
        tuple(Landmark(**point) for point in points),
        capture=capture,
        extended=reader.data[rest : reader.at],
        **{name: image.get(name, 0) for name in OTHERS},
    )


OTHERS = ("type", "colour_space", "sampling", "processing", "reference", "source", "device", "image_quality")


def _depth(colour_space: int) -> tuple[int, int]:
    """Bits of a value and channels."""
    return 16 if colour_space in (4, GREY_16) else 8, 1 if colour_space in (GREY_8, GREY_16) else 3


def write_face_record(record: FaceImageRecord) -> bytes:
    """Write a record in its edition.

    Parameters
    ----------
    record : FaceImageRecord

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        What the edition cannot hold: 2005 has no time, certification, subject's height, sampling level or 3-D data.
    """
    version = record.version
    require(version in MAGIC, f"edition {version}", "2005 or 2011")
    body = b"".join(_image_bytes(version, image, record.certified) for image in record.images)
    header = {"length": RECORD[version].itemsize + len(body), "images": len(record.images)}
    header |= {"certified": int(record.certified), "temporal": record.temporal}
    return MAGIC[version] + _header_bytes(RECORD[version], header)[len(MAGIC[version]) :] + body


def _image_bytes(version: Version, image: FaceImage, certified: bool) -> bytes:
    picture = image.picture
    subject = {each.name: getattr(image.subject, each.name) for each in fields(Subject)}
    require(0 <= image.subject.properties < 1 << 24, f"properties {image.subject.properties}", "24 bits")
    subject |= {"properties_high": image.subject.properties >> 16, "properties": image.subject.properties & 0xFFFF}
    points = b"".join(
        _header_bytes(LANDMARK, {name: getattr(point, name) for name in Landmark.__slots__})
        for point in image.landmarks
    )
    about = {name: getattr(image, name) for name in OTHERS} | {
        "encoding": encoding_code(picture.encoding, ENCODINGS[version])
    }
    about |= {"width_px": picture.width_px, "height_px": picture.height_px, "bytes": len(picture.data)}
    rest = points + _header_bytes(IMAGE[version], about) + picture.data + image.extended
    subject |= {"landmarks": len(image.landmarks), "size": SUBJECT[2005].itemsize + len(rest)}
    head = _header_bytes(SUBJECT[version], subject)
    if version == 2011:
        return capture_bytes(VALID, image.capture, certified, head + rest)
    lost = image.capture != UNSTATED or image.extended or image.subject.height
    require(not lost, "a capture header, height or 3-D data", "none in edition 2005")
    return head + rest
