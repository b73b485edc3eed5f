"""Worker processes behind an event loop: one call each, ended when it takes too long or nobody waits any more."""

import asyncio
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic

from biocapture.workers.isolation import safe_import_path
from biocapture.workers.pool import Answer, Item, SteppedWork
from biocapture.workers.process import serve_chunks


class PoolError(Exception):
    """Why a call was not answered."""


class BusyError(PoolError):
    """As many calls wait as may wait."""


class OverdueError(PoolError):
    """The call took longer than the limit; its worker was ended."""


class WorkerDiedError(PoolError):
    """The worker process died while at the call."""


class CallPool(Generic[Item, Answer]):
    """A fixed number of processes that answer calls one by one.

    Parameters
    ----------
    work : callable
        Takes a list of one call and a function it need not use, returns a list of one answer; picklable.
    workers : int
        Number of processes.
    limit_s : float
        Longest time for one call, and for waiting in the queue, seconds.
    queue : int
        Calls that may wait for a process.
    """

    def __init__(self, work: SteppedWork[Item, Answer], workers: int, limit_s: float, queue: int) -> None:
        self._limit_s, self._queue = limit_s, queue
        self._processes = [_Process(work) for _ in range(workers)]
        self._threads = ThreadPoolExecutor(workers, "worker-pipe")
        self._free: asyncio.LifoQueue[_Process[Item, Answer]] = asyncio.LifoQueue()
        self.waiting = 0
        """Calls that wait for a process now."""

    @property
    def busy(self) -> int:
        """Processes that are at a call, or start."""
        return len(self._processes) - self._free.qsize()

    @property
    def restarts(self) -> int:
        """Processes that had to be replaced so far."""
        return sum(process.restarts for process in self._processes)

    async def start(self, first: Item) -> None:
        """Start all processes and wait until each has answered a first call.

        Parameters
        ----------
        first : Item
            A call that loads what others need.
        """
        loop = asyncio.get_running_loop()
        calls = [loop.run_in_executor(self._threads, each.call, first, 10 * self._limit_s) for each in self._processes]
        await asyncio.gather(*calls)
        for process in self._processes:
            self._free.put_nowait(process)

    async def call(self, item: Item) -> Answer:
        """Have one call answered. Cancelling ends its process, which is replaced.

        Parameters
        ----------
        item : Item

        Returns
        -------
        Answer

        Raises
        ------
        BusyError, OverdueError, WorkerDiedError
        """
        process = await self._free_process()
        answer = asyncio.get_running_loop().run_in_executor(self._threads, process.call, item, self._limit_s)
        answer.add_done_callback(self._give_back(process))
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            process.end()
            raise

    async def _free_process(self) -> "_Process[Item, Answer]":
        if not self._free.empty():
            return self._free.get_nowait()
        if self.waiting >= self._queue:
            raise BusyError(f"{self.waiting} calls wait; the limit is {self._queue}")
        self.waiting += 1
        try:
            async with asyncio.timeout(self._limit_s):
                return await self._free.get()
        except TimeoutError:
            raise BusyError(f"no worker was free within {self._limit_s:g} s") from None
        finally:
            self.waiting -= 1

    def _give_back(self, process: "_Process[Item, Answer]") -> Callable[[asyncio.Future[Answer]], None]:
        def done(answer: asyncio.Future[Answer]) -> None:
            if not answer.cancelled():
                answer.exception()  # seen: it was raised where the call is awaited, if anybody still waits
            self._free.put_nowait(process)

        return done

    def close(self) -> None:
        """End all processes, whatever they are at."""
        for process in self._processes:
            process.close()
        self._threads.shutdown()


class _Process(Generic[Item, Answer]):
    """One worker process and its pipe; used by one thread at a time, ended by any."""

    def __init__(self, work: SteppedWork[Item, Answer]) -> None:
        self._work = work
        self._closed = False
        self.restarts = 0
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve_chunks, args=(theirs, self._work), daemon=True)
        with safe_import_path():
            self._process.start()
        theirs.close()

    def call(self, item: Item, limit_s: float) -> Answer:
        """Have one call answered, in the thread that asks.

        Parameters
        ----------
        item : Item
        limit_s : float

        Returns
        -------
        Answer
        """
        if not self._process.is_alive():
            self._replace()
        deadline = time.monotonic() + limit_s
        try:
            self._connection.send([item])
            while self._connection.poll(max(0.0, deadline - time.monotonic())):
                message: Any = self._connection.recv()
                if isinstance(message, list):
                    answer: Answer = message[0]
                    return answer
                if isinstance(message, BaseException):
                    raise PoolError(f"{type(message).__name__}: {message}")
        except (EOFError, OSError):
            self._replace()
            raise WorkerDiedError("the worker process died") from None
        self._replace()
        raise OverdueError(f"took longer than the limit of {limit_s:g} s")

    def end(self) -> None:
        """End the process; the thread that waits for it notices."""
        self._process.kill()

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        self.end()

    def _replace(self) -> None:
        self._process.kill()
        self._process.join()
        self._connection.close()
        if not self._closed:
            self.restarts += 1
            self._start()
