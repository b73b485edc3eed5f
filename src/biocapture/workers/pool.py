"""Processes that work on chunks of items, and are replaced when they die or hang."""

import multiprocessing
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from biocapture.workers.isolation import safe_import_path
from biocapture.workers.process import WHOLE_CHUNK, serve_chunks

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Work = Callable[[Sequence[Item]], list[Answer]]
SteppedWork = Callable[[Sequence[Item], Callable[[int], None]], list[Answer]]
"""Work that reports before each step which item it goes to: its index in the chunk, or ``WHOLE_CHUNK`` for all."""

LostAnswer = Callable[[Item, str], Answer]
"""Gives the answer for an item that is lost, from the item and the reason."""

CHUNK_SIZE = 8
"""Items per chunk: small enough for smooth progress, large enough to hide the cost of a chunk (under 1 ms)."""

MAX_CHUNKS_HELD = 2
"""Chunks a worker holds: one in work, the next at hand."""

DEATH_MESSAGE = "the worker process died while reading or scoring it"


@dataclass(slots=True)
class _Worker(Generic[Item]):
    """One process, the chunks it holds, and the item it is at."""

    process: BaseProcess
    connection: Connection
    chunks: deque[list[Item]] = field(default_factory=deque)
    at: int = WHOLE_CHUNK
    """Index in the first chunk."""
    since_s: float | None = None
    """When the step began; None between chunks."""


class WorkerPool(Generic[Item, Answer]):
    """Processes with a pipe each, which do the work of :func:`map_unordered`; :meth:`close` ends them.

    Parameters
    ----------
    work, lost_answer, limit_s, fork
        As :func:`map_unordered`.
    workers : int
        Number of processes, which start at once.
    """

    def __init__(
        self,
        work: SteppedWork[Item, Answer],
        workers: int,
        lost_answer: LostAnswer[Item, Answer],
        limit_s: float | None,
        fork: bool,
    ) -> None:
        self._work, self._lost_answer, self._limit_s, self._fork = work, lost_answer, limit_s, fork
        self._waiting: deque[list[Item]] = deque()
        self._answered: list[tuple[Item, Answer]] = []
        self._workers: list[_Worker[Item]] = []
        for _ in range(workers):
            self._workers.append(self._start_worker())

    def _start_worker(self) -> _Worker[Item]:
        forkable = self._fork and sys.platform == "linux" and threading.active_count() == 1
        context: Any = multiprocessing.get_context("fork" if forkable else "spawn")
        ours, theirs = context.Pipe()
        # A forked process holds copies of our ends; while it does, it would not notice that we are gone.
        copies = [ours, *(worker.connection for worker in self._workers)] if forkable else []
        process = context.Process(target=serve_chunks, args=(theirs, self._work, copies), daemon=True)
        with safe_import_path():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def answers(self, items: Sequence[Item]) -> Iterator[tuple[Item, Answer]]:
        """Work on some items.

        Parameters
        ----------
        items : sequence

        Yields
        ------
        (Item, Answer)
            One pair per item, in the order in which chunks are finished.
        """
        for begin in range(0, len(items), CHUNK_SIZE):
            self.add(list(items[begin : begin + CHUNK_SIZE]))
        while not self.is_idle():
            self.send()
            yield from self.collect()

    def is_free(self) -> bool:
        """Whether a worker could take another chunk."""
        return sum(MAX_CHUNKS_HELD - len(worker.chunks) for worker in self._workers) > len(self._waiting)

    def is_idle(self) -> bool:
        """Whether nothing is in work or waits."""
        return not self._waiting and not self._answered and not any(worker.chunks for worker in self._workers)

    def add(self, chunk: list[Item]) -> None:
        """Queue a chunk.

        Parameters
        ----------
        chunk : list
            Nothing happens where it is empty.
        """
        if chunk:
            self._waiting.append(chunk)

    def send(self) -> None:
        """Give the queued chunks to the workers that hold least."""
        while self._waiting:
            worker = min(self._workers, key=lambda each: len(each.chunks))
            if len(worker.chunks) >= MAX_CHUNKS_HELD:
                return
            chunk = self._waiting.popleft()
            worker.chunks.append(chunk)
            try:
                worker.connection.send(chunk)
            except OSError:  # it is dead: _receive finds out
                return

    def collect(self) -> Iterator[tuple[Item, Answer]]:
        """Wait until a worker reports or exceeds the limit, then yield the items that are answered."""
        by_connection: dict[Any, _Worker[Item]] = {worker.connection: worker for worker in self._workers}
        news = set(wait(list(by_connection), timeout=self._time_left_s()))
        for connection in news:
            self._receive(by_connection[connection])
        now = time.monotonic()
        for worker in self._workers:
            late = self._limit_s is not None and worker.since_s is not None and now - worker.since_s > self._limit_s
            if late and worker.connection not in news:
                self._replace_overdue(worker)
        yield from self._answered
        self._answered = []

    def _time_left_s(self) -> float | None:
        if self._limit_s is None:
            return None
        busy = [worker.since_s for worker in self._workers if worker.since_s is not None]
        return max(0.0, min(busy) + self._limit_s - time.monotonic()) + 0.01 if busy else None

    def _receive(self, worker: _Worker[Item]) -> None:
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            self._replace_dead(worker)
            return
        if isinstance(message, int):
            worker.at, worker.since_s = message, time.monotonic()
            return
        if isinstance(message, BaseException):
            raise message
        chunk = worker.chunks.popleft()
        worker.at, worker.since_s = WHOLE_CHUNK, None
        self._answered.extend(zip(chunk, message, strict=True))

    def _replace_dead(self, worker: _Worker[Item]) -> None:
        """Replace a worker that died; whether its item killed it is not known before that is tried on its own."""
        at, chunks = worker.at, list(worker.chunks)
        self._replace(worker)
        if chunks and len(chunks[0]) == 1:
            self._answered.append((chunks[0][0], self._lost_answer(chunks[0][0], DEATH_MESSAGE)))
            self._waiting.extendleft(reversed(chunks[1:]))
        elif chunks:
            self._send_again(chunks, [at] if at != WHOLE_CHUNK else range(len(chunks[0])))

    def _replace_overdue(self, worker: _Worker[Item]) -> None:
        """Kill and replace a worker that is over its limit."""
        at, chunks = worker.at, list(worker.chunks)
        self._replace(worker)
        if at == WHOLE_CHUNK and len(chunks[0]) > 1:
            self._send_again(chunks, range(len(chunks[0])))
            return
        item = chunks[0].pop(max(at, 0))
        self._answered.append((item, self._lost_answer(item, f"took longer than the limit of {self._limit_s:g} s")))
        self._waiting.extendleft(chunk for chunk in reversed(chunks) if chunk)

    def _send_again(self, chunks: list[list[Item]], suspects: Iterable[int]) -> None:
        """The suspects of the first chunk each on its own, everything else as it was."""
        first = chunks[0]
        alone = [[first[i]] for i in suspects]
        rest = [item for i, item in enumerate(first) if i not in set(suspects)]
        self._waiting.extendleft(chunk for chunk in reversed([*alone, rest, *chunks[1:]]) if chunk)

    def _replace(self, worker: _Worker[Item]) -> None:
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        self._workers[self._workers.index(worker)] = self._start_worker()

    def close(self) -> None:
        """End all workers, whatever they are at."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.process.close()
            worker.connection.close()
