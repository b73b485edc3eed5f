"""Finger image records of ISO/IEC 19794-4, editions 2005 (clauses 7.1, 7.2) and 2011 (8.2, 8.3); big-endian.

Edition 2011: general header; per representation the header of :mod:`iso19794_1`, the image header, the length of the
picture, the picture, and extended data (segmentation, annotation, comments), which are kept as they are.
Edition 2005: a general header with resolution, depth and encoding of all images; per image a header and the picture.
Field order and sizes agree with MOSIP's ``biometrics-util`` and with records its devices send.
"""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from biocapture.images.codecs.picture import MAX_BITS, Encoding, StoredPicture, encoding_code
from biocapture.images.records.fields import Layout, Reader, header_bytes, layout, require
from biocapture.images.records.iso19794_1 import (
    COMMON,
    NOT_REPORTED,
    UNSTATED,
    Capture,
    QualityBlock,
    Version,
    capture_bytes,
    edition_of,
    read_capture,
)
from biocapture.types import FINGERS, SEVERAL_FINGERS, Position

IDENTIFIER = b"FIR\0"
MAGIC: dict[Version, bytes] = {2005: IDENTIFIER + b"010\0", 2011: IDENTIFIER + b"020\0"}
RATES = "scale scan_across:2 scan_down:2 across:2 down:2"
SIZE = "width_px:2 height_px:2"
RECORD: dict[Version, Layout] = {
    2005: layout(f"magic:8 high:2 length:4 equipment:2 level:2 fingers {RATES} depth encoding reserved:2"),
    2011: layout("magic:8 length:4 images:2 certified positions"),
}
IMAGE: dict[Version, Layout] = {
    2005: layout(f"size:4 finger views number quality impression {SIZE} reserved"),
    2011: layout(f"finger number {RATES} depth encoding impression {SIZE} bytes:4"),
}
BLOCK = layout("type:2 length:2")
ENCODINGS: dict[Version, tuple[Encoding, ...]] = {
    2005: (Encoding.RAW, Encoding.PACKED, Encoding.WSQ, Encoding.JPEG, Encoding.JPEG2000, Encoding.PNG),
    2011: (
        Encoding.RAW,
        Encoding.PACKED,
        Encoding.WSQ,
        Encoding.JPEG,
        Encoding.JPEG2000,
        Encoding.JPEG2000_LOSSLESS,
        Encoding.PNG,
    ),
}
PER_INCH, PER_CM = 1, 2
CM_PER_INCH = 2.54
MAX_POSITION_CODE = 50
"""Position codes up to 10 are single fingers; 13, 14, 15 slaps; 20..36 palms; 40..50 several fingers."""
MAX_IMAGES = 672
"""16 of each of 42 positions."""
VALID = COMMON | {
    "scale": (range(PER_INCH, PER_CM + 1),),
    "finger": (range(MAX_POSITION_CODE + 1),),
    "depth": (range(1, MAX_BITS + 1),),
    "impression": (range(16), range(20, 30)),
    "images": (range(1, MAX_IMAGES + 1),),
    "high": (range(1),),
    **dict.fromkeys(("width_px", "height_px", "bytes"), (range(1, 1 << 32),)),
    **dict.fromkeys(("fingers", "views"), (range(1, 256),)),
}
_header_bytes = partial(header_bytes, VALID)


