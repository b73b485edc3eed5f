"""A map over a Ray cluster, in the order of the items; the connection to it that all uses of Ray share."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, Generic

from biocapture.errors import UsageError
from biocapture.workers.maps import lost_numbered, work_on_numbered
from biocapture.workers.pool import CHUNK_SIZE, Answer, Item, LostAnswer, Work, WorkerPool

MAX_CHUNKS_HELD = 2
"""Chunks an actor holds: one in work, the next at hand."""


def map_on_cluster(
    work: Work[Item, Answer], items: Iterable[Item], workers: int, lost_answer: LostAnswer[Item, Answer]
) -> Iterator[Answer]:
    """Apply ``work`` to chunks of ``items`` by a pool of actors and yield its answers in the order of the items.

    An actor that dies is restarted by Ray and its chunks are repeated. Each works in a process within it, so that an
    item that kills its process is lost alone.

    Parameters
    ----------
    work, items, lost_answer
        As :func:`~biocapture.workers.maps.map_ordered`; all picklable.
    workers : int
        Actors, one processor each; 0 = as many as the cluster has processors.

    Yields
    ------
    Answer
        One per item.

    Raises
    ------
    UsageError
        Ray is not installed.
    """
    iterator = iter(items)
    chunk = list(islice(iterator, CHUNK_SIZE))
    if not chunk:
        return
    connect()
    import ray

    kind = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)(_Actor)
    count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    actors = [kind.remote(work, lost_answer) for _ in range(count)]
    free = actors * MAX_CHUNKS_HELD
    held: dict[Any, tuple[int, Any]] = {}
    early: dict[int, list[Answer]] = {}
    sent = following = 0
    try:
        while chunk or held:
            while chunk and free:
                actor = free.pop(0)
                held[actor.answers.remote(chunk)] = (sent, actor)
                sent, chunk = sent + 1, list(islice(iterator, CHUNK_SIZE))
            done, _ = ray.wait(list(held), num_returns=1)
            number, actor = held.pop(done[0])
            free.append(actor)
            early[number] = ray.get(done[0])
            while following in early:
                yield from early.pop(following)
                following += 1
    finally:
        for actor in actors:
            ray.kill(actor)


def connect() -> None:
    """Join the cluster that ``RAY_ADDRESS`` names, or start a Ray on this machine; once a process.

    Raises
    ------
    UsageError
        Ray is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise UsageError("needs: pip install 'biocapture[ray]'", "--engine ray") from error
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    if not ray.is_initialized():
        ray.init(log_to_driver=False, logging_level="ERROR", job_config=_job_config())


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


class _Actor(Generic[Item, Answer]):
    """One actor; a process of its own within it does the work."""

    def __init__(self, work: Work[Item, Answer], lost_answer: LostAnswer[Item, Answer]) -> None:
        numbered, lost = partial(work_on_numbered, work), partial(lost_numbered, lost_answer)
        self._pool: WorkerPool[tuple[int, Item], Answer] = WorkerPool(numbered, 1, lost, None, fork=False)

    def answers(self, items: Sequence[Item]) -> list[Answer]:
        """One per item, in their order."""
        found = {number: answer for (number, _), answer in self._pool.answers(list(enumerate(items)))}
        return [found[number] for number in range(len(items))]
