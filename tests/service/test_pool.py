"""Worker processes that die, hang, or whose caller goes away."""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from biocapture.service.pool import BusyError, CallPool, OverdueError, PoolError, WorkerDiedError


def work(items: Sequence[str], _at: Callable[[int], None]) -> list[tuple[str, int]]:
    (item,) = items
    if item == "die":
        os._exit(9)
    if item == "hang":
        time.sleep(600)
    if item == "raise":
        raise ValueError("of a worker")
    return [(item, os.getpid())]


def with_pool(
    use: Callable[[CallPool[str, tuple[str, int]]], Coroutine[Any, Any, None]],
    workers: int = 1,
    limit_s: float = 20.0,
    queue: int = 8,
) -> None:
    async def whole() -> None:
        pool = CallPool(work, workers, limit_s, queue)
        try:
            await pool.start("first")
            await use(pool)
        finally:
            pool.close()

    asyncio.run(whole())


@pytest.mark.parametrize(("item", "error"), [("die", WorkerDiedError), ("raise", PoolError)])
def test_call_that_breaks_its_worker_costs_only_itself(item: str, error: type[Exception]) -> None:
    async def use(pool: CallPool[str, tuple[str, int]]) -> None:
        with pytest.raises(error):
            await pool.call(item)
        assert (await pool.call("next"))[0] == "next"
        assert pool.restarts == (item == "die")

    with_pool(use)


def test_call_over_the_limit_is_ended_with_its_worker() -> None:
    async def use(pool: CallPool[str, tuple[str, int]]) -> None:
        _, before = await pool.call("a")
        with pytest.raises(OverdueError, match="limit of 5 s"):
            await pool.call("hang")
        _, after = await pool.call("b")
        assert before != after
        with pytest.raises(ProcessLookupError):
            os.kill(before, 0)

    with_pool(use, limit_s=5.0)


def test_call_whose_caller_left_is_ended() -> None:
    async def use(pool: CallPool[str, tuple[str, int]]) -> None:
        task = asyncio.ensure_future(pool.call("hang"))
        await asyncio.sleep(0.2)
        assert pool.busy == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await pool.call("next"))[0] == "next"
        assert pool.restarts == 1

    with_pool(use)


def test_more_calls_than_may_wait_are_refused_and_the_others_answered() -> None:
    async def use(pool: CallPool[str, tuple[str, int]]) -> None:
        calls = [asyncio.ensure_future(pool.call(str(number))) for number in range(20)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        refused = [each for each in answers if isinstance(each, BusyError)]
        answered = [each for each in answers if not isinstance(each, BaseException)]
        assert len(refused) + len(answered) == 20
        assert len(answered) >= 3
        assert len(refused) >= 1
        assert pool.waiting == 0

    with_pool(use, queue=3)


def test_calls_are_shared_out_over_the_processes() -> None:
    async def use(pool: CallPool[str, tuple[str, int]]) -> None:
        answers = await asyncio.gather(*(pool.call(str(number)) for number in range(8)))
        assert [item for item, _ in answers] == [str(number) for number in range(8)]
        assert len({process for _, process in answers}) == 2

    with_pool(use, workers=2)
