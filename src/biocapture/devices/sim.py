"""A simulated sensor: synthetic fingers, eyes and faces, with any fault on request.

``sim:finger``, ``sim:iris`` or ``sim:face``; for trainers, integrators and tests.
"""

import time
from collections.abc import Generator
from types import TracebackType
from typing import ClassVar, Self

from pydantic import Field

from biocapture.devices.protocol import Capabilities, DeviceOptions, Health, Info, Preview, State, Target
from biocapture.errors import (
    DeviceDisconnectedError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    NothingPresentedError,
)
from biocapture.synthetic.script import DEFAULT_SCRIPT, Act, act_at, check_acts, parse_script
from biocapture.synthetic.stream import ACTS, Fixture, Stream
from biocapture.types import Image, Modality, PpiSource, Sample

SHOWS = {"finger": Modality.FINGERPRINT, "iris": Modality.IRIS, "face": Modality.FACE}
SHAPES = {Modality.FINGERPRINT: (560, 416), Modality.IRIS: (480, 640), Modality.FACE: (720, 1280)}
PPI = 500.0


class SimOptions(DeviceOptions):
    """What is simulated.

    Attributes
    ----------
    script : str
        ``act:frames,…``; the last act lasts until the device is closed.
    seed : int
        Number of the synthetic capture subject.
    fps : float
        Frames per second; 0 = without waiting.
    width_px, height_px : int
        0 = the size usual for the modality.
    preview : Preview
        Which kind of device this is.
    serial : str
        Serial number, for the health record.
    noise, stain, dead_row, gain, offset
        Of the sensor, see `biocapture.synthetic.stream.Fixture`.
    """

    script: str = DEFAULT_SCRIPT
    seed: int = Field(1, ge=0, le=1_000_000)
    fps: float = Field(25.0, ge=0.0, le=1000.0)
    width_px: int = Field(0, ge=0, le=4096)
    height_px: int = Field(0, ge=0, le=4096)
    preview: Preview = Preview.CAPTURE
    serial: str = ""
    noise: float = Field(2.0, ge=0.0, le=40.0)
    stain: float = Field(0.0, ge=0.0, le=1.0)
    dead_row: int = Field(-1, ge=-1)
    gain: float = Field(1.0, ge=0.0, le=4.0)
    offset: float = Field(0.0, ge=-255.0, le=255.0)


class SimulatedDevice:
    """Plays a script of acts, frame by frame, from the moment it is opened."""

    options_model: ClassVar[type[DeviceOptions]] = SimOptions

    def __init__(self, address: str, options: SimOptions) -> None:
        if address not in SHOWS:
            raise DeviceNotFoundError(f"no such simulation; there are: {', '.join(SHOWS)}", f"sim:{address}")
        self._address = address
        self._options = options
        self._modality = SHOWS[address]
        self._steps = check_acts(parse_script(options.script), ACTS[self._modality], f"sim:{address}")
        self._clock = _FrameClock(options.fps)
        self._open = self._gone = False

    @classmethod
    def discover(cls, timeout_s: float) -> list[str]:
        """Addresses of all simulations.

        Parameters
        ----------
        timeout_s : float
            Not needed: they are always there.

        Returns
        -------
        list of str
        """
        return list(SHOWS)

    def __enter__(self) -> Self:
        self._clock = _FrameClock(self._options.fps)
        self._open, self._gone = True, False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False

    @property
    def info(self) -> Info:
        """As the options say."""
        rows, columns = self._shape
        abilities = Capabilities(
            modalities=(self._modality,),
            preview=self._options.preview,
            ppi=PPI if self._modality is Modality.FINGERPRINT else float("nan"),
            width_px=columns,
            height_px=rows,
        )
        state = Health(State.GONE if self._gone else State.READY)
        return Info("sim", self._address, abilities, state, "biocapture", "simulation", self._options.serial)

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Take the first frame in which something is presented.

        Parameters
        ----------
        target : Target
            Of the simulated modality.
        timeout_s : float
            Longest wait, in the time of the script.

        Returns
        -------
        Sample

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`, where the script says so; `NothingPresentedError` when nothing comes in time.
        """
        stream = self._stream(target)
        end = time.monotonic() + timeout_s
        while True:
            act, image = self._next(stream, end - time.monotonic())
            if act not in (Act.ABSENT, Act.APPROACH, Act.DIRTY):
                return Sample(image, target.modality, target.position, f"sim:{self._address}")
            if time.monotonic() >= end:
                raise NothingPresentedError(f"nothing was shown for {timeout_s:g} s", f"sim:{self._address}")

    def frames(self, target: Target, timeout_s: float) -> Generator[Image, None, None]:
        """Frames of the script.

        Parameters
        ----------
        target : Target
            Of the simulated modality.
        timeout_s : float
            Wait that the act ``stall`` exceeds.

        Returns
        -------
        generator of Image

        Raises
        ------
        DeviceUnsupportedError
            The options give it no preview, or it shows another modality.
        """
        if self._options.preview is Preview.NONE:
            raise DeviceUnsupportedError("has no preview", f"sim:{self._address}")
        stream = self._stream(target)
        return self._play(stream, timeout_s)

    def _play(self, stream: Stream, timeout_s: float) -> Generator[Image, None, None]:
        while True:
            yield self._next(stream, timeout_s)[1]

    @property
    def _shape(self) -> tuple[int, int]:
        rows, columns = SHAPES[self._modality]
        return self._options.height_px or rows, self._options.width_px or columns

    def _stream(self, target: Target) -> Stream:
        if not self._open:
            raise DeviceNotFoundError("is not open", f"sim:{self._address}")
        if target.modality is not self._modality:
            raise DeviceUnsupportedError(f"shows {self._modality}, not {target.modality}", f"sim:{self._address}")
        options = self._options
        fixture = Fixture(options.stain, options.dead_row, options.gain, options.offset)
        stream = Stream(self._modality, target.position, options.seed, self._shape, options.noise, fixture)
        stream.prepare({step.act for step in self._steps})
        self._clock.start()
        return stream

    def _next(self, stream: Stream, timeout_s: float) -> tuple[Act, Image]:
        number = self._clock.next()
        act, passed = act_at(self._steps, number)
        if act is Act.DISCONNECT or self._gone:
            self._gone = True
            raise DeviceDisconnectedError("was unplugged, as the script says", f"sim:{self._address}")
        if act is Act.STALL:
            time.sleep(max(0.0, timeout_s))
            raise DeviceTimeoutError(f"no frame for {timeout_s:g} s", f"sim:{self._address}")
        has_resolution = self._modality is Modality.FINGERPRINT
        ppi, source = (PPI, PpiSource.METADATA) if has_resolution else (float("nan"), PpiSource.NONE)
        return act, Image(stream.frame(act, passed, number), ppi, source)


class _FrameClock:
    """Numbers the frames; in real time a slow reader misses some."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._begun = 0.0
        self._number = -1

    def start(self) -> None:
        """The first frame is due now, unless it was due before."""
        self._begun = self._begun or time.monotonic()

    def next(self) -> int:
        """Wait for the next frame and return its number."""
        self._number += 1
        if self._fps:
            late = time.monotonic() - self._begun - self._number / self._fps
            if late < 0:
                time.sleep(-late)
            else:
                self._number += int(late * self._fps)
        return self._number
