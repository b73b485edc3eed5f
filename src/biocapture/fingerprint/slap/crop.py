"""One finger out of a slap: as it lies, for assessment, and upright, for a file."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from biocapture.fingerprint.slap.axes import frame
from biocapture.types import MM_PER_INCH, Field, GreyPixels, Image, RotatedBox

MARGIN_MM, FADING_MM = 1.6, 0.6
"""Room left around a box, and the outer part of it in which the picture fades to its background."""

CORNERS = 5.0
"""Exponent of the outline kept: 2 is an oval, a large number the box."""

STEP_PX = 8
"""The weight of a pixel is computed this coarsely and interpolated."""

SHARPNESS = 12.0
"""How fast a picture fades between the outlines of two fingers; relative to their half breadths."""

GROUND_STEP_PX = 16
"""Every so many rows and columns are read for the grey of the background."""


def finger_image(image: Image, boxes: Sequence[RotatedBox], chosen: int) -> Image:
    """A finger as if it had been captured alone: what lies beside it fades to the background.

    Pixels are not resampled, so that ridges stay what they are, and the border of the picture stays a border.

    Parameters
    ----------
    image : Image
    boxes : sequence of RotatedBox
        Of all fingers in it.
    chosen : int
        Which of them.

    Returns
    -------
    Image
    """
    px_per_mm = image.ppi / MM_PER_INCH
    box = boxes[chosen]
    grown = replace(
        box, height=box.height + 2 * MARGIN_MM * px_per_mm, width=box.width + 2 * MARGIN_MM * px_per_mm
    ).corners
    low = np.clip(np.floor(grown.min(axis=0)), 0, None).astype(int)
    high = np.minimum(np.ceil(grown.max(axis=0)).astype(int) + 1, image.pixels.shape)
    if (high - low < STEP_PX).any():
        high = np.minimum(low + STEP_PX, image.pixels.shape)
        low = np.maximum(high - STEP_PX, 0)
    window = image.pixels[low[0] : high[0], low[1] : high[1]]
    weight = _weight((int(low[0]), int(low[1])), window.shape, boxes, chosen, px_per_mm)
    ground = np.float32(_ground(image.pixels, boxes))
    pixels = np.rint(ground + weight * (window - ground)).astype(np.uint8)
    return replace(image, pixels=pixels)


def upright(image: Image, boxes: Sequence[RotatedBox], chosen: int) -> Image:
    """A finger with its tip up, as :func:`finger_image` shows it.

    Parameters
    ----------
    image, boxes, chosen
        As :func:`finger_image`.

    Returns
    -------
    Image
        Of the same resolution; what lies beyond the border of the picture has the grey of the background.
    """
    px_per_mm = image.ppi / MM_PER_INCH
    box = boxes[chosen]
    height, width = (round(side + 2 * MARGIN_MM * px_per_mm) for side in (box.height, box.width))
    up, right = frame(box.angle_deg)
    centre = np.array([box.row, box.column])
    origin = centre + up * (height - 1) / 2 - right * (width - 1) / 2
    back = np.array([[right[1], -up[1], origin[1]], [right[0], -up[0], origin[0]]])
    ground = _ground(image.pixels, boxes)
    turned = cv2.warpAffine(
        image.pixels,
        back,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=ground,
    )
    moved = [_seen_from(each, centre, up, right, (height, width)) for each in boxes]
    weight = _weight(
        (0, 0),
        turned.shape,
        [replace(each, angle_deg=each.angle_deg - box.angle_deg) for each in moved],
        chosen,
        px_per_mm,
    )
    pixels = np.rint(ground + weight * (turned - np.float32(ground))).astype(np.uint8)
    return replace(image, pixels=pixels)


def _seen_from(
    box: RotatedBox, centre: np.ndarray, up: np.ndarray, right: np.ndarray, shape: tuple[int, int]
) -> RotatedBox:
    """A box in the pixels of an upright finger."""
    offset = np.array([box.row, box.column]) - centre
    return replace(box, row=float((shape[0] - 1) / 2 - offset @ up), column=float((shape[1] - 1) / 2 + offset @ right))


def _weight(
    origin: tuple[int, int], shape: tuple[int, ...], boxes: Sequence[RotatedBox], chosen: int, px_per_mm: float
) -> Field:
    """1 on the finger, 0 beside it and on its neighbours, per pixel of a window."""
    rows, columns = (side // STEP_PX + 2 for side in shape[:2])
    row = np.linspace(0, shape[0] - 1, rows, dtype=np.float32)[:, None] + np.float32(origin[0])
    column = np.linspace(0, shape[1] - 1, columns, dtype=np.float32)[None] + np.float32(origin[1])
    down, side, own = _place(row, column, boxes[chosen])
    box = boxes[chosen]
    radius = ((2 * down / box.height) ** CORNERS + (2 * side / box.width) ** CORNERS) ** (1 / CORNERS)
    beyond = (radius - 1) * box.width / (2 * px_per_mm)
    weight = np.clip((MARGIN_MM - beyond) / FADING_MM, 0, 1)
    for number, other in enumerate(boxes):
        if number != chosen:
            away = _place(row, column, other)[2]
            weight *= np.where(away < 1.15, np.clip((away - own) * SHARPNESS + 0.5, 0, 1), 1.0)
    fine: Field = cv2.resize(weight.astype(np.float32), shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return fine


def _place(row: Field, column: Field, box: RotatedBox) -> tuple[Field, Field, Field]:
    """Distance along and across from the centre of a box, and both together relative to an oval within it."""
    up, right = frame(box.angle_deg)
    y, x = row - np.float32(box.row), column - np.float32(box.column)
    down = np.abs(y * np.float32(up[0]) + x * np.float32(up[1]))
    side = np.abs(y * np.float32(right[0]) + x * np.float32(right[1]))
    return down, side, np.hypot(2 * down / np.float32(box.height), 2 * side / np.float32(box.width))


def _ground(pixels: GreyPixels, boxes: Sequence[RotatedBox]) -> float:
    """Grey of the background: the median away from the fingers."""
    sparse = pixels[::GROUND_STEP_PX, ::GROUND_STEP_PX]
    row = np.arange(0, pixels.shape[0], GROUND_STEP_PX, dtype=np.float32)[:, None]
    column = np.arange(0, pixels.shape[1], GROUND_STEP_PX, dtype=np.float32)[None]
    away = np.ones(sparse.shape, np.bool_)
    for box in boxes:
        away &= _place(row, column, box)[2] > 1.3
    return float(np.median(sparse[away])) if away.any() else float(np.median(sparse))
