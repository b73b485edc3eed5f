"""NFIQ 2's block-wise analysis of one print, every stage once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.nfiq2 import windows
from biocapture.fingerprint.nfiq2.block_quality import frequency_concentration, orientation_flow
from biocapture.fingerprint.nfiq2.blocks import (
    Angles,
    certainty,
    coherence,
    gradient_moments,
    slanted_foreground,
    slanted_grid,
    slanted_moments,
    slanted_orientation,
)
from biocapture.fingerprint.nfiq2.grid import BLOCK_PX, whole_blocks
from biocapture.fingerprint.nfiq2.region import BlockSums, Region, block_foreground, block_sums, region_of_interest
from biocapture.fingerprint.nfiq2.ridge_profile import local_clarity, uniformity_ratios
from biocapture.types import GreyPixels, Trace, no_trace

Flat = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BlockAnalysis:
    """What the blocks of one print say.

    Attributes
    ----------
    sums : BlockSums
        Grey values of the block grid.
    region : Region
        Region of interest.
    certainty, coherence : (R, C) float64
        Of the block grid, truncated blocks included; certainty is NaN on flat blocks.
    orientation : (R', C') float64
        Of the slanted grid: across the ridges, radians.
    foreground : (R', C') bool
        Slanted blocks on the print.
    clarity, frequency : (K,) float64
        Of the K slanted blocks on the print.
    uniformity : (M,) float64
        Ratios of neighbouring ridge and valley widths.
    flow : (L,) float64
        Changes of orientation.
    """

    sums: BlockSums
    region: Region
    certainty: Flat
    coherence: Flat
    orientation: Angles
    foreground: NDArray[np.bool_]
    clarity: Flat
    frequency: Flat
    uniformity: Flat
    flow: Flat

    @property
    def whole_certainty(self) -> Flat:
        """(B,) certainty of the blocks that are neither truncated nor flat: NFIQ 2's OCL values."""
        whole = self.certainty[self.sums.count == BLOCK_PX**2]
        return whole[np.isfinite(whole)]


def analyse_blocks(pixels: GreyPixels, trace: Trace = no_trace) -> BlockAnalysis:
    """Analyse a print at 500 ppi with dark ridges, cropped to its frame; (H, W) uint8, any size."""
    grey = whole_blocks(pixels)
    sums = block_sums(pixels, grey)
    moments = gradient_moments(pixels, grey)
    grid = slanted_grid(pixels.shape)
    orientation = slanted_orientation(slanted_moments(grey, grid))
    foreground = slanted_foreground(block_foreground(sums), grid)
    angles = orientation[foreground]
    clarity, uniformity, frequency = (
        windows.rotated_windows(pixels, foreground, angles, window)
        for window in (windows.CLARITY, windows.UNIFORMITY, windows.FREQUENCY)
    )
    analysis = BlockAnalysis(
        sums=sums,
        region=region_of_interest(pixels),
        certainty=certainty(moments),
        coherence=coherence(moments),
        orientation=orientation,
        foreground=foreground,
        clarity=local_clarity(clarity),
        frequency=frequency_concentration(frequency),
        uniformity=uniformity_ratios(uniformity)[0],
        flow=orientation_flow(orientation, foreground),
    )
    for name, stage in (("region", analysis.region.mask), ("orientation", orientation), ("foreground", foreground)):
        trace(name, stage)
    return analysis
