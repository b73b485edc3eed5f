"""What the measures need besides the picture (landmarks, boxes, pose, maps), checked; any source may supply it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from biocapture.errors import UsageError
from biocapture.face.alignment import Rgb
from biocapture.face.features.parsing import FacePart
from biocapture.face.landmarks import COUNT, Points, to_pixels

MAX_SIDE_PX = 32766
"""OpenCV resamples no larger pictures."""

PARSING_PX, OCCLUSION_PX = 400, 224


@dataclass(frozen=True, slots=True)
class Inputs:
    """Landmarks, boxes, pose and maps of a picture. None = not supplied: what depends on it is not assessed.

    Attributes
    ----------
    points : (98, 2) int64 or None
        Landmarks in WFLW order, column and row in the picture; they may lie outside it.
    areas_px2 : (n,) float64 or None
        Areas of the face boxes, largest first; empty = no face was found.
    pitch_deg, yaw_deg, roll_deg : float
        Head pose in OFIQ's signs (roll opposite to the image's); NaN = not supplied.
    parsing : (400, 400) uint8 or None
        BiSeNet classes (see :mod:`biocapture.face.features.parsing`) of columns 30..585, rows 0..555 of the aligned
        frame.
    distinguished : frozenset of Part
        The classes that ``parsing`` distinguishes; what depends on another is not assessed.
    visible : (224, 224) uint8 or None
        1 = face that nothing hides; of rows and columns 96..519 of the aligned frame.
    outputs : mapping
        What models of the backend's own answered, by OFIQ's name of the measure.
    score, instability : float
        Of the detector, 0..1; and by how much the landmarks moved between two crops, in extents of the face; NaN = not
        supplied.
    implausible : bool
        The landmarks moved so much that there may be no face at all: nothing is measured.
    cut_off : bool
        Eyes, nose or mouth lie outside the picture.
    masked : bool
        It is implausible, but its mouth is covered and its eyes are free.
    """

    points: Points | None = None
    areas_px2: NDArray[np.float64] | None = None
    pitch_deg: float = float("nan")
    yaw_deg: float = float("nan")
    roll_deg: float = float("nan")
    parsing: NDArray[np.uint8] | None = None
    distinguished: frozenset[FacePart] = frozenset(FacePart)
    visible: NDArray[np.uint8] | None = None
    score: float = float("nan")
    instability: float = float("nan")
    outputs: Mapping[str, float] = field(default_factory=dict)
    implausible: bool = False
    cut_off: bool = False
    masked: bool = False


def inputs_from_arrays(
    landmarks: ArrayLike | None = None,
    boxes: ArrayLike | None = None,
    pose: ArrayLike | None = None,
    parsing: ArrayLike | None = None,
    occlusion: ArrayLike | None = None,
) -> Inputs:
    """Make :class:`Inputs` of arrays, checked; None = not supplied.

    Parameters
    ----------
    landmarks : (98, 2) numbers, optional
        Column and row in the picture, WFLW order; rounded to whole pixels.
    boxes : (n, 2) or (n, 4) numbers, optional
        Width and height of every face found, the last two of four columns (left, top, width, height).
    pose : (3,) float, optional
        Pitch, yaw, roll in degrees, OFIQ's signs; NaN = not known.
    parsing : (400, 400) int, optional
        BiSeNet classes of the aligned frame.
    occlusion : (224, 224) bool, optional
        True = visible face.

    Returns
    -------
    Inputs

    Raises
    ------
    UsageError
        Wrong shape, or landmarks or boxes that are not finite.
    """
    pitch, yaw, roll = _angles(pose)
    return Inputs(
        points=None if landmarks is None else to_pixels(_finite("landmarks", landmarks, (COUNT, 2))),
        areas_px2=None if boxes is None else _areas(boxes),
        pitch_deg=pitch,
        yaw_deg=yaw,
        roll_deg=roll,
        parsing=None if parsing is None else _array("parsing", parsing, (PARSING_PX,) * 2, "biu").astype(np.uint8),
        visible=None
        if occlusion is None
        else (_array("occlusion", occlusion, (OCCLUSION_PX,) * 2) > 0).astype(np.uint8),
    )


def rgb_picture(image: NDArray[np.uint8]) -> Rgb:
    """Check a picture of a face and give it three channels.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) uint8
        Grey or RGB.

    Returns
    -------
    (H, W, 3) uint8
        Contiguous; grey becomes three equal channels.

    Raises
    ------
    UsageError
        Not 8 bit, not (H, W) or (H, W, 3), empty, or a side above 32766 pixels.
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)):
        raise UsageError(f"a face picture is (H, W) or (H, W, 3) uint8, not {image.shape} {image.dtype}", "image")
    if not 0 < min(image.shape[:2]) <= max(image.shape[:2]) <= MAX_SIDE_PX:
        raise UsageError(f"sides must lie in 1..{MAX_SIDE_PX} px, not {image.shape[:2]}", "image")
    return np.ascontiguousarray(image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2))


def _angles(pose: ArrayLike | None) -> list[float]:
    angles = np.full(3, np.nan) if pose is None else _array("pose", pose, (3,)).astype(np.float64)
    return np.where(np.isfinite(angles), angles, np.nan).tolist()


def _areas(boxes: ArrayLike) -> NDArray[np.float64]:
    sides = np.asarray(boxes, np.float64)
    if sides.size == 0:
        return np.zeros(0)
    if sides.ndim != 2 or sides.shape[1] not in (2, 4):
        raise UsageError(f"(n, 2) or (n, 4) expected, not {sides.shape}", "boxes")
    _finite("boxes", sides, sides.shape)
    return np.sort(sides[:, -2] * sides[:, -1])[::-1]


def _array(name: str, values: ArrayLike, shape: tuple[int, ...], kinds: str = "biuf") -> NDArray[Any]:
    array = np.asarray(values)
    if array.shape != shape or array.dtype.kind not in kinds:
        raise UsageError(f"numbers of shape {shape} expected, not {array.shape} {array.dtype}", name)
    return array


def _finite(name: str, values: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = _array(name, values, shape).astype(np.float64)
    if not np.isfinite(array).all():
        raise UsageError("must be finite", name)
    return array
