"""The live loop step by step: frames and answers of a device that is told them, and the exact events."""

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from biocapture.assessment.options import options_of
from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Reason, Verdict
from biocapture.capture import (
    AttemptFinished,
    CaptureEvent,
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
from biocapture.devices import Capabilities, Info, Preview, Target, target_of
from biocapture.errors import DeviceDisconnectedError, DeviceError, NothingPresentedError, ScanRejectedError
from biocapture.types import Image, Modality, Position, Sample

INDEX = target_of("right_index")
DRY = Reason("fingerprint.press_firmly", Verdict.RETAKE, "test")
SETTINGS = CaptureSettings(
    attempts=2,
    empty=2,
    steady_frames=2,
    patience_s=100.0,
    wait_s=3.0,
    pause_s=2.0,
    frames_assessed=1,
    frame_timeout_s=0.7,
    capture_timeout_s=0.9,
)


class Told:
    """A device with these frames, by their greys, and these answers; notes what it is asked and what it closes."""

    def __init__(self, frames: list[int] = [], answers: list[Any] = [], preview: Preview = Preview.CAPTURE) -> None:  # noqa: B006
        self.info = Info("told", "desk", Capabilities((Modality.FINGERPRINT,), preview=preview))
        self._frames, self._answers = iter(frames), iter(answers)
        self.asked: list[tuple[Target, float]] = []
        self.open = self.closed = 0

    def __enter__(self) -> "Told":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        self.asked.append((target, timeout_s))
        self.open += 1
        assert self.open < 50, "asked for frames without end"
        try:
            for grey in self._frames:
                yield Image(np.full((8, 8), grey, np.uint8))
        finally:
            self.closed += 1

    def capture(self, target: Target, timeout_s: float) -> Sample:
        self.asked.append((target, timeout_s))
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return Sample(Image(np.full((8, 8), answer, np.uint8)), target.modality, target.position)


class GreyChecker:
    """0: nobody there; below 100 a fault; from 100 on good."""

    def __init__(self, modality: Modality) -> None:
        assert modality is Modality.FINGERPRINT

    def check(self, image: Image) -> FrameCheck:
        grey = float(image.pixels[0, 0])
        return FrameCheck(
            {"capture.place_finger": 100.0, "capture.press_firmer": grey / 2} if grey else {"capture.place_finger": 0.0}
        )


class Clock:
    """A second at every look."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 1.0
        return self.now_s


def assessed(sample: Sample) -> Report:
    grey = float(sample.image.pixels[0, 0])
    faults = () if grey >= 150 else (DRY,) if grey >= 50 else ()
    return Report(quality=grey, verdict=Verdict.READY if grey >= 150 else Verdict.RETAKE, reasons=faults)


def events(device: Told, settings: CaptureSettings = SETTINGS, **how: Any) -> list[CaptureEvent]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop_module, "FrameChecker", GreyChecker)
        return list(capture(device, INDEX, None, settings, assess=assessed, clock=Clock(), **how))


def short(happened: list[CaptureEvent]) -> list[object]:
    """Events in a word: the grey of a frame, a message, an attempt as number and quality, a count of waits."""
    words: list[object] = []
    for event in happened:
        match event:
            case FrameAnalysed():
                words.append(int(event.image.pixels[0, 0]))
            case MessageChanged():
                words.append(event.message)
            case AttemptFinished():
                report = event.attempt.report
                words.append((event.attempt.number, report.quality if report else event.attempt.refusal))
            case NothingPresented():
                words.append(f"empty {event.count}")
    return words


def result_of(happened: list[CaptureEvent]) -> CaptureResult:
    *before, last = happened
    assert isinstance(last, CaptureFinished)
    assert not any(isinstance(event, CaptureFinished) for event in before)
    return last.result


def test_steady_frames_are_captured_at_once_and_the_best_of_them_is_the_attempt() -> None:
    device = Told([200, 180, 250, 250, 250])
    happened = events(device)
    assert short(happened) == ["capture.keep_still", 200, 180, (1, 200.0)]
    steadiness = [event.steadiness for event in happened if isinstance(event, FrameAnalysed)]
    assert steadiness == [0.5, 1.0]
    first, *_, last = (event for event in happened if isinstance(event, FrameAnalysed))
    assert first.message == last.message == "capture.keep_still"
    result = result_of(happened)
    (attempt,) = result.attempts
    assert attempt.sample is not None
    assert (attempt.sample.modality, attempt.sample.position) == (Modality.FINGERPRINT, Position.RIGHT_INDEX)
    assert attempt.sample.id == device.info.key
    assert attempt.check is first.check
    assert (result.accepted, result.suggestion, result.error, result.empty) == (True, "", None, 0)
    assert device.asked == [(INDEX, 0.7)]
    assert (device.open, device.closed) == (1, 1)


def test_of_equal_frames_the_earlier_is_assessed_and_several_where_asked_for() -> None:
    seen: list[int] = []

    def noting(sample: Sample) -> Report:
        seen.append(id(sample.image))
        return assessed(sample)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop_module, "FrameChecker", GreyChecker)
        happened = list(capture(Told([200, 200]), INDEX, None, SETTINGS, assess=noting, clock=Clock()))
    first, _ = (event for event in happened if isinstance(event, FrameAnalysed))
    assert seen == [id(first.image)]
    three = CaptureSettings(attempts=1, steady_frames=4, frames_assessed=3)
    assert short(events(Told([120, 160, 130, 140]), three))[-1] == (1, 160.0)


def test_a_poor_attempt_is_told_read_out_and_followed_by_another() -> None:
    device = Told([110, 110, 120, 120, 120, 120, 200])
    happened = events(device)
    # two seconds of pause in which the fault stays on show, then two steady frames
    assert short(happened) == [
        *("capture.keep_still", 110, 110, (1, 110.0), "fingerprint.press_firmly"),
        *(120, 120, 120, (2, 120.0)),
    ]
    assert [event.message for event in happened if isinstance(event, FrameAnalysed)] == [
        *["capture.keep_still"] * 2,
        *["fingerprint.press_firmly"] * 3,
    ]
    result = result_of(happened)
    assert result.best is result.attempts[1]
    assert (result.accepted, result.suggestion) == (False, "capture.another_finger")
    assert (device.open, device.closed) == (2, 2)


def test_nobody_comes() -> None:
    device = Told([0] * 50)
    happened = events(device)
    assert short(happened) == ["capture.place_finger", 0, 0, 0, "empty 1", 0, 0, 0, "empty 2"]
    assert result_of(happened) == CaptureResult(empty=2)
    assert (device.open, device.closed) == (2, 2)
    viewed = Told([0] * 50, [200], Preview.VIEW)
    assert result_of(events(viewed)) == CaptureResult(empty=2)
    assert viewed.asked == [(INDEX, 0.7)] * 2  # and nothing is captured by the device


def test_frames_that_end_leave_what_was_seen() -> None:
    assert short(events(Told([160]))) == ["capture.keep_still", 160, (1, 160.0)]
    assert result_of(events(Told([]))) == CaptureResult()
    assert short(events(Told([0]))) == ["capture.place_finger", 0]
    viewed = Told([160], preview=Preview.VIEW)  # its frames are for the eye only
    assert short(events(viewed)) == ["capture.keep_still", 160]
    assert viewed.asked == [(INDEX, 0.7)]


def test_a_device_with_a_view_captures_by_itself_when_the_finger_is_still() -> None:
    device = Told([110] * 9, [120, 160], Preview.VIEW)
    happened = events(device)
    assert short(happened) == [
        *("capture.keep_still", 110, 110, (1, 120.0), "fingerprint.press_firmly"),
        *(110, 110, 110, (2, 160.0)),
    ]
    assert device.asked == [(INDEX, 0.7), (INDEX, 0.9)] * 2
    assert all(attempt.check is None for attempt in result_of(happened).attempts)


def test_what_a_device_without_preview_answers() -> None:
    answers = [NothingPresentedError("nobody"), ScanRejectedError("smeared", "told"), 40, 160]
    device = Told(answers=answers, preview=Preview.NONE)
    happened = events(device, CaptureSettings(attempts=3, capture_timeout_s=0.9))
    assert short(happened) == [
        *("empty 1", "capture.place_finger"),
        *((1, "told: smeared"), "device.scan_rejected"),
        (2, 40.0),  # a fault without words changes no message
        (3, 160.0),
    ]
    assert device.asked == [(INDEX, 0.9)] * 4
    waits = [NothingPresentedError("nobody")] * 5
    happened = events(Told(answers=waits, preview=Preview.NONE), CaptureSettings(empty=3))
    assert short(happened) == ["empty 1", "capture.place_finger", "empty 2", "empty 3"]
    assert result_of(happened) == CaptureResult(empty=3)


def test_attempts_until_the_device_fails_are_kept() -> None:
    lost = DeviceDisconnectedError("unplugged", "told")
    result = result_of(events(Told(answers=[60, lost], preview=Preview.NONE), CaptureSettings(attempts=3)))
    assert (len(result.attempts), result.error, result.suggestion) == (1, lost, "")
    result = result_of(events(Told(answers=[60, 70, lost], preview=Preview.NONE), CaptureSettings(attempts=2)))
    assert (result.error, result.suggestion) == (None, "capture.another_finger")


def test_a_device_that_promises_frames_and_has_none_is_told() -> None:
    class Blind:
        info = Info("blind", "desk", Capabilities((Modality.FINGERPRINT,), preview=Preview.VIEW))

    error = result_of(events(Blind())).error
    assert isinstance(error, DeviceError)
    assert str(error) == f"{Blind.info.key}: says it has a preview and has no frames"


def test_the_operator_takes_what_is_there_and_stops() -> None:
    operator = Operator()
    operator.request_capture()
    assert short(events(Told([30, 200, 200, 200]), operator=operator)) == [
        *("capture.press_firmer", 30, (1, 30.0)),  # without an own fault, the last message stays on show
        *(200, 200, 200, (2, 200.0)),
    ]
    operator.stop()
    assert events(Told([200] * 9), operator=operator) == [CaptureFinished(CaptureResult())]
    stopping = Operator()
    device = Told([200] * 9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop_module, "FrameChecker", GreyChecker)
        happened = []
        for event in capture(device, INDEX, None, SETTINGS, operator=stopping, assess=assessed, clock=Clock()):
            happened.append(event)
            if isinstance(event, MessageChanged):
                stopping.stop()
    assert short(happened) == ["capture.keep_still", 200]  # nothing is assessed any more
    assert device.closed == 1


def test_by_default_everything_is_the_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[list[Sample], object]] = []

    def reports(samples: list[Sample], options: object) -> list[Report]:
        given.append((samples, options))
        return [Report(quality=1.0, verdict=Verdict.RETAKE)]

    monkeypatch.setattr(loop_module, "reports", reports)
    options = options_of("fingerprint")
    *_, last = capture(Told(answers=[60] * 9, preview=Preview.NONE), INDEX, options)
    assert len(last.result.attempts) == options.profile.record.attempts
    assert all(used is options for _, used in given)
    assert [len(samples) for samples, _ in given] == [1] * len(given)
    *_, last = capture(Told(answers=[60] * 9, preview=Preview.NONE), INDEX)
    assert given[-1][1] == options_of()


def test_a_modality_without_prompts_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "capability", lambda modality, kind: None)
    happened = events(Told(answers=[NothingPresentedError("nobody"), 40, 40], preview=Preview.NONE))
    assert short(happened) == ["empty 1", (1, 40.0), (2, 40.0)]
    assert result_of(happened).suggestion == ""
