"""The live capture: the check of a frame, and the loop over a stream, at 1280 × 720 with one thread."""

from collections.abc import Generator, Iterator
from functools import cache, partial
from types import TracebackType
from typing import Self

from benchmarks.suite.case import Case, Work, name_of
from benchmarks.suite.images import Setting
from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.capture import CaptureSettings, FrameAnalysed, capture
from biocapture.capture.frame_checker import FrameChecker
from biocapture.devices import Capabilities, Info, Preview, Target, open_device, target_of
from biocapture.types import Image, Modality, Sample

FRAMES = 40
SCRIPT = "absent:8,approach:8,blur:8,moving:8,good"
SLOTS = {Modality.FINGERPRINT: "right_index", Modality.IRIS: "right_eye", Modality.FACE: "face"}
ENDLESS = CaptureSettings(steady_frames=10_000, patience_s=1e6, wait_s=1e6)


class Played:
    """A camera that gives the same frames again and again, at once."""

    def __init__(self, modality: Modality, images: tuple[Image, ...]) -> None:
        self.info = Info("played", "", Capabilities((modality,), preview=Preview.CAPTURE))
        self._images = images

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def capture(self, target: Target, timeout_s: float) -> Sample:
        return Sample(self._images[0], target.modality, target.position)

    def frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        yield from self._images


def _device(modality: Modality) -> str:
    shown = {Modality.FINGERPRINT: "finger", Modality.IRIS: "iris", Modality.FACE: "face"}[modality]
    return f"sim:{shown}?fps=0&width_px=1280&height_px=720&script={SCRIPT}"


@cache
def images(modality: Modality) -> tuple[Image, ...]:
    """Forty frames of a simulated sensor: nobody, coming nearer, blurred, moving, good."""
    with open_device(_device(modality)) as device:
        frames = device.frames(target_of(SLOTS[modality]), 5.0)  # type: ignore[attr-defined]
        return tuple(image for image, _ in zip(frames, range(FRAMES), strict=False))


def cases() -> Iterator[Case]:
    """Per modality: the frame check; the loop with all its events; the same with a simulated device.

    The full assessment, which follows a capture, is not part of it.
    """
    for modality in Modality:
        yield Case(name_of(FrameChecker.check, modality, "1280x720"), partial(_checks, modality=modality))
        yield Case(name_of(capture, modality, "1280x720"), partial(_loop, modality=modality))
        yield Case(name_of(capture, f"{modality}, sim", "1280x720"), partial(_simulated, modality=modality))


def _checks(setting: Setting, modality: Modality) -> Work:
    frames = images(modality)

    def call() -> None:
        checker = FrameChecker(modality)
        for image in frames:
            checker.check(image)

    return Work(call, len(frames))


def _loop(setting: Setting, modality: Modality) -> Work:
    device = Played(modality, images(modality))
    ready = Report(verdict=Verdict.READY)

    def call() -> None:
        for _ in capture(device, target_of(SLOTS[modality]), settings=ENDLESS, assess=lambda sample: ready):
            pass

    return Work(call, FRAMES)


def _simulated(setting: Setting, modality: Modality) -> Work:
    images(modality)  # the scenes are drawn once and kept

    def call() -> None:
        with open_device(_device(modality)) as device:
            events = capture(device, target_of(SLOTS[modality]), settings=ENDLESS)
            for _ in zip(range(FRAMES), (event for event in events if isinstance(event, FrameAnalysed)), strict=False):
                pass

    return Work(call, FRAMES)
