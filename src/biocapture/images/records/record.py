"""Images inside biometric records of all kinds that are read, in one form: modality, position, picture, resolution."""

from dataclasses import dataclass, replace
from datetime import datetime

from biocapture.errors import FormatError
from biocapture.images.codecs.picture import StoredPicture, raw_size
from biocapture.images.records.cbeff import Bir, read_bir
from biocapture.images.records.iso19794_4 import IDENTIFIER as FINGER
from biocapture.images.records.iso19794_4 import read_finger_record
from biocapture.images.records.iso19794_5 import IDENTIFIER as FACE
from biocapture.images.records.iso19794_5 import read_face_record
from biocapture.images.records.iso19794_6 import IDENTIFIER as IRIS
from biocapture.images.records.iso19794_6 import read_iris_record
from biocapture.types import Modality, Position

IDENTIFIERS = (FINGER, FACE, IRIS)
"""First bytes of the records of ISO/IEC 19794 that hold images."""

TEMPLATES = (b"FMR\0",)
"""First bytes of records that hold no pictures: finger minutiae."""


@dataclass(frozen=True, slots=True)
class RecordImage:
    """One image of a record and what the record says of it.

    Attributes
    ----------
    modality : Modality
    position : Position
        Unknown for slaps, palms, and where the record does not say.
    picture : StoredPicture
        Not decoded yet.
    ppi : (float, float) or None
        Pixels per inch across and down; finger records only.
    quality : int or None
        0..100, higher is better; as judged by the sender.
    captured : datetime or None
    in_conflict : bool
        Envelope and data block name different positions; that of the envelope is given.
    notes : tuple of str
        Reason keys: what is wrong with the record around a picture that can be read.
    """

    modality: Modality
    position: Position
    picture: StoredPicture
    ppi: tuple[float, float] | None = None
    quality: int | None = None
    captured: datetime | None = None
    in_conflict: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DamagedImage:
    """A place of a record at which a picture should be and cannot be read.

    Attributes
    ----------
    error : str
        Why not.
    modality : Modality or None
    position : Position
        As far as the record says.
    """

    error: str
    modality: Modality | None = None
    position: Position = Position.UNKNOWN


RecordPart = RecordImage | DamagedImage


def parts_of_record(data: bytes) -> tuple[RecordPart, ...]:
    """Every picture of a record, in its order; what is damaged costs its own picture only.

    Parameters
    ----------
    data : bytes
        A record of ISO/IEC 19794-4, -5 or -6, or CBEFF XML with such records inside.

    Returns
    -------
    tuple of RecordImage or DamagedImage
        At least one.

    Raises
    ------
    FormatError
        No such record, or one that holds no picture (templates, exceptions).
    """
    parts: tuple[RecordPart, ...] | None = _images_in_block(data)
    if parts is None:
        parts = tuple(part for leaf in read_bir(data, lenient=True).leaves() for part in _parts_in_leaf(leaf))
    if not parts:
        raise FormatError("a record without a picture")
    return parts


def images_in_record(data: bytes) -> tuple[RecordImage, ...]:
    """All pictures of a record that is as its standard says, in its order.

    Parameters
    ----------
    data : bytes
        As :func:`parts_of_record`.

    Returns
    -------
    tuple of RecordImage
        At least one.

    Raises
    ------
    FormatError
        No such record, damaged anywhere, or one that holds no picture.
    """
    images = _images_as_stated(data, lenient=False)
    if images is None:
        placed = ((leaf, _images_as_stated(leaf.block, lenient=False) or ()) for leaf in read_bir(data).leaves())
        images = tuple(with_envelope_position(each, leaf.position) for leaf, found in placed for each in found)
    if not images:
        raise FormatError("a record without a picture")
    return images


def _images_in_block(data: bytes) -> tuple[RecordImage, ...] | None:
    """Images of an ISO/IEC 19794 image record; None for anything else. A wrong length is noted, not fatal."""
    try:
        return _images_as_stated(data, lenient=False)
    except FormatError:
        images = _images_as_stated(data, lenient=True)
        return images and tuple(_of_wrong_length(image) for image in images)


def _of_wrong_length(image: RecordImage) -> RecordImage:
    """The image with a note, and without what may stand behind its raw pixels."""
    picture = image.picture
    if picture.encoding.is_raw:
        picture = replace(picture, data=picture.data[: raw_size(picture)])
    return replace(image, picture=picture, notes=("image.record_length",))


def _images_as_stated(data: bytes, lenient: bool) -> tuple[RecordImage, ...] | None:
    if data.startswith(FINGER):
        prints = read_finger_record(data, lenient).images
        return tuple(
            RecordImage(
                Modality.FINGERPRINT, each.position, each.picture, each.ppi, each.capture.quality, each.capture.time
            )
            for each in prints
        )
    if data.startswith(FACE):
        faces = read_face_record(data, lenient).images
        return tuple(
            RecordImage(Modality.FACE, Position.FACE, each.picture, None, each.capture.quality, each.capture.time)
            for each in faces
        )
    if data.startswith(IRIS):
        eyes = read_iris_record(data, lenient).images
        return tuple(
            RecordImage(Modality.IRIS, each.position, each.picture, None, each.capture.quality, each.capture.time)
            for each in eyes
        )
    return None


def _parts_in_leaf(leaf: Bir) -> tuple[RecordPart, ...]:
    """Pictures of a block; templates are none. A block that should hold one and does not is damaged."""
    place = (leaf.modality, leaf.position)
    block_problem = next((problem for problem in leaf.problems if problem.startswith("BDB")), "")
    if block_problem:
        return (DamagedImage(block_problem, *place),)
    if not leaf.block or leaf.block.startswith(TEMPLATES):
        return ()
    try:
        images = _images_in_block(leaf.block)
    except FormatError as error:
        return (DamagedImage(error.message, *place),)
    if images is None:
        return (DamagedImage(f"a block that begins with {leaf.block[:8].hex(' ')}, expected a picture", *place),)
    notes = ("image.record_damaged",) if leaf.problems else ()
    placed = (with_envelope_position(each, leaf.position) for each in images)
    return tuple(replace(each, notes=each.notes + notes) for each in placed)


def with_envelope_position(image: RecordImage, position: Position) -> RecordImage:
    """The same image with the position that its envelope names.

    Parameters
    ----------
    image : RecordImage
    position : Position
        ``UNKNOWN`` changes nothing.

    Returns
    -------
    RecordImage
        Marked ``in_conflict`` where its own record names another position; one of another modality is not taken over.
    """
    if position in (Position.UNKNOWN, image.position):
        return image
    if position.modality is not image.modality:
        return replace(image, in_conflict=True)
    return replace(image, position=position, in_conflict=image.position is not Position.UNKNOWN)
