"""One run: entries → tasks → rows → parts."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from biocapture.assessment.modalities import measures
from biocapture.assessment.options import Options
from biocapture.assessment.pipeline import error_report, native_names
from biocapture.assessment.report import header, parquet_schema
from biocapture.errors import UsageError
from biocapture.images.private_files import private_folder
from biocapture.images.walk import ignore
from biocapture.runs import INDEX_FILE, LIMIT_S, RECORD_FILE, ROWS_PER_PART
from biocapture.runs.entry import MANIFEST_COLUMNS, Entry
from biocapture.runs.inputs import PassedOver, entries
from biocapture.runs.loading import LoadedEntry, read_ahead
from biocapture.runs.row import (
    Rows,
    Task,
    error_rows,
    renamed_row,
    rows_of_reports,
    score_tasks,
    with_manifest_cells,
)
from biocapture.runs.run_record import (
    Choice,
    read_run_record,
    require_same,
    run_record_of,
    utc_now,
    write_run_record,
)
from biocapture.runs.selection import entries_changed_since, highest_lot, lowest_lots, seconds_since_1970
from biocapture.runs.store import Store
from biocapture.workers.maps import map_unordered

MAX_UNDER_WAY = 1024
"""Files that have a number and no row yet: bounds memory while one of them takes long."""

Scoring = Callable[[Iterable[Task], Callable[[], bool]], Generator[tuple[Task, Rows]]]
"""Takes tasks while the second argument says that there is room, and yields them with their rows in any order."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What does the work of a run.

    Attributes
    ----------
    score : callable
        See :data:`Scoring`.
    prepare : callable
        Reads and hashes entries (with the limit in seconds) as far as that has to be done in this process.
    """

    score: Scoring
    prepare: Callable[[Iterable[Entry], float], Generator[LoadedEntry]] = read_ahead


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do.

    Attributes
    ----------
    choice : Choice
        Which files.
    options : Options
        How they are read and judged.
    limit_s : float
        Longest time for one step (reading, describing) of one file.
    rows_per_part : int
        Rows of a full part of the table.
    """

    choice: Choice
    options: Options
    limit_s: float = LIMIT_S
    rows_per_part: int = ROWS_PER_PART

    def columns(self) -> list[str]:
        """Names of the table's columns, in order."""
        kinds = (self.options.modality,) if self.options.modality else ()
        return [*header(tuple(measures(*kinds)), native_names(self.options)), *MANIFEST_COLUMNS]


def local_engine(plan: Plan, workers: int, fork: bool = False) -> Engine:
    """Engine of worker processes on this machine.

    Parameters
    ----------
    plan : Plan
    workers : int
        Processes.
    fork : bool
        Start them by forking; safe only while this process has no thread.

    Returns
    -------
    Engine
    """

    def through_processes(tasks: Iterable[Task], room: Callable[[], bool]) -> Generator[tuple[Task, Rows]]:
        work = partial(score_tasks, options=plan.options)
        return map_unordered(work, tasks, workers, error_rows, limit_s=plan.limit_s, fork=fork, room=room)

    return Engine(through_processes)


def open_store(plan: Plan, folder: Path, resume: bool) -> tuple[Store, dict[str, Any]]:
    """Open the folder of a new run, or of one that is resumed.

    Parameters
    ----------
    plan : Plan
    folder : Path
        Made where it does not exist.
    resume : bool
        Go on with the run that is there, if any.

    Returns
    -------
    store : Store
        To be used with ``with``.
    record : dict
        Of the run, as it stands in ``run.json``.

    Raises
    ------
    UsageError
        There is a run and ``resume`` is not set; plan, versions or models differ from that run's; the folder holds
        other things, cannot be written, or another run is at work there.
    """
    if plan.choice.since:
        seconds_since_1970(plan.choice.since)  # a wrong date is an error before anything is made
    record = run_record_of(plan.choice, plan.options, plan.columns(), plan.rows_per_part)
    before = read_run_record(folder)
    if before is not None:
        if not resume:
            raise UsageError("there is a run already: go on with --resume, or choose another folder", str(folder))
        require_same(before, record, folder)
    else:
        _require_empty(folder)
        record["highest_lot"] = _highest_lot(plan)
    store = Store(folder, parquet_schema(plan.columns(), tuple(MANIFEST_COLUMNS)), plan.rows_per_part)
    try:
        return store, write_run_record(folder, before or record | {"begun": utc_now()}, status="running")
    except BaseException:
        store.close()
        raise


