"""Who is compared with whom: enrolments, or single images where names tell no slots."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from biocapture.enrolment import Enrolment, enrolments_under, read_enrolment
from biocapture.enrolment.manifest import is_manifest, manifest_in
from biocapture.errors import EnrolmentError, UsageError
from biocapture.images.naming import modality_of_name, position_of
from biocapture.images.walk import walk
from biocapture.types import Modality, Position


@dataclass(frozen=True, slots=True)
class Item:
    """One image.

    Attributes
    ----------
    owner : str
        The enrolment it belongs to; its own path where it stands alone.
    path : Path
    position : Position
    modality : Modality or None
        None = not told by slot or name.
    ppi : float or None
    """

    owner: str
    path: Path
    position: Position
    modality: Modality | None
    ppi: float | None = None


def items(paths: Iterable[Path]) -> Iterator[Item]:
    """Every image under the paths.

    A folder with a manifest, or whose images tell their slots, is an enrolment, and so is each folder in a folder
    without images of its own. Everything else is single images.

    Raises
    ------
    UsageError
        A path does not exist.
    EnrolmentError
        A manifest is damaged.
    """
    for path in paths:
        if not path.exists():
            raise UsageError("no such file or folder", str(path))
        yield from _under(path)


def _under(path: Path) -> Iterator[Item]:
    if is_manifest(path) and path.is_file():
        yield from _of_enrolment(read_enrolment(path), path)
    elif not path.is_dir():
        yield _alone(path)
    elif _is_enrolment(path):
        yield from _of_enrolment(read_enrolment(path), path)
    else:
        yield from (_alone(file) for file in _own_files(path))
        for folder in enrolments_under(path):
            if folder.is_dir():
                yield from _under(folder)


def _is_enrolment(folder: Path) -> bool:
    if manifest_in(folder):
        return True
    try:
        read = read_enrolment(folder) if _own_files(folder) else None
    except EnrolmentError:
        return False
    return read is not None and len({attempt.position for attempt in read.attempts}) > 1


def _own_files(folder: Path) -> list[Path]:
    return [file for file in walk([folder]) if file.parent == folder]


def _of_enrolment(enrolment: Enrolment, path: Path) -> Iterator[Item]:
    for attempt in enrolment.attempts:
        assert isinstance(attempt.source, Path)
        yield Item(str(path), attempt.source, attempt.position, attempt.position.modality, attempt.ppi)


def _alone(path: Path) -> Item:
    position = position_of(path)
    return Item(str(path), path, position, position.modality or modality_of_name(path))
