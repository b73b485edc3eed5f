"""NFIQ 2's block-wise analysis of one print, every stage once."""

from dataclasses import dataclass

import numpy as np

from biocapture.fingerprint.nfiq2 import windows
from biocapture.fingerprint.nfiq2.block_quality import frequency_concentration, orientation_flow
from biocapture.fingerprint.nfiq2.blocks import (
    certainty,
    coherence,
    gradient_moments,
    slanted_foreground,
    slanted_grid,
    slanted_moments,
    slanted_orientation,
)
from biocapture.fingerprint.nfiq2.grid import BLOCK_PX, pad_to_blocks
from biocapture.fingerprint.nfiq2.region import BlockSums, Region, block_foreground, block_sums, region_of_interest
from biocapture.fingerprint.nfiq2.ridge_profile import local_clarity, uniformity_ratios
from biocapture.types import GreyPixels, Mask, Trace, Values, no_trace


@dataclass(frozen=True, slots=True)
class BlockAnalysis:
    """Result of the analysis of one print, block by block.

    Attributes
    ----------
    sums : BlockSums
        Grey values of the block grid.
    region : Region
        Region of interest.
    certainty, coherence : (R, C) float64
        Of the block grid, truncated blocks included, 0..1; certainty is NaN on flat blocks.
    orientation : (R', C') float64
        Of the slanted grid: across the ridges, radians.
    foreground : (R', C') bool
        Slanted blocks on the print.
    clarity, frequency : (K,) float64
        Of the K slanted blocks on the print.
    uniformity : (M,) float64
        Ratios of neighbouring ridge and valley widths.
    flow : (L,) float64
        Changes of orientation, 4°..90° as 0..1.
    """

    sums: BlockSums
    region: Region
    certainty: Values
    coherence: Values
    orientation: Values
    foreground: Mask
    clarity: Values
    frequency: Values
    uniformity: Values
    flow: Values

    @property
    def full_block_certainty(self) -> Values:
        """(B,) certainty of the blocks that are neither truncated nor flat: NFIQ 2's OCL values."""
        full = self.certainty[self.sums.count == BLOCK_PX**2]
        return full[np.isfinite(full)]


def analyse_blocks(pixels: GreyPixels, trace: Trace = no_trace) -> BlockAnalysis:
    """Analyse a print block by block, as NFIQ 2 does.

    Parameters
    ----------
    pixels : (H, W) uint8
        At 500 ppi with dark ridges, cropped to its frame; any size.
    trace : callable
        Receives ``region``, ``orientation`` and ``foreground``.

    Returns
    -------
    BlockAnalysis
        Tables are empty where there are no blocks to measure.
    """
    grey = pad_to_blocks(pixels)
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