def _require_empty(folder: Path) -> None:
    try:
        private_folder(folder)
        # A run that was killed before its record was written has no rows either.
        strangers = [path.name for path in folder.iterdir() if not path.name.startswith((INDEX_FILE, RECORD_FILE))]
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(folder)) from error
    if strangers:
        raise UsageError(f"holds other things ({strangers[0]} …); choose a new folder", str(folder))


def _highest_lot(plan: Plan) -> int | None:
    choice = plan.choice
    if not choice.sample:
        return None
    return highest_lot(_dated(choice), choice.sample, choice.seed)


def _dated(choice: Choice, passed_over: PassedOver = ignore) -> Iterator[Entry]:
    listed = entries(choice.inputs, passed_over)
    return entries_changed_since(listed, seconds_since_1970(choice.since)) if choice.since else listed


def chosen_entries(choice: Choice, highest: int | None, passed_over: PassedOver = ignore) -> Iterator[Entry]:
    """List the files of a run.

    Parameters
    ----------
    choice : Choice
    highest : int or None
        ``highest_lot`` of the run's record; None = there is no sample.
    passed_over : callable
        Called with the kind of every file that is no capture.

    Returns
    -------
    iterator of Entry
        In the order of the inputs.
    """
    listed = _dated(choice, passed_over)
    return listed if highest is None else lowest_lots(listed, highest, choice.seed)


def carry_out(
    plan: Plan,
    store: Store,
    record: dict[str, Any],
    engine: Engine,
    on_row: Callable[[str], None] = lambda _: None,
    passed_over: PassedOver = ignore,
) -> None:
    """Score every file that has no row yet. Stopped at any point, by whatever means, the run can be resumed.

    Parameters
    ----------
    plan : Plan
    store : Store
    record : dict
        Of the run, as :func:`open_store` returns it.
    engine : Engine
    on_row : callable, optional
        Called with the verdict of every row once it is stored; a file of several captures has several.
    passed_over : callable, optional
        Called with the kind of every file that is no capture.
    """
    work = _Work(store, on_row)
    chosen = chosen_entries(plan.choice, record["highest_lot"], passed_over)
    source = engine.prepare(work.missing(chosen), plan.limit_s)
    with closing(source), closing(engine.score(work.tasks(source), work.has_room)) as scored:
        for task, rows in scored:
            work.finish(task, rows)
    work.end()
    store.finish()


class _Work:
    """Files under way, and those that wait for the row of a file of the same content."""

    def __init__(self, store: Store, on_row: Callable[[str], None]) -> None:
        self._store, self._on_row = store, on_row
        self._under_way: dict[str, Mapping[str, str]] = {}
        """Name of each entry under way → its cells from a manifest."""
        self._same: dict[bytes, list[Task]] = {}
        """Key of a file that is being scored → files of the same content that wait for its row."""

    def has_room(self) -> bool:
        return len(self._under_way) < MAX_UNDER_WAY

    def missing(self, listed: Iterable[Entry]) -> Iterator[Entry]:
        """Entries without a row; one that is named twice counts once."""
        for entry in listed:
            if entry.name not in self._under_way and not self._store.has(entry.name):
                self._under_way[entry.name] = entry.manifest_cells
                yield entry

    def tasks(self, source: Iterable[LoadedEntry]) -> Iterator[Task]:
        """Tasks for the engine. Files of known content, and those that cannot be read, get their row at once."""
        for each in source:
            entry = each.entry
            number = self._store.new_number()
            task = Task(number, entry.name, each.data, entry.modality, entry.position, each.key)
            if each.error:
                self._keep(task, rows_of_reports(task.name, (error_report(task.name, each.error),)))
            elif task.key and (known := self._store.rows_of_content(task.key)):
                self._keep(task, tuple(renamed_row(row, task.name, part) for row, part in known))
            elif task.key in self._same and self.has_room():
                self._same[task.key].append(task)
            else:
                if task.key:
                    self._same.setdefault(task.key, [])
                yield task

    def finish(self, task: Task, rows: Rows) -> None:
        self._keep(task, rows)
        for other in self._same.pop(task.key, []):
            known = self._store.rows_of_content(other.key)
            self._keep(other, tuple(renamed_row(row, other.name, part) for row, part in known))

    def _keep(self, task: Task, rows: Rows) -> None:
        cells = self._under_way.pop(task.name, {})
        self._store.put(task.number, task.name, task.key, tuple(with_manifest_cells(row, cells) for row in rows))
        for row in rows:
            self._on_row(row.verdict)

    def end(self) -> None:
        assert not self._under_way
