"""Pictures inside biometric records of any kind we read, alike: what is shown, which finger or eye, what resolution."""

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
    """One picture of a record and what the record says of it.

    Attributes
    ----------
    position : Position
        Unknown for slaps, palms, and where the record does not say.
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
    """All pictures of a record, in its order; at least one.

    Raises
    ------
    FormatError
        No such record, damaged, or one that holds no picture (templates, exceptions, encrypted blocks).
    """
    found = _images_in_block(data)
    if found is None:
        found = tuple(each for leaf in read_bir(data).leaves() for each in _images_in_leaf(leaf))
    if not found:
        raise FormatError("a record without a picture")
    return found


def _images_in_block(data: bytes) -> tuple[RecordImage, ...] | None:
    """Pictures of an ISO/IEC 19794 image record; None for anything else."""
    if data.startswith(FINGER):
        prints = read_finger_record(data).images
        return tuple(
            RecordImage(Modality.FINGERPRINT, one.position, one.picture, one.ppi, one.capture.quality, one.capture.time)
            for one in prints
        )
    if data.startswith(FACE):
        faces = read_face_record(data).images
        return tuple(
            RecordImage(Modality.FACE, Position.FACE, one.picture, None, one.capture.quality, one.capture.time)
            for one in faces
        )
    if data.startswith(IRIS):
        eyes = read_iris_record(data).images
        return tuple(
            RecordImage(Modality.IRIS, one.position, one.picture, None, one.capture.quality, one.capture.time)
            for one in eyes
        )
    return None


def _images_in_leaf(leaf: Bir) -> tuple[RecordImage, ...]:
    found = _images_in_block(leaf.block) or ()
    return tuple(with_envelope_position(each, leaf.position) for each in found)


def with_envelope_position(depiction: RecordImage, position: Position) -> RecordImage:
    """The same with the position of its envelope, where that names one."""
    if position in (Position.UNKNOWN, depiction.position):
        return depiction
    return replace(depiction, position=position, in_conflict=depiction.position is not Position.UNKNOWN)
