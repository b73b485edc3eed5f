"""Every picture of one source: a file holds one, a biometric record any number."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from biocapture.errors import DecodeError, UsageError
from biocapture.images.decode import decode, decode_record_image, ending_notes, is_record, named_parts
from biocapture.images.limits import MAX_BYTES, MAX_PIXELS
from biocapture.images.records.fields import require
from biocapture.images.records.record import parts_of_record
from biocapture.images.records.record_image import DamagedImage, RecordPart
from biocapture.images.records.refused import refused_record
from biocapture.images.sources import as_decode_errors, bytes_of, part_name, split_part
from biocapture.types import Modality, Sample


def decode_many(
    source: str | Path | bytes,
    *,
    modality: Modality | None = None,
    ppi: float | None = None,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
    name: str = "",
) -> Iterator[Sample | DecodeError]:
    """Read every picture of one source, one by one; what is damaged costs its own picture only.

    Parameters
    ----------
    source : path or bytes
        A file with one picture needs ``modality``.
    modality : Modality, optional
        Of a record, its pictures of this modality only; all of them where it holds none of these.
    ppi, max_pixels, max_bytes, name
        As `decode`.

    Yields
    ------
    Sample or DecodeError
        At least one. Of several pictures, samples and their images are named ``<path>#<number>``, from 0, in the
        record's order; `decode` reads each by that name. Errors name it, too.

    Raises
    ------
    DecodeError
        The file itself cannot be read, or holds no picture.
    UsageError
        ``ppi`` out of range, or a single picture and no ``modality``.
    """
    path = name if isinstance(source, bytes) else str(source)
    file, part = (path, "") if isinstance(source, bytes) else split_part(path)
    data = bytes_of(source if isinstance(source, bytes) else file, max_bytes, path)
    if not is_record(data):
        if refused := refused_record(data):
            raise DecodeError(refused, path or "image bytes")
        if modality is None:
            raise UsageError("a single picture needs a modality", path or "image bytes")
        image = decode(source, modality=modality, ppi=ppi, max_pixels=max_pixels, max_bytes=max_bytes, name=name)
        yield Sample(image, modality, image.position, path, image.fingers)
        return
    with as_decode_errors(path or "image bytes"):
        parts = parts_of_record(data)
        chosen = named_parts(parts, part)
    digest, notes = hashlib.sha256(data).hexdigest(), ending_notes(file, data)
    if modality is not None and any(each.modality is modality for _, each in chosen):
        wanted = [(i, each) for i, each in chosen if each.modality in (modality, None)]
        notes += ("image.other_modalities",) if len(wanted) < len(chosen) else ()
        chosen = wanted
    for i, each in chosen:
        own = part_name(file, i) if len(parts) > 1 else path
        try:
            sample = _sample_of_part(each, modality, ppi, max_pixels, own)
        except DecodeError as error:
            yield error
            continue
        image = replace(sample.image, notes=sample.image.notes + notes, sha256=digest, path=own)
        yield replace(sample, image=image, id=own)


def _sample_of_part(
    part: RecordPart, modality: Modality | None, ppi: float | None, max_pixels: int, name: str
) -> Sample:
    subject = name or "image bytes"
    if isinstance(part, DamagedImage):
        raise DecodeError(part.error, subject)
    shown = modality or part.modality
    image = decode_record_image(part, shown, ppi=ppi, max_pixels=max_pixels, subject=subject)
    if shown is not part.modality:
        return Sample(image, shown)
    return Sample(image, shown, part.position, fingers=part.fingers)


def decode_record(
    source: str | Path | bytes, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES
) -> list[Sample]:
    """Read every image of a biometric record as a sample with the record's modality and position.

    Parameters
    ----------
    source : path or bytes
    max_pixels, max_bytes : int
        Larger inputs are refused before pixels are allocated.

    Returns
    -------
    list of Sample
        At least one, in the order of the record. Their ids are as in `decode_many`, or empty for bytes.

    Raises
    ------
    DecodeError
        As `decode`; also where one of the images cannot be read, or the file is an image and no record.
    """
    path = "" if isinstance(source, bytes) else str(source)
    data = bytes_of(source, max_bytes, path)
    with as_decode_errors(path or "record bytes"):
        require(is_record(data), f"begins with {data[:8].hex(' ')}", "a record")
    samples = []
    for each in decode_many(data, max_pixels=max_pixels, max_bytes=max_bytes, name=path):
        if isinstance(each, DecodeError):
            raise each
        samples.append(each if path else replace(each, id="", image=replace(each.image, path="")))
    return samples
