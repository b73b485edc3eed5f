"""Every stage of finding and describing a face, over a drawn portrait, which may have any size."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.suite.case import Case, Work, name_of, over
from benchmarks.suite.images import Setting, sample_face
from biocapture.assessment.modalities import package
from biocapture.face import alignment, inputs, proportion
from biocapture.face.alignment import FRAME
from biocapture.face.describe import describe, describe_inputs, region_luminance
from biocapture.face.features import (
    background,
    cheeks,
    colour,
    detail,
    eyes,
    geometry,
    head,
    lenses,
    light,
    luminance,
    occlusion,
    parsing,
    recapture,
    region,
    skin,
)
from biocapture.face.networks import backend, detection, landmarks, parts, reduction
from biocapture.face.networks.pose import estimate_pose
from biocapture.types import Modality, Sample

LIVE = (720, 1280)
"""Rows and columns of a frame of the live loop."""


@dataclass(frozen=True, slots=True)
class Stages:
    """One portrait and every intermediate result that some stage takes."""

    sample: Sample
    pixels: alignment.Rgb
    found: detection.DetectedFace
    seen: landmarks.LocatedLandmarks
    inputs: inputs.Inputs
    points: NDArray[np.int64]
    matrix: NDArray[np.float64]
    aligned: alignment.AlignedFace
    region: region.Region
    grey: NDArray[np.uint8]
    patches: Any
    boxes: Any
    view: background.BackgroundCrop
    cheek_grey: float


@functools.cache
def stages_of(shape: tuple[int, int] = (1200, 1200)) -> Stages:
    """Run the straight line once and keep what lies along it."""
    sample = sample_face(shape)
    pixels = sample.image.pixels
    found = detection.detect_faces(pixels)[0]
    given = backend.find_inputs(pixels)
    assert given.points is not None
    assert given.parsing is not None
    matrix, aligned = alignment.similarity_transform(given.points), alignment.align(pixels, given.points)
    assert matrix is not None
    assert aligned is not None
    oval = region.face_region(aligned.points, FRAME)
    grey, patches = region_luminance(aligned.pixels, oval), cheeks.cheek_patches(aligned.points, FRAME)
    return Stages(
        sample=sample,
        pixels=pixels,
        found=found,
        seen=landmarks.locate_landmarks(pixels, found),
        inputs=given,
        points=given.points,
        matrix=matrix,
        aligned=aligned,
        region=oval,
        grey=grey,
        patches=patches,
        boxes=occlusion.eye_boxes(aligned.points, given.yaw_deg),
        view=background.crop_background(aligned, pixels.shape[:2], given.parsing),
        cheek_grey=skin.skin_statistics(aligned, oval, grey, patches).cheek_grey,
    )


def _visible(s: Stages) -> NDArray[np.uint8]:
    assert s.inputs.visible is not None
    return occlusion.visible_mask(s.inputs.visible)


def _parts(s: Stages) -> NDArray[np.uint8]:
    assert s.inputs.parsing is not None
    return parsing.parts_in_frame(s.inputs.parsing)


Arguments = Callable[[Stages], tuple[Any, ...]]

LINE: tuple[tuple[Callable[..., object], Arguments], ...] = (
    (inputs.rgb_picture, lambda s: (s.pixels,)),
    (detection.detect_faces, lambda s: (s.pixels,)),
    (backend.inputs_from_faces, lambda s: (s.pixels, [s.found])),
    (parts.parse_face, lambda s: (s.pixels, s.matrix)),
    (geometry.geometry_statistics, lambda s: (s.points, s.pixels.shape[:2], s.inputs.yaw_deg)),
    (recapture.recapture_statistics, lambda s: (s.pixels, s.points)),
    (geometry.mouth_opening, lambda s: (s.points,)),
    (proportion.stretch, lambda s: (s.points,)),
    (alignment.align, lambda s: (s.pixels, s.points)),
    (region.face_region, lambda s: (s.aligned.points, FRAME)),
    (occlusion.visible_mask, lambda s: (s.inputs.visible,)),
    (parsing.parts_in_frame, lambda s: (s.inputs.parsing,)),
    (cheeks.cheek_patches, lambda s: (s.aligned.points, FRAME)),
    (occlusion.eye_boxes, lambda s: (s.aligned.points, s.inputs.yaw_deg)),
    (region_luminance, lambda s: (s.aligned.pixels, s.region)),
    (light.light_statistics, lambda s: (s.grey, s.region, _visible(s), s.patches)),
    (occlusion.occlusion_statistics, lambda s: (s.aligned, s.region, _visible(s), s.boxes)),
    (skin.skin_statistics, lambda s: (s.aligned, s.region, s.grey, s.patches)),
    (eyes.eye_statistics, lambda s: (s.aligned, s.boxes, _parts(s), s.cheek_grey)),
    (lenses.lens_statistics, lambda s: (s.aligned, s.patches, 1.0)),
    (detail.blur_px, lambda s: (s.aligned, s.region)),
    (geometry.eye_opening, lambda s: (s.aligned.points,)),
    (colour.colour_variety, lambda s: (s.aligned.pixels,)),
    (head.cut_at_top, lambda s: (s.inputs.parsing, s.aligned.matrix, s.points)),
    (colour.colour_distance, lambda s: (s.aligned.pixels, s.region, s.patches)),
    (background.crop_background, lambda s: (s.aligned, s.pixels.shape[:2], s.inputs.parsing)),
    (background.background_statistics, lambda s: (s.view,)),
    (parsing.head_covering, lambda s: (s.inputs.parsing,)),
)
"""The straight line: finding, then measuring. These add up to ``describe``, less the making of the batch."""

PARTS: tuple[tuple[Callable[..., object], Arguments], ...] = (
    (reduction.letterbox, lambda s: (s.pixels, detection.SIDE_PX)),
    (landmarks.locate_landmarks, lambda s: (s.pixels, s.found)),
    (estimate_pose, lambda s: (s.seen.places,)),
    (luminance.luminance, lambda s: (s.aligned.pixels,)),
    (describe_inputs, lambda s: (s.pixels, s.inputs)),
    (describe, lambda s: (s.sample,)),
)
"""Parts of stages, and what stages add up to."""


def cases() -> Iterator[Case]:
    """Every stage; what the live loop needs of a frame once more at its size."""
    for function, arguments in LINE + PARTS:
        yield Case(name_of(function, images="portrait"), partial(_stage, function=function, arguments=arguments))
    for function, arguments in LINE[1:3]:
        prepare = partial(_stage, function=function, arguments=arguments, shape=LIVE)
        yield Case(name_of(function, images=f"{LIVE[1]}x{LIVE[0]}"), prepare)


def _stage(
    setting: Setting, function: Callable[..., object], arguments: Arguments, shape: tuple[int, int] = (1200, 1200)
) -> Work:
    package(Modality.FACE)  # tunes the allocator, as every user of the library has it
    return over(function, [arguments(stages_of(shape))])
