"""Manifests: which file belongs to which slot, and which slots are excepted. CSV or JSON, checked when read."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from biocapture.enrolment.record import MAX_ATTEMPTS, Absence, Attempt, Enrolment, absence_of, position_order, slot_of
from biocapture.errors import BiocaptureError, EnrolmentError
from biocapture.images.naming import position_of
from biocapture.types import Position

MANIFEST_NAMES = ("manifest.json", "manifest.csv")
"""Names of the manifest inside an enrolment's folder; the first one counts."""

MANIFEST_SUFFIXES = (".json", ".csv")
"""Endings of a manifest that stands for itself, in lower case."""

MAX_BYTES = 4_000_000
COLUMNS = ("position", "path", "exception", "ppi", "person", "birth_year")


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
    """Whether a file is a manifest by its name.

    Parameters
    ----------
    path : Path
        Of a file, which need not exist.
    """
    return path.suffix.lower() in MANIFEST_SUFFIXES


def manifest_in(folder: Path) -> Path | None:
    """The manifest of an enrolment's folder; None where its files are named by their positions.

    Parameters
    ----------
    folder : Path
    """
    return next((folder / name for name in MANIFEST_NAMES if (folder / name).is_file()), None)


def read_manifest(path: Path) -> Enrolment:
    """Read a manifest; files are named relative to its folder, attempts come in the order they are listed.

    JSON: ``{"person": "…", "birth_year": 1990, "samples": [{"position": "right_index", "path": "a.png"}, …],
    "exceptions": {"left_ring": "amputated"}}``. CSV: the columns of :data:`COLUMNS`, of which ``position`` and one of
    ``path`` and ``exception`` are needed in every row. Slots may be named as in file names (``RI``, ``FGP 2``).

    Raises
    ------
    EnrolmentError
        Missing, too large, damaged (with the line), or naming an unknown slot or exception (with the nearest known).
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise EnrolmentError(f"more than {MAX_BYTES} bytes, too large for a manifest", str(path))
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
    if unknown := [name for name in names if name not in COLUMNS]:
        raise EnrolmentError(f"unknown column {unknown[0]!r}; known: {', '.join(COLUMNS)}")
    gathered: dict[str, Any] = {"samples": [], "exceptions": {}}
    for row in rows:
        _gather(gathered, row, rows.line_num)
    return _Document.model_validate(gathered)


def _gather(gathered: dict[str, Any], row: dict[Any, Any], line: int) -> None:
    """Add one line of a CSV to the document it amounts to."""
    if None in row or None in row.values():
        raise EnrolmentError(f"line {line}: not as many fields as the first line names")
    told = {name: value.strip() for name, value in row.items() if value.strip()}
    if not told:
        return
    for fact in ("person", "birth_year"):
        if fact in told and gathered.setdefault(fact, told[fact]) != told[fact]:
            raise EnrolmentError(
                f"line {line}: {fact} {told[fact]!r} after {gathered[fact]!r}: one manifest, one person"
            )
    if "position" not in told or ("path" in told) == ("exception" in told):
        raise EnrolmentError(f"line {line}: position, and either path or exception, are needed")
    if "exception" in told:
        gathered["exceptions"][told["position"]] = told["exception"]
    else:
        gathered["samples"].append({name: told[name] for name in ("position", "path", "ppi") if name in told})


def _enrolment(document: _Document, path: Path) -> Enrolment:
    if len(document.samples) > MAX_ATTEMPTS:
        raise EnrolmentError(f"more than {MAX_ATTEMPTS} samples: not the enrolment of one person")
    if not document.samples and not document.exceptions:
        raise EnrolmentError("it lists neither samples nor exceptions")
    taken: Counter[Position] = Counter()
    attempts = []
    for row in document.samples:
        position = _slot(row.position)
        taken[position] += 1
        if not row.path:
            raise EnrolmentError(f"a sample of {position} has no path")
        file = path.parent / row.path
        attempts.append(Attempt(position, file, taken[position], str(file), row.ppi))
    attempts.sort(key=lambda attempt: position_order(attempt.position))
    absent: dict[Position, Absence] = {_slot(name): absence_of(why) for name, why in document.exceptions.items()}
    stem = path.parent.resolve().name if path.stem == "manifest" else path.stem
    return Enrolment(document.person or stem, tuple(attempts), absent, birth_year=document.birth_year)


def _slot(name: str) -> Position:
    """Our own name of a slot, or what a file name would call it."""
    found = position_of(name) if "." not in name and "/" not in name else Position.UNKNOWN
    return found if found is not Position.UNKNOWN else slot_of(name)
