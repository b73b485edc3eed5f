"""What a run scores: one file, wherever it lies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from biocapture.types import Modality, Position

DEVICE_COLUMN, TIME_COLUMN = "device", "captured"

TOLD = {
    DEVICE_COLUMN: "Device the capture was taken with, as the manifest says.",
    TIME_COLUMN: "When it was taken, as the manifest says: a date, or date and time (ISO 8601).",
}
"""Columns of a run's table that come from a manifest, name → what it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a run, not read yet.

    Attributes
    ----------
    name : str
        Its path, URL, or ``archive.zip!/member``: what its row says and what it is known by in the run.
    read : callable or None
        Gives its bytes; None for a local file. A member of an archive can be read until the next entry is asked for.
    is_remote : bool
        Whether reading is worth doing for several at a time.
    modified_s : callable or None
        Gives the time of its last change in seconds since 1970; None when unknown.
    modality, position
        As told by a manifest; None = from the name or the image, as always.
    error : str
        Why there is nothing to read: the entry is only a row.
    told : dict
        What a manifest says besides, by :data:`TOLD`.
    """

    name: str
    read: Callable[[], bytes] | None = None
    is_remote: bool = False
    modified_s: Callable[[], float] | None = None
    modality: Modality | None = None
    position: Position | None = None
    error: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
