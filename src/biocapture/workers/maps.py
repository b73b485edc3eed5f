"""Bounded maps over several processes that survive the death, and the hanging, of a worker."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from biocapture.workers.pool import CHUNK_SIZE, Answer, Item, LostAnswer, SteppedWork, Work, WorkerPool

MAX_CHUNKS_AHEAD = 3
"""Chunks per worker that are in work or wait for an earlier one: bounds memory, keeps workers busy."""

MAX_DEFAULT_WORKERS = 8


def map_ordered(
    work: Work[Item, Answer],
    items: Iterable[Item],
    workers: int,
    lost_answer: LostAnswer[Item, Answer],
    fork: bool = False,
) -> Iterator[Answer]:
    """Apply ``work`` to chunks of ``items`` and yield its answers in the order of the items.

    Parameters
    ----------
    work : callable
        Takes a list of items, returns as many answers; picklable when ``workers`` > 1.
    items : iterable
        May be endless: at most :data:`MAX_CHUNKS_AHEAD` chunks per worker are taken ahead of the answers.
    workers : int
        1 = in this process.
    lost_answer : callable
        Gives the answer for an item that killed its worker (a crash inside a native decoder, say).
    fork : bool
        Start workers by forking where the system can: much the fastest, and safe only in a program that has started no
        thread of any kind, OpenCV's included. Otherwise they start afresh.

    Yields
    ------
    Answer
        One per item.
    """
    if workers <= 1:
        iterator = iter(items)
        while chunk := list(islice(iterator, CHUNK_SIZE)):
            yield from work(chunk)
        return
    early: dict[int, Answer] = {}
    following = taken = 0

    def numbered() -> Iterator[tuple[int, Item]]:
        nonlocal taken
        for taken, item in enumerate(items, 1):
            yield taken - 1, item

    def room() -> bool:
        return taken - following < MAX_CHUNKS_AHEAD * workers * CHUNK_SIZE

    stream = map_unordered(
        partial(work_on_numbered, work),
        numbered(),
        workers,
        partial(lost_numbered, lost_answer),
        fork=fork,
        room=room,
    )
    try:
        for (index, _), answer in stream:
            early[index] = answer
            while following in early:
                yield early.pop(following)
                following += 1
    finally:
        stream.close()


def map_unordered(
    work: SteppedWork[Item, Answer],
    items: Iterable[Item],
    workers: int,
    lost_answer: LostAnswer[Item, Answer],
    *,
    limit_s: float | None = None,
    fork: bool = False,
    room: Callable[[], bool] = lambda: True,
) -> Generator[tuple[Item, Answer]]:
    """Apply ``work`` to chunks of ``items`` in processes and yield every item with its answer as they come.

    A worker that dies is replaced. The item it was at is tried once more on its own, in case it was not to blame, and
    is lost when it kills again; the others are sent again. A worker that takes longer than the limit for one step is
    killed and replaced, and the item it was at is lost.

    Parameters
    ----------
    work, items, workers, lost_answer, fork
        As :func:`map_ordered`; ``work`` also gets a function to call with the index of the item it goes to.
    limit_s : float, optional
        Longest time for one step, seconds.
    room : callable
        No more items are taken while it returns False.

    Yields
    ------
    (Item, Answer)
        One pair per item, in the order in which chunks are finished.
    """
    pool = WorkerPool(work, workers, lost_answer, limit_s, fork)
    iterator = iter(items)
    exhausted = False
    try:
        while True:
            while not exhausted and pool.is_free() and room():
                chunk = list(islice(iterator, CHUNK_SIZE))
                exhausted = not chunk
                pool.add(chunk)
            pool.send()
            if exhausted and pool.is_idle():
                return
            yield from pool.collect()
    finally:
        pool.close()


def work_on_numbered(
    work: Work[Item, Answer], items: Sequence[tuple[int, Item]], at: Callable[[int], None]
) -> list[Answer]:
    """Work on items that carry numbers.

    Parameters
    ----------
    work : callable
    items : sequence of (int, Item)
    at : callable
        Not told of steps: plain work has none.

    Returns
    -------
    list of Answer
        One per item.
    """
    return work([item for _, item in items])


def lost_numbered(lost_answer: LostAnswer[Item, Answer], item: tuple[int, Item], reason: str) -> Answer:
    """Answer for an item that carries a number and is lost.

    Parameters
    ----------
    lost_answer : callable
    item : (int, Item)
    reason : str

    Returns
    -------
    Answer
    """
    return lost_answer(item[1], reason)


def default_workers() -> int:
    """As many as there are processors for this process, at most :data:`MAX_DEFAULT_WORKERS`."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MAX_DEFAULT_WORKERS, usable)