@dataclass(frozen=True, slots=True)
class FingerImage:
    """One image of a finger, a palm, or several fingers.

    Attributes
    ----------
    finger : int
        ISO position code, 0..50; 0 = unknown.
    impression : int
        ISO impression type: 0 plain, 1 rolled (live scan) … 24 contactless, 28 other, 29 unknown.
    rate, scan_rate : (int, int)
        Resolution of the image, and of the device, across and down; in pixels per inch or per cm.
    unit : int
        1 per inch, 2 per cm.
    number : int
        Counts the images of this finger from 0 (edition 2011) or 1 (2005); given on writing 2005.
    capture : Capture
        Edition 2005 keeps only the first quality.
    level, equipment : int
        Image acquisition settings level and device identifier of edition 2005.
    extended : bytes
        Blocks after the picture, edition 2011.
    """

    picture: StoredPicture
    finger: int = 0
    impression: int = 29
    rate: tuple[int, int] = (500, 500)
    scan_rate: tuple[int, int] = (500, 500)
    unit: int = PER_INCH
    number: int = 0
    capture: Capture = UNSTATED
    level: int = 0
    equipment: int = 0
    extended: bytes = b""

    @property
    def position(self) -> Position:
        """The single finger; unknown for palms and several fingers."""
        return FINGERS[self.finger] if self.finger < len(FINGERS) else Position.UNKNOWN

    @property
    def fingers(self) -> tuple[Position, ...]:
        """Fingers of a picture that shows several; empty for one finger, palms and those not known."""
        return SEVERAL_FINGERS.get(self.finger, ())

    @property
    def ppi(self) -> tuple[float, float]:
        """Pixels per inch across and down; 0 where not stated."""
        factor = CM_PER_INCH if self.unit == PER_CM else 1.0
        return self.rate[0] * factor, self.rate[1] * factor


@dataclass(frozen=True, slots=True)
class FingerImageRecord:
    """At least one image, and the edition they are stored in."""

    version: Version
    images: tuple[FingerImage, ...]
    certified: bool = False


def read_finger_record(data: bytes, lenient: bool = False) -> FingerImageRecord:
    """Read a record of either edition. The pictures are not decoded.

    Parameters
    ----------
    data : bytes
        The whole record.
    lenient : bool
        Lengths that the record states need not fit.

    Returns
    -------
    FingerImageRecord

    Raises
    ------
    FormatError
        Offset, what is there and what was expected.
    """
    version = edition_of(data, MAGIC)
    reader = Reader(VALID, data, 0, len(data), lenient)
    header = reader.fields(RECORD[version], "the record header")
    reader.require_length(header["length"], at=10 if version == 2005 else 8)
    reader.is_only = header["fingers" if version == 2005 else "images"] == 1
    if version == 2005:
        images = tuple(image for _ in range(header["fingers"]) for image in _images_2005(reader, header))
    else:
        images = tuple(_image_2011(reader, bool(header["certified"])) for _ in range(header["images"]))
    reader.finish("the record")
    return FingerImageRecord(version, images, bool(header.get("certified", 0)))


def iso_of_incits(data: bytes) -> bytes:
    """A record of ANSI INCITS 381-2004 as one of ISO/IEC 19794-4:2005, which leaves out the product identifier.

    Parameters
    ----------
    data : bytes
        The whole record.

    Returns
    -------
    bytes
        Empty where it is no such record: version, length, or unit of resolution are others.
    """
    is_incits = data.startswith(MAGIC[2005]) and data[8:14] == len(data).to_bytes(6, "big") and len(data) > 36
    if not is_incits or data[23] not in (PER_INCH, PER_CM) or data[14:18] == bytes(4):
        return b""
    return data[:8] + (len(data) - 4).to_bytes(6, "big") + data[18:]


def _images_2005(reader: Reader, header: dict[str, int]) -> list[FingerImage]:
    """All views of the next finger."""
    images: list[FingerImage] = []
    views = 1
    while len(images) < views:
        at, fields = reader.at, header | reader.fields(IMAGE[2005], "an image header")
        views = fields["views"] if not images else views
        size = fields["size"] - IMAGE[2005].itemsize
        require(size > 0 or reader.lenient, f"size {fields['size']}", "more than its header", at)
        capture = Capture(qualities=(QualityBlock(fields["quality"]),))
        images.append(_image(2005, reader, fields, size, capture, at))
    return images


def _image_2011(outer: Reader, certified: bool) -> FingerImage:
    capture, reader = read_capture(outer, certified)
    at, fields = reader.at, reader.fields(IMAGE[2011], "an image header")
    image = _image(2011, reader, fields, fields["bytes"], capture, at)
    reader.finish("the representation")
    return image


