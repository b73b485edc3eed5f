"""From what a user names – files, folders, patterns, archives, manifests, URLs – to a stream of entries."""

import csv
import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from biocapture.errors import UsageError
from biocapture.images.walk import ignore, walk
from biocapture.runs.archives import archive_entries, is_archive
from biocapture.runs.entry import MANIFEST_COLUMNS, Entry
from biocapture.runs.remote import is_remote, remote_entries
from biocapture.types import Modality, place_named

WILDCARDS = re.compile(r"[*?\[]")
PATH_COLUMNS = ("path", "file", "filename")

MAX_CHARACTERS = 300
"""Of an error of one row."""


PassedOver = Callable[[str], None]
"""Called with the kind of everything in a folder or archive that is no capture; see :mod:`biocapture.images.walk`."""


def entries(inputs: Iterable[str], passed_over: PassedOver = ignore) -> Iterator[Entry]:
    """List every file that the inputs lead to.

    Only one folder at a time is listed in memory. Archives within folders are opened; a ``.csv`` file is a manifest
    only where it is named itself.

    Parameters
    ----------
    inputs : iterable of str
        Files, folders, patterns (``**/*.png``), archives, manifests (``.csv``) and URLs.
    passed_over : callable
        See :data:`PassedOver`.

    Yields
    ------
    Entry
        In an order that is the same every time.

    Raises
    ------
    UsageError
        A manifest without a column of paths, or fsspec is needed and missing.
    """
    for name in inputs:
        if name.lower().endswith(".csv") and not is_remote(name) and Path(name).is_file():
            yield from _manifest(Path(name), passed_over)
        else:
            yield from _entries_of(name, passed_over)


def _entries_of(name: str, passed_over: PassedOver) -> Iterator[Entry]:
    is_pattern = WILDCARDS.search(name) is not None
    if is_remote(name):
        yield from _matching(name) if is_pattern else remote_entries(name, passed_over)
    elif is_pattern and not Path(name).exists():
        yield from _matching(name)
    else:
        yield from _local(name, passed_over)


def _local(name: str, passed_over: PassedOver = ignore) -> Iterator[Entry]:
    for path in walk([name], is_archive, passed_over):
        if is_archive(path.name) and path.is_file():
            yield from archive_entries(path, passed_over)
        else:
            yield Entry(str(path), modified_s=partial(_modified, path))


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return float("inf")  # its row says why it cannot be read


def _matching(pattern: str) -> Iterator[Entry]:
    """Entries that match a pattern, among those under its leading folders without wildcards."""
    parts = pattern.split("/")
    fixed = next(i for i, part in enumerate(parts) if WILDCARDS.search(part))
    root = "/".join(parts[:fixed]) or ("/" if pattern.startswith("/") else ".")
    expression = re.compile(_expression(parts[fixed:]))
    for entry in remote_entries(root) if is_remote(root) else _local(root):
        within = _plain(entry.name).removeprefix(_plain(root)).lstrip("/")
        # A member of an archive matches when its archive does.
        if expression.fullmatch(within) or ("!/" in within and expression.fullmatch(within.split("!/", 1)[0])):
            yield entry


def _plain(name: str) -> str:
    """A URL with two slashes; some file systems write their own with three."""
    return re.sub(r"^([\w+.-]+):///+", r"\1://", name)


def _expression(parts: list[str]) -> str:
    """Regular expression for the usual wildcards; only ``**`` crosses folders."""
    expression = ""
    for i, part in enumerate(parts):
        is_last = i == len(parts) - 1
        if part == "**":
            expression += ".*" if is_last else "(?:.*/)?"
        else:
            inner = fnmatch.translate(part).removeprefix("(?s:").removesuffix(r")\Z").replace(".*", "[^/]*")
            expression += inner + ("" if is_last else "/")
    return expression


def _manifest(path: Path, passed_over: PassedOver) -> Iterator[Entry]:
    """Files named in a table, relative to its folder, with the modality, position, device and time it gives."""
    with path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as handle:
        rows = csv.DictReader(handle)
        try:
            column = next((name for name in PATH_COLUMNS if name in (rows.fieldnames or ())), None)
        except csv.Error as error:
            raise UsageError(f"its header cannot be read: {error}", str(path)) from error
        if column is None:
            raise UsageError(f"a manifest needs a column {' or '.join(PATH_COLUMNS)}", str(path))
        yield from _manifest_rows(path, rows, column, passed_over)


def _manifest_rows(path: Path, rows: "csv.DictReader[str]", column: str, passed_over: PassedOver) -> Iterator[Entry]:
    try:
        for row in rows:
            where = f"{path}:{rows.line_num}"
            name = (row[column] or "").strip()
            if not name or "\0" in name:
                yield Entry(where, error=f"{where}: no path")
                continue
            try:
                modality = Modality(row["modality"]) if row.get("modality") else None
                position = place_named(row["position"]) if row.get("position") else None
            except ValueError as error:
                yield Entry(where, error=f"{where}: {error}")
                continue
            cells = {column: value.strip() for column in MANIFEST_COLUMNS if (value := row.get(column) or "").strip()}
            try:
                for entry in _entries_of(name if is_remote(name) else str(path.parent / name), passed_over):
                    yield replace(entry, modality=modality, position=position, manifest_cells=cells)
            except (OSError, UsageError) as error:  # a name that no system takes, a scheme that nobody knows
                yield Entry(where, error=f"{where}: {str(error)[:MAX_CHARACTERS]}")
    except csv.Error as error:
        yield Entry(str(path), error=f"{path}:{rows.line_num}: {error}")
