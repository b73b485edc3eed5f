"""A bounded map over several processes that survives the death, and the hanging, of a worker."""

import multiprocessing
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from biocapture.workers.isolation import current_folder_off_the_path
from biocapture.workers.process import TOGETHER, serve

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Work = Callable[[Sequence[Item]], list[Answer]]
SteppedWork = Callable[[Sequence[Item], Callable[[int], None]], list[Answer]]
"""Work that says before each step which item it goes to (its index in the piece, or ``TOGETHER`` for all of them)."""
Lost = Callable[[Item, str], Answer]

CHUNK = 8
"""Items per piece: small enough for smooth progress, large enough to hide the cost of a piece (under 1 ms)."""

AHEAD = 3
"""Pieces per worker that may be under way or wait for an earlier one: bounds memory, keeps workers busy."""

SENT = 2
"""Pieces a worker holds: one in work, the next at hand."""

DIED = "the worker process died while reading or scoring it"


def map_ordered(
    work: Work[Item, Answer], items: Iterable[Item], workers: int, lost: Lost[Item, Answer], fork: bool = False
) -> Iterator[Answer]:
    """Apply ``work`` to pieces of ``items`` and yield its answers in the order of the items.

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
    if workers <= 1:
        iterator = iter(items)
        while piece := list(islice(iterator, CHUNK)):
            yield from work(piece)
        return
    landed: dict[int, Answer] = {}
    following = taken = 0

    def numbered() -> Iterator[tuple[int, Item]]:
        nonlocal taken
        for taken, item in enumerate(items, 1):
            yield taken - 1, item

    def room() -> bool:
        return taken - following < AHEAD * workers * CHUNK

    stream = map_unordered(
        partial(_of_numbered, work), numbered(), workers, partial(_lost_numbered, lost), fork=fork, room=room
    )
    try:
        for (index, _), answer in stream:
            landed[index] = answer
            while following in landed:
                yield landed.pop(following)
                following += 1
    finally:
        stream.close()


def map_unordered(
    work: SteppedWork[Item, Answer],
    items: Iterable[Item],
    workers: int,
    lost: Lost[Item, Answer],
    *,
    limit_s: float | None = None,
    fork: bool = False,
    room: Callable[[], bool] = lambda: True,
) -> Generator[tuple[Item, Answer]]:
    """Apply ``work`` to pieces of ``items`` in processes and yield every item with its answer as they come.

    A worker that dies is replaced. The item it was at is tried once more on its own, in case it was not to blame, and
    is lost when it kills again; the others are sent again. A worker that is longer than the limit at one step is killed
    and replaced, and the item it was at is lost.

    Parameters
    ----------
    work, lost, fork
        As :func:`map_ordered`; ``work`` also gets a function to call with the index of the item it goes to.
    limit_s : float, optional
        Longest time for one step.
    room : callable
        No more items are taken while it says False.
    """
    pool = Pool(work, workers, lost, limit_s, fork)
    iterator = iter(items)
    exhausted = False
    try:
        while True:
            while not exhausted and pool.is_free() and room():
                piece = list(islice(iterator, CHUNK))
                exhausted = not piece
                pool.add(piece)
            pool.send()
            if exhausted and pool.is_idle():
                return
            yield from pool.landed()
    finally:
        pool.close()


@dataclass(slots=True)
class _Worker(Generic[Item]):
    """One process, what it holds, and what it is at."""

    process: BaseProcess
    connection: Connection
    pieces: deque[list[Item]] = field(default_factory=deque)
    at: int = TOGETHER
    """Index in the first piece."""
    since_s: float | None = None
    """When the step began; None between pieces."""


class Pool(Generic[Item, Answer]):
    """Processes with a pipe each, as :func:`map_unordered` has them; it ends with :meth:`close`."""

    def __init__(
        self,
        work: SteppedWork[Item, Answer],
        workers: int,
        lost: Lost[Item, Answer],
        limit_s: float | None,
        fork: bool,
    ) -> None:
        self._work, self._lost, self._limit_s, self._fork = work, lost, limit_s, fork
        self._waiting: deque[list[Item]] = deque()
        self._answered: list[tuple[Item, Answer]] = []
        self._workers: list[_Worker[Item]] = []
        for _ in range(workers):
            self._workers.append(self._fresh())

    def _fresh(self) -> _Worker[Item]:
        forkable = self._fork and sys.platform == "linux" and threading.active_count() == 1
        context: Any = multiprocessing.get_context("fork" if forkable else "spawn")
        ours, theirs = context.Pipe()
        # A forked process holds copies of our ends; while it does, it would not notice that we are gone.
        copies = [ours, *(worker.connection for worker in self._workers)] if forkable else []
        process = context.Process(target=serve, args=(theirs, self._work, copies), daemon=True)
        with current_folder_off_the_path():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def answers(self, items: Sequence[Item]) -> Iterator[tuple[Item, Answer]]:
        """Work on some items and give each with its answer."""
        for begin in range(0, len(items), CHUNK):
            self.add(list(items[begin : begin + CHUNK]))
        while not self.is_idle():
            self.send()
            yield from self.landed()

    def is_free(self) -> bool:
        """Whether a worker could take another piece."""
        return sum(SENT - len(worker.pieces) for worker in self._workers) > len(self._waiting)

    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._waiting and not self._answered and not any(worker.pieces for worker in self._workers)

    def add(self, piece: list[Item]) -> None:
        """Have a piece worked on; an empty one is none."""
        if piece:
            self._waiting.append(piece)

    def send(self) -> None:
        """Give what waits to those who hold least."""
        while self._waiting:
            worker = min(self._workers, key=lambda each: len(each.pieces))
            if len(worker.pieces) >= SENT:
                return
            piece = self._waiting.popleft()
            worker.pieces.append(piece)
            try:
                worker.connection.send(piece)
            except OSError:  # it is dead: _hear finds out
                return

    def landed(self) -> Iterator[tuple[Item, Answer]]:
        """Wait for news, or until a limit is over, and give what is there."""
        by_connection: dict[Any, _Worker[Item]] = {worker.connection: worker for worker in self._workers}
        news = set(wait(list(by_connection), timeout=self._patience_s()))
        for connection in news:
            self._hear(by_connection[connection])
        now = time.monotonic()
        for worker in self._workers:
            late = self._limit_s is not None and worker.since_s is not None and now - worker.since_s > self._limit_s
            if late and worker.connection not in news:
                self._stop(worker)
        yield from self._answered
        self._answered = []

    def _patience_s(self) -> float | None:
        if self._limit_s is None:
            return None
        busy = [worker.since_s for worker in self._workers if worker.since_s is not None]
        return max(0.0, min(busy) + self._limit_s - time.monotonic()) + 0.01 if busy else None

    def _hear(self, worker: _Worker[Item]) -> None:
        try:
            said = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if isinstance(said, int):
            worker.at, worker.since_s = said, time.monotonic()
            return
        if isinstance(said, BaseException):
            raise said
        piece = worker.pieces.popleft()
        worker.at, worker.since_s = TOGETHER, None
        self._answered.extend(zip(piece, said, strict=True))

    def _bury(self, worker: _Worker[Item]) -> None:
        """Replace a worker that died: nobody knows yet whether its item killed it."""
        at, pieces = worker.at, list(worker.pieces)
        self._replace(worker)
        if pieces and len(pieces[0]) == 1:
            self._answered.append((pieces[0][0], self._lost(pieces[0][0], DIED)))
            self._waiting.extendleft(reversed(pieces[1:]))
        elif pieces:
            self._send_again(pieces, [at] if at != TOGETHER else range(len(pieces[0])))

    def _stop(self, worker: _Worker[Item]) -> None:
        """Kill and replace a worker that is over its limit."""
        at, pieces = worker.at, list(worker.pieces)
        self._replace(worker)
        if at == TOGETHER and len(pieces[0]) > 1:
            self._send_again(pieces, range(len(pieces[0])))
            return
        item = pieces[0].pop(max(at, 0))
        self._answered.append((item, self._lost(item, f"took longer than the limit of {self._limit_s:g} s")))
        self._waiting.extendleft(piece for piece in reversed(pieces) if piece)

    def _send_again(self, pieces: list[list[Item]], suspects: Iterable[int]) -> None:
        """The suspects of the first piece each on its own, everything else as it was."""
        first = pieces[0]
        alone = [[first[i]] for i in suspects]
        rest = [item for i, item in enumerate(first) if i not in set(suspects)]
        self._waiting.extendleft(piece for piece in reversed([*alone, rest, *pieces[1:]]) if piece)

    def _replace(self, worker: _Worker[Item]) -> None:
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        self._workers[self._workers.index(worker)] = self._fresh()

    def close(self) -> None:
        """End all workers, whatever they are at."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.process.close()
            worker.connection.close()


def _of_numbered(
    work: Work[Item, Answer], items: Sequence[tuple[int, Item]], at: Callable[[int], None]
) -> list[Answer]:
    return work([item for _, item in items])


def _lost_numbered(lost: Lost[Item, Answer], item: tuple[int, Item], why: str) -> Answer:
    return lost(item[1], why)


def default_workers() -> int:
    """As many as this process may use, at most 8."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(8, usable)
