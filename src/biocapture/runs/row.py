"""Tasks for workers and the rows they give back; rows travel and wait as JSON text."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from biocapture.assessment.options import Options
from biocapture.assessment.pipeline import Named, assess_chunk, failed
from biocapture.assessment.report import Report, printable
from biocapture.assessment.verdict import ERROR
from biocapture.runs.entry import TOLD
from biocapture.types import Modality, Position


@dataclass(frozen=True, slots=True)
class Task:
    """One file to score.

    Attributes
    ----------
    number : int
        Its row in the run.
    name : str
        As :class:`biocapture.runs.entry.Entry`.
    data : bytes or None
        Its bytes; None = read the local file of this name.
    key : bytes
        Files of one key get the same row but for the path; empty = unknown.
    error : str
        Why it cannot be read, when that is known already.
    """

    number: int
    name: str
    data: bytes | None = None
    modality: Modality | None = None
    position: Position | None = None
    key: bytes = b""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the run's table.

    Attributes
    ----------
    text : str
        JSON of the columns that are not null.
    verdict : str
        READY, RETAKE, REVIEW or ERROR.
    """

    text: str
    verdict: str


def score(tasks: Sequence[Task], at: Callable[[int], None], wanted: Options) -> list[Row]:
    """Rows of a few tasks; ``at`` is told where the work is."""
    return [row_of(report) for report in assess_chunk([_named(task, wanted) for task in tasks], at)]


def _named(task: Task, wanted: Options) -> Named:
    modality, position = task.modality or wanted.modality, task.position or wanted.position
    own = replace(wanted, modality=modality, position=position)
    return Named(Path(task.name) if task.data is None else task.data, own, task.name)


def lost(task: Task, why: str) -> Row:
    """The row of a file that could not be scored."""
    return row_of(failed(task.name, f"{task.name}: {why}"))


def row_of(report: Report) -> Row:
    """A report as a row; empty cells are left out."""
    filled = {name: _clean(value) for name, value in report.row().items() if value is not None}
    try:
        text = json.dumps(filled, allow_nan=False)
    except ValueError as error:  # an infinite measure: a fault of ours must cost one row, not the run
        return lost(Task(0, report.path), f"internal error, please report it: {error}")
    return Row(text, verdict_of(filled))


def verdict_of(filled: dict[str, Any]) -> str:
    """What a row counts as."""
    return ERROR if filled.get("error") else str(filled["verdict"])


def renamed(row: dict[str, Any], name: str) -> Row:
    """The row of another file of the same content."""
    before, name = row.get("path", ""), printable(name)
    other = {column: value for column, value in row.items() if column not in TOLD} | {"path": name}
    if error := row.get("error"):
        other["error"] = name + error.removeprefix(before) if error.startswith(f"{before}: ") else error
    return Row(json.dumps(other, allow_nan=False), verdict_of(other))


def with_told(row: Row, told: Mapping[str, str]) -> Row:
    """The row with what a manifest says of the capture."""
    if not told:
        return row
    cells = json.loads(row.text) | {column: printable(value) for column, value in told.items()}
    return Row(json.dumps(cells, allow_nan=False), row.verdict)


def _clean(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value
