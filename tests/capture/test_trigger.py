"""When the live capture captures by itself, pauses and gives up: frames and seconds at their limits."""

import numpy as np
import pytest

from biocapture.capture.best_frames import BestFrames, CandidateFrame
from biocapture.capture.settings import CaptureSettings, Operator
from biocapture.capture.trigger import CaptureTrigger
from biocapture.errors import UsageError
from biocapture.images.frame_check import FrameCheck, nothing_presented
from biocapture.types import Image

SETTINGS = CaptureSettings(steady_frames=3, patience_s=6.0, wait_s=20.0, pause_s=2.5)
GOOD = FrameCheck({"present": 100.0, "press": 50.0})
FAULTY = FrameCheck({"present": 100.0, "press": 49.9})
NOTHING = nothing_presented("place")


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def updates(trigger: CaptureTrigger, clock: Clock, *steps: tuple[float, FrameCheck]) -> list[bool]:
    """Whether the capture was due, for each time since the start and check."""
    due = []
    for at_s, check in steps:
        clock.now_s = 100.0 + at_s
        due.append(trigger.update(check))
    return due


def test_good_frames_in_a_row(clock: Clock) -> None:
    trigger = CaptureTrigger(SETTINGS, clock, is_retry=False)
    assert updates(trigger, clock, (0, GOOD), (0.1, GOOD), (0.2, FAULTY), (0.3, GOOD), (0.4, GOOD)) == [False] * 5
    assert trigger.steadiness == pytest.approx(2 / 3)
    assert updates(trigger, clock, (0.5, GOOD)) == [True]
    assert updates(trigger, clock, (0.6, GOOD)) == [True]
    assert trigger.steadiness == 1.0
    assert updates(trigger, clock, (0.7, NOTHING)) == [False]
    assert trigger.steadiness == 0.0


def test_patience_counts_from_when_something_is_presented(clock: Clock) -> None:
    trigger = CaptureTrigger(SETTINGS, clock, is_retry=False)
    assert updates(trigger, clock, (0, NOTHING), (5, FAULTY), (10.9, FAULTY), (11, FAULTY)) == [False] * 3 + [True]
    trigger = CaptureTrigger(SETTINGS, clock, is_retry=False)
    assert updates(trigger, clock, (20, FAULTY), (25, NOTHING), (26, FAULTY), (31.9, FAULTY)) == [False] * 4


def test_a_retry_pauses_until_read_or_lifted(clock: Clock) -> None:
    trigger = CaptureTrigger(SETTINGS, clock, is_retry=True)
    assert updates(trigger, clock, (0, GOOD), (1, GOOD), (2.4, GOOD)) == [False] * 3
    assert trigger.is_pausing
    assert trigger.steadiness == 0.0
    assert updates(trigger, clock, (2.5, GOOD), (2.6, GOOD), (2.7, GOOD)) == [False, False, True]
    assert not trigger.is_pausing
    clock.now_s = 100.0
    trigger = CaptureTrigger(SETTINGS, clock, is_retry=True)
    assert updates(trigger, clock, (0.5, NOTHING), (0.6, GOOD), (0.7, GOOD), (0.8, GOOD)) == [False] * 3 + [True]
    clock.now_s = 100.0
    assert not CaptureTrigger(SETTINGS, clock, is_retry=False).is_pausing


def test_a_wait_is_empty_only_with_nothing_presented_at_its_end(clock: Clock) -> None:
    trigger = CaptureTrigger(SETTINGS, clock, is_retry=False)
    updates(trigger, clock, (19.9, NOTHING))
    assert not trigger.is_empty
    updates(trigger, clock, (20, NOTHING))
    assert trigger.is_empty
    updates(trigger, clock, (21, FAULTY))
    assert not trigger.is_empty


def test_the_best_frames_are_held_best_first_and_the_earlier_of_equals() -> None:
    image = Image(np.zeros((4, 4), np.uint8), 500.0)

    def frame(number: int, *scores: float) -> CandidateFrame:
        return CandidateFrame(image, FrameCheck({f"part{i}": score for i, score in enumerate(scores)}), number)

    best = BestFrames(3)
    assert not best
    for candidate in (frame(1, 60, 60), frame(2, 90, 50), frame(3, 60, 60), frame(4, 60, 80), frame(5, 99)):
        best.add(candidate)
    assert best
    assert [held.number for held in best.take()] == [4, 1, 3]
    assert not best
    assert best.take() == []


def test_settings_and_the_operator() -> None:
    for name in ("attempts", "empty", "steady_frames", "frames_assessed"):
        CaptureSettings(**{name: 1})
        with pytest.raises(UsageError, match=f"{name}: 0, at least 1"):
            CaptureSettings(**{name: 0})
    operator = Operator()
    assert not operator.capture_requested()
    operator.request_capture()
    assert operator.capture_requested()
    assert not operator.capture_requested()
    assert not operator.is_stopped
    operator.stop()
    assert operator.is_stopped
