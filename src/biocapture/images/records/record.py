"""Images inside biometric records of all kinds that are read, in one form: modality, position, picture, resolution."""

from dataclasses import dataclass, replace
from datetime import datetime

from biocapture.errors import FormatError
from biocapture.images.codecs.picture import StoredPicture
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
    """

    modality: Modality
    position: Position
    picture: StoredPicture
    ppi: tuple[float, float] | None = None
    quality: int | None = None
    captured: datetime | None = None
    in_conflict: bool = False


def images_in_record(data: bytes) -> tuple[RecordImage, ...]:
    """All images of a record, in its order.

    Parameters
    ----------
    data : bytes
        A record of ISO/IEC 19794-4, -5 or -6, or CBEFF XML with such records inside.

    Returns
    -------
    tuple of RecordImage
        At least one.

    Raises
    ------
    FormatError
        No such record, damaged, or one that holds no picture (templates, exceptions, encrypted blocks).
    """
    images = _images_in_block(data)
    if images is None:
        images = tuple(each for leaf in read_bir(data).leaves() for each in _images_in_leaf(leaf))
    if not images:
        raise FormatError("a record without a picture")
    return images


def _images_in_block(data: bytes) -> tuple[RecordImage, ...] | None:
    """Images of an ISO/IEC 19794 image record; None for anything else."""
    if data.startswith(FINGER):
        prints = read_finger_record(data).images
        return tuple(
            RecordImage(
                Modality.FINGERPRINT, each.position, each.picture, each.ppi, each.capture.quality, each.capture.time
            )
            for each in prints
        )
    if data.startswith(FACE):
        faces = read_face_record(data).images
        return tuple(
            RecordImage(Modality.FACE, Position.FACE, each.picture, None, each.capture.quality, each.capture.time)
            for each in faces
        )
    if data.startswith(IRIS):
        eyes = read_iris_record(data).images
        return tuple(
            RecordImage(Modality.IRIS, each.position, each.picture, None, each.capture.quality, each.capture.time)
            for each in eyes
        )
    return None


def _images_in_leaf(leaf: Bir) -> tuple[RecordImage, ...]:
    images = _images_in_block(leaf.block) or ()
    return tuple(with_envelope_position(each, leaf.position) for each in images)


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
        Marked ``in_conflict`` where its own record names another position.
    """
    if position in (Position.UNKNOWN, image.position):
        return image
    return replace(image, position=position, in_conflict=image.position is not Position.UNKNOWN)
