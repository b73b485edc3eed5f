"""An enrolment from biometric records: their pictures are attempts, each by its own position."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from biocapture.errors import DecodeError
from biocapture.images.decode import is_record
from biocapture.images.formats import HEAD_BYTES
from biocapture.images.limits import MAX_BYTES
from biocapture.images.naming import position_of
from biocapture.images.records.cbeff import Bir, read_bir
from biocapture.images.records.record import parts_of_record
from biocapture.images.sources import as_decode_errors, bytes_of, part_name
from biocapture.types import Position


@dataclass(frozen=True, slots=True)
class RecordContent:
    """What a record holds for an enrolment.

    Attributes
    ----------
    pictures : tuple of (Position, str)
        Position, and the name of the picture as `decode` takes it.
    exceptions : tuple of Position
        Positions that it says could not be captured.
    """

    pictures: tuple[tuple[Position, str], ...]
    exceptions: tuple[Position, ...] = ()


def begins_like_record(path: Path) -> bool:
    """Whether a file begins like a biometric record.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool
        False also where it cannot be read.
    """
    try:
        with path.open("rb") as handle:
            return is_record(handle.read(HEAD_BYTES))
    except (OSError, ValueError):
        return False


def record_content(path: Path) -> RecordContent:
    """Pictures of a record, and its exceptions.

    Parameters
    ----------
    path : Path

    Returns
    -------
    RecordContent
        The pictures are not decoded; those that are damaged are among them.

    Raises
    ------
    DecodeError
        It cannot be read, or holds neither pictures nor exceptions.
    """
    name, data = str(path), bytes_of(path, MAX_BYTES, str(path))
    excepted = tuple(_exceptions(data))
    try:
        with as_decode_errors(name):
            parts = parts_of_record(data)
    except DecodeError:
        if excepted:
            return RecordContent((), excepted)
        raise
    if len(parts) == 1:
        own = position_of(path)
        return RecordContent(((own if own is not Position.UNKNOWN else parts[0].position, name),), excepted)
    return RecordContent(tuple((part.position, part_name(name, i)) for i, part in enumerate(parts)), excepted)


def _exceptions(data: bytes) -> Iterator[Position]:
    try:
        bir = read_bir(data, lenient=True)
    except Exception:  # noqa: BLE001  any other kind of record, which has no exceptions of this form
        bir = Bir()
    return (leaf.position for leaf in bir.leaves() if leaf.is_exception and leaf.position is not Position.UNKNOWN)
