"""The straight line for ONE print: pixels in, statistics out."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint import blocks
from biocapture.fingerprint.block_quality import frequency_concentration, orientation_flow
from biocapture.fingerprint.minutia_features import central_count, certain_share, dark_share
from biocapture.fingerprint.region import block_foreground, block_sums, crop_frame, region_of_interest
from biocapture.fingerprint.ridge_profile import local_clarity, uniformity_ratios
from biocapture.fingerprint.statistics import FingerprintBatch, Table
from biocapture.types import Failure, GreyPixels, Sample

Trace = Callable[[str, NDArray[np.generic]], None]
"""Told every stage of interest by name: for overlays, debugging and golden tests."""

NFIQ2_LIMIT_PX = (1000, 800)
"""Rows and columns that NFIQ 2 accepts after the frame is removed."""


def silent(name: str, array: NDArray[np.generic]) -> None:
    """Trace nothing."""
