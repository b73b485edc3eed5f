"""``--engine ray``: the same scoring by a pool of actors of Ray Data.

The driver walks the inputs. Ray Data distributes the names to actors, which read and score, replaces actors that die,
and returns rows, which go into the same store as those of a local run: parts, resuming and the rest are the same.
"""

import json
import math
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from biocapture.assessment.options import Options
from biocapture.assessment.pipeline import error_report
from biocapture.errors import BiocaptureError, UsageError
from biocapture.runs.loading import read_members_only
from biocapture.runs.remote import is_remote, read_remote
from biocapture.runs.row import Row, Rows, Task, error_rows, rows_of_reports, score_tasks
from biocapture.runs.run import Engine, Plan
from biocapture.types import Modality, Position
from biocapture.workers.cluster_map import connect
from biocapture.workers.pool import WorkerPool

MAX_STRETCH_FILES = 100_000
"""Files sent out at once: bounds the memory of the driver. Actors start again for each stretch, which takes seconds."""
MAX_STRETCH_BYTES = 256_000_000
"""Of members of archives, which are sent along with their names."""
FILES_PER_BATCH = 32
"""Files an actor takes at once."""


def ray_engine(plan: Plan, workers: int) -> Engine:
    """Engine on the Ray cluster that ``RAY_ADDRESS`` names, or on this machine.

    Parameters
    ----------
    plan : Plan
    workers : int
        Actors, one processor each; 0 = as many as the cluster has processors. Each must reach the images by their
        names.

    Returns
    -------
    Engine

    Raises
    ------
    UsageError
        Ray is not installed.
    """
    try:
        import ray.data  # noqa: F401
    except ImportError as error:
        raise UsageError("needs: pip install 'biocapture[ray]'", "--engine ray") from error

    def on_cluster(tasks: Iterable[Task], room: Callable[[], bool]) -> Generator[tuple[Task, Rows]]:
        iterator = iter(tasks)
        while stretch := list(_stretch(iterator)):
            yield from _score_stretch(plan, stretch, workers)

    return Engine(on_cluster, prepare=read_members_only)


def _score_stretch(plan: Plan, stretch: list[dict[str, Any]], workers: int) -> Iterator[tuple[Task, Rows]]:
    import ray

    connect()
    ray.data.DataContext.get_current().enable_progress_bars = False  # ours is on the terminal
    actors = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    listed = ray.data.from_items(stretch, override_num_blocks=math.ceil(len(stretch) / FILES_PER_BATCH))
    rows = listed.map_batches(
        Scorer,
        fn_constructor_args=(plan.options, plan.limit_s),
        batch_size=FILES_PER_BATCH,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=actors),
        num_cpus=1,
    )
    for row in rows.iter_rows():
        yield Task(row["number"], _name(row["name"])), tuple(Row(*cells) for cells in json.loads(row["rows"]))


def _stretch(tasks: Iterator[Task]) -> Iterator[dict[str, Any]]:
    """What actors need to know of the tasks of one stretch."""
    size = 0
    for task in islice(tasks, MAX_STRETCH_FILES):
        size += len(task.data or b"")
        yield {
            "number": task.number,
            "name": task.name.encode("utf8", "surrogateescape"),
            "data": task.data,
            "modality": task.modality or "",
            "position": task.position or "",
        }
        if size >= MAX_STRETCH_BYTES:
            return


def _name(encoded: bytes) -> str:
    return encoded.decode("utf8", "surrogateescape")


class Scorer:
    """One actor.

    A process of its own within it does the work, so that a file that kills or blocks its process costs one row. When
    the actor itself dies, Ray starts another and repeats its batch.

    Parameters
    ----------
    options : Options
        How files are read and judged.
    limit_s : float
        Longest time for one step of one file.
    """

    def __init__(self, options: Options, limit_s: float) -> None:
        work = partial(score_tasks, options=options)
        self._pool: WorkerPool[Task, Rows] = WorkerPool(work, 1, error_rows, limit_s, fork=False)

    def __call__(self, batch: Any) -> Any:
        """Score a ``pyarrow.Table`` of tasks; returns one of rows with their numbers and names."""
        import pyarrow as pa

        readable, answers = [], []
        for cells in batch.to_pylist():
            task, error = _read_task(cells)
            if error:
                answers.append((task, rows_of_reports(task.name, (error_report(task.name, error),))))
            else:
                readable.append(task)
        answers += self._pool.answers(readable)
        columns = {
            "number": [task.number for task, _ in answers],
            "name": [task.name.encode("utf8", "surrogateescape") for task, _ in answers],
            "rows": [json.dumps([(row.text, row.verdict, row.part) for row in rows]) for _, rows in answers],
        }
        return pa.table(columns)


def _read_task(cells: dict[str, Any]) -> tuple[Task, str]:
    """A task with its bytes, unless they are in a local file; and why they cannot be read, or an empty text."""
    name, data, error = _name(cells["name"]), cells["data"], ""
    if data is None and is_remote(name):
        try:
            data = read_remote(name)
        except BiocaptureError as problem:
            error = str(problem)
    modality = Modality(cells["modality"]) if cells["modality"] else None
    position = Position(cells["position"]) if cells["position"] else None
    return Task(cells["number"], name, data, modality, position), error
