"""Who is in the picture and what covers the face: our network (models/face_parsing)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb
from biocapture.face.features.occlusion import OCCLUSION_SPAN
from biocapture.face.features.parsing import PARSING_WINDOW, PARSING_WINDOW_PX, FacePart
from biocapture.face.inputs import OCCLUSION_PX, PARSING_PX
from biocapture.face.networks.reduction import warp_crop
from biocapture.models import load

MODEL = "face_parsing"
SIDE_PX = 100

MIN_PERSON_LOGIT, MIN_COVER_LOGIT = -1.0, 0.0
"""Log-odds from which a pixel counts. Person below one half: hair's edge must not count as background."""

DISTINGUISHED = frozenset({FacePart.BACKGROUND, FacePart.SKIN})
"""The classes that the network gives; everything of a person is called skin. Its third channel, glasses, is not used:
it takes shaded eyes for them."""


@dataclass(frozen=True, slots=True)
class FaceMaps:
    """Maps in OFIQ's form.

    Attributes
    ----------
    parsing : (400, 400) uint8
    visible : (224, 224) uint8
    """

    parsing: NDArray[np.uint8]
    visible: NDArray[np.uint8]


def parse_face(pixels: Rgb, similarity: NDArray[np.float64]) -> FaceMaps:
    """Parse the face that ``similarity`` brings to the aligned frame."""
    person, cover, _ = network_logits(pixels, similarity)
    wide = (PARSING_PX, PARSING_PX)
    person = cv2.resize(person, wide, interpolation=cv2.INTER_LINEAR)
    classes = np.where(person > MIN_PERSON_LOGIT, FacePart.SKIN, FacePart.BACKGROUND).astype(np.uint8)
    scale = PARSING_WINDOW_PX / SIDE_PX
    start = OCCLUSION_SPAN.start
    step = (OCCLUSION_SPAN.stop - start) / OCCLUSION_PX / scale
    place = np.array([(step, 0, (start - PARSING_WINDOW[1].start) / scale), (0, step, start / scale)])
    place[:, 2] += step / 2 - 0.5
    covered = cv2.warpAffine(
        cover, place, (OCCLUSION_PX, OCCLUSION_PX), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=1
    )
    return FaceMaps(classes, (covered < MIN_COVER_LOGIT).astype(np.uint8))


def network_logits(pixels: Rgb, similarity: NDArray[np.float64]) -> NDArray[np.float32]:
    """(3, 100, 100) log-odds of person, cover and glasses of the part of the frame that is parsed."""
    crop = warp_crop(pixels, network_transform(similarity), (SIDE_PX, SIDE_PX), cv2.BORDER_CONSTANT)
    return load(MODEL)(crop.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255))[0]


def network_transform(similarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) from the picture to the network's input, where ``similarity`` brings it to the aligned frame."""
    matrix = similarity.copy()
    matrix[:, 2] -= PARSING_WINDOW[1].start, PARSING_WINDOW[0].start
    return matrix * (SIDE_PX / PARSING_WINDOW_PX)
