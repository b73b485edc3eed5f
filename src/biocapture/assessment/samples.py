"""From a source to a sample: decode it and settle what it shows."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.capabilities import Resampling
from biocapture.assessment.guess import guess_modality
from biocapture.assessment.modalities import capability
from biocapture.assessment.options import Options
from biocapture.errors import UsageError
from biocapture.images.decode import decode
from biocapture.images.naming import modality_of_name, position_of
from biocapture.types import Modality, Position, Sample

Source = str | Path | bytes | NDArray[np.uint8] | Sample


IN_COLOUR = next(kind for kind in Modality if kind.in_colour)
"""Unknown pictures are read like its captures, which loses nothing by which they can be recognised."""


def sample_of(source: Source, wanted: Options, name: str = "") -> Sample:
    """Decode one source and settle what it shows; raises our errors for bad input. ``name`` is that of bytes."""
    if isinstance(source, Sample):
        return source
    name = str(source) if isinstance(source, str | Path) else name
    modality = wanted.modality or (modality_of_name(name) if name else None)
    read = partial(decode, source, ppi=wanted.ppi, max_pixels=wanted.max_pixels, name=name)
    image = read(modality=modality or IN_COLOUR)
    if modality is None:
        modality = image.modality or guess_modality(image)
        if modality is None:
            raise UsageError("cannot tell what it shows; say fingerprint, face or iris", name or "image")
        if not modality.in_colour:
            image = read(modality=modality)
    position = wanted.position or (image.position if image.modality is modality else Position.UNKNOWN)
    if position is Position.UNKNOWN and name:
        position = position_of(name)
    return Sample(image, modality, position, name)


def at_working_resolution(sample: Sample) -> Sample:
    """The sample at the resolution its modality is measured at; the same object where that is any, or it has it."""
    part = capability(sample.modality, Resampling)
    if part is None:
        return sample
    image = part.at_working_resolution(sample.image)
    return sample if image is sample.image else Sample(image, sample.modality, sample.position, sample.id)
