"""One run: entries → tasks → rows → parts."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from biocapture.assessment.modalities import measures
from biocapture.assessment.options import Options
from biocapture.assessment.pipeline import failed, native_names
from biocapture.assessment.report import header, parquet_schema
from biocapture.errors import UsageError
from biocapture.runs import INDEX_FILE, LIMIT_S, RECORD_FILE, ROWS_PER_PART, record, selection
from biocapture.runs.entry import TOLD, Entry
from biocapture.runs.inputs import entries
from biocapture.runs.loading import Loaded, loaded
from biocapture.runs.record import Choice
from biocapture.runs.row import Row, Task, lost, renamed, row_of, score, with_told
from biocapture.runs.store import Store
from biocapture.workers.pool import map_unordered

UNDER_WAY = 1024
"""Files promised a number whose rows are not there yet: bounds memory when one of them takes long."""

Scoring = Callable[[Iterable[Task], Callable[[], bool]], Generator[tuple[Task, Row]]]
"""Takes tasks as long as there is room for more, gives them back with their rows in any order."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Who does the work.

    Attributes
    ----------
    score : callable
    prepare : callable
        Reads and hashes what it is to be given, as far as that has to be done here.
    """

    score: Scoring
    prepare: Callable[[Iterable[Entry], float], Generator[Loaded]] = loaded


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done.

    Attributes
    ----------
    limit_s : float
        Longest time for one step (reading, describing) of one file.
    rows_per_part : int
    """

    choice: Choice
    wanted: Options
    limit_s: float = LIMIT_S
    rows_per_part: int = ROWS_PER_PART

    def columns(self) -> list[str]:
        """Of the table."""
        kinds = (self.wanted.modality,) if self.wanted.modality else ()
        return [*header(tuple(measures(*kinds)), native_names(self.wanted)), *TOLD]


def local_engine(plan: Plan, workers: int, fork: bool = False) -> Engine:
    """Processes on this machine."""

    def through_processes(tasks: Iterable[Task], room: Callable[[], bool]) -> Generator[tuple[Task, Row]]:
        work = partial(score, wanted=plan.wanted)
        return map_unordered(work, tasks, workers, lost, limit_s=plan.limit_s, fork=fork, room=room)

    return Engine(through_processes)


def opened(plan: Plan, folder: Path, resume: bool) -> tuple[Store, dict[str, Any]]:
    """The store and the record of a new run, or of one to go on with.

    Raises
    ------
    UsageError
        There is a run and ``resume`` is not set; what was asked for then and now differs; the folder holds other
        things, cannot be written, or another run is at work there.
    """
    if plan.choice.since:
        selection.since_s(plan.choice.since)  # wrong dates are said before anything is made
    facts = record.facts_of(plan.choice, plan.wanted, plan.columns(), plan.rows_per_part)
    before = record.read(folder)
    if before is not None:
        if not resume:
            raise UsageError("there is a run already: go on with --resume, or choose another folder", str(folder))
        record.check_same(before, facts, folder)
    else:
        _check_empty(folder)
        facts["highest_lot"] = _highest_lot(plan)
    store = Store(folder, parquet_schema(plan.columns(), tuple(TOLD)), plan.rows_per_part)
    try:
        return store, record.write(folder, before or facts | {"begun": record.now()}, status="running")
    except BaseException:
        store.close()
        raise


def _check_empty(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A run killed before its record was there leaves nothing worth keeping.
        strangers = [path.name for path in folder.iterdir() if not path.name.startswith((INDEX_FILE, RECORD_FILE))]
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(folder)) from error
    if strangers:
        raise UsageError(f"holds other things ({strangers[0]} …); choose a new folder", str(folder))


def _highest_lot(plan: Plan) -> int | None:
    choice = plan.choice
    if not choice.sample:
        return None
    return selection.highest_lot(_dated(choice), choice.sample, choice.seed)


def _dated(choice: Choice) -> Iterator[Entry]:
    found = entries(choice.inputs)
    return selection.changed_since(found, selection.since_s(choice.since)) if choice.since else found


def chosen(choice: Choice, highest_lot: int | None) -> Iterator[Entry]:
    """The entries of a run."""
    found = _dated(choice)
    return found if highest_lot is None else selection.drawn(found, highest_lot, choice.seed)


def carry_out(
    plan: Plan, store: Store, facts: dict[str, Any], engine: Engine, seen: Callable[[str], None] = lambda _: None
) -> None:
    """Score what is not there yet; ``seen`` is told the verdict of every row as it is kept.

    Stopped at any point, by whatever means, the run can be resumed.
    """
    work = _Work(store, seen)
    source = engine.prepare(work.missing(chosen(plan.choice, facts["highest_lot"])), plan.limit_s)
    with closing(source), closing(engine.score(work.tasks(source), work.has_room)) as landed:
        for task, row in landed:
            work.land(task, row)
    work.end()
    store.finish()


class _Work:
    """What is under way, and who waits for whom."""

    def __init__(self, store: Store, seen: Callable[[str], None]) -> None:
        self._store, self._seen = store, seen
        self._under_way: dict[str, Mapping[str, str]] = {}
        """Name of each entry under way → what a manifest says of it."""
        self._same: dict[bytes, list[Task]] = {}
        """Key of a file in work → files of the same content that wait for its row."""

    def has_room(self) -> bool:
        return len(self._under_way) < UNDER_WAY

    def missing(self, found: Iterable[Entry]) -> Iterator[Entry]:
        """Entries without a row; one that is named twice counts once."""
        for entry in found:
            if entry.name not in self._under_way and not self._store.has(entry.name):
                self._under_way[entry.name] = entry.told
                yield entry

    def tasks(self, source: Iterable[Loaded]) -> Iterator[Task]:
        """What has to be scored. Files of known content, and those that cannot be read, get their row here."""
        for each in source:
            entry = each.entry
            number = self._store.new_number()
            task = Task(number, entry.name, each.data, entry.modality, entry.position, each.key)
            if each.error:
                self._keep(task, row_of(failed(task.name, each.error)))
            elif task.key and (row := self._store.same(task.key)) is not None:
                self._keep(task, renamed(row, task.name))
            elif task.key in self._same and self.has_room():
                self._same[task.key].append(task)
            else:
                if task.key:
                    self._same.setdefault(task.key, [])
                yield task

    def land(self, task: Task, row: Row) -> None:
        self._keep(task, row)
        for other in self._same.pop(task.key, []):
            known = self._store.same(other.key)
            assert known is not None
            self._keep(other, renamed(known, other.name))

    def _keep(self, task: Task, row: Row) -> None:
        self._store.put(task.number, task.name, task.key, with_told(row, self._under_way.pop(task.name, {})))
        self._seen(row.verdict)

    def end(self) -> None:
        assert not self._under_way
