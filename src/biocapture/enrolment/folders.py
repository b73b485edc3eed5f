"""An enrolment from a folder: by its manifest, or by the names of its files."""

import re
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path

from biocapture.enrolment.manifest import is_manifest, manifest_in, read_manifest
from biocapture.enrolment.record import MAX_ATTEMPTS, Enrolment, SlapAttempt, SlotAttempt, position_order
from biocapture.errors import EnrolmentError
from biocapture.images.naming import fingers_of, position_of
from biocapture.images.walk import walk
from biocapture.types import FingerGroup, Position


def read_enrolment(path: str | Path) -> Enrolment:
    """Read one person's enrolment.

    Parameters
    ----------
    path : str or Path
        A manifest (.csv, .json), or a folder: with a manifest in it, or with image files whose names say the position
        (``right_index.png``, ``R2_1.wsq``, ``telunjuk_kanan.png``, ``…_500_02.png``;
        see :mod:`biocapture.images.naming`).
        Several files of a position are attempts, in the order of their names.

    Returns
    -------
    Enrolment
        The images are not read yet.

    Raises
    ------
    EnrolmentError
        Nothing is there, a manifest is damaged, or there are more files than
        :data:`~biocapture.enrolment.record.MAX_ATTEMPTS`.
    """
    path = Path(path)
    if not path.is_dir():
        return read_manifest(path)
    manifest = manifest_in(path)
    return read_manifest(manifest) if manifest else _from_names(path)


def enrolment_paths(root: Path) -> Iterator[Path]:
    """Paths of the enrolments in a folder, one per person.

    Parameters
    ----------
    root : Path

    Yields
    ------
    Path
        Folders directly under ``root`` and manifests beside them, sorted by name (``_2`` before ``_10``).

    Raises
    ------
    EnrolmentError
        ``root`` is no folder, or cannot be listed.
    """
    try:
        entries = sorted(root.iterdir(), key=lambda entry: _natural_key(entry.name))
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
    slap_of = {file: fingers for file in files if (fingers := _group_of_file(file, folder))}
    placed = [(_position_of_file(file, folder), file) for file in files if file not in slap_of]
    placed.sort(key=lambda pair: (position_order(pair[0]), _natural_key(str(pair[1].relative_to(folder)))))
    attempts: list[SlotAttempt] = []
    for position, group in groupby(placed, key=lambda pair: pair[0]):
        if position is not Position.UNKNOWN:
            attempts += [SlotAttempt(position, file, number, str(file)) for number, (_, file) in enumerate(group, 1)]
    unplaced = tuple(str(file) for position, file in placed if position is Position.UNKNOWN)
    slaps = tuple(SlapAttempt(group, file, str(file)) for file, group in slap_of.items())
    return Enrolment(folder.resolve().name, tuple(attempts), unplaced=unplaced, slaps=slaps)


def _group_of_file(file: Path, folder: Path) -> FingerGroup | None:
    """Fingers of a slap by the file's name, otherwise by the folders between it and the enrolment's."""
    names = [file, *(Path(name) for name in reversed(file.relative_to(folder).parent.parts))]
    fingers = next((each for name in names if (each := fingers_of(name))), ())
    is_single = position_of(file) is not Position.UNKNOWN
    return None if is_single else next((group for group in FingerGroup if group.fingers == fingers), None)


def _position_of_file(file: Path, folder: Path) -> Position:
    """Position by the file's name, otherwise by the folders between it and the enrolment's, the nearest first."""
    names = [file, *(Path(name) for name in reversed(file.relative_to(folder).parent.parts))]
    positions = (position_of(name) for name in names)
    return next((position for position in positions if position is not Position.UNKNOWN), Position.UNKNOWN)


def _natural_key(name: str) -> list[tuple[int, str]]:
    """Sort key that puts ``_2`` before ``_10``."""
    pieces = re.findall(r"\d{1,18}|\D+", name)
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in pieces]
