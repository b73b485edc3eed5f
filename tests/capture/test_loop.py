"""The live loop on the simulated sensor: guidance in order, automatic capture, best of all frames."""

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biocapture.assessment.options import options_of
from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Reason, Verdict
from biocapture.capture import (
    AttemptFinished,
    CaptureFinished,
    CaptureResult,
    CaptureSettings,
    FrameAnalysed,
    FrameCheck,
    MessageChanged,
    NothingPresented,
    Operator,
    capture,
)
from biocapture.capture import loop as loop_module
from biocapture.devices import Capabilities, Info, Preview, Target, open_device, target_of
from biocapture.devices.sim import SimulatedDevice
from biocapture.errors import DeviceDisconnectedError, NothingPresentedError, ScanRejectedError, UsageError
from biocapture.types import Image, Modality, Sample

INDEX = target_of("right_index")


class Tick:
    """A clock that goes on by one frame of 25 per second at every look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.04
        return self.now


def simulated(script: str, **options: object) -> SimulatedDevice:
    device = open_device("sim:finger", script=script, fps=0, **options)
    assert isinstance(device, SimulatedDevice)
    return device


def judged(sample: Sample) -> Report:
    """A quick stand-in for the full assessment: sharp and dark is good."""
    pixels = sample.image.pixels
    quality = float(min(100.0, pixels.std() * 1.6))
    faults = () if quality > 60 else (Reason("fingerprint.press_firmly", Verdict.RETAKE, "test"),)
    return Report(quality=quality, verdict=Verdict.RETAKE if faults else Verdict.READY, reasons=faults)


def run(
    device: SimulatedDevice, policy: CaptureSettings | None = None, **how: object
) -> tuple[list[str], CaptureResult, list[FrameAnalysed]]:
    """Messages in order, the result, and every frame seen."""
    told, seen = [], []
    with device:
        for event in capture(device, INDEX, None, policy, assess=judged, clock=Tick(), **how):
            if isinstance(event, MessageChanged):
                told.append(event.message)
            elif isinstance(event, FrameAnalysed):
                seen.append(event)
            elif isinstance(event, CaptureFinished):
                return told, event.result, seen
    raise AssertionError("the loop did not finish")


def test_poor_to_good_with_guidance_in_order() -> None:
    acts = "absent:20,off_centre:30,blur:30,dry:30,wet:30,moving:30,good"
    told, result, seen = run(simulated(acts), CaptureSettings(patience_s=60))
    assert told == [
        "capture.place_finger",
        "capture.centre_finger",
        "capture.focus_finger",
        "capture.press_firmer",
        "capture.press_lighter",
        "capture.hold_still",
        "capture.keep_still",
    ]
    assert result.accepted
    assert len(result.attempts) == 1
    assert seen[-1].steadiness == 1.0


def test_a_dirty_platen_is_wiped_first() -> None:
    told, result, _ = run(simulated("dirty:30,absent:20,good"))
    assert told[:2] == ["capture.wipe_platen", "capture.place_finger"]
    assert result.accepted


def test_messages_do_not_flicker() -> None:
    flicker = ",".join(["off_centre:2,good:1"] * 20) + ",off_centre"
    told, _, _ = run(simulated(flicker), CaptureSettings(patience_s=2, attempts=1))
    assert told[0] in ("capture.centre_finger", "capture.hold_still")
    assert len(told) <= 4


def test_after_patience_the_best_so_far_is_assessed() -> None:
    told, result, seen = run(simulated("dry:40,faint"), CaptureSettings(patience_s=3, attempts=1, frames_assessed=1))
    best = max(seen, key=lambda one: one.check.rank)
    assert result.attempts[0].check == best.check
    assert not result.accepted
    assert result.suggestion == "capture.another_finger"
    assert told[-1] == "fingerprint.press_firmly"


def test_three_bad_scans_suggest_another_finger() -> None:
    _, result, _ = run(simulated("faint"), CaptureSettings(patience_s=1, pause_s=1))
    assert len(result.attempts) == result.bad == 3
    assert result.suggestion == "capture.another_finger"
    assert result.best in result.attempts
    assert "best of 3" in result.explanation


def test_nobody_comes() -> None:
    _, result, _ = run(simulated("absent"), CaptureSettings(wait_s=2, empty=2))
    assert (result.empty, result.bad, result.best, result.accepted) == (2, 0, None, False)
    assert result.suggestion == ""


def test_force_needs_a_reason_and_an_image() -> None:
    _, result, _ = run(simulated("faint"), CaptureSettings(patience_s=1, attempts=1))
    with pytest.raises(UsageError, match="reason"):
        result.with_force("  ")
    forced = result.with_force("burnt fingertip")
    assert forced.accepted
    assert forced.forced == "burnt fingertip"
    assert "burnt fingertip" in forced.explanation
    with pytest.raises(UsageError, match="no image"):
        CaptureResult().with_force("because")


def test_an_operator_takes_it_now_and_stops() -> None:
    operator = Operator()
    operator.request_capture()
    _, result, seen = run(simulated("good"), operator=operator)
    assert len(seen) == 1
    assert result.accepted
    operator.stop()
    _, result, _ = run(simulated("good"), operator=operator)
    assert result == CaptureResult()


def test_what_was_captured_before_the_plug_was_pulled_is_kept() -> None:
    _, result, _ = run(simulated("faint:60,disconnect"), CaptureSettings(patience_s=1, pause_s=1, attempts=9))
    assert isinstance(result.error, DeviceDisconnectedError)
    assert 1 <= len(result.attempts) < 9


def test_devices_with_a_view_capture_by_themselves() -> None:
    _, result, seen = run(simulated("absent:10,good", preview="view"))
    assert result.accepted
    assert seen
    assert result.attempts[0].check is None


class Silent:
    """A device without preview that gives what it is told to."""

    def __init__(self, *answers: Exception | int) -> None:
        self._answers = iter(answers)

    info = Info("silent", "", Capabilities((Modality.FINGERPRINT,)))

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, *anything: object) -> None:
        pass

    def capture(self, target: Target, timeout_s: float) -> Sample:
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return Sample(Image(np.full((8, 8), answer, np.uint8)), target.modality, target.position)


def scored(sample: Sample) -> Report:
    """Quality and verdict from the grey of the first pixel."""
    grey = float(sample.image.pixels.flat[0])
    return Report(quality=grey, verdict=Verdict.READY if grey >= 100 else Verdict.RETAKE)


def test_without_preview_empty_and_bad_are_counted_apart() -> None:
    device = Silent(NothingPresentedError("nobody"), ScanRejectedError("smeared"), 40, 120)
    events = list(capture(device, INDEX, assess=scored, settings=CaptureSettings(attempts=4)))
    result = events[-1].result
    assert result.empty == 1
    assert [one.number for one in result.attempts] == [1, 2, 3]
    assert result.attempts[0].refusal == "smeared"
    assert result.best is result.attempts[2]
    assert [type(event) for event in events if not isinstance(event, MessageChanged)] == [
        NothingPresented,
        *[AttemptFinished] * 3,
        CaptureFinished,
    ]


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_attempts_are_the_profiles_unless_told_otherwise(attempts: int) -> None:
    usual = options_of("fingerprint")
    profile = replace(usual.profile, record=replace(usual.profile.record, attempts=attempts))
    wanted = replace(usual, profile=profile)
    for policy, expected in ((None, attempts), (CaptureSettings(attempts=3), 3)):
        *_, last = capture(Silent(*[40] * 9), INDEX, wanted, policy, assess=scored)
        assert len(last.result.attempts) == expected
        assert last.result.suggestion == "capture.another_finger"


class Played(Silent):
    """A device whose frames are numbers: the glance at them, and the full assessment."""

    info = Info("played", "", Capabilities((Modality.FINGERPRINT,), preview=Preview.CAPTURE))

    def __init__(self, frames: list[int]) -> None:
        self._frames = frames

    def frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        for number in self._frames:
            yield Image(np.full((8, 8), number, np.uint8))
        self._frames = []


class NumberChecker:
    """A glance that tells the number: 0 = nobody there."""

    def __init__(self, modality: Modality) -> None:
        pass

    def check(self, image: Image) -> FrameCheck:
        value = float(image.pixels.flat[0])
        return (
            FrameCheck({"capture.press_flat": value / 2, "capture.hold_still": 100.0})
            if value
            else FrameCheck({"x": 0.0})
        )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=st.lists(st.integers(0, 200), max_size=80),
    policy=st.builds(
        CaptureSettings,
        st.integers(1, 4),
        frames_assessed=st.integers(1, 4),
        steady_frames=st.integers(1, 5),
        patience_s=st.floats(0.1, 2.0),
        pause_s=st.floats(0.0, 1.0),
    ),
)
def test_never_accepts_a_frame_worse_than_one_discarded(
    frames: list[int], policy: CaptureSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_module, "FrameChecker", NumberChecker)
    seen, result = [], CaptureResult()
    for event in capture(Played(frames), INDEX, settings=policy, assess=scored, clock=Tick()):
        if isinstance(event, FrameAnalysed) and event.check.is_present:
            seen.append(int(event.image.pixels.flat[0]))
        elif isinstance(event, CaptureFinished):
            result = event.result
    assert bool(result.best) == (bool(seen) and bool(result.attempts))
    if result.best and result.best.sample:
        assert int(result.best.sample.image.pixels.flat[0]) == max(seen)
    if seen and not result.attempts:
        assert not result.accepted


def test_frames_seen_while_a_fault_is_read_out_count_too() -> None:
    """The finger moves well during the pause and badly after it: the good frame is not lost."""
    frames = iter([30] * 20 + [99] + [30] * 40)
    looks: Iterator[int] = frames
    pool_settings = CaptureSettings(patience_s=0.5, pause_s=0.5, attempts=2, frames_assessed=1)
    monkey = pytest.MonkeyPatch()
    monkey.setattr(loop_module, "FrameChecker", NumberChecker)
    try:
        events = list(capture(Played(list(looks)), INDEX, settings=pool_settings, assess=scored, clock=Tick()))
    finally:
        monkey.undo()
    assert events[-1].result.best.report.quality == 99


def test_ranks_put_the_verdict_first() -> None:
    report = Report(quality=90.0, verdict=Verdict.RETAKE)
    from biocapture.capture import CaptureAttempt

    ready = CaptureAttempt(1, report=replace(report, quality=50.0, verdict=Verdict.READY))
    assert ready.rank > CaptureAttempt(2, report=report).rank > CaptureAttempt(3, refusal="no").rank
