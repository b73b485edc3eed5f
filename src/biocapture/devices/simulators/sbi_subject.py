"""The capture subject of a simulated device, synthetic: ISO/IEC 19794 records and preview frames."""

import io
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.records.iso19794_1 import Capture, QualityBlock
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record
from biocapture.images.records.iso19794_5 import FaceImage, FaceImageRecord, write_face_record
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, write_iris_record
from biocapture.synthetic.script import Act
from biocapture.synthetic.stream import scene
from biocapture.types import Modality, Position

SHAPES = {Modality.FINGERPRINT: (560, 416), Modality.IRIS: (480, 640), Modality.FACE: (800, 600)}
"""Rows and columns of captures."""

PREVIEW_ROWS = 360
IMAGE_KIND_VGA = 2
"""Kind of iris image (ISO/IEC 19794-6:2011)."""

SUBJECTS = 1_000_000
EXCEPTION_PHOTO = 104_729
"""Added to the subject's number for a picture that is not the portrait."""


@dataclass(frozen=True, slots=True)
class SyntheticSubject:
    """One synthetic capture subject, by number."""

    seed: int

    def pixels(self, modality: Modality, position: Position) -> NDArray[np.uint8]:
        """A good capture. A finger takes half a second to draw and is cached.

        Parameters
        ----------
        modality : Modality
        position : Position

        Returns
        -------
        (H, W) or (H, W, 3) uint8
            Grey, of faces RGB.
        """
        return scene(modality, position, Act.GOOD, self.seed, SHAPES[modality])

    def record(self, modality: Modality, position: Position, quality: int) -> bytes:
        """An ISO/IEC 19794 record of edition 2011, captured now, its picture in lossless JPEG 2000.

        Parameters
        ----------
        modality : Modality
        position : Position
        quality : int
            Quality score in the record, 0..100.

        Returns
        -------
        bytes
        """
        pixels = self.pixels(modality, position)
        now = datetime.now(UTC)
        taken = Capture(now.replace(microsecond=now.microsecond // 1000 * 1000), qualities=(QualityBlock(quality),))
        rows, columns = pixels.shape[:2]
        channels = 3 if pixels.ndim == 3 else 1
        picture = StoredPicture(Encoding.JPEG2000_LOSSLESS, _jpeg2000(pixels), columns, rows, 8, channels)
        if modality is Modality.FINGERPRINT:
            finger = FingerImage(picture, position.finger_code, impression=0, capture=taken)
            return write_finger_record(FingerImageRecord(2011, (finger,)))
        if modality is Modality.FACE:
            return write_face_record(FaceImageRecord(2011, (FaceImage(picture, capture=taken),)))
        eye = IrisImage(picture, 2 if position is Position.LEFT_EYE else 1, kind=IMAGE_KIND_VGA, capture=taken)
        return write_iris_record(IrisImageRecord(2011, (eye,)))

    def frame(self, modality: Modality, position: Position, text: str, number: int) -> bytes:
        """A frame of the preview; it moves by a few pixels from one to the next.

        Parameters
        ----------
        modality : Modality
        position : Position
        text : str
            Written over it.
        number : int
            Of the frame.

        Returns
        -------
        bytes
            JPEG.
        """
        pixels = self.pixels(modality, position)
        scale = PREVIEW_ROWS / pixels.shape[0]
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        moved = np.roll(small, (number % 5 - 2, number % 3 - 1), axis=(0, 1))
        shown = cv2.cvtColor(moved, cv2.COLOR_RGB2BGR) if moved.ndim == 3 else cv2.cvtColor(moved, cv2.COLOR_GRAY2BGR)
        cv2.putText(shown, text, (8, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 140, 0), 2, cv2.LINE_AA)
        return cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def subject_of_profile(profile: str, capture: int) -> SyntheticSubject:
    """The subject of a profile.

    Parameters
    ----------
    profile : str
        ``Default``; ``Automatic``: another subject for each capture; any other name stands for one subject.
    capture : int
        Number of the capture.

    Returns
    -------
    SyntheticSubject
    """
    if profile.lower() == "automatic":
        return SyntheticSubject(1 + capture % SUBJECTS)
    return SyntheticSubject(1 if profile.lower() in ("", "default") else 1 + zlib.crc32(profile.encode()) % SUBJECTS)


def _jpeg2000(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image as Pillow

    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, "JPEG2000", irreversible=False)
    return buffer.getvalue()
