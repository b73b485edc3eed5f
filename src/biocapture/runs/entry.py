"""One file that a run scores, wherever it is stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from biocapture.types import FingerGroup, Modality, Position

DEVICE_COLUMN, TIME_COLUMN = "device", "captured"

MANIFEST_COLUMNS = {
    DEVICE_COLUMN: "Device the capture was taken with, as the manifest says.",
    TIME_COLUMN: "When it was taken, as the manifest says: a date, or date and time (ISO 8601).",
}
"""Columns of a run's table that come from a manifest: name → meaning."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a run that has not been read yet.

    Attributes
    ----------
    name : str
        Path, URL, or ``archive.zip!/member``. It stands in the file's row and identifies the file within the run.
    read : callable or None
        Returns the bytes; None for a local file. A member of an archive can be read until the next entry is requested.
    is_remote : bool
        Whether it pays to read several at a time.
    modified_s : callable or None
        Returns the time of the last change in seconds since 1970; None when unknown.
    modality, position
        From a manifest; None = from the name or the image, as elsewhere.
    error : str
        Why it cannot be read: such an entry only becomes a row.
    manifest_cells : mapping
        Further cells of its row from a manifest, by the names in :data:`MANIFEST_COLUMNS`.
    """

    name: str
    read: Callable[[], bytes] | None = None
    is_remote: bool = False
    modified_s: Callable[[], float] | None = None
    modality: Modality | None = None
    position: Position | FingerGroup | None = None
    error: str = ""
    manifest_cells: Mapping[str, str] = field(default_factory=dict)
