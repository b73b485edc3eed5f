"""Whose images are compared: those of enrolments, or single images where names do not say the positions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from biocapture.enrolment import Enrolment, enrolment_paths, read_enrolment
from biocapture.enrolment.manifest import is_manifest, manifest_in
from biocapture.errors import EnrolmentError, UsageError
from biocapture.images.naming import modality_of_name, position_of
from biocapture.images.walk import walk
from biocapture.types import Modality, Position


@dataclass(frozen=True, slots=True)
class OwnedImage:
    """One image and whose it is.

    Attributes
    ----------
    owner : str
        Path of the enrolment it belongs to; its own path where it stands alone.
    path : Path
    position : Position
    modality : Modality or None
        None where neither position nor name say it.
    ppi : float or None
    """

    owner: str
    path: Path
    position: Position
    modality: Modality | None
    ppi: float | None = None


def owned_images(paths: Iterable[Path]) -> Iterator[OwnedImage]:
    """Every image under the paths, with its owner.

    A folder with a manifest, or whose images have names of at least two positions, is an enrolment; so is a manifest.
    In any other folder each image stands alone, and each folder in it is looked at in the same way.

    Parameters
    ----------
    paths : iterable of Path
        Enrolments, folders of enrolments, images.

    Yields
    ------
    OwnedImage

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


def _under(path: Path) -> Iterator[OwnedImage]:
    if is_manifest(path) and path.is_file():
        yield from _of_enrolment(read_enrolment(path), path)
    elif not path.is_dir():
        yield _alone(path)
    elif _is_enrolment(path):
        yield from _of_enrolment(read_enrolment(path), path)
    else:
        yield from (_alone(file) for file in _own_files(path))
        for folder in enrolment_paths(path):
            if folder.is_dir():
                yield from _under(folder)


def _is_enrolment(folder: Path) -> bool:
    if manifest_in(folder):
        return True
    try:
        enrolment = read_enrolment(folder) if _own_files(folder) else None
    except EnrolmentError:
        return False
    return enrolment is not None and len({attempt.position for attempt in enrolment.attempts}) > 1


def _own_files(folder: Path) -> list[Path]:
    return [file for file in walk([folder]) if file.parent == folder]


def _of_enrolment(enrolment: Enrolment, path: Path) -> Iterator[OwnedImage]:
    for attempt in enrolment.attempts:
        assert isinstance(attempt.source, Path)
        yield OwnedImage(str(path), attempt.source, attempt.position, attempt.position.modality, attempt.ppi)


def _alone(path: Path) -> OwnedImage:
    position = position_of(path)
    return OwnedImage(str(path), path, position, position.modality or modality_of_name(path))
