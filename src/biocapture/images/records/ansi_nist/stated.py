"""What both encodings of a transaction say of a picture, and what becomes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from biocapture.errors import FormatError
from biocapture.images.codecs.picture import MAX_BITS, Encoding, StoredPicture
from biocapture.images.records.fields import require
from biocapture.images.records.record_image import DamagedImage, RecordImage, RecordPart
from biocapture.types import FINGERS, SEVERAL_FINGERS, Modality, Position

ENCODINGS: Mapping[str, Encoding] = {
    "NONE": Encoding.RAW,
    "WSQ20": Encoding.WSQ,
    "WSQ": Encoding.WSQ,
    "JPEGB": Encoding.JPEG,
    "JPEGL": Encoding.JPEG,
    "JP2": Encoding.JPEG2000,
    "JP2L": Encoding.JPEG2000_LOSSLESS,
    "PNG": Encoding.PNG,
}
"""Codes of compression (Table 15) → encoding; lossless JPEG is refused by name when it is decoded."""

CODES = ("NONE", "WSQ20", "JPEGB", "JPEGL", "JP2", "JP2L", "PNG")
"""By the number that binary records give."""

FINGER_TYPES = {3: "low-resolution print", 4: "print", 13: "latent print", 14: "print", 15: "palm print"}
FACE_TYPE, IRIS_TYPE = 10, 17
PLAIN_THUMBS = {11: Position.RIGHT_THUMB, 12: Position.LEFT_THUMB}
EYES = {"1": Position.RIGHT_EYE, "2": Position.LEFT_EYE, "RIGHT": Position.RIGHT_EYE, "LEFT": Position.LEFT_EYE}
GREY_SPACES = {"", "GRAY", "UNK"}
CM_PER_INCH = 2.54
MAX_SEGMENTS = 16
MAX_SIDE_PX = 1 << 20


@dataclass(frozen=True, slots=True)
class Segment:
    """A finger that the record marks within a slap: code of its position, and its box in pixels, borders included."""

    finger: str
    left: str
    right: str
    top: str
    bottom: str


@dataclass(frozen=True, slots=True)
class Stated:
    """Fields of one picture, as text; empty where they are not given.

    Attributes
    ----------
    type : int
        Of the record.
    unit : str
        1 pixels per inch, 2 per cm, 0 aspect ratio only.
    positions : tuple of str
        Codes of fingers and palms.
    eye : str
    kind : str
        Of a picture of type 10: FACE, SCAR, …
    quality : str
        0..100.
    """

    type: int
    data: bytes
    compression: str
    width: str
    height: str
    unit: str = ""
    across: str = ""
    down: str = ""
    depth: str = ""
    colour_space: str = ""
    impression: str = ""
    positions: tuple[str, ...] = ()
    eye: str = ""
    kind: str = ""
    quality: str = ""
    segments: tuple[Segment, ...] = ()
    is_of_wrong_length: bool = False


def parts_of(stated: Stated) -> Iterator[RecordPart]:
    """Pictures of one record: one, or one for each finger that it marks in a slap.

    Parameters
    ----------
    stated : Stated

    Yields
    ------
    RecordImage or DamagedImage
    """
    try:
        image = _image(stated)
        boxes = list(_boxes(stated))
    except FormatError as error:
        yield DamagedImage(f"type {stated.type}: {error.message}", _modality(stated), _position(stated))
        return
    if not boxes or image.position is not Position.UNKNOWN:
        yield image
    for position, box in boxes if image.position is Position.UNKNOWN else []:
        yield replace(image, position=position, box=box, fingers=())


def _image(stated: Stated) -> RecordImage:
    code = stated.compression.upper()
    require(code in ENCODINGS, f"compression {stated.compression[:20]!r}", " or ".join(CODES))
    modality = _modality(stated)
    if modality is None:
        raise FormatError(f"a picture of {stated.kind[:20] or 'no stated kind'}, expected FACE")
    require(bool(stated.data), "no picture", "a picture")
    depth, channels = number(stated.depth, "depth", MAX_BITS) if stated.depth else 8, 1
    if modality.in_colour or stated.type == IRIS_TYPE:
        channels = 1 if stated.colour_space.upper() in GREY_SPACES else 3
    depth = depth // channels if depth > 8 and channels == 3 else depth  # field 10.012 of 24 bits
    size = number(stated.width, "width", MAX_SIDE_PX), number(stated.height, "height", MAX_SIDE_PX)
    picture = StoredPicture(ENCODINGS[code], stated.data, *size, max(depth, 1), channels)
    quality = int(stated.quality) if stated.quality.isdigit() and len(stated.quality) < 4 else 255
    return RecordImage(
        modality,
        _position(stated),
        picture,
        _ppi(stated) if modality.by_contact else None,
        quality if quality <= 100 else None,
        notes=("image.record_length",) if stated.is_of_wrong_length else (),
        impression=number(stated.impression, "impression", 255) if stated.impression else None,
        fingers=_fingers(stated),
    )


def _modality(stated: Stated) -> Modality | None:
    if stated.type == FACE_TYPE:
        return Modality.FACE if stated.kind.upper() == "FACE" else None
    return Modality.IRIS if stated.type == IRIS_TYPE else Modality.FINGERPRINT


def _position(stated: Stated) -> Position:
    if stated.type == FACE_TYPE:
        return Position.FACE if _modality(stated) else Position.UNKNOWN
    if stated.type == IRIS_TYPE:
        return EYES.get(stated.eye.upper(), Position.UNKNOWN)
    known = {_finger(code) for code in stated.positions}
    return known.pop() if len(known) == 1 else Position.UNKNOWN


def _fingers(stated: Stated) -> tuple[Position, ...]:
    """Fingers of a picture that shows several; empty for any other."""
    code = stated.positions[0] if len(stated.positions) == 1 and stated.type not in (FACE_TYPE, IRIS_TYPE) else ""
    return SEVERAL_FINGERS.get(int(code), ()) if code.isascii() and code.isdigit() and len(code) < 4 else ()


def _finger(code: str) -> Position:
    value = int(code) if code.isascii() and code.isdigit() and len(code) < 4 else 0
    return FINGERS[value] if value < len(FINGERS) else PLAIN_THUMBS.get(value, Position.UNKNOWN)


def _ppi(stated: Stated) -> tuple[float, float] | None:
    factor = {"1": 1.0, "2": CM_PER_INCH}.get(stated.unit)
    if factor is None or not stated.across:
        return None
    across = number(stated.across, "resolution", 1 << 17)
    return across * factor, (number(stated.down, "resolution", 1 << 17) if stated.down else across) * factor


def _boxes(stated: Stated) -> Iterator[tuple[Position, tuple[int, int, int, int]]]:
    """Fingers that are marked, each once, with boxes inside the picture."""
    size = number(stated.width, "width", MAX_SIDE_PX), number(stated.height, "height", MAX_SIDE_PX)
    for segment in stated.segments[:MAX_SEGMENTS]:
        sides = (segment.left, segment.top, segment.right, segment.bottom)
        left, top, right, bottom = (number(side, "segment", MAX_SIDE_PX, least=0) for side in sides)
        right, bottom = min(right + 1, size[0]), min(bottom + 1, size[1])
        require(left < right and top < bottom, f"segment {sides}", f"a box within {size[0]}×{size[1]}")
        yield _finger(segment.finger), (left, top, right, bottom)


def number(text: str, name: str, most: int, least: int = 1) -> int:
    """A whole number.

    Parameters
    ----------
    text, name : str
        As it stands in the record, and what it is.
    most, least : int
        Largest and smallest value.

    Returns
    -------
    int

    Raises
    ------
    FormatError
        No number, or out of range.
    """
    digits = text.strip().lstrip("0") or "0"
    good = text.strip().isascii() and text.strip().isdigit() and len(digits) < 10
    require(
        good and (least if name != "impression" else 0) <= int(digits) <= most,
        f"{name} {text[:20]!r}",
        f"{least}..{most}",
    )
    return int(digits)
