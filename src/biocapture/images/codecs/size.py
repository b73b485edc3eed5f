"""Size of an encoded picture, known from its header before any pixel is allocated."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, as the header states them."""

    width_px: int
    height_px: int
