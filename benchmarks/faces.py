"""Every stage of describing a face. The picture shows none: networks and measures take as long on shapes and noise."""

import functools
import io
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from benchmarks.case import Case, Work, name_of
from benchmarks.images import Setting
from biocapture.decode import decode
from biocapture.face import default, detail, detection, landmark_network, parts, recapture, reduction
from biocapture.face.alignment import SIDE_PX, align, similarity
from biocapture.face.describe import describe_inputs
from biocapture.face.inputs import Inputs
from biocapture.face.landmarks import whole
from biocapture.face.pose import mean_face, pose
from biocapture.face.region import face_region
from biocapture.face.statistics import FaceBatch
from biocapture.models import is_present
from biocapture.types import Modality

SHAPE, EYES_PX = (1600, 1200), 300.0
LIVE = (720, 1280)
"""Rows and columns of a photograph and of a frame of the live loop."""


@functools.cache
def picture(shape: tuple[int, int] = SHAPE) -> NDArray[np.uint8]:
    """Smooth shapes in skin colours with noise."""
    rng = np.random.default_rng(4)
    coarse = rng.integers(60, 230, (9, 7, 3)).astype(np.uint8)
    smooth = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC).astype(np.int16)
    return np.clip(smooth + rng.normal(0, 4, smooth.shape), 0, 255).astype(np.uint8)


@functools.cache
def inputs() -> Inputs:
    """The mean face in the middle of the picture, with parsing and occlusion from the network."""
    places = mean_face()[:, :2] * EYES_PX + (SHAPE[1] / 2, SHAPE[0] / 2)
    plain = Inputs(whole(places), np.array([4e5]), 0.0, 0.0, 0.0, score=0.9, unrest=0.01)
    return default.with_parts(picture(), plain)


def described() -> FaceBatch:
    """One measured picture."""
    return describe_inputs(picture(), inputs())


def found(shape: tuple[int, int] = SHAPE) -> detection.Found:
    """A face as large as half of the picture's height."""
    return detection.Found(0.9, np.array((shape[1] / 2, shape[0] / 2)), np.array((0.0, shape[0] / 3)))


def _stages() -> dict[str, Callable[[], object]]:
    pixels, given = picture(), inputs()
    assert given.points is not None
    aligned, matrix = align(pixels, given.points), similarity(given.points)
    assert aligned is not None
    assert matrix is not None
    region = face_region(aligned.points, (SIDE_PX, SIDE_PX))
    file = io.BytesIO()
    Pillow.fromarray(pixels).save(file, "JPEG", quality=92)
    live = np.ascontiguousarray(picture(LIVE))
    return {
        name_of(decode, "jpeg", "1200x1600"): lambda: decode(file.getvalue(), modality=Modality.FACE),
        name_of(reduction.letterboxed): lambda: reduction.letterboxed(pixels, detection.SIDE_PX),
        name_of(landmark_network.landmarks): lambda: landmark_network.landmarks(pixels, found()),
        name_of(pose): lambda: pose(given.points.astype(np.float64)),
        name_of(parts.parts): lambda: parts.parts(pixels, matrix),
        name_of(align): lambda: align(pixels, given.points),
        name_of(detail.blur_px): lambda: detail.blur_px(aligned, region),
        name_of(recapture.traces): lambda: recapture.traces(pixels, given.points),
        name_of(describe_inputs): described,
        name_of(default.with_landmarks, images="1280x720"): lambda: default.with_landmarks(live, [found(LIVE)]),
    }


def cases() -> Iterator[Case]:
    """Every stage; those of the detector where it is present."""
    for name in _stages():
        yield Case(name, functools.partial(_stage, name=name))
    if is_present(detection.MODEL):
        for shape in (SHAPE, LIVE):
            name = name_of(detection.faces, images=f"{shape[1]}x{shape[0]}")
            yield Case(name, functools.partial(_detection, shape=shape))


def _stage(setting: Setting, name: str) -> Work:
    return Work(_stages()[name])


def _detection(setting: Setting, shape: tuple[int, int]) -> Work:
    pixels = np.ascontiguousarray(picture(shape))
    return Work(lambda: detection.faces(pixels))
