"""Raw values that only OFIQ's own models give: sharpness, compression, expression, unified quality."""

import functools
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.errors import ModelError
from biocapture.face.alignment import AlignedFace, Rgb
from biocapture.face.features.sharpness import sharpness_features
from biocapture.face.landmarks import Points
from biocapture.models import checked_path, load

IMAGENET_NORMALISATION = np.array((0.485, 0.456, 0.406), np.float32), np.array((0.229, 0.224, 0.225), np.float32)
COMPRESSION_NORMALISATION = np.array((123.7, 116.3, 103.5), np.float32), np.array((58.4, 57.1, 57.4), np.float32)
"""Means and deviations of red, green and blue that the networks were trained with."""

COMPRESSION_SPAN = slice(184, 432)
EXPRESSION_WINDOW = slice(148, 488), slice(144, 472)
QUALITY_PX, QUALITY_WINDOW = 192, (slice(33, 145), slice(40, 152))
"""Rows and columns of the aligned frame that each network takes; the last after reduction to 192 pixels."""

PREDICT_SUM, PREDICT_RAW = 256, 1
"""Flags of OpenCV's boosted trees and forests: weighted votes, and votes themselves."""


def ofiq_outputs(pixels: Rgb, points: Points, aligned: AlignedFace) -> dict[str, float]:
    """Raw values by OFIQ's name of the measure.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    points : (98, 2) int64
        Landmarks in it.
    aligned : AlignedFace

    Returns
    -------
    dict
        Name → raw value; NaN where it cannot be assessed.

    Raises
    ------
    ModelError
        A model of the package is missing or damaged.
    """
    return {
        "Sharpness": sharpness(pixels, points),
        "CompressionArtifacts": compression(aligned),
        "ExpressionNeutrality": expression(aligned),
        "UnifiedQualityScore": unified_quality(aligned),
    }


def sharpness(pixels: Rgb, points: Points) -> float:
    """Sharpness: number of trees less the votes of the forest on the 26 features.

    The number of trees is the criterion that OpenCV gives a forest it has read, 50, as in OFIQ.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB, not aligned.
    points : (98, 2) int64
        Landmarks in it.

    Returns
    -------
    float
        NaN where no part of the face is in the picture.
    """
    features = sharpness_features(pixels, points)
    if features is None:
        return float("nan")
    forest = _trees("ofiq_sharpness", cv2.ml.RTrees.load)
    votes = float(forest.predict(features[None], flags=PREDICT_RAW)[1].ravel()[0])
    return forest.getTermCriteria()[1] - votes


def compression(aligned: AlignedFace) -> float:
    """Structural similarity to the picture before its compression, as a network predicts it.

    Parameters
    ----------
    aligned : AlignedFace

    Returns
    -------
    float
        About 0..1; higher is better.
    """
    mean, deviation = COMPRESSION_NORMALISATION
    crop = (aligned.pixels[COMPRESSION_SPAN, COMPRESSION_SPAN].astype(np.float32) - mean) / deviation
    return float(load("ofiq_compression")(crop.transpose(2, 0, 1)[None]).ravel()[0])


def expression(aligned: AlignedFace) -> float:
    """Neutrality of the expression: sum of the boosted trees on the embeddings of two networks.

    Parameters
    ----------
    aligned : AlignedFace

    Returns
    -------
    float
        Higher is more neutral.
    """
    mean, deviation = IMAGENET_NORMALISATION
    crop = (aligned.pixels[EXPRESSION_WINDOW].astype(np.float32) / np.float32(255) - mean) / deviation
    embeddings = [
        _embedding(crop, name, side) for name, side in (("ofiq_expression_b0", 224), ("ofiq_expression_b2", 260))
    ]
    row = np.concatenate(embeddings)[None]
    return float(_trees("ofiq_expression", cv2.ml.Boost.load).predict(row, flags=PREDICT_SUM)[1].ravel()[0])


def unified_quality(aligned: AlignedFace) -> float:
    """Unified quality score: magnitude of the embedding of MagFace.

    Parameters
    ----------
    aligned : AlignedFace

    Returns
    -------
    float
        Higher is better.
    """
    small = cv2.resize(aligned.pixels, (QUALITY_PX, QUALITY_PX), interpolation=cv2.INTER_LINEAR)[QUALITY_WINDOW]
    network = small[..., ::-1].astype(np.float32) / np.float32(255)  # blue first, unlike the other networks
    return float(load("ofiq_quality")(network.transpose(2, 0, 1)[None]).ravel()[0])


def _embedding(crop: NDArray[np.float32], name: str, side: int) -> NDArray[np.float32]:
    resized = cv2.resize(crop, (side, side), interpolation=cv2.INTER_LINEAR)
    return load(name)(resized.transpose(2, 0, 1)[None]).ravel()


@functools.cache
def _trees(name: str, read: Callable[[str], Any]) -> Any:
    path = checked_path(name)
    try:
        trees = read(str(path))
    except cv2.error as error:
        raise ModelError(f"OpenCV cannot load it: {error}", str(path)) from error
    if trees is None or not trees.isTrained():
        raise ModelError("not a trained OpenCV model", str(path))
    return trees
