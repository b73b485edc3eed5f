"""What lies on the simulated scanner's glass: a synthetic finger, a card of ten, or a portrait."""

import functools
import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from biocapture.devices.escl.messages import COLOUR, PNG, UNITS_PER_INCH, ScanSettings
from biocapture.synthetic.script import Act
from biocapture.synthetic.stream import PLATEN_GREY, TOUCH_SHAPE, scene
from biocapture.types import FINGERS, MM_PER_INCH, Modality, Position

MASTER_PPI = 500
"""Resolution at which sheets are drawn; scans are resampled from it."""

CARD_MM = (100, 150)
"""Height and width."""

PHOTO_MM = (45, 35)
"""Height and width."""


@dataclass(frozen=True, slots=True)
class SimulatedSheet:
    """Something to scan.

    Attributes
    ----------
    shows : str
        ``finger``, ``card`` or ``photo``.
    seed : int
        Number of the synthetic capture subject.
    """

    shows: str
    seed: int

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(H, W) grey or (H, W, 3) RGB at `MASTER_PPI`."""
        drawings: dict[str, Callable[[int], NDArray[np.uint8]]]
        drawings = {"finger": _finger, "card": _card, "photo": _photo}
        return drawings[self.shows](self.seed)

    @property
    def units(self) -> tuple[int, int]:
        """Height and width in 1/300 inch."""
        rows, columns = self.pixels.shape[:2]
        return rows * UNITS_PER_INCH // MASTER_PPI, columns * UNITS_PER_INCH // MASTER_PPI

    def scan(self, settings: ScanSettings) -> bytes:
        """Scan the sheet.

        Parameters
        ----------
        settings : ScanSettings
            Area and resolution.

        Returns
        -------
        bytes
            PNG or JPEG that states the resolution.
        """
        scale = MASTER_PPI / UNITS_PER_INCH
        top, left = round(settings.top * scale), round(settings.left * scale)
        bottom, right = (round((start + size) * scale) for start, size in _rows_and_columns(settings))
        area = self.pixels[top:bottom, left:right]
        rows, columns = (max(1, round(size * settings.ppi / UNITS_PER_INCH)) for _, size in _rows_and_columns(settings))
        method = cv2.INTER_AREA if settings.ppi < MASTER_PPI else cv2.INTER_CUBIC
        return encode_page(
            _in_colour(settings.colour, cv2.resize(area, (columns, rows), interpolation=method)), settings
        )


def _rows_and_columns(settings: ScanSettings) -> tuple[tuple[int, int], tuple[int, int]]:
    return (settings.top, settings.height), (settings.left, settings.width)


def _in_colour(colour: str, pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    if (colour == COLOUR) == (pixels.ndim == 3):
        return pixels
    return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB if colour == COLOUR else cv2.COLOR_RGB2GRAY)


def encode_page(pixels: NDArray[np.generic], settings: ScanSettings) -> bytes:
    """Encode a page.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
        Grey or RGB.
    settings : ScanSettings
        Format and resolution.

    Returns
    -------
    bytes
        PNG or JPEG (quality 95) that states the resolution.
    """
    file = io.BytesIO()
    form, options = ("PNG", {}) if settings.format == PNG else ("JPEG", {"quality": 95})
    Image.fromarray(pixels).save(file, form, dpi=(settings.ppi, settings.ppi), **options)
    return file.getvalue()


def _touch(seed: int, position: Position) -> NDArray[np.uint8]:
    return scene(Modality.FINGERPRINT, position, Act.GOOD, seed, TOUCH_SHAPE)


def _finger(seed: int) -> NDArray[np.uint8]:
    return _touch(seed, Position.RIGHT_INDEX)


@functools.lru_cache(maxsize=2)
def _card(seed: int) -> NDArray[np.uint8]:
    """Right hand above, left hand below, thumbs first."""
    sheet = np.full([round(side / MM_PER_INCH * MASTER_PPI) for side in CARD_MM], PLATEN_GREY, np.uint8)
    rows, columns = TOUCH_SHAPE
    cell = sheet.shape[0] // 2, sheet.shape[1] // 5
    for number, position in enumerate(FINGERS[1:]):
        top = number // 5 * cell[0] + (cell[0] - rows) // 2
        left = number % 5 * cell[1] + (cell[1] - columns) // 2
        sheet[top : top + rows, left : left + columns] = _touch(seed, position)
    return sheet


@functools.lru_cache(maxsize=2)
def _photo(seed: int) -> NDArray[np.uint8]:
    rows, columns = (round(side / MM_PER_INCH * MASTER_PPI) for side in PHOTO_MM)
    return scene(Modality.FACE, Position.FACE, Act.GOOD, seed, (rows, columns))
