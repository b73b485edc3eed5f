"""``--engine ray``: the same scoring as a pool of actors of Ray Data. The only importer of ray.

The driver walks the inputs and writes a listing of what is to be scored into the folder of the run; Ray Data reads it,
spreads it over actors, replaces those that die, and gives rows back, which go into the same store as those of a local
run. So parts, resume and everything else are the same.
"""

import shutil
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import BiocaptureError, UsageError
from biocapture.pipeline import Options, failed
from biocapture.runs.loading import unread
from biocapture.runs.remote import is_remote, read_remote
from biocapture.runs.row import Row, Task, lost, row_of, score
from biocapture.runs.run import Engine, Plan
from biocapture.types import Modality, Position
from biocapture.workers import Pool

STRETCH = 100_000
"""Files of one go: bounds the memory of the driver. Between two, actors are started anew (seconds)."""
ROWS_PER_LIST = 500
BYTES_PER_LIST = 64_000_000
"""Members of archives travel inside the listing."""
TOGETHER_AT_ONCE = 32
"""Files an actor takes at once."""
Columns = dict[str, NDArray[Any]]


def ray_engine(plan: Plan, workers: int, folder: Path) -> Engine:
    """An engine on the Ray cluster that ``RAY_ADDRESS`` names, or on this machine.

    Parameters
    ----------
    workers : int
        Actors, one processor each; 0 = as many as the cluster has processors.
    folder : Path
        Of the run; every node must reach it under this path, and the images too.

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
        listing = folder.absolute() / ".listing"
        iterator = iter(tasks)
        try:
            while _write_listing(islice(iterator, STRETCH), listing):
                yield from _scored(plan, listing, workers)
        finally:
            shutil.rmtree(listing, ignore_errors=True)

    return Engine(on_cluster, prepare=unread)


def _scored(plan: Plan, listing: Path, workers: int) -> Iterator[tuple[Task, Row]]:
    import ray

    if not ray.is_initialized():
        ray.init(log_to_driver=False, logging_level="ERROR")
    ray.data.DataContext.get_current().enable_progress_bars = False
    actors = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    listed = ray.data.read_parquet(
        sorted(map(str, listing.glob("*.parquet"))),
        ray_remote_args={"num_cpus": 0},  # the actors have all processors; reading a list needs none
    )
    rows = listed.map_batches(
        Scorer,
        fn_constructor_args=(plan.wanted, plan.limit_s),
        batch_size=TOGETHER_AT_ONCE,
        compute=ray.data.ActorPoolStrategy(size=actors),
        num_cpus=1,
    )
    for found in rows.iter_rows():
        yield Task(int(found["number"]), _name(found["name"])), Row(found["text"], found["verdict"])


def _write_listing(tasks: Iterable[Task], listing: Path) -> int:
    """Write tasks in files of a few hundred; gives the number of files."""
    shutil.rmtree(listing, ignore_errors=True)  # the last stretch, or what a killed run left
    listing.mkdir(parents=True)
    iterator = iter(tasks)
    number = 0
    while some := _some(iterator):
        _write(listing / f"{number:06d}.parquet", some)
        number += 1
    return number


def _some(tasks: Iterator[Task]) -> list[Task]:
    taken: list[Task] = []
    size = 0
    for task in tasks:
        taken.append(task)
        size += len(task.data or b"")
        if len(taken) >= ROWS_PER_LIST or size >= BYTES_PER_LIST:
            break
    return taken


def _write(path: Path, tasks: list[Task]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [("number", pa.int64()), ("name", pa.binary()), ("data", pa.binary())]
        + [("modality", pa.string()), ("position", pa.string())]
    )
    rows = [
        {
            "number": task.number,
            "name": task.name.encode("utf8", "surrogateescape"),
            "data": task.data,
            "modality": task.modality or "",
            "position": task.position or "",
        }
        for task in tasks
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=TOGETHER_AT_ONCE)


def _name(encoded: bytes) -> str:
    return bytes(encoded).decode("utf8", "surrogateescape")


class Scorer:
    """One actor.

    A process of its own inside it does the work, so that a file that kills or hangs costs a row there and nothing here.
    When the actor itself dies, Ray starts another and repeats its batch.
    """

    def __init__(self, wanted: Options, limit_s: float) -> None:
        self._pool: Pool[Task, Row] = Pool(partial(score, wanted=wanted), 1, lost, limit_s, fork=False)

    def __call__(self, batch: Columns) -> Columns:
        """Rows of a batch of the listing."""
        readable, answers = [], []
        for i in range(len(batch["number"])):
            task, error = _readable({name: column[i] for name, column in batch.items()})
            if error:
                answers.append((task, row_of(failed(task.name, error))))
            else:
                readable.append(task)
        answers += self._pool.answers(readable)
        return {
            "number": np.array([task.number for task, _ in answers], np.int64),
            "name": np.array([task.name.encode("utf8", "surrogateescape") for task, _ in answers], object),
            "text": np.array([row.text for _, row in answers], object),
            "verdict": np.array([row.verdict for _, row in answers], object),
        }


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
    return Task(int(found["number"]), name, None if data is None else bytes(data), modality, position), error
