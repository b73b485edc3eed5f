"""From a source to a sample: decode it and settle what it shows."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.guess import guess_modality
from biocapture.assessment.options import Options
from biocapture.errors import UsageError
from biocapture.images.decode import decode
from biocapture.images.naming import modality_of_name, position_of
from biocapture.images.resample import to_500_ppi
from biocapture.types import Image, Modality, Position, Sample

Source = str | Path | bytes | NDArray[np.uint8] | Sample


def sample_of(source: Source, wanted: Options, name: str = "") -> Sample:
    """Decode one source and settle what it shows; raises our errors for bad input. ``name`` is that of bytes."""
    if isinstance(source, Sample):
        return source
    name = str(source) if isinstance(source, str | Path) else name
    modality = wanted.modality or (modality_of_name(name) if name else None)
    read = partial(decode, source, ppi=wanted.ppi, max_pixels=wanted.max_pixels, name=name)
    image = read(modality=modality or Modality.FACE)
    if modality is None:
        modality = image.modality or guess_modality(image)
        if modality is None:
            raise UsageError("cannot tell what it shows; say fingerprint, face or iris", name or "image")
        if modality is not Modality.FACE:
            image = read(modality=modality)
    position = wanted.position or (image.position if image.modality is modality else Position.UNKNOWN)
    if position is Position.UNKNOWN and name:
        position = position_of(name)
    return Sample(image, modality, position, name)


def at_working_resolution(sample: Sample) -> Sample:
    """Fingerprints are measured at 500 ppi (NFIQ 2, ISO/IEC 29794-4); other modalities as they are."""
    if sample.modality is not Modality.FINGERPRINT:
        return sample
    image: Image = to_500_ppi(sample.image)
    return sample if image is sample.image else Sample(image, sample.modality, sample.position, sample.id)
