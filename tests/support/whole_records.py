"""Records of a whole registration: ten fingers, two eyes and a face in CBEFF, as a registration client sends them."""

import numpy as np
from tests.support.pictures import COLOUR, GREY, picture

from biocapture.images.records.cbeff import Bir, subtype_of
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record
from biocapture.images.records.iso19794_5 import FaceImage, FaceImageRecord, write_face_record
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, write_iris_record
from biocapture.types import FINGERS, Position


def finger_block(code: int, pixels: np.ndarray = GREY) -> bytes:
    """A finger record of one picture, whose pixels differ from finger to finger."""
    shown = FingerImage(picture(np.roll(pixels, code, 0)), finger=code, impression=0)
    return write_finger_record(FingerImageRecord(2011, (shown,)))


FACE_BLOCK = write_face_record(FaceImageRecord(2011, (FaceImage(picture(COLOUR, "JPEG2000")),)))
EYE_BLOCKS = [write_iris_record(IrisImageRecord(2011, (IrisImage(picture(GREY), eye=eye),))) for eye in (1, 2)]


def leaves() -> list[Bir]:
    """Records of thirteen pictures."""
    prints = [Bir(block=finger_block(i), type=("Finger",), subtype=subtype_of(FINGERS[i])) for i in range(1, 11)]
    sides = (Position.RIGHT_EYE, Position.LEFT_EYE)
    eyes = [
        Bir(block=block, type=("Iris",), subtype=subtype_of(side))
        for block, side in zip(EYE_BLOCKS, sides, strict=True)
    ]
    return [*prints, *eyes, Bir(block=FACE_BLOCK, type=("Face",))]


def registration() -> bytes:
    """The whole registration."""
    return write_bir(Bir(tuple(leaves())))


POSITIONS = [*FINGERS[1:], Position.RIGHT_EYE, Position.LEFT_EYE, Position.FACE]
