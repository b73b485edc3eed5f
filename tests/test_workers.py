import os
import signal

import pytest

from biocapture.workers import AHEAD, CHUNK, map_ordered


def double(items):
    return [2 * item for item in items]


def die_on_seven(items):
    if 7 in items:
        os.kill(os.getpid(), signal.SIGKILL)
    return list(items)


def lost(item, why):
    return -item


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [0, 1, CHUNK, 5 * CHUNK + 3])
def test_order_is_kept(workers: int, count: int) -> None:
    assert list(map_ordered(double, range(count), workers, lost)) == [2 * i for i in range(count)]


def test_a_dying_worker_costs_one_row() -> None:
    assert list(map_ordered(die_on_seven, range(60), 2, lost)) == [-7 if i == 7 else i for i in range(60)]


def test_input_is_consumed_only_a_little_ahead() -> None:
    taken = 0

    def source():
        nonlocal taken
        for i in range(100_000):
            taken += 1
            yield i

    stream = map_ordered(double, source(), 2, lost)
    next(stream)
    assert taken <= (2 * AHEAD + 1) * CHUNK
    stream.close()
