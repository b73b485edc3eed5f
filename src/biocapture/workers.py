"""An ordered, bounded map over several processes that survives the death of a worker."""

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Work = Callable[[Sequence[Item]], list[Answer]]

CHUNK = 8
"""Items per task: small enough for smooth progress, large enough to hide the cost of a task (under 1 ms)."""

AHEAD = 3
"""Chunks in flight per worker: bounds memory, keeps workers busy."""


def map_ordered(
    work: Work[Item, Answer],
    items: Iterable[Item],
    workers: int,
    lost: Callable[[Item, str], Answer],
    fork: bool = False,
) -> Iterator[Answer]:
    """Apply ``work`` to chunks of ``items`` and yield its answers in the order of the items.

    Parameters
    ----------
    work : callable
        Takes a list of items, returns as many answers; picklable when ``workers`` > 1.
    workers : int
        1 = in this process.
    lost : callable
        Gives the answer for an item that killed its worker (a crash inside a native decoder, say).
    fork : bool
        Start workers by forking where the system can: much the fastest, and safe only in a program that has started no
        thread of any kind, OpenCV's included. Otherwise they start afresh.
    """
    pieces = _pieces(items)
    if workers <= 1:
        for piece in pieces:
            yield from work(piece)
        return
    pool = _Pool(workers, fork)
    try:
        flying: deque[tuple[list[Item], Future[list[Answer]]]] = deque()
        for piece in pieces:
            flying.append((piece, pool.submit(work, piece)))
            if len(flying) >= AHEAD * workers:
                yield from _landed(pool, work, flying, lost)
        while flying:
            yield from _landed(pool, work, flying, lost)
    finally:
        pool.close()


class _Pool:
    """A process pool that can be replaced when a worker died."""

    def __init__(self, workers: int, fork: bool) -> None:
        self._workers = workers
        self._fork = fork
        self._executor = self._fresh()

    def _fresh(self) -> ProcessPoolExecutor:
        forkable = self._fork and sys.platform == "linux" and threading.active_count() == 1
        context = multiprocessing.get_context("fork" if forkable else "spawn")
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_one_thread_each)

    def submit(self, work: Work[Item, Answer], piece: Sequence[Item]) -> Future[list[Answer]]:
        try:
            return self._executor.submit(work, piece)
        except BrokenProcessPool:
            self.renew()
            return self._executor.submit(work, piece)

    def renew(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._fresh()

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)


def _landed(
    pool: _Pool,
    work: Work[Item, Answer],
    flying: deque[tuple[list[Item], Future[list[Answer]]]],
    lost: Callable[[Item, str], Answer],
) -> list[Answer]:
    """Answers of the oldest chunk; when a worker died, everything in flight is sent again, the suspects one by one."""
    piece, future = flying.popleft()
    try:
        return future.result()
    except BrokenProcessPool:
        pool.renew()
    answers = [answer for item in piece for answer in _alone(work, item, lost)]
    resent = [(other, pool.submit(work, other)) for other, _ in flying]
    flying.clear()
    flying.extend(resent)
    return answers


def _alone(work: Work[Item, Answer], item: Item, lost: Callable[[Item, str], Answer]) -> list[Answer]:
    """Work on one item in a process of its own, so that its death is known to be its own."""
    with ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=_one_thread_each
    ) as executor:
        try:
            return executor.submit(work, [item]).result()
        except BrokenProcessPool:
            return [lost(item, "the worker process died while reading or scoring it")]


def _one_thread_each() -> None:
    import cv2

    cv2.setNumThreads(1)


def _pieces(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while piece := list(islice(iterator, CHUNK)):
        yield piece


def default_workers() -> int:
    """As many as this process may use, at most 8."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(8, usable)
