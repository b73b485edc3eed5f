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


def sample_of(source: Source, options: Options, name: str = "") -> Sample:
    """Decode one source and settle which modality and position it shows.

    Parameters
    ----------
    source : path, bytes, array or Sample
        A sample is returned as it is.
    options : Options
    name : str
        Of bytes that come from a file, which may speak of modality and position.

    Returns
    -------
    Sample
        Of the stated modality, else that of the file name, else that of the record it came from, else the one its
        pixels look like.

    Raises
    ------
    DecodeError
        It cannot be read.
    UsageError
        What it shows is not known.
    """
    if isinstance(source, Sample):
        return source
    name = str(source) if isinstance(source, str | Path) else name
    modality = options.modality or (modality_of_name(name) if name else None)
    read = partial(decode, source, ppi=options.ppi, max_pixels=options.max_pixels, name=name)
    image = read(modality=modality or IN_COLOUR)
    if modality is None:
        modality = image.modality or guess_modality(image)
        if modality is None:
            raise UsageError("cannot tell what it shows; say fingerprint, face or iris", name or "image")
        if not modality.in_colour:
            image = read(modality=modality)
    position = options.position or (image.position if image.modality is modality else Position.UNKNOWN)
    if position is Position.UNKNOWN and name:
        position = position_of(name)
    return Sample(image, modality, position, name)


def at_working_resolution(sample: Sample) -> Sample:
    """Resample a sample to the resolution at which its modality is measured.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    Sample
        The same object where the modality is measured at any resolution, or the image has it.

    Raises
    ------
    DecodeError
        The image would be larger than the limit of pixels.
    """
    package = capability(sample.modality, Resampling)
    if package is None:
        return sample
    image = package.at_working_resolution(sample.image)
    return sample if image is sample.image else Sample(image, sample.modality, sample.position, sample.id)
