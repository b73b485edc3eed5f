"""Tasks for workers and the rows they return. Rows are sent and stored as JSON text."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from biocapture.assessment.options import Options
from biocapture.assessment.pipeline import NamedSource, assess_chunk, error_report
from biocapture.assessment.report import Report
from biocapture.assessment.verdict import ERROR
from biocapture.guidance.plain_text import printable
from biocapture.runs.entry import MANIFEST_COLUMNS
from biocapture.types import Modality, Position


@dataclass(frozen=True, slots=True)
class Task:
    """One file to score.

    Attributes
    ----------
    number : int
        Of its row in the run.
    name : str
        As in :class:`biocapture.runs.entry.Entry`.
    data : bytes or None
        Its bytes; None = read the local file of this name.
    key : bytes
        Files of one key get the same row except for the path; empty = unknown.
    """

    number: int
    name: str
    data: bytes | None = None
    modality: Modality | None = None
    position: Position | None = None
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the run's table.

    Attributes
    ----------
    text : str
        JSON object of the cells that are not empty.
    verdict : str
        ``READY``, ``RETAKE``, ``REVIEW`` or ``ERROR``.
    """

    text: str
    verdict: str


def score_tasks(tasks: Sequence[Task], at: Callable[[int], None], options: Options) -> list[Row]:
    """Assess a few files together.

    Parameters
    ----------
    tasks : sequence of Task
    at : callable
        Called with the index of the task that is worked on, -1 for all of them.
    options : Options
        Modality and position of a task, where it has them, come first.

    Returns
    -------
    list of Row
        In the order of the tasks.
    """
    return [row_of_report(report) for report in assess_chunk([_source(task, options) for task in tasks], at)]


def _source(task: Task, options: Options) -> NamedSource:
    modality, position = task.modality or options.modality, task.position or options.position
    own = replace(options, modality=modality, position=position)
    return NamedSource(Path(task.name) if task.data is None else task.data, own, task.name)


def error_row(task: Task, why: str) -> Row:
    """Row of a file that could not be scored.

    Parameters
    ----------
    task : Task
    why : str
        Without the name of the file.

    Returns
    -------
    Row
        With the verdict ``ERROR``.
    """
    return row_of_report(error_report(task.name, f"{task.name}: {why}"))


def row_of_report(report: Report) -> Row:
    """Row of a report, without empty cells.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Row
        An error row where a measure is infinite, which JSON cannot hold.
    """
    filled = {name: _clean(value) for name, value in report.row().items() if value is not None}
    try:
        text = json.dumps(filled, allow_nan=False)
    except ValueError as error:  # an infinite measure is a fault of ours; it must cost one row, not the run
        return error_row(Task(0, report.path), f"internal error, please report it: {error}")
    return Row(text, verdict_of(filled))


def verdict_of(cells: dict[str, Any]) -> str:
    """What a row is counted as.

    Parameters
    ----------
    cells : dict
        By column; with ``verdict`` or ``error``.

    Returns
    -------
    str
        ``READY``, ``RETAKE``, ``REVIEW``, or ``ERROR``.
    """
    return ERROR if cells.get("error") else str(cells["verdict"])


def renamed_row(row: dict[str, Any], name: str) -> Row:
    """Row of another file of the same content.

    Parameters
    ----------
    row : dict
        Cells of the file that was scored; what a manifest said of it is left out.
    name : str
        Of the other file.

    Returns
    -------
    Row
    """
    before, name = row.get("path", ""), printable(name)
    other = {column: value for column, value in row.items() if column not in MANIFEST_COLUMNS} | {"path": name}
    if error := row.get("error"):
        other["error"] = name + error.removeprefix(before) if error.startswith(f"{before}: ") else error
    return Row(json.dumps(other, allow_nan=False), verdict_of(other))


def with_manifest_cells(row: Row, cells: Mapping[str, str]) -> Row:
    """Row with what a manifest says of the capture.

    Parameters
    ----------
    row : Row
    cells : mapping
        By the names in :data:`biocapture.runs.entry.MANIFEST_COLUMNS`.

    Returns
    -------
    Row
    """
    if not cells:
        return row
    filled = json.loads(row.text) | {column: printable(value) for column, value in cells.items()}
    return Row(json.dumps(filled, allow_nan=False), row.verdict)


def _clean(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value
