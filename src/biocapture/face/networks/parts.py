"""Person, background and what covers the face, by our network (models/face_parsing)."""

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
"""Log-odds from which a pixel counts as person, and as something before the face. The first is below one half, so that
the edge of the hair does not count as background."""

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
    """Parsing and occlusion maps of a face, in OFIQ's form.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    similarity : (2, 3) float64
        From the picture to the aligned frame.

    Returns
    -------
    FaceMaps
    """
    person, cover, _ = network_logits(pixels, similarity)
    person = cv2.resize(person, (PARSING_PX, PARSING_PX), interpolation=cv2.INTER_LINEAR)
    classes = np.where(person > MIN_PERSON_LOGIT, FacePart.SKIN, FacePart.BACKGROUND).astype(np.uint8)
    scale = PARSING_WINDOW_PX / SIDE_PX
    start = OCCLUSION_SPAN.start
    step = (OCCLUSION_SPAN.stop - start) / OCCLUSION_PX / scale
    # from pixels of the occlusion map to pixels of the network, centre to centre
    place = np.array([(step, 0, (start - PARSING_WINDOW[1].start) / scale), (0, step, start / scale)])
    place[:, 2] += step / 2 - 0.5
    covered = cv2.warpAffine(
        cover, place, (OCCLUSION_PX, OCCLUSION_PX), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=1
    )
    return FaceMaps(classes, (covered < MIN_COVER_LOGIT).astype(np.uint8))


def network_logits(pixels: Rgb, similarity: NDArray[np.float64]) -> NDArray[np.float32]:
    """Run the parsing network on a face.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    similarity : (2, 3) float64
        From the picture to the aligned frame.

    Returns
    -------
    (3, 100, 100) float32
        Log-odds of person, cover and glasses in the part of the frame that is parsed.
    """
    crop = warp_crop(pixels, network_transform(similarity), (SIDE_PX, SIDE_PX), cv2.BORDER_CONSTANT)
    return load(MODEL)(crop.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255))[0]


def network_transform(similarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Transform from the picture to the network's input.

    Parameters
    ----------
    similarity : (2, 3) float64
        From the picture to the aligned frame.

    Returns
    -------
    (2, 3) float64
    """
    matrix = similarity.copy()
    matrix[:, 2] -= PARSING_WINDOW[1].start, PARSING_WINDOW[0].start
    return matrix * (SIDE_PX / PARSING_WINDOW_PX)
