"""Which part of a picture is analysed as a print: without its frame, and no larger than a slap of four fingers."""

from biocapture.fingerprint.nfiq2.region import MIN_PRINT_PX, within_frame
from biocapture.fingerprint.units import PX_MM
from biocapture.types import Failure, GreyPixels

MAX_SIDES_PX = (1600, 1700)
"""Shorter and longer side, px at 500 ppi, of the largest print: a slap of four fingers has 76 × 81 mm at most (ISO/IEC
19794-4 and ANSI/NIST-ITL 1), with 5 mm to spare. Palms, cards of ten prints and photographs are larger."""

NOTHING_DARK = Failure("fingerprint.no_print", "nothing darker than the frame")


def print_window(pixels: GreyPixels) -> tuple[slice, slice] | Failure:
    """Rows and columns to analyse, or why there is nothing to analyse.

    Parameters
    ----------
    pixels : (H, W) uint8
        At 500 ppi.

    Returns
    -------
    (slice, slice) or Failure
        Without the near-white frame; a failure where nothing is left, or more than the print of four fingers. Analysis
        takes time and memory by the pixels: these stay below 3 million, however large the picture.
    """
    window = within_frame(pixels, MIN_PRINT_PX)
    if window is None:
        return NOTHING_DARK
    height, width = (side.stop - side.start for side in window)
    if min(height, width) > MAX_SIDES_PX[0] or max(height, width) > MAX_SIDES_PX[1]:
        across, down, short, long = (round(px * PX_MM) for px in (width, height, *MAX_SIDES_PX))
        detail = f"{across} × {down} mm at the stated resolution, at most {short} × {long} mm"
        return Failure("fingerprint.not_one_finger", detail)
    return window
