"""The nouns of the library: what an image, a sample and a failure are. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

MM_PER_INCH = 25.4

GreyPixels = NDArray[np.uint8]
"""(H, W) uint8, 0 = black."""


Picture = NDArray[np.uint8]
"""(H, W) or (H, W, 3) uint8."""

Values = NDArray[np.float64]
"""Numbers of any shape, float64."""

Field = NDArray[np.float32]
"""Numbers over the pixels or cells of an image, float32."""

Mask = NDArray[np.bool_]
"""Which pixels, cells or items, bool."""

Counts = NDArray[np.int64]
"""How many of each, int64."""

Indices = NDArray[np.intp]
"""Places in an array: numbers of rows, columns or items."""

Trace = Callable[[str, NDArray[np.generic]], None]
"""Receives each stage of interest by name: for overlays, debugging and golden tests of stages."""


def no_trace(name: str, array: NDArray[np.generic]) -> None:
    """Ignore a stage: the default of every ``trace`` argument.

    Parameters
    ----------
    name : str
        Of the stage.
    array : array
        Its result, of any shape.
    """


class Modality(StrEnum):
    """Kind of biometric characteristic that a sample shows (ISO/IEC 2382-37)."""

    FINGERPRINT = "fingerprint"
    FACE = "face"
    IRIS = "iris"

    @property
    def in_colour(self) -> bool:
        """Whether its images are RGB; those of the others are grey."""
        return self is Modality.FACE

    @property
    def by_contact(self) -> bool:
        """Whether the sensor is touched: its images have a resolution in pixels per inch, and platens have stains."""
        return self is Modality.FINGERPRINT


class Position(StrEnum):
    """Which finger, eye or face (ISO/IEC 19794-2 Table 2, 19794-6 eye label); ``UNKNOWN`` where it is not stated."""

    UNKNOWN = "unknown"
    RIGHT_THUMB = "right_thumb"
    RIGHT_INDEX = "right_index"
    RIGHT_MIDDLE = "right_middle"
    RIGHT_RING = "right_ring"
    RIGHT_LITTLE = "right_little"
    LEFT_THUMB = "left_thumb"
    LEFT_INDEX = "left_index"
    LEFT_MIDDLE = "left_middle"
    LEFT_RING = "left_ring"
    LEFT_LITTLE = "left_little"
    RIGHT_EYE = "right_eye"
    LEFT_EYE = "left_eye"
    FACE = "face"

    @property
    def finger_code(self) -> int:
        """ANSI/NIST and ISO finger position code: 0 = unknown, 1 = right thumb … 10 = left little finger."""
        return FINGERS.index(self) if self in FINGERS else 0

    @property
    def modality(self) -> Modality | None:
        """Modality of the samples captured at this position; None for ``UNKNOWN``."""
        return _MODALITIES.get(self)


FINGERS = tuple(Position)[:11]
"""Finger positions indexed by their ISO code (0 = unknown)."""


class FingerGroup(StrEnum):
    """Fingers that are captured at once (ISO/IEC 19794-4 position codes 13, 14 and 15)."""

    RIGHT_SLAP = "right_slap"
    LEFT_SLAP = "left_slap"
    THUMBS = "thumbs"

    @property
    def fingers(self) -> tuple[Position, ...]:
        """Its fingers, in the order of their codes."""
        return FINGER_GROUPS[self]


FINGER_GROUPS = {
    FingerGroup.RIGHT_SLAP: FINGERS[2:6],
    FingerGroup.LEFT_SLAP: FINGERS[7:11],
    FingerGroup.THUMBS: (FINGERS[1], FINGERS[6]),
}

SEVERAL_FINGERS = {
    13: FINGERS[2:6],
    14: FINGERS[7:11],
    15: (FINGERS[1], FINGERS[6]),
    40: FINGERS[2:4],
    41: FINGERS[3:5],
    42: FINGERS[4:6],
    43: FINGERS[7:9],
    44: FINGERS[8:10],
    45: FINGERS[9:11],
    46: (FINGERS[2], FINGERS[7]),
    47: FINGERS[2:5],
    48: FINGERS[3:6],
    49: FINGERS[7:10],
    50: FINGERS[8:11],
}
"""Fingers of the position codes of pictures that show several (ISO/IEC 19794-4, ANSI/NIST-ITL)."""

EYES = (Position.RIGHT_EYE, Position.LEFT_EYE)

_MODALITIES = (
    dict.fromkeys(FINGERS[1:], Modality.FINGERPRINT)
    | dict.fromkeys(EYES, Modality.IRIS)
    | {Position.FACE: Modality.FACE}
)
"""The only table of which modality a position belongs to."""


def place_named(name: str) -> Position | FingerGroup:
    """Position or group of fingers of a name.

    Parameters
    ----------
    name : str
        ``right_index``, ``right_slap`` …

    Returns
    -------
    Position or FingerGroup

    Raises
    ------
    ValueError
        There is none of this name.
    """
    return FingerGroup(name) if name in set(FingerGroup) else Position(name)


class PpiSource(StrEnum):
    """Where the resolution of an image comes from."""

    METADATA = "metadata"
    GIVEN = "given"
    ASSUMED = "assumed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RotatedBox:
    """A turned rectangle around a finger in an image.

    Attributes
    ----------
    row, column : float
        Centre, px.
    height, width : float
        Along the finger and across it, px.
    angle_deg : float
        0 = the tip points up; positive = turned counter-clockwise.
    """

    row: float
    column: float
    height: float
    width: float
    angle_deg: float

    @property
    def corners(self) -> Values:
        """(4, 2) float64, rows and columns: upper left, upper right, lower right, lower left of the finger."""
        turn = np.deg2rad(self.angle_deg)
        up, right = np.array([-np.cos(turn), -np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
        signs = ((1, -1), (1, 1), (-1, 1), (-1, -1))
        half = [along * up * self.height / 2 + across * right * self.width / 2 for along, across in signs]
        corners: Values = np.array([self.row, self.column]) + np.array(half)
        return corners


@dataclass(frozen=True, slots=True)
class Image:
    """Decoded pixels with what is known about them.

    Attributes
    ----------
    pixels : (H, W) or (H, W, 3) uint8
        Grey or RGB, 0 = black. Finger and iris images are grey, faces RGB.
    ppi : float
        Pixels per inch of ``pixels`` as they are; NaN where none is stated (faces, irises; prints are assumed 500).
    ppi_source : PpiSource
    notes : tuple of str
        Reason keys found while decoding, e.g. ``image.ppi_conflict``; never silently dropped.
    sha256 : str
        Of the encoded bytes, or of the pixels for arrays.
    path : str
        File it was read from; empty for arrays and bytes.
    modality : Modality or None
        Modality that its biometric record states; None for plain images.
    position : Position
        Position that its biometric record states.
    impression : int or None
        How its record says a print was taken: 0 plain and 1 rolled (live scan), 2 plain and 3 rolled (ink on paper),
        4..7 latent, 8 swipe, 24 and 25 contactless, 29 unknown; None where there is no record.
    other_ppi : tuple of float
        Further credible resolutions that file and record state, where they disagree with ``ppi``.
    fingers : tuple of Position
        Those that its biometric record says it shows, where they are several.
    """

    pixels: NDArray[np.uint8]
    ppi: float = float("nan")
    ppi_source: PpiSource = PpiSource.NONE
    notes: tuple[str, ...] = ()
    sha256: str = ""
    path: str = ""
    modality: Modality | None = None
    position: Position = Position.UNKNOWN
    other_ppi: tuple[float, ...] = ()
    impression: int | None = None
    fingers: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One capture of one biometric characteristic, ready to be described (ISO/IEC 2382-37: captured biometric sample).

    Attributes
    ----------
    image : Image
    modality : Modality
    position : Position
    id : str
        Of the caller's choice; empty where there is none.
    fingers : tuple of Position
        Those that a slap should show; empty for a capture of one characteristic, and where nobody says.
    """

    image: Image
    modality: Modality
    position: Position = Position.UNKNOWN
    id: str = ""
    fingers: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a capture could not be assessed. A failure is a result, not an error.

    Attributes
    ----------
    reason : str
        Reason key, e.g. ``fingerprint.no_print``; its text is in ``guidance/``.
    detail : str
        The value and the limit, in English, for engineers.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Framing:
    """How a portrait is cut for print or upload.

    Attributes
    ----------
    width_px, height_px : int
        Size of the portrait.
    head : float
        Chin to crown as a share of the height; less where hair needs the room.
    eyes_down : float
        Distance of the eyes from the upper border as a share of the height.
    ppi : float
        Pixels per inch, written into the file.
    """

    width_px: int
    height_px: int
    head: float
    eyes_down: float
    ppi: float
