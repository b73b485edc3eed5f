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
from biocapture.types import FingerGroup, Modality, Position


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
    position: Position | FingerGroup | None = None
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
    part : str
        What of the file it shows, as its path ends: ``#3``; empty = all of it.
    """

    text: str
    verdict: str
    part: str = ""


Rows = tuple[Row, ...]
"""Rows of one file: one for each capture in it, at least one."""


def score_tasks(tasks: Sequence[Task], at: Callable[[int], None], options: Options) -> list[Rows]:
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
    list of tuple of Row
        In the order of the tasks.
    """
    answers = assess_chunk([_source(task, options) for task in tasks], at)
    return [rows_of_reports(task.name, reports) for task, reports in zip(tasks, answers, strict=True)]


def _source(task: Task, options: Options) -> NamedSource:
    modality, position = task.modality or options.modality, task.position or options.position
    own = replace(options, modality=modality, position=position)
    return NamedSource(Path(task.name) if task.data is None else task.data, own, task.name)


def error_rows(task: Task, why: str) -> Rows:
    """The row of a file that could not be scored.

    Parameters
    ----------
    task : Task
    why : str
        Without the name of the file.

    Returns
    -------
    tuple of Row
        One, with the verdict ``ERROR``.
    """
    return rows_of_reports(task.name, (error_report(task.name, f"{task.name}: {why}"),))


def rows_of_reports(name: str, reports: Sequence[Report]) -> Rows:
    """Rows of the captures of one file.

    Parameters
    ----------
    name : str
        Of the file.
    reports : sequence of Report
        At least one.

    Returns
    -------
    tuple of Row
    """
    parts = (each.path.removeprefix(name) if each.path.startswith(f"{name}#") else "" for each in reports)
    return tuple(replace(row_of_report(each), part=part) for each, part in zip(reports, parts, strict=True))


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
        return error_rows(Task(0, report.path), f"internal error, please report it: {error}")[0]
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


def renamed_row(row: dict[str, Any], name: str, part: str = "") -> Row:
    """Row of another file of the same content.

    Parameters
    ----------
    row : dict
        Cells of the file that was scored; what a manifest said of it is left out.
    name : str
        Of the other file.
    part : str
        As in :class:`Row`.

    Returns
    -------
    Row
    """
    before, name = row.get("path", ""), printable(name + part)
    other = {column: value for column, value in row.items() if column not in MANIFEST_COLUMNS} | {"path": name}
    if error := row.get("error"):
        other["error"] = name + error.removeprefix(before) if error.startswith(f"{before}: ") else error
    return Row(json.dumps(other, allow_nan=False), verdict_of(other), part)


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
    return Row(json.dumps(filled, allow_nan=False), row.verdict, row.part)


def _clean(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value
