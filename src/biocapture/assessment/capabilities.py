"""What a modality package offers: the part that is required, and the parts that are optional.

A package is a module, ``biocapture.<modality>``; its functions and constants are the members of these protocols.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from biocapture.images.frame_check import FrameCheck, Prompts
from biocapture.measure import Batch, Column, Measure
from biocapture.models import Card
from biocapture.types import Failure, FingerGroup, Framing, Image, Picture, Position, RotatedBox, Sample


class Package(Protocol):
    """What a modality package offers."""

    MEASURES: tuple[Measure, ...]
    """All measures, in the order of their columns."""
    NATIVE: Mapping[str, str]
    """Further columns given on request (``--native``): column name → what it is."""

    describe: Callable[..., Batch]
    """Takes a :class:`biocapture.types.Sample`; a batch of one."""
    native: Callable[[Any], dict[str, Column]]
    """Takes a batch; name of a native column → its values."""


class Residue(Protocol):
    """What a package reports about latent residue; its result may hold more."""

    @property
    def share(self) -> float:
        """Share of the capture that lies over residue, 0..1; NaN where it cannot be known."""


@runtime_checkable
class ResidueDetection(Protocol):
    """Optional part of a modality package: detection of latent residue that an earlier capture left on the sensor."""

    def latent_residue(self, sample: Sample) -> Residue:
        """Find the latent residue under a capture.

        Parameters
        ----------
        sample : Sample
            At the working resolution.
        """


class FoundFinger(Protocol):
    """One of several characteristics in a picture."""

    @property
    def position(self) -> Position:
        """Unknown where it cannot be told."""

    @property
    def box(self) -> RotatedBox:
        """Where it lies, px."""

    @property
    def confidence(self) -> float:
        """0..1, that the box holds one."""

    @property
    def is_cut(self) -> bool:
        """It runs over the border of the picture."""


class FoundSlap(Protocol):
    """What a package finds in a picture of several fingers."""

    @property
    def group(self) -> FingerGroup | None:
        """Which fingers are captured; None where it cannot be told."""

    @property
    def parts(self) -> Sequence[str]:
        """Name of each finger within the picture."""

    @property
    def fingers(self) -> Sequence[FoundFinger]:
        """From left to right."""

    @property
    def faults(self) -> Sequence[str]:
        """Reason keys, worst first."""

    @property
    def angle_deg(self) -> float:
        """Mean direction of the fingers, counter-clockwise from upright."""

    def finger(self, number: int) -> Image:
        """One finger as it lies, as if captured alone.

        Parameters
        ----------
        number : int
            From 0.
        """

    def upright_finger(self, number: int) -> Image:
        """One finger with its tip up.

        Parameters
        ----------
        number : int
            From 0.
        """


@runtime_checkable
class SlapSegmentation(Protocol):
    """Optional part of a modality package: pictures of several characteristics at once."""

    def find_slap(self, sample: Sample) -> FoundSlap | None:
        """Find them.

        Parameters
        ----------
        sample : Sample
            As captured, of any resolution.

        Returns
        -------
        FoundSlap or None
            None for the capture of a single one.
        """


@runtime_checkable
class Recognition(Protocol):
    """Optional part of a modality package: recognition of its captures by their pixels."""

    def resembles(self, pixels: Picture) -> bool:
        """Whether a picture looks like a capture.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) uint8
            In colour for modalities that are captured in colour, else grey and at least 64 pixels either way.
        """


@runtime_checkable
class Resampling(Protocol):
    """Optional part of a modality package: the resolution it is measured at."""

    def at_working_resolution(self, image: Image) -> Image:
        """Resample an image.

        Parameters
        ----------
        image : Image

        Returns
        -------
        Image
            The same object where it has that resolution.

        Raises
        ------
        DecodeError
            It would be larger than the limit of pixels.
        """


@runtime_checkable
class Drawing(Protocol):
    """Optional part of a modality package: a picture of what was found in a capture."""

    def draw(self, sample: Sample) -> tuple[Picture, Failure | None]:
        """Draw what is found in a capture. Takes the argument ``backend``, too, where the package has several.

        Parameters
        ----------
        sample : Sample
            At the working resolution.

        Returns
        -------
        picture : (H, W, 3) uint8
            RGB.
        failure : Failure or None
            Why nothing is drawn in.
        """


@runtime_checkable
class Comparable(Protocol):
    """Optional part of a modality package: comparison."""

    def load_matcher(self) -> Any:
        """Its :class:`biocapture.comparison.protocol.Matcher`, imported when first needed."""


@runtime_checkable
class Examples(Protocol):
    """Optional part of a modality package: synthetic captures, to measure speed with."""

    def examples(self, count: int) -> Iterator[Picture]:
        """Captures as a usual device takes them, always the same ones.

        Parameters
        ----------
        count : int
            How many.
        """


class Portrait(Protocol):
    """A portrait cut out of a photograph."""

    @property
    def pixels(self) -> Picture:
        """(height, width, 3) uint8 RGB."""

    @property
    def changes(self) -> tuple[str, ...]:
        """What was done to the photograph, in words."""


@runtime_checkable
class PortraitCutting(Protocol):
    """Optional part of a modality package: portraits for print or upload."""

    def cut_portrait(self, pixels: Picture, framing: Framing, backend: str) -> Portrait | Failure:
        """Cut the largest face of a photograph.

        Parameters
        ----------
        pixels : (H, W, 3) uint8
            RGB.
        framing : Framing
        backend : str
            What finds the face.

        Returns
        -------
        Portrait or Failure
            Why there is none.
        """


@runtime_checkable
class ModelPackages(Protocol):
    """Optional part of a modality package: models that users add in packages of several files."""

    MODEL_PACKAGES: Mapping[str, Callable[[Path], Sequence[Card]]]
    """Name → checks a package and keeps a copy of its models; gives their cards."""


@runtime_checkable
class LiveCapture(Protocol):
    """Optional part of a modality package: what the live capture needs of it."""

    PROMPTS: Prompts
    """What is shown to the operator when nothing is presented, and when no attempt succeeds."""

    def check_frame(self, image: Image) -> FrameCheck:
        """Quick check of one frame of a stream, in a few milliseconds.

        Parameters
        ----------
        image : Image
            As the device gives it.

        Returns
        -------
        FrameCheck
            Two scores or more; a single one means that nothing is presented.
        """


@runtime_checkable
class HasBackends(Protocol):
    """Optional part of a modality package: several ways to find in a picture what its measures need."""

    BACKENDS: Mapping[str, Any]
    """By name; one is the default, ``biocapture.assessment.modalities.DEFAULT_BACKEND``.

    ``describe`` and ``draw`` then take the argument ``backend``.
    """
