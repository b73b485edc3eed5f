"""An enrolment from a folder: by its manifest, or by the names of its files."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, islice
from pathlib import Path

from biocapture.enrolment.from_records import RecordContent, begins_like_record, record_content
from biocapture.enrolment.manifest import is_manifest, manifest_in, read_manifest
from biocapture.enrolment.record import MAX_ATTEMPTS, Absence, Enrolment, SlapAttempt, SlotAttempt, position_order
from biocapture.errors import DecodeError, EnrolmentError
from biocapture.images.naming import fingers_of, position_of
from biocapture.images.walk import walk
from biocapture.types import FingerGroup, Position


def read_enrolment(path: str | Path) -> Enrolment:
    """Read one person's enrolment.

    Parameters
    ----------
    path : str or Path
        A manifest (.csv, .json), a biometric record (CBEFF, ANSI/NIST-ITL, ISO/IEC 19794 …), or a folder: with a
        manifest in it, or with records, and image files whose names say the position (``right_index.png``,
        ``R2_1.wsq``, ``telunjuk_kanan.png``, ``…_500_02.png``; see :mod:`biocapture.images.naming`).
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
        return read_manifest(path) if is_manifest(path) or not begins_like_record(path) else _from_record(path)
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
    placed: list[tuple[Position, Path, str]] = []
    absent: dict[Position, Absence] = {}
    for file in (each for each in files if each not in slap_of):
        content = _content(file, folder)
        placed += [(position, file, name) for position, name in content.pictures]
        absent |= dict.fromkeys(content.exceptions, Absence.MISSING)
    placed.sort(key=lambda each: (position_order(each[0]), _natural_key(str(each[1].relative_to(folder)))))
    found = _enrolment(folder.resolve().name, [(position, name) for position, _, name in placed], absent)
    return replace(found, slaps=tuple(SlapAttempt(group, file, str(file)) for file, group in slap_of.items()))


def _group_of_file(file: Path, folder: Path) -> FingerGroup | None:
    """Fingers of a slap by the file's name, otherwise by the folders between it and the enrolment's."""
    names = [file, *(Path(name) for name in reversed(file.relative_to(folder).parent.parts))]
    fingers = next((each for name in names if (each := fingers_of(name))), ())
    is_single = position_of(file) is not Position.UNKNOWN
    return None if is_single else next((group for group in FingerGroup if group.fingers == fingers), None)


def _from_record(path: Path) -> Enrolment:
    """The enrolment that one record holds; of several pictures of a position, the order is that of the record."""
    try:
        content = record_content(path)
    except DecodeError as error:
        raise EnrolmentError(error.message, str(path)) from error
    placed = sorted(content.pictures, key=lambda each: position_order(each[0]))
    return _enrolment(path.stem, placed, dict.fromkeys(content.exceptions, Absence.MISSING))


def _enrolment(id: str, placed: list[tuple[Position, str]], absent: dict[Position, Absence]) -> Enrolment:
    if len(placed) > MAX_ATTEMPTS:
        raise EnrolmentError(f"more than {MAX_ATTEMPTS} pictures: not the enrolment of one person", id)
    attempts: list[SlotAttempt] = []
    for position, group in groupby(placed, key=lambda pair: pair[0]):
        if position is not Position.UNKNOWN:
            attempts += [SlotAttempt(position, Path(name), number, name) for number, (_, name) in enumerate(group, 1)]
    taken = {attempt.position for attempt in attempts}
    unplaced = tuple(name for position, name in placed if position is Position.UNKNOWN)
    kept = {position: why for position, why in absent.items() if position not in taken}
    return Enrolment(id, tuple(attempts), kept, unplaced=unplaced)


def _content(file: Path, folder: Path) -> RecordContent:
    """Pictures in one file of a folder; a record that cannot be read counts as a picture, whose row says why."""
    if begins_like_record(file):
        try:
            content = record_content(file)
        except DecodeError:
            return RecordContent(((_position_of_file(file, folder), str(file)),))
        if len(content.pictures) != 1 or content.pictures[0][0] is not Position.UNKNOWN:
            return content
    return RecordContent(((_position_of_file(file, folder), str(file)),))


def _position_of_file(file: Path, folder: Path) -> Position:
    """Position by the file's name, otherwise by the folders between it and the enrolment's, the nearest first."""
    names = [file, *(Path(name) for name in reversed(file.relative_to(folder).parent.parts))]
    positions = (position_of(name) for name in names)
    return next((position for position in positions if position is not Position.UNKNOWN), Position.UNKNOWN)


def _natural_key(name: str) -> list[tuple[int, str]]:
    """Sort key that puts ``_2`` before ``_10``."""
    pieces = re.findall(r"\d{1,18}|\D+", name)
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in pieces]
