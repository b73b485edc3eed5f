"""The straight line for ONE print: pixels in, statistics out."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.grid import BLOCK_PX
from biocapture.fingerprint.region import crop_frame
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.types import Failure, Sample

Trace = Callable[[str, NDArray[np.generic]], None]
"""Told every stage of interest by name: for overlays, debugging and golden tests."""

NFIQ2_LIMIT_PX = (1000, 800)
"""Rows and columns that NFIQ 2 accepts after the frame is removed."""

SMALLEST_PX = 2 * BLOCK_PX
"""Smaller crops have no block with neighbours."""


def describe(sample: Sample, trace: Trace = lambda name, array: None) -> FingerprintBatch:
    """Measure one print at 500 ppi with dark ridges; a batch of one.

    A capture without a print is a failure, never an exception.
    """
    print_pixels = crop_frame(sample.image.pixels)
    if print_pixels is None or min(print_pixels.shape) < SMALLEST_PX:
        return FingerprintBatch.of_failure(Failure("fingerprint.no_print", "nothing darker than the frame"))
    return _described(print_pixels, trace)