def _image(
    version: Version, reader: Reader, fields: dict[str, int], size: int, capture: Capture, at: int
) -> FingerImage:
    known = ENCODINGS[version]
    require(fields["encoding"] < len(known), f"encoding {fields['encoding']}", f"0..{len(known) - 1}", at)
    data = reader.picture(size)
    picture = StoredPicture(known[fields["encoding"]], data, fields["width_px"], fields["height_px"], fields["depth"])
    rest = _pass_extended(reader) if version == 2011 else reader.at
    return FingerImage(
        picture,
        fields["finger"],
        fields["impression"],
        (fields["across"], fields["down"]),
        (fields["scan_across"], fields["scan_down"]),
        fields["scale"],
        fields["number"],
        capture,
        fields.get("level", 0),
        fields.get("equipment", 0),
        reader.data[rest : reader.at],
    )


def _pass_extended(reader: Reader) -> int:
    """Pass over extended data: blocks of a type, a length that includes its header, and content."""
    start = reader.at
    while reader.at < reader.end and not reader.lenient:
        at, block = reader.at, reader.fields(BLOCK, "an extended data block")
        require(block["length"] >= BLOCK.itemsize, f"length {block['length']}", "more than its header", at + 2)
        reader.skip(block["length"] - BLOCK.itemsize, "an extended data block")
    reader.at = reader.end
    return start


def write_finger_record(record: FingerImageRecord) -> bytes:
    """Write a record in its edition.

    Parameters
    ----------
    record : FingerImageRecord

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        What the edition cannot hold. Edition 2005 has one resolution, depth and encoding, and no time, no
        certification, no extended data; the images of a finger follow one another.
    """
    version, images = record.version, record.images
    require(version in MAGIC, f"edition {version}", "2005 or 2011")
    require(0 < len(images) <= MAX_IMAGES, f"{len(images)} images", f"1..{MAX_IMAGES}")
    first = _shared(version, images[0])
    if version == 2005:
        require(all(_shared(2005, image) == first for image in images), "several resolutions or encodings", "one")
        body = _bytes_2005(images)
    else:
        body = b"".join(_bytes_2011(image, record.certified) for image in images)
    positions = len({image.finger for image in images})
    fields = first | {"length": RECORD[version].itemsize + len(body), "images": len(images)}
    fields |= {"certified": int(record.certified), "fingers": positions, "positions": positions}
    return MAGIC[version] + _header_bytes(RECORD[version], fields)[len(MAGIC[version]) :] + body


def _shared(version: Version, image: FingerImage) -> dict[str, int]:
    """What edition 2005 states once for all images."""
    encoding = encoding_code(image.picture.encoding, ENCODINGS[version])
    fields = {"scale": image.unit, "depth": image.picture.depth, "encoding": encoding}
    fields |= {"scan_across": image.scan_rate[0], "scan_down": image.scan_rate[1]}
    fields |= {"across": image.rate[0], "down": image.rate[1]}
    return fields | {"level": image.level, "equipment": image.equipment}


def _own(image: FingerImage) -> dict[str, int]:
    picture = image.picture
    fields = {"finger": image.finger, "number": image.number, "impression": image.impression}
    return fields | {"width_px": picture.width_px, "height_px": picture.height_px, "bytes": len(picture.data)}


def _bytes_2005(images: tuple[FingerImage, ...]) -> bytes:
    views = Counter(image.finger for image in images)
    body, seen, before = b"", Counter[int](), -1
    for image in images:
        require(image.finger == before or not seen[image.finger], "images of a finger apart", "one after the other")
        require(len(image.capture.qualities) <= 1 and not image.extended, "more than one quality", "edition 2011")
        require(image.capture.time is None, f"capture time {image.capture.time}", "None in edition 2005")
        before = image.finger
        seen[before] += 1
        fields = _own(image) | {"views": views[before], "number": seen[before]}
        fields |= {"quality": image.capture.qualities[0].quality if image.capture.qualities else NOT_REPORTED}
        fields |= {"size": IMAGE[2005].itemsize + len(image.picture.data)}
        body += _header_bytes(IMAGE[2005], fields) + image.picture.data
    return body


def _bytes_2011(image: FingerImage, certified: bool) -> bytes:
    head = _header_bytes(IMAGE[2011], _shared(2011, image) | _own(image))
    return capture_bytes(VALID, image.capture, certified, head + image.picture.data + image.extended)
