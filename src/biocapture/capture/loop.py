"""The live loop of one slot: frames → glance → one message → automatic capture → full assessment → best of N."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from biocapture.assessment.capabilities import LiveCapture
from biocapture.assessment.modalities import capability
from biocapture.assessment.options import Options, options_of
from biocapture.assessment.report import Report
from biocapture.assessment.scoring import reports
from biocapture.capture.best_frames import Frame, Pool
from biocapture.capture.events import Attempt, Attempted, Empty, Event, Finished, Result, Seen, Told
from biocapture.capture.frame_checker import Glance
from biocapture.capture.prompter import Guide
from biocapture.capture.settings import Operator, Policy
from biocapture.capture.trigger import Watch
from biocapture.devices.protocol import CaptureDevice, LivePreview, Preview, Target
from biocapture.errors import DeviceError, DeviceUnsupportedError, NothingPresentedError, ScanRejectedError
from biocapture.images.frame_check import FrameCheck, Prompts
from biocapture.types import Image, Sample

Assess = Callable[[Sample], Report]


def capture(
    device: CaptureDevice,
    target: Target,
    wanted: Options | None = None,
    policy: Policy | None = None,
    *,
    operator: Operator | None = None,
    assess: Assess | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Event]:
    """Capture one slot from an open device.

    Never accepts a frame worse than one it discarded: among all frames of the slot the best at a glance are assessed in
    full, and the best of those is the result.

    Parameters
    ----------
    device : CaptureDevice
        Open; with or without preview.
    target : Target
    wanted : Options, optional
        Profile and so on, of :func:`biocapture.assessment.options.options_of`.
    policy : Policy, optional
        Default: as many attempts as the profile's record allows.
    operator : Operator, optional
    assess : callable, optional
        Sample → Report, in place of the full assessment.
    clock : callable
        Seconds.

    Yields
    ------
    Event
        `Seen` per frame, `Told` per change of message, `Empty`, `Attempted`; at last `Finished`, also when the device
        fails. Closing the iterator stops the preview.
    """
    chosen = wanted or options_of()
    return _Slot(
        device,
        target,
        policy or Policy(attempts=chosen.profile.record.attempts),
        operator or Operator(),
        assess or (lambda sample: reports([sample], chosen)[0]),
        clock,
    ).events()


class _Slot:
    def __init__(
        self,
        device: CaptureDevice,
        target: Target,
        policy: Policy,
        operator: Operator,
        assess: Assess,
        clock: Callable[[], float],
    ) -> None:
        self._device, self._target, self._policy = device, target, policy
        self._operator, self._assess, self._clock = operator, assess, clock
        self._attempts: list[Attempt] = []
        self._empty = 0
        self._frames = 0
        self._pool = Pool(policy.frames_assessed)
        self._guide = Guide()
        self._ended = False
        part = capability(target.modality, LiveCapture)
        self._keys = part.PROMPTS if part else Prompts()

    def events(self) -> Iterator[Event]:
        error = None
        try:
            while not self._over:
                yield from self._attempt()
        except DeviceError as problem:
            error = problem
        bad = sum(not one.is_ready for one in self._attempts)
        suggestion = self._keys.another if bad >= self._policy.attempts else ""
        yield Finished(Result(tuple(self._attempts), self._empty, "", suggestion, error))

    @property
    def _over(self) -> bool:
        ready = any(one.is_ready for one in self._attempts)
        used_up = len(self._attempts) >= self._policy.attempts or self._empty >= self._policy.empty
        return ready or used_up or self._ended or self._operator.stopped

    def _attempt(self) -> Iterator[Event]:
        preview = self._device.info.capabilities.preview
        if preview is not Preview.NONE and not (yield from self._watched(preview)):
            return
        if preview is Preview.CAPTURE:
            yield from self._assessed([(self._sample(one.image), one.look) for one in self._pool.take()])
        else:
            yield from self._taken()

    def _watched(self, preview: Preview) -> Generator[Event, None, bool]:
        """Look at frames until an attempt is due; returns whether there is something to assess."""
        if not isinstance(self._device, LivePreview):
            raise DeviceUnsupportedError("says it has a preview and has no frames", self._device.info.key)
        watch = Watch(self._policy, self._clock, bool(self._attempts))
        glance = Glance(self._target.modality)
        with closing(self._device.frames(self._target, self._policy.frame_timeout_s)) as frames:
            for image in frames:
                look = glance.at(image)
                self._frames += 1
                if preview is Preview.CAPTURE:
                    self._pool.add(Frame(image, look, self._frames))
                due = watch.step(look) or self._operator.wants_it_now()
                yield from self._shown(image, look, watch)
                if due or self._operator.stopped:
                    return not self._operator.stopped
                if watch.is_empty:
                    self._empty += 1
                    yield Empty(self._empty)
                    return False
        self._ended = True
        return bool(self._pool)

    def _shown(self, image: Image, look: FrameCheck, watch: Watch) -> Iterator[Event]:
        before = self._guide.message
        if not watch.is_pausing:
            self._guide.say(look)
        if self._guide.message != before:
            yield Told(self._guide.message)
        yield Seen(image, look, self._guide.message, watch.steady)

    def _taken(self) -> Iterator[Event]:
        """One capture by the device itself."""
        try:
            sample = self._device.capture(self._target, self._policy.capture_timeout_s)
        except NothingPresentedError:
            self._empty += 1
            yield Empty(self._empty)
            yield from self._insisted(self._keys.place)
        except ScanRejectedError as refusal:
            yield from self._added(Attempt(len(self._attempts) + 1, refusal=str(refusal)))
        else:
            yield from self._assessed([(sample, None)])

    def _assessed(self, candidates: list[tuple[Sample, FrameCheck | None]]) -> Iterator[Event]:
        """Assess candidates in full; the best of them is the attempt."""
        number = len(self._attempts) + 1
        found = [Attempt(number, sample, self._assess(sample), look) for sample, look in candidates]
        if found:
            yield from self._added(max(found, key=lambda one: one.rank))

    def _added(self, attempt: Attempt) -> Iterator[Event]:
        self._attempts.append(attempt)
        yield Attempted(attempt)
        if not attempt.is_ready:
            yield from self._insisted(attempt.fault)

    def _insisted(self, message: str) -> Iterator[Event]:
        if message and message != self._guide.message:
            yield Told(self._guide.insist(message))

    def _sample(self, image: Image) -> Sample:
        return Sample(image, self._target.modality, self._target.position, self._device.info.key)
