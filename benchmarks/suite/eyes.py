"""Every stage of describing an eye, and the whole of it, over eyes of the sample data that can be measured."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.suite.case import Case, Work, name_of, over
from benchmarks.suite.images import Setting, sample_eyes
from biocapture.assessment.modalities import package
from biocapture.iris.describe import columns_of, describe
from biocapture.iris.failure_reason import failure_reason
from biocapture.iris.features import (
    contrast,
    cover,
    focus,
    geometry,
    half_turn,
    interlace,
    iris_code,
    lens_edge,
    noise,
    printed_lens,
    resolution,
    rubber_sheet,
    texture,
)
from biocapture.iris.outline import Outline
from biocapture.iris.segmentation import candidates, reduction, segment
from biocapture.types import GreyPixels, Modality, Sample


@dataclass(frozen=True, slots=True)
class Stages:
    """One eye and every intermediate result that some stage takes."""

    sample: Sample
    pixels: GreyPixels
    small: reduction.Reduction
    outline: Outline
    strip: rubber_sheet.Strip
    code: iris_code.IrisCode
    sclera_grey: float


@functools.lru_cache(maxsize=16)
def stages_of(sample_id: str) -> Stages:
    """:func:`through` of one of the samples."""
    return next(through(sample) for sample in sample_eyes() if sample.id == sample_id)


def through(sample: Sample) -> Stages:
    """Run the straight line once and keep what lies along it."""
    pixels = sample.image.pixels
    outline = segment.segment(pixels)
    assert isinstance(outline, Outline), f"{sample.id}: no eye"
    sclera_grey = contrast.contrast(pixels, outline).sclera_grey
    small = reduction.reduce_image(pixels)
    unrolled = rubber_sheet.unwrap(pixels, outline)
    return Stages(sample, pixels, small, outline, unrolled, iris_code.iris_code(unrolled), sclera_grey)


def _place(outline: Outline) -> tuple[float, float, float]:
    """Centre and radius of the iris."""
    return outline.limbus.row_px, outline.limbus.column_px, outline.limbus.radius_px


Arguments = Callable[[Stages], tuple[Any, ...]]

LINE: tuple[tuple[Callable[..., object], Arguments], ...] = (
    (segment.segment, lambda s: (s.pixels,)),
    (rubber_sheet.unwrap, lambda s: (s.pixels, s.outline)),
    (iris_code.iris_code, lambda s: (s.strip,)),
    (iris_code.usable_bits, lambda s: (s.code,)),
    (geometry.geometry, lambda s: (s.outline, s.pixels.shape)),
    (contrast.contrast, lambda s: (s.pixels, s.outline)),
    (cover.cover, lambda s: (s.pixels, s.outline, s.strip, s.sclera_grey)),
    (focus.edge_blur, lambda s: (s.pixels, s.outline)),
    (resolution.resolution, lambda s: (s.pixels, s.outline)),
    (half_turn.turns, lambda s: (s.pixels, *_place(s.outline))),
    (interlace.field_shift, lambda s: (s.pixels, s.outline)),
    (texture.texture, lambda s: (s.strip,)),
    (noise.pupil_noise, lambda s: (s.pixels, s.outline)),
    (lens_edge.lens_edge, lambda s: (s.pixels, s.outline)),
    (printed_lens.lattice_peak_db, lambda s: (s.pixels, s.outline)),
)
"""The straight line of ``describe``: these add up to it, less the making of the batch."""

PARTS: tuple[tuple[Callable[..., object], Arguments], ...] = (
    (reduction.reduce_image, lambda s: (s.pixels,)),
    (candidates.candidates, lambda s: (s.small.dark,)),
    (columns_of, lambda s: (s.pixels, s.outline)),
    (failure_reason, lambda s: (s.pixels, "")),
)
"""Parts of the segmentation; all that follows it."""


def cases() -> Iterator[Case]:
    """Every stage, and the description."""
    for function, arguments in LINE + PARTS:
        yield Case(name_of(function, images="eyes"), partial(_stage, function=function, arguments=arguments))
    yield Case(name_of(describe, images="eyes"), _describe)


def _stage(setting: Setting, function: Callable[..., object], arguments: Arguments) -> Work:
    package(Modality.IRIS)  # tunes the allocator, as every user of the library has it
    return over(function, [arguments(stages_of(sample.id)) for sample in setting.eyes()])


def _describe(setting: Setting) -> Work:
    package(Modality.IRIS)
    return over(describe, [(sample,) for sample in setting.eyes()])
