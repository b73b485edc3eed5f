import os
import signal
import time

import pytest

from biocapture.workers.maps import MAX_CHUNKS_AHEAD, map_ordered, map_unordered
from biocapture.workers.pool import CHUNK_SIZE
from biocapture.workers.process import WHOLE_CHUNK


def double(items):
    return [2 * item for item in items]


def die_on_seven(items):
    if 7 in items:
        os.kill(os.getpid(), signal.SIGKILL)
    return list(items)


def lost(item, why):
    return -item


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [0, 1, CHUNK_SIZE, 5 * CHUNK_SIZE + 3])
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
    assert taken <= (2 * MAX_CHUNKS_AHEAD + 1) * CHUNK_SIZE
    stream.close()


def stepped(items, at):
    answers = []
    for i, item in enumerate(items):
        at(i)
        if item == 5:
            time.sleep(60)
        if item == 11:
            os.kill(os.getpid(), signal.SIGKILL)
        answers.append(2 * item)
    at(WHOLE_CHUNK)
    return answers


def test_a_hanging_item_costs_one_row_and_its_worker_is_replaced() -> None:
    begun = time.monotonic()
    found = dict(map_unordered(stepped, range(40), 2, lambda item, why: why, limit_s=0.5))
    assert time.monotonic() - begun < 30
    assert found.pop(5) == "took longer than the limit of 0.5 s"
    assert found.pop(11) == "the worker process died while reading or scoring it"
    assert found == {i: 2 * i for i in range(40) if i not in (5, 11)}


def hang_together(items, at):
    at(WHOLE_CHUNK)
    if 3 in items:
        time.sleep(60)
    return list(items)


def test_when_a_whole_piece_hangs_each_of_it_is_tried_alone() -> None:
    found = dict(map_unordered(hang_together, range(CHUNK_SIZE), 1, lambda item, why: "lost", limit_s=0.5))
    assert found == {i: "lost" if i == 3 else i for i in range(CHUNK_SIZE)}


def die_once(items, at):
    """An item that is not to blame: its worker is killed the first time only."""
    for i, item in enumerate(items):
        at(i)
        if isinstance(item, str) and not os.path.exists(item):  # noqa: PTH110
            open(item, "w").close()  # noqa: PTH123
            os.kill(os.getpid(), signal.SIGKILL)
    return list(items)


def test_an_item_whose_worker_was_killed_from_outside_is_not_lost(tmp_path) -> None:
    items = [1, 2, str(tmp_path / "mark"), 3]
    assert dict(map_unordered(die_once, items, 1, lambda item, why: "lost")) == {item: item for item in items}


def fail_on_three(items):
    if 3 in items:
        raise ValueError("three")
    return list(items)


def test_what_work_raises_is_raised_here() -> None:
    with pytest.raises(ValueError, match="three"):
        list(map_ordered(fail_on_three, range(60), 2, lost))


def test_nothing_is_taken_without_room() -> None:
    taken = []

    def source():
        for i in range(1000):
            taken.append(i)
            yield i

    done = []
    for item, _ in map_unordered(unhindered, source(), 2, lost, room=lambda: len(taken) - len(done) < 20):
        done.append(item)
        assert len(taken) - len(done) <= 20 + CHUNK_SIZE
    assert sorted(done) == taken


def unhindered(items, at):
    return list(items)
