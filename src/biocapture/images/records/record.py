"""Pictures inside biometric records of any kind we read, alike: what is shown, which finger or eye, what resolution."""

from dataclasses import dataclass, replace
from datetime import datetime

from biocapture.errors import FormatError
from biocapture.images.codecs.picture import Picture
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
class Depiction:
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
    picture: Picture
    ppi: tuple[float, float] | None = None
    quality: int | None = None
    captured: datetime | None = None
    in_conflict: bool = False


def depictions(data: bytes) -> tuple[Depiction, ...]:
    """All pictures of a record, in its order; at least one.

    Raises
    ------
    FormatError
        No such record, damaged, or one that holds no picture (templates, exceptions, encrypted blocks).
    """
    found = _of_block(data)
    if found is None:
        found = tuple(each for leaf in read_bir(data).leaves() for each in _of_leaf(leaf))
    if not found:
        raise FormatError("a record without a picture")
    return found


def _of_block(data: bytes) -> tuple[Depiction, ...] | None:
    """Pictures of an ISO/IEC 19794 image record; None for anything else."""
    if data.startswith(FINGER):
        prints = read_finger_record(data).images
        return tuple(
            Depiction(Modality.FINGERPRINT, one.position, one.picture, one.ppi, one.capture.quality, one.capture.time)
            for one in prints
        )
    if data.startswith(FACE):
        faces = read_face_record(data).images
        return tuple(
            Depiction(Modality.FACE, Position.FACE, one.picture, None, one.capture.quality, one.capture.time)
            for one in faces
        )
    if data.startswith(IRIS):
        eyes = read_iris_record(data).images
        return tuple(
            Depiction(Modality.IRIS, one.position, one.picture, None, one.capture.quality, one.capture.time)
            for one in eyes
        )
    return None


def _of_leaf(leaf: Bir) -> tuple[Depiction, ...]:
    found = _of_block(leaf.block) or ()
    return tuple(enveloped(each, leaf.position) for each in found)


def enveloped(depiction: Depiction, position: Position) -> Depiction:
    """The same with the position of its envelope, where that names one."""
    if position in (Position.UNKNOWN, depiction.position):
        return depiction
    return replace(depiction, position=position, in_conflict=depiction.position is not Position.UNKNOWN)
