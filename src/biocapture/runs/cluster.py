"""``--engine ray``: the same scoring as a pool of actors of Ray Data. The only importer of ray.

The driver walks the inputs; Ray Data spreads the names over actors, which read and score, replaces those that die, and
gives rows back, which go into the same store as those of a local run. So parts, resume and all else are the same.
"""

import logging
import math
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from biocapture.assessment.options import Options
from biocapture.assessment.pipeline import failed
from biocapture.errors import BiocaptureError, UsageError
from biocapture.runs.loading import unread
from biocapture.runs.remote import is_remote, read_remote
from biocapture.runs.row import Row, Task, lost, row_of, score
from biocapture.runs.run import Engine, Plan
from biocapture.types import Modality, Position
from biocapture.workers.pool import Pool

STRETCH = 100_000
"""Files of one go: bounds the memory of the driver. Between two, actors are started anew (seconds)."""
STRETCH_BYTES = 256_000_000
"""Members of archives travel with their names."""
TOGETHER_AT_ONCE = 32
"""Files an actor takes at once."""


def ray_engine(plan: Plan, workers: int) -> Engine:
    """An engine on the Ray cluster that ``RAY_ADDRESS`` names, or on this machine.

    Parameters
    ----------
    workers : int
        Actors, one processor each; 0 = as many as the cluster has processors. Each must reach the images by their
        names.

    Raises
    ------
    UsageError
        Ray is not installed.
    """
    try:
        import ray.data  # noqa: F401
    except ImportError as error:
        raise UsageError("needs: pip install 'biocapture[ray]'", "--engine ray") from error

    def on_cluster(tasks: Iterable[Task], room: Callable[[], bool]) -> Generator[tuple[Task, Row]]:
        iterator = iter(tasks)
        while some := list(_stretch(iterator)):
            yield from _scored(plan, some, workers)

    return Engine(on_cluster, prepare=unread)


def _scored(plan: Plan, some: list[dict[str, Any]], workers: int) -> Iterator[tuple[Task, Row]]:
    import ray

    logging.getLogger("ray.data").setLevel(logging.WARNING)
    if not ray.is_initialized():
        ray.init(log_to_driver=False, logging_level="ERROR", job_config=_job_config())
    ray.data.DataContext.get_current().enable_progress_bars = False  # ours is on the terminal
    actors = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    listed = ray.data.from_items(some, override_num_blocks=math.ceil(len(some) / TOGETHER_AT_ONCE))
    rows = listed.map_batches(
        Scorer,
        fn_constructor_args=(plan.wanted, plan.limit_s),
        batch_size=TOGETHER_AT_ONCE,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=actors),
        num_cpus=1,
    )
    for found in rows.iter_rows():
        yield Task(found["number"], _name(found["name"])), Row(found["text"], found["verdict"])


class _NoFolders(list[str]):
    """Stays empty, whatever it is extended by."""

    def extend(self, folders: Iterable[str]) -> None:
        pass


def _job_config() -> Any:
    """Settings of the job: no worker imports from the folder the run was started in.

    Ray sends the current folder and that of the script to all workers, which put them first on their path: files of a
    received folder would be executed there. It has no option against that, hence a list that takes none of them.
    """
    from ray.job_config import JobConfig

    config = JobConfig()
    config._py_driver_sys_path = _NoFolders()  # noqa: SLF001
    return config


def _stretch(tasks: Iterator[Task]) -> Iterator[dict[str, Any]]:
    """What actors need to know of the tasks of one stretch."""
    size = 0
    for task in islice(tasks, STRETCH):
        size += len(task.data or b"")
        yield {
            "number": task.number,
            "name": task.name.encode("utf8", "surrogateescape"),
            "data": task.data,
            "modality": task.modality or "",
            "position": task.position or "",
        }
        if size >= STRETCH_BYTES:
            return


def _name(encoded: bytes) -> str:
    return encoded.decode("utf8", "surrogateescape")


class Scorer:
    """One actor.

    A process of its own inside it does the work, so that a file that kills or hangs costs a row there and nothing here.
    When the actor itself dies, Ray starts another and repeats its batch.
    """

    def __init__(self, wanted: Options, limit_s: float) -> None:
        self._pool: Pool[Task, Row] = Pool(partial(score, wanted=wanted), 1, lost, limit_s, fork=False)

    def __call__(self, batch: Any) -> Any:
        """Rows of a table of tasks."""
        import pyarrow as pa

        readable, answers = [], []
        for found in batch.to_pylist():
            task, error = _readable(found)
            if error:
                answers.append((task, row_of(failed(task.name, error))))
            else:
                readable.append(task)
        answers += self._pool.answers(readable)
        columns = {
            "number": [task.number for task, _ in answers],
            "name": [task.name.encode("utf8", "surrogateescape") for task, _ in answers],
            "text": [row.text for _, row in answers],
            "verdict": [row.verdict for _, row in answers],
        }
        return pa.table(columns)


def _readable(found: dict[str, Any]) -> tuple[Task, str]:
    """A task with its bytes, if they are not in a local file; or why there are none."""
    name, data, error = _name(found["name"]), found["data"], ""
    if data is None and is_remote(name):
        try:
            data = read_remote(name)
        except BiocaptureError as problem:
            error = str(problem)
    modality = Modality(found["modality"]) if found["modality"] else None
    position = Position(found["position"]) if found["position"] else None
    return Task(found["number"], name, data, modality, position), error
