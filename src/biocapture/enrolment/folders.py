"""An enrolment from a folder whose file names tell the slots, or from the manifest in it."""

import re
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path

from biocapture.enrolment.manifest import is_manifest, manifest_in, read_manifest
from biocapture.enrolment.record import MAX_ATTEMPTS, Attempt, Enrolment, position_order
from biocapture.errors import EnrolmentError
from biocapture.images.naming import position_of
from biocapture.images.walk import walk
from biocapture.types import Position


def read_enrolment(path: str | Path) -> Enrolment:
    """One person's enrolment.

    Parameters
    ----------
    path : str or Path
        A manifest (.csv, .json), or a folder: with a manifest in it, or with image files whose names tell the slot
        (``right_index.png``, ``R2_1.wsq``, ``telunjuk_kanan.png``, ``…_500_02.png``;
        see :mod:`biocapture.images.naming`).
        Several files of a slot are attempts, in the order of their names.

    Raises
    ------
    EnrolmentError
        Nothing there, damaged, or more files than a person has.
    """
    path = Path(path)
    if not path.is_dir():
        return read_manifest(path)
    manifest = manifest_in(path)
    return read_manifest(manifest) if manifest else _from_names(path)


def enrolments_under(root: Path) -> Iterator[Path]:
    """Folders directly under ``root``, and manifests beside them, one per person, sorted by name.

    Raises
    ------
    EnrolmentError
        It is no folder, or cannot be listed.
    """
    try:
        entries = sorted(root.iterdir(), key=lambda entry: _natural(entry.name))
    except OSError as error:
        raise EnrolmentError(f"cannot be listed: {error.strerror or error}", str(root)) from error
    for entry in entries:
        if not entry.name.startswith(".") and (entry.is_dir() or is_manifest(entry)):
            yield entry


def _from_names(folder: Path) -> Enrolment:
    files = list(islice(walk([folder]), MAX_ATTEMPTS + 1))
    if not files:
        raise EnrolmentError("no image files there", str(folder))
    if len(files) > MAX_ATTEMPTS:
        raise EnrolmentError(f"more than {MAX_ATTEMPTS} image files: not the enrolment of one person", str(folder))
    placed = [(_place(file, folder), file) for file in files]
    placed.sort(key=lambda pair: (position_order(pair[0]), _natural(str(pair[1].relative_to(folder)))))
    attempts: list[Attempt] = []
    for position, group in groupby(placed, key=lambda pair: pair[0]):
        if position is not Position.UNKNOWN:
            attempts += [Attempt(position, file, number, str(file)) for number, (_, file) in enumerate(group, 1)]
    unplaced = tuple(str(file) for position, file in placed if position is Position.UNKNOWN)
    return Enrolment(folder.resolve().name, tuple(attempts), unplaced=unplaced)


def _place(file: Path, folder: Path) -> Position:
    """Slot from the file's name, else from the names of the folders between it and the enrolment's, nearest first."""
    names = [file, *(Path(part) for part in reversed(file.relative_to(folder).parent.parts))]
    return next((found for name in names if (found := position_of(name)) is not Position.UNKNOWN), Position.UNKNOWN)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts ``_2`` before ``_10``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d{1,18}|\D+", name)]
