"""The live loop for one position: frames → frame check → one message → trigger → full assessment → best of N."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from biocapture.assessment.capabilities import LiveCapture
from biocapture.assessment.modalities import capability
from biocapture.assessment.options import Options, options_of
from biocapture.assessment.report import Report
from biocapture.assessment.scoring import reports
from biocapture.capture.best_frames import BestFrames, CandidateFrame
from biocapture.capture.events import (
    AttemptFinished,
    CaptureAttempt,
    CaptureEvent,
    CaptureFinished,
    CaptureResult,
    FrameAnalysed,
    MessageChanged,
    NothingPresented,
)
from biocapture.capture.frame_checker import FrameChecker
from biocapture.capture.prompter import Prompter
from biocapture.capture.settings import CaptureSettings, Operator
from biocapture.capture.trigger import CaptureTrigger
from biocapture.devices.protocol import CaptureDevice, LivePreview, Preview, Target
from biocapture.errors import DeviceError, DeviceUnsupportedError, NothingPresentedError, ScanRejectedError
from biocapture.images.frame_check import FrameCheck, Prompts
from biocapture.types import Image, Sample

Assess = Callable[[Sample], Report]


def capture(
    device: CaptureDevice,
    target: Target,
    options: Options | None = None,
    settings: CaptureSettings | None = None,
    *,
    operator: Operator | None = None,
    assess: Assess | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[CaptureEvent]:
    """Capture one position with an open device.

    Never accepts a frame worse than one it discarded: among all frames, those with the best checks are assessed in
    full, and the best of these is the result.

    Parameters
    ----------
    device : CaptureDevice
        Open; with or without preview.
    target : Target
    options : Options, optional
        Profile and so on, of :func:`biocapture.assessment.options.options_of`.
    settings : CaptureSettings, optional
        Default: as many attempts as the profile's record allows.
    operator : Operator, optional
    assess : callable, optional
        Sample → Report, in place of the full assessment.
    clock : callable
        Seconds.

    Yields
    ------
    CaptureEvent
        `FrameAnalysed` per frame, `MessageChanged`, `NothingPresented`, `AttemptFinished`; at last `CaptureFinished`,
        also when the device fails. Closing the iterator stops the preview.
    """
    options = options or options_of()
    return _CaptureLoop(
        device,
        target,
        settings or CaptureSettings(attempts=options.profile.record.attempts),
        operator or Operator(),
        assess or (lambda sample: reports([sample], options)[0]),
        clock,
    ).events()


class _CaptureLoop:
    def __init__(
        self,
        device: CaptureDevice,
        target: Target,
        settings: CaptureSettings,
        operator: Operator,
        assess: Assess,
        clock: Callable[[], float],
    ) -> None:
        self._device, self._target, self._settings = device, target, settings
        self._operator, self._assess, self._clock = operator, assess, clock
        self._attempts: list[CaptureAttempt] = []
        self._empty = 0
        self._frames = 0
        self._best_frames = BestFrames(settings.frames_assessed)
        self._prompter = Prompter()
        self._ended = False
        package = capability(target.modality, LiveCapture)
        self._prompts = package.PROMPTS if package else Prompts()

    def events(self) -> Iterator[CaptureEvent]:
        error = None
        try:
            while not self._is_over:
                yield from self._attempt()
        except DeviceError as problem:
            error = problem
        rejected = sum(not attempt.is_ready for attempt in self._attempts)
        suggestion = self._prompts.another if rejected >= self._settings.attempts else ""
        yield CaptureFinished(CaptureResult(tuple(self._attempts), self._empty, "", suggestion, error))

    @property
    def _is_over(self) -> bool:
        ready = any(attempt.is_ready for attempt in self._attempts)
        used_up = len(self._attempts) >= self._settings.attempts or self._empty >= self._settings.empty
        return ready or used_up or self._ended or self._operator.is_stopped

    def _attempt(self) -> Iterator[CaptureEvent]:
        preview = self._device.info.capabilities.preview
        if preview is not Preview.NONE and not (yield from self._check_frames(preview)):
            return
        if preview is Preview.CAPTURE:
            frames = self._best_frames.take()
            yield from self._assess_candidates([(self._sample(frame.image), frame.check) for frame in frames])
        else:
            yield from self._capture_by_device()

    def _check_frames(self, preview: Preview) -> Generator[CaptureEvent, None, bool]:
        """Check frames until an attempt is due; returns whether there is something to assess."""
        if not isinstance(self._device, LivePreview):
            raise DeviceUnsupportedError("says it has a preview and has no frames", self._device.info.key)
        trigger = CaptureTrigger(self._settings, self._clock, bool(self._attempts))
        checker = FrameChecker(self._target.modality)
        with closing(self._device.frames(self._target, self._settings.frame_timeout_s)) as frames:
            for image in frames:
                check = checker.check(image)
                self._frames += 1
                if preview is Preview.CAPTURE:
                    self._best_frames.add(CandidateFrame(image, check, self._frames))
                due = trigger.update(check) or self._operator.capture_requested()
                yield from self._report_frame(image, check, trigger)
                if due or self._operator.is_stopped:
                    return not self._operator.is_stopped
                if trigger.is_empty:
                    self._empty += 1
                    yield NothingPresented(self._empty)
                    return False
        self._ended = True
        return bool(self._best_frames)

    def _report_frame(self, image: Image, check: FrameCheck, trigger: CaptureTrigger) -> Iterator[CaptureEvent]:
        before = self._prompter.message
        if not trigger.is_pausing:
            self._prompter.update(check)
        if self._prompter.message != before:
            yield MessageChanged(self._prompter.message)
        yield FrameAnalysed(image, check, self._prompter.message, trigger.steadiness)

    def _capture_by_device(self) -> Iterator[CaptureEvent]:
        """One capture by the device itself."""
        try:
            sample = self._device.capture(self._target, self._settings.capture_timeout_s)
        except NothingPresentedError:
            self._empty += 1
            yield NothingPresented(self._empty)
            yield from self._show_now(self._prompts.place)
        except ScanRejectedError as refusal:
            yield from self._add_attempt(CaptureAttempt(len(self._attempts) + 1, refusal=str(refusal)))
        else:
            yield from self._assess_candidates([(sample, None)])

    def _assess_candidates(self, candidates: list[tuple[Sample, FrameCheck | None]]) -> Iterator[CaptureEvent]:
        """Assess candidates in full; the best of them is the attempt."""
        number = len(self._attempts) + 1
        attempts = [CaptureAttempt(number, sample, self._assess(sample), check) for sample, check in candidates]
        if attempts:
            yield from self._add_attempt(max(attempts, key=lambda attempt: attempt.rank))

    def _add_attempt(self, attempt: CaptureAttempt) -> Iterator[CaptureEvent]:
        self._attempts.append(attempt)
        yield AttemptFinished(attempt)
        if not attempt.is_ready:
            yield from self._show_now(attempt.fault)

    def _show_now(self, message: str) -> Iterator[CaptureEvent]:
        if message and message != self._prompter.message:
            yield MessageChanged(self._prompter.show_now(message))

    def _sample(self, image: Image) -> Sample:
        return Sample(image, self._target.modality, self._target.position, self._device.info.key)
