"""Images inside biometric records of all kinds that are read, in one form: modality, position, picture, resolution."""

import re
from dataclasses import replace

from biocapture.errors import FormatError
from biocapture.images.codecs.picture import raw_size
from biocapture.images.records.ansi_nist.reading import parts_of_transaction
from biocapture.images.records.ansi_nist.transaction import SIGNATURE
from biocapture.images.records.ansi_nist.xml import ROOT as PACKAGE
from biocapture.images.records.ansi_nist.xml import parts_of_package
from biocapture.images.records.cbeff import Bir, bir_of_tree, read_bir
from biocapture.images.records.iso19794_4 import IDENTIFIER as FINGER
from biocapture.images.records.iso19794_4 import iso_of_incits, read_finger_record
from biocapture.images.records.iso19794_5 import IDENTIFIER as FACE
from biocapture.images.records.iso19794_5 import read_face_record
from biocapture.images.records.iso19794_6 import IDENTIFIER as IRIS
from biocapture.images.records.iso19794_6 import read_iris_record
from biocapture.images.records.iso39794.reading import ROOTS, is_block, parts_of_block, parts_of_document
from biocapture.images.records.record_image import DamagedImage, RecordImage, RecordPart
from biocapture.images.records.xml_tree import xml_tree
from biocapture.types import Modality, Position

IDENTIFIERS = (FINGER, FACE, IRIS)
"""First bytes of the records of ISO/IEC 19794 that hold images."""

TRANSACTION = re.compile(SIGNATURE)

TEMPLATES = (b"FMR\0",)
"""First bytes of records that hold no pictures: finger minutiae."""


def parts_of_record(data: bytes) -> tuple[RecordPart, ...]:
    """Every picture of a record, in its order; what is damaged costs its own picture only.

    Parameters
    ----------
    data : bytes
        A record of ISO/IEC 19794-4, -5 or -6, CBEFF XML with such records inside, or a transaction of ANSI/NIST-ITL.

    Returns
    -------
    tuple of RecordImage or DamagedImage
        At least one.

    Raises
    ------
    FormatError
        No such record, or one that holds no picture (templates, exceptions).
    """
    parts = _parts_in_block(data)
    if parts is None and TRANSACTION.match(data):
        parts = parts_of_transaction(data)
    if parts is None:
        parts = _parts_in_xml(data)
    if not parts:
        raise FormatError("a record without a picture")
    return parts


def _parts_in_xml(data: bytes) -> tuple[RecordPart, ...]:
    root = xml_tree(data)
    if root.name == PACKAGE:
        return parts_of_package(root)
    if root.name in ROOTS:
        return parts_of_document(root)
    return tuple(part for leaf in bir_of_tree(root, lenient=True).leaves() for part in _parts_in_leaf(leaf))


def images_in_record(data: bytes) -> tuple[RecordImage, ...]:
    """All pictures of a record that is as its standard says, in its order.

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
        No such record, damaged anywhere, or one that holds no picture.
    """
    images = _images_as_stated(data, lenient=False)
    if images is None:
        placed = ((leaf, _images_as_stated(leaf.block, lenient=False) or ()) for leaf in read_bir(data).leaves())
        images = tuple(with_envelope_position(each, leaf.position) for leaf, found in placed for each in found)
    if not images:
        raise FormatError("a record without a picture")
    return images


def _parts_in_block(data: bytes) -> tuple[RecordPart, ...] | None:
    """Pictures of a data block of ISO/IEC 19794 or 39794; None for anything else."""
    return parts_of_block(data) if is_block(data) else _images_in_block(data)


def _images_in_block(data: bytes) -> tuple[RecordImage, ...] | None:
    """Images of an ISO/IEC 19794 image record; None for anything else. A wrong length is noted, not fatal."""
    try:
        return _images_as_stated(data, lenient=False)
    except FormatError:
        if data.startswith(FINGER) and (iso := iso_of_incits(data)):
            return _images_as_stated(iso, lenient=False)
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
                Modality.FINGERPRINT,
                each.position,
                each.picture,
                each.ppi,
                each.capture.quality,
                each.capture.time,
                impression=each.impression,
                fingers=each.fingers,
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
        parts = _parts_in_block(leaf.block)
    except FormatError as error:
        return (DamagedImage(error.message, *place),)
    if not parts:
        return (DamagedImage(f"a block that begins with {leaf.block[:8].hex(' ')}, expected a picture", *place),)
    notes = ("image.record_damaged",) if leaf.problems else ()
    return tuple(_in_envelope(part, leaf.position, notes) for part in parts)


def _in_envelope(part: RecordPart, position: Position, notes: tuple[str, ...]) -> RecordPart:
    if isinstance(part, DamagedImage):
        return part if position is Position.UNKNOWN else replace(part, position=position)
    placed = with_envelope_position(part, position)
    return replace(placed, notes=placed.notes + notes)


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
