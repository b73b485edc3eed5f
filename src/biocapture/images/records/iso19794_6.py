"""Iris image records of ISO/IEC 19794-6, editions 2005 (clauses 6.4, 6.5) and 2011 (7.2, 7.3); big-endian.

Edition 2011: general header; per representation the header of :mod:`iso19794_1`, the image header, the length of the
picture, the picture. Edition 2005: a general header with properties, size and encoding of all images; per eye a header
and per image of it a header and the picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

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
from biocapture.types import Position

IDENTIFIER = b"IIR\0"
MAGIC: dict[Version, bytes] = {2005: IDENTIFIER + b"010\0", 2011: IDENTIFIER + b"020\0"}
RECORD: dict[Version, Layout] = {
    2005: layout(
        "magic:8 length:4 equipment:2 eyes header:2 properties:2 diameter:2 format:2 width_px:2 height_px:2 depth"
        " transformation serial_0:4 serial_1:4 serial_2:4 serial_3:4"
    ),
    2011: layout("magic:8 length:4 images:2 certified eyes"),
}
EYE = layout("eye images:2")  # 2005
IMAGE: dict[Version, Layout] = {
    2005: layout("number:2 quality roll:2 roll_uncertainty:2 bytes:4"),
    2011: layout(
        "number:2 eye kind format properties width_px:2 height_px:2 depth range:2 roll:2 roll_uncertainty:2"
        " centre_min_x:2 centre_max_x:2 centre_min_y:2 centre_max_y:2 diameter_min:2 diameter_max:2 bytes:4"
    ),
}
ENCODINGS: dict[Version, tuple[Encoding, ...]] = {  # code 2 of the first grey, 4 of the first RGB, 6 …
    2005: (Encoding.RAW, Encoding.JPEG, Encoding.JPEG_LS, Encoding.JPEG2000),
    2011: (Encoding.RAW, Encoding.JPEG, Encoding.JPEG2000, Encoding.PNG),
}
POSITIONS = (Position.UNKNOWN, Position.RIGHT_EYE, Position.LEFT_EYE)
MAX_IMAGES = 65535
VALID = COMMON | {
    "images": (range(1, MAX_IMAGES + 1),),
    "eye": (range(len(POSITIONS)),),
    "depth": (range(1, MAX_BITS + 1), range(24, 25), range(48, 49)),  # of a pixel: three values of 8 or 16 bits
    "format": (range(2, 17, 2),),
    "header": (range(45, 46),),
    **dict.fromkeys(("width_px", "height_px", "bytes"), (range(1, 1 << 32),)),
}
_header_bytes = partial(header_bytes, VALID)
BOUNDS = ("centre_min_x", "centre_max_x", "centre_min_y", "centre_max_y", "diameter_min", "diameter_max")
SERIAL = ("serial_0", "serial_1", "serial_2", "serial_3")
UNKNOWN_UNCERTAINTY = 0xFFFF


@dataclass(frozen=True, slots=True)
class IrisImage:
    """One image of an eye.

    Attributes
    ----------
    eye : int
        0 unknown, 1 right, 2 left (of the person).
    kind : int
        Edition 2011: 1 uncropped, 2 VGA, 3 cropped, 7 cropped and masked.
    properties : int
        Edition 2011, 8 bits: orientation across, down, reserved, compression history, 2 bits each.
    range : int
        Distance to the camera, as stored (2011): 0 unknown, 1 failed, otherwise tenths of millimetres and more.
    roll, roll_uncertainty : int
        As stored: turns / 65536; uncertainty 65535 = not known.
    bounds : (6,) int
        Smallest and largest column and row of the centre of the iris, smallest and largest diameter, in pixels;
        0 = unknown. Edition 2011.
    capture : Capture
        Edition 2005 keeps only the first quality.
    """

    picture: StoredPicture
    eye: int = 0
    kind: int = 1
    number: int = 1
    properties: int = 0
    range: int = 0
    roll: int = 0
    roll_uncertainty: int = UNKNOWN_UNCERTAINTY
    bounds: tuple[int, ...] = (0, 0, 0, 0, 0, 0)
    capture: Capture = UNSTATED

    @property
    def position(self) -> Position:
        """Which eye."""
        return POSITIONS[self.eye]


@dataclass(frozen=True, slots=True)
class IrisImageRecord:
    """At least one image, and the edition they are stored in.

    Attributes
    ----------
    equipment, properties, diameter, transformation : int
        Of edition 2005: device, orientation and occlusion flags, expected iris diameter, polar transformation.
    serial : bytes
        16 bytes naming the device, edition 2005.
    """

    version: Version
    images: tuple[IrisImage, ...]
    certified: bool = False
    equipment: int = 0
    properties: int = 0
    diameter: int = 0
    transformation: int = 0
    serial: bytes = bytes(16)


def read_iris_record(data: bytes, lenient: bool = False) -> IrisImageRecord:
    """Read a record of either edition. The pictures are not decoded.

    Parameters
    ----------
    data : bytes
        The whole record.
    lenient : bool
        Lengths that the record states need not fit.

    Returns
    -------
    IrisImageRecord

    Raises
    ------
    FormatError
        Offset, what is there and what was expected.
    """
    version = edition_of(data, MAGIC)
    reader = Reader(VALID, data, 0, len(data), lenient)
    header = reader.fields(RECORD[version], "the record header")
    reader.require_length(header["length"], at=8)
    reader.is_only = header["eyes" if version == 2005 else "images"] == 1
    certified = bool(header.get("certified", 0))
    if version == 2005:
        images = tuple(image for _ in range(header["eyes"]) for image in _images_2005(reader, header))
    else:
        images = tuple(_image_2011(reader, certified) for _ in range(header["images"]))
    require(bool(images), "no image", "at least one", reader.at)
    reader.finish("the record")
    kept = {name: header.get(name, 0) for name in ("equipment", "properties", "diameter", "transformation")}
    serial = b"".join(header.get(name, 0).to_bytes(4, "big") for name in SERIAL)
    return IrisImageRecord(version, images, certified, **kept, serial=serial)


def _images_2005(reader: Reader, header: dict[str, int]) -> Iterator[IrisImage]:
    eye = reader.fields(EYE, "an eye header")
    for _ in range(eye["images"]):
        own = reader.fields(IMAGE[2005], "an image header")
        capture = Capture(qualities=(QualityBlock(own["quality"]),))
        yield _image(2005, reader, header | {"properties": 0, "kind": 1} | eye | own, capture)


def _image_2011(outer: Reader, certified: bool) -> IrisImage:
    capture, reader = read_capture(outer, certified)
    image = _image(2011, reader, reader.fields(IMAGE[2011], "an image header"), capture)
    reader.finish("the representation")
    return image


def _image(version: Version, reader: Reader, fields: dict[str, int], capture: Capture) -> IrisImage:
    kind, colour = divmod(fields["format"] // 2 - 1, 2)
    encoding, data = ENCODINGS[version][kind], reader.picture(fields["bytes"])
    size = fields["width_px"], fields["height_px"]
    depth = fields["depth"] // 3 if fields["depth"] > MAX_BITS else fields["depth"]
    return IrisImage(
        StoredPicture(encoding, data, *size, depth, 3 if colour else 1),
        fields["eye"],
        fields["kind"],
        fields["number"],
        fields["properties"],
        fields.get("range", 0),
        fields["roll"],
        fields["roll_uncertainty"],
        tuple(fields.get(name, 0) for name in BOUNDS),
        capture,
    )


def write_iris_record(record: IrisImageRecord) -> bytes:
    """Write a record in its edition.

    Parameters
    ----------
    record : IrisImageRecord

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        What the edition cannot hold. Edition 2005 has one size, depth and encoding, no time, no certification, no
        bounds; the images of an eye follow one another.
    """
    version, images = record.version, record.images
    require(version in MAGIC, f"edition {version}", "2005 or 2011")
    require(0 < len(images) <= MAX_IMAGES, f"{len(images)} images", f"1..{MAX_IMAGES}")
    first = _shared(version, images[0])
    if version == 2005:
        require(all(_shared(2005, image) == first for image in images), "several sizes or encodings", "one")
        body = _bytes_2005(images)
    else:
        body = b"".join(_bytes_2011(image, record.certified) for image in images)
    fields = first | {"length": RECORD[version].itemsize + len(body), "images": len(images)}
    fields |= {"certified": int(record.certified), "eyes": len({image.eye for image in images})}
    fields |= {name: getattr(record, name) for name in ("equipment", "properties", "diameter", "transformation")}
    require(len(record.serial) == 16, f"serial of {len(record.serial)} bytes", "16")
    words = (int.from_bytes(record.serial[at : at + 4], "big") for at in range(0, 16, 4))
    fields |= dict(zip(SERIAL, words, strict=True)) | {"header": RECORD[2005].itemsize}
    return MAGIC[version] + _header_bytes(RECORD[version], fields)[len(MAGIC[version]) :] + body


def _shared(version: Version, image: IrisImage) -> dict[str, int]:
    """What edition 2005 states once for all images."""
    picture = image.picture
    require(picture.channels in (1, 3), f"{picture.channels} channels", "1 or 3")
    code = 4 * encoding_code(picture.encoding, ENCODINGS[version]) + (4 if picture.channels == 3 else 2)
    return {"format": code, "width_px": picture.width_px, "height_px": picture.height_px, "depth": picture.depth}


def _own(image: IrisImage) -> dict[str, int]:
    names = ("eye", "kind", "number", "properties", "range", "roll", "roll_uncertainty")
    return {name: getattr(image, name) for name in names} | {"bytes": len(image.picture.data)}


def _bytes_2005(images: tuple[IrisImage, ...]) -> bytes:
    body, seen = b"", set[int]()
    for eye, group in groupby(images, key=lambda image: image.eye):
        require(eye not in seen, "images of an eye apart", "one after the other")
        seen.add(eye)
        of_eye = list(group)
        body += _header_bytes(EYE, {"eye": eye, "images": len(of_eye)})
        for image in of_eye:
            qualities = image.capture.qualities
            require(len(qualities) <= 1 and image.capture.time is None, "a time or several qualities", "edition 2011")
            quality = qualities[0].quality if qualities else NOT_REPORTED
            body += _header_bytes(IMAGE[2005], _own(image) | {"quality": quality}) + image.picture.data
    return body


def _bytes_2011(image: IrisImage, certified: bool) -> bytes:
    require(len(image.bounds) == len(BOUNDS), f"{len(image.bounds)} bounds", str(len(BOUNDS)))
    fields = _shared(2011, image) | _own(image) | dict(zip(BOUNDS, image.bounds, strict=True))
    return capture_bytes(VALID, image.capture, certified, _header_bytes(IMAGE[2011], fields) + image.picture.data)
