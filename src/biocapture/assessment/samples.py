"""From a source to a sample: decode it and settle what it shows."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.capabilities import Resampling
from biocapture.assessment.guess import guess_modality
from biocapture.assessment.modalities import capability
from biocapture.assessment.options import Options
from biocapture.assessment.slaps import slap_of
from biocapture.errors import BiocaptureError, DecodeError, UsageError
from biocapture.images.decode import decode, is_record
from biocapture.images.decode_many import decode_many
from biocapture.images.limits import MAX_BYTES
from biocapture.images.naming import fingers_of, modality_of_name, position_of
from biocapture.images.sources import bytes_of, split_part
from biocapture.types import FingerGroup, Modality, Position, Sample

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
    finger = _finger_of_slap(source, options) if isinstance(source, str | Path) else None
    if finger is not None:
        return finger
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
    stated = (image.position, image.fingers) if image.modality is modality else (Position.UNKNOWN, ())
    position, fingers = _place(*stated, options, name)
    return Sample(image, modality, position, name, fingers if modality.by_contact else ())


def _place(
    position: Position, fingers: tuple[Position, ...], options: Options, name: str
) -> tuple[Position, tuple[Position, ...]]:
    """Position, or fingers of a slap: as the caller states, else as the record does, else as the file's name does."""
    if isinstance(options.position, FingerGroup):
        return Position.UNKNOWN, options.position.fingers
    if options.position:
        return options.position, ()
    if position is Position.UNKNOWN and not fingers and name:
        return position_of(name), fingers_of(name)
    return position, fingers


def _finger_of_slap(source: str | Path, options: Options) -> Sample | None:
    """The finger that a name such as ``slap.png#right_index`` means; None where it means none."""
    file, part = split_part(str(source))
    picture = split_part(file)[0]
    if not part or (picture == file and is_record(bytes_of(picture, MAX_BYTES, str(source)))):
        return None
    capture = slap_of(sample_of(file, options))
    fingers = {each.image.path: each for each in capture.fingers} if capture else {}
    if str(source) not in fingers:
        raise DecodeError(f"no finger {part!r} in it; there are: {', '.join(fingers) or 'none'}", str(source))
    return fingers[str(source)]


def samples_of(source: Source, options: Options, name: str = "") -> Iterator[Sample | BiocaptureError]:
    """Every capture of one source, one by one: a picture holds one, a biometric record any number.

    Parameters
    ----------
    source, options, name
        As :func:`sample_of`. Position and resolution of the options, and what the file's name says, are for a source
        with one picture; a record says for each of several what it shows. A stated modality leaves out pictures of
        others where there are some of it.

    Yields
    ------
    Sample or BiocaptureError
        At least one; an error is that of one capture, and the others go on. Of several captures, samples are named
        ``<path>#<number>``.

    Raises
    ------
    BiocaptureError
        As :func:`sample_of`: the source as a whole cannot be read.
    """
    if isinstance(source, Sample | np.ndarray):
        yield sample_of(source, options, name)
        return
    name = str(source) if isinstance(source, str | Path) else name
    file = name if isinstance(source, bytes) else split_part(name)[0]
    data = bytes_of(source if isinstance(source, bytes) else file, MAX_BYTES, name)
    if file != name or not is_record(data):
        yield sample_of(data if file == name else source, options, name)
        return
    modality = options.modality or modality_of_name(name)
    found = decode_many(data, modality=modality, ppi=options.ppi, max_pixels=options.max_pixels, name=name)
    for each in found:
        is_whole = isinstance(each, Sample) and each.image.path == name
        yield _placed(each, options, name) if isinstance(each, Sample) and is_whole else each


def _placed(sample: Sample, options: Options, name: str) -> Sample:
    """The only sample of a source, at the position that the caller or the file's name states."""
    position, fingers = _place(sample.position, sample.fingers, options, name)
    return replace(sample, position=position, fingers=fingers)


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
