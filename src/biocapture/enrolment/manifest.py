"""Manifests: which file shows which position, and which positions are excepted. CSV or JSON, checked when read."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from biocapture.enrolment.record import (
    MAX_ATTEMPTS,
    Absence,
    Enrolment,
    SlapAttempt,
    SlotAttempt,
    parse_absence,
    parse_position,
    position_order,
)
from biocapture.errors import BiocaptureError, EnrolmentError
from biocapture.images.naming import fingers_of, position_of
from biocapture.types import FingerGroup, Position

MANIFEST_NAMES = ("manifest.json", "manifest.csv")
"""Names of the manifest inside an enrolment's folder; the first one counts."""

MANIFEST_SUFFIXES = (".json", ".csv")
"""Endings of a manifest that stands for itself, in lower case."""

MAX_MANIFEST_BYTES = 4_000_000

MANIFEST_COLUMNS = ("position", "path", "exception", "ppi", "person", "birth_year")


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    position: str
    path: str = ""
    ppi: float | None = Field(None, ge=50, le=5000)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person: str = ""
    birth_year: int | None = Field(None, ge=1850, le=2200)
    samples: list[_Row] = []
    exceptions: dict[str, str] = {}


def is_manifest(path: Path) -> bool:
    """Whether a path is a manifest by its ending.

    Parameters
    ----------
    path : Path
        Need not exist.

    Returns
    -------
    bool
    """
    return path.suffix.lower() in MANIFEST_SUFFIXES


def manifest_in(folder: Path) -> Path | None:
    """The manifest of an enrolment's folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Path or None
        None where there is none: then the names of the files say the positions.
    """
    return next((folder / name for name in MANIFEST_NAMES if (folder / name).is_file()), None)


def read_manifest(path: Path) -> Enrolment:
    """Read a manifest.

    Files are named relative to its folder; attempts keep the order in which they are listed. JSON:
    ``{"person": "…", "birth_year": 1990, "samples": [{"position": "right_index", "path": "a.png"}, …],
    "exceptions": {"left_ring": "amputated"}}``. CSV: the columns of :data:`MANIFEST_COLUMNS`, of which ``position`` and
    one of ``path`` and ``exception`` are needed in every row. Positions may be written as in file names (``RI``,
    ``FGP 2``); ``right_slap``, ``left_slap`` and ``thumbs`` are pictures of several fingers.

    Parameters
    ----------
    path : Path
        Read as CSV if it ends in .csv, otherwise as JSON; at most :data:`MAX_MANIFEST_BYTES`.

    Returns
    -------
    Enrolment
        Its id is ``person``, otherwise the name of the file, or of the folder of a ``manifest.json``.

    Raises
    ------
    EnrolmentError
        The file is missing, too large or damaged (with the line), or it names an unknown position or exception (with
        the nearest known).
    """
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise EnrolmentError(f"more than {MAX_MANIFEST_BYTES} bytes, too large for a manifest", str(path))
        content = path.read_bytes().decode("utf-8-sig")
        document = _from_csv(content) if path.suffix.lower() == ".csv" else _from_json(content)
        return _enrolment(document, path)
    except FileNotFoundError as error:
        raise EnrolmentError("no such file or folder", str(path)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EnrolmentError(f"{where}: {first['msg']}" if where else first["msg"], str(path)) from error
    except BiocaptureError as error:
        message = error.message if error.subject in ("", str(path)) else f"{error.subject!r}: {error.message}"
        raise EnrolmentError(message, str(path)) from error
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise EnrolmentError(f"not a manifest, or damaged: {error}", str(path)) from error


def _from_json(content: str) -> _Document:
    return _Document.model_validate(json.loads(content))


def _from_csv(content: str) -> _Document:
    rows = csv.DictReader(io.StringIO(content), strict=True)
    names = rows.fieldnames or []
    if "position" not in names or not {"path", "exception"} & set(names):
        raise EnrolmentError(f"the first line must name position and path, not {', '.join(names) or 'nothing'}")
    if unknown := [name for name in names if name not in MANIFEST_COLUMNS]:
        raise EnrolmentError(f"unknown column {unknown[0]!r}; known: {', '.join(MANIFEST_COLUMNS)}")
    document: dict[str, Any] = {"samples": [], "exceptions": {}}
    for row in rows:
        _add_row(document, row, rows.line_num)
    return _Document.model_validate(document)


def _add_row(document: dict[str, Any], row: dict[Any, Any], line: int) -> None:
    """Add one line of a CSV to the document, which has the form of the JSON."""
    if None in row or None in row.values():
        raise EnrolmentError(f"line {line}: not as many fields as the first line names")
    cells = {name: value.strip() for name, value in row.items() if value.strip()}
    if not cells:
        return
    for fact in ("person", "birth_year"):
        if fact in cells and document.setdefault(fact, cells[fact]) != cells[fact]:
            raise EnrolmentError(
                f"line {line}: {fact} {cells[fact]!r} after {document[fact]!r}: one manifest, one person"
            )
    if "position" not in cells or ("path" in cells) == ("exception" in cells):
        raise EnrolmentError(f"line {line}: position, and either path or exception, are needed")
    if "exception" in cells:
        document["exceptions"][cells["position"]] = cells["exception"]
    else:
        document["samples"].append({name: cells[name] for name in ("position", "path", "ppi") if name in cells})


def _enrolment(document: _Document, path: Path) -> Enrolment:
    if len(document.samples) > MAX_ATTEMPTS:
        raise EnrolmentError(f"more than {MAX_ATTEMPTS} samples: not the enrolment of one person")
    if not document.samples and not document.exceptions:
        raise EnrolmentError("it lists neither samples nor exceptions")
    taken: Counter[Position] = Counter()
    attempts, slaps = [], []
    for row in document.samples:
        group = _group(row.position)
        if group and row.path:
            slaps.append(SlapAttempt(group, path.parent / row.path, str(path.parent / row.path), row.ppi))
            continue
        position = _position(row.position)
        taken[position] += 1
        if not row.path:
            raise EnrolmentError(f"a sample of {position} has no path")
        file = path.parent / row.path
        attempts.append(SlotAttempt(position, file, taken[position], str(file), row.ppi))
    attempts.sort(key=lambda attempt: position_order(attempt.position))
    absent: dict[Position, Absence] = {_position(name): parse_absence(why) for name, why in document.exceptions.items()}
    stem = path.parent.resolve().name if path.stem == "manifest" else path.stem
    return Enrolment(
        document.person or stem, tuple(attempts), absent, birth_year=document.birth_year, slaps=tuple(slaps)
    )


def _group(name: str) -> FingerGroup | None:
    """The fingers of a slap, as file names write them, or by our own name."""
    fingers = fingers_of(name) if "." not in name and "/" not in name else ()
    return next((group for group in FingerGroup if group.fingers == fingers), None)


def _position(name: str) -> Position:
    """The position of a cell: as file names write it, or by our own name."""
    position = position_of(name) if "." not in name and "/" not in name else Position.UNKNOWN
    return position if position is not Position.UNKNOWN else parse_position(name)
