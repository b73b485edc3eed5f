"""Every stage of describing a print, with the inputs it has in the straight line."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.suite.case import Case, Work, name_of, over
from benchmarks.suite.images import Setting
from biocapture.assessment.modalities import package
from biocapture.fingerprint.describe import describe
from biocapture.fingerprint.features import contact, extent, minutiae, platen, ridge_field, ridge_flow, spectrum
from biocapture.fingerprint.nfiq2 import (
    block_quality,
    blocks,
    blockwise,
    grid,
    minutia_features,
    region,
    ridge_profile,
    windows,
)
from biocapture.types import Field, GreyPixels, Sample, Values


@dataclass(frozen=True, slots=True)
class Stages:
    """One print and every intermediate result that some stage takes."""

    sample: Sample
    pixels: GreyPixels
    frame: contact.Frame
    platen: platen.Platen
    grey: Field
    sums: region.BlockSums
    moments: blocks.GradientMoments
    analysis: blockwise.BlockAnalysis
    angles: Values
    windows: dict[str, windows.Windows]
    field: ridge_field.RidgeField
    flow: ridge_flow.RidgeFlow
    row: NDArray[np.int64]
    column: NDArray[np.int64]


WINDOWS = {"clarity": windows.CLARITY, "uniformity": windows.UNIFORMITY, "frequency": windows.FREQUENCY}


@functools.lru_cache(maxsize=64)
def stages_of(sample_id: str, images: str, setting: Setting) -> Stages:
    """:func:`through` of one print of a set."""
    return next(through(sample) for sample in setting.prints(images) if sample.id == sample_id)


def through(sample: Sample) -> Stages:
    """Run the straight line once and keep what lies along it."""
    within = region.within_frame(sample.image.pixels)
    assert within is not None, f"{sample.id}: no print"
    pixels = np.ascontiguousarray(sample.image.pixels[within])
    grey = grid.pad_to_blocks(pixels)
    analysis = blockwise.analyse_blocks(pixels)
    angles = analysis.orientation[analysis.foreground]
    window = platen.find_platen(pixels)
    field = ridge_field.ridge_field(window.pixels, padding=window.padding)
    flow = ridge_flow.follow_ridges(field)
    found = minutiae.extract_minutiae(field, flow)
    row, column = (
        np.clip(np.rint(at), 0, side - 1).astype(np.int64)
        for at, side in zip((found.row, found.column), pixels.shape, strict=True)
    )
    return Stages(
        sample=sample,
        pixels=pixels,
        frame=contact.Frame(within[0].start, within[1].start, *sample.image.pixels.shape),
        platen=window,
        grey=grey,
        sums=region.block_sums(pixels, grey),
        moments=blocks.gradient_moments(pixels, grey),
        analysis=analysis,
        angles=angles,
        windows={
            name: windows.rotated_windows(pixels, analysis.foreground, angles, turned)
            for name, turned in WINDOWS.items()
        },
        field=field,
        flow=flow,
        row=row,
        column=column,
    )


def _slanted(s: Stages) -> tuple[int, int]:
    return blocks.slanted_grid(s.pixels.shape)


Arguments = Callable[[Stages], tuple[Any, ...]]

LINE: tuple[tuple[Callable[..., object], Arguments], ...] = (
    (extent.print_window, lambda s: (s.sample.image.pixels,)),
    (platen.find_platen, lambda s: (s.pixels,)),
    (blockwise.analyse_blocks, lambda s: (s.pixels,)),
    (ridge_field.ridge_field, lambda s: (s.pixels,)),
    (ridge_flow.follow_ridges, lambda s: (s.field,)),
    (minutiae.extract_minutiae, lambda s: (s.field, s.flow)),
    (contact.contact, lambda s: (s.platen, s.frame, s.field, s.flow)),
    (spectrum.radial_spectrum, lambda s: (s.pixels, s.field)),
    (spectrum.ridge_signal, lambda s: (s.pixels, s.field)),
    (minutia_features.central_count, lambda s: (s.row, s.column, s.pixels.shape)),
    (minutia_features.dark_share, lambda s: (s.pixels, s.row, s.column)),
    (minutia_features.certain_share, lambda s: (s.pixels, s.row, s.column)),
)
"""The straight line of ``describe``: these add up to it, less the making of the batch."""

PARTS: tuple[tuple[Callable[..., object], Arguments], ...] = (
    (grid.pad_to_blocks, lambda s: (s.pixels,)),
    (region.block_sums, lambda s: (s.pixels, s.grey)),
    (region.block_foreground, lambda s: (s.sums,)),
    (region.region_of_interest, lambda s: (s.pixels,)),
    (blocks.gradient_moments, lambda s: (s.pixels, s.grey)),
    (blocks.slanted_grid, lambda s: (s.pixels.shape,)),
    (blocks.slanted_moments, lambda s: (s.grey, _slanted(s))),
    (blocks.slanted_foreground, lambda s: (region.block_foreground(s.sums), _slanted(s))),
    (blocks.slanted_orientation, lambda s: (s.moments,)),
    (blocks.certainty, lambda s: (s.moments,)),
    (blocks.coherence, lambda s: (s.moments,)),
    (ridge_profile.local_clarity, lambda s: (s.windows["clarity"],)),
    (ridge_profile.uniformity_ratios, lambda s: (s.windows["uniformity"],)),
    (block_quality.frequency_concentration, lambda s: (s.windows["frequency"],)),
    (block_quality.orientation_flow, lambda s: (s.analysis.orientation, s.analysis.foreground)),
)
"""The parts of ``analyse_blocks``, together with the three kinds of rotated windows."""


def cases(sets: tuple[str, ...]) -> Iterator[Case]:
    """Every stage on every set of prints."""
    rotated = windows.rotated_windows
    for images in sets:
        yield Case(name_of(describe, images=images), partial(_describe, images=images))
        for function, arguments in LINE + PARTS:
            prepare = partial(_stage, function=function, arguments=arguments, images=images)
            yield Case(name_of(function, images=images), prepare)
        for kind in WINDOWS:
            prepare = partial(_stage, function=rotated, arguments=partial(_window_arguments, kind=kind), images=images)
            yield Case(name_of(rotated, kind, images), prepare)


def _window_arguments(s: Stages, kind: str) -> tuple[Any, ...]:
    return s.pixels, s.analysis.foreground, s.angles, WINDOWS[kind]


def _describe(setting: Setting, images: str) -> Work:
    samples = setting.prints(images)
    package(samples[0].modality)  # tunes the allocator, as every user of the library has it
    return over(describe, [(sample,) for sample in samples])


def _stage(setting: Setting, function: Callable[..., object], arguments: Arguments, images: str) -> Work:
    samples = setting.prints(images)
    package(samples[0].modality)
    return over(function, [arguments(stages_of(sample.id, images, setting)) for sample in samples])
