"""Measures of a finger image that an operator can act on. Raw values come from the statistics of a batch."""

import numpy as np

from biocapture.fingerprint.statistics import FingerprintBatch, of_prints, table_deviation, table_mean, table_sum
from biocapture.fingerprint.units import PX_MM
from biocapture.measure import Band, Column, Ramp, Sigmoid, measure

TYPICAL_CONTACT_MM2 = 250.0
"""Contact of an adult fingertip laid flat; the six development sensors, some smaller than that, show 120 to 310."""


@measure(unit="1", range=(0.0, 1.0), curve=Ramp(0.25, 0.45), guidance="fingerprint.no_print")
def print_likeness(batch: FingerprintBatch) -> Column:
    """How much the texture is that of friction ridges. Higher is better.

    Share of the spectral energy per octave at ridge periods (280..790 µm), times the mean coherence of the ridge
    area up to 0.5. Portraits, irises, pages and textures reach 0.33, prints of six sensors 0.33 to 0.95.
    """
    return batch.likeness


@measure(unit="mm²", range=(0.0, 1e6), curve=Ramp(30.0, 150.0), guidance="fingerprint.press_flat")
def usable_ridge_area(batch: FingerprintBatch) -> Column:
    """Area in which ridges are clear enough for minutiae to be right. Higher is better.

    Cells of 0.41 × 0.41 mm whose clarity (coherence times the share of the ridge wave that averaging along the
    ridges leaves) exceeds 0.35.
    """
    return of_prints(batch, batch.usable_mm2)


@measure(unit="mm", range=(0.0, 1e4), curve=Ramp(8.0, 3.0), guidance="fingerprint.centre_finger")
def centring(batch: FingerprintBatch) -> Column:
    """Distance from the centre of image (or sensor window) to the centre of mass of the ridges. Lower is better."""
    return of_prints(batch, batch.offset_mm)


@measure(unit="1", range=(-10.0, 10.0), curve=Ramp(1.0, 0.35), guidance="fingerprint.moisten_finger")
def dryness(batch: FingerprintBatch) -> Column:
    """How thin and broken the dark ridges are: minus the skewness of the ridge wave. Lower is better.

    Even ridges and valleys give 0; few dark grains in white give 1 and more.
    """
    return of_prints(batch, -batch.skewness)


@measure(unit="1", range=(0.0, 1.0), curve=Ramp(0.72, 0.55), guidance="fingerprint.dry_finger")
def wetness(batch: FingerprintBatch) -> Column:
    """How much of the ridge area is dark: wet or hard-pressed ridges merge. Lower is better; 0.5 is even.

    Share of pixels darker than half-way between the 2nd and the 98th percentile of the ridge area.
    """
    return of_prints(batch, batch.dark_share)


@measure(unit="mm²", range=(0.0, 1e6), curve=Ramp(30.0, 9.0), guidance="fingerprint.clean_platen")
def ghost_ridges(batch: FingerprintBatch) -> Column:
    """Area of faint ridges beside the print that are not its own: the previous person's latent print. Lower is better.

    Coherent cells more than 0.8 mm outside the print, in patches of several evenly strong ridges (a scratch or an edge
    is a single line) whose flow is not that of the print carried on. What the new print covers is not seen here; a
    latent print as dark as the print itself is taken for part of it. Clean prints of nine sensors show 8 mm² at most.
    """
    return of_prints(batch, batch.faint_mm2)


@measure(unit="1", range=(0.0, 1.0), curve=Ramp(0.75, 0.4), guidance="fingerprint.whole_fingertip")
def partial_print(batch: FingerprintBatch) -> Column:
    """Share of the contact of a fingertip laid flat (250 mm²) that is missing. Lower is better.

    1 - min(1, ridge area / 250 mm²). Sensors smaller than that, and children, never reach 0.
    """
    return of_prints(batch, 1 - np.minimum(1, batch.ridge_mm2 / TYPICAL_CONTACT_MM2))


@measure(unit="1", range=(0.0, 1.0), curve=Ramp(0.9, 0.4), guidance="fingerprint.centre_finger")
def border_cut(batch: FingerprintBatch) -> Column:
    """Share of the image's border that ridges run across: the print goes on outside. Lower is better."""
    return of_prints(batch, batch.border_share)


@measure(
    unit="µm", range=(0.0, 3300.0), curve=Band(250.0, 330.0, 640.0, 850.0), guidance="fingerprint.check_resolution"
)
def ridge_period(batch: FingerprintBatch) -> Column:
    """Distance from ridge to ridge: a check of the stated resolution. Adults have 350..600 µm, children less.

    Period with the most energy per octave in the radial power spectrum.
    """
    return of_prints(batch, batch.period_px * PX_MM * 1000)


@measure(
    unit="1",
    range=(0.0, 1.0),
    curve=Sigmoid(0.65, 0.06),
    guidance="fingerprint.press_flat",
)
def ridge_signal(batch: FingerprintBatch) -> Column:
    """Share of ridge periods in the power spectrum, mean over 64 × 64 windows. Higher is better.

    What is not at 280..790 µm is noise, grain, smudge or merged ridges.
    """
    return of_prints(batch, table_mean(batch.signal, len(batch)))


@measure(unit="greys", range=(0.0, 128.0), curve=Ramp(2.0, 8.0), guidance="fingerprint.press_firmly")
def ridge_contrast(batch: FingerprintBatch) -> Column:
    """Deviation of greys across ridges and valleys, median over the ridge area. Higher is better."""
    return of_prints(batch, batch.contrast)


@measure(
    iso="ISO/IEC 29794-4 minutiae count",
    unit="count",
    range=(0.0, 1e5),
    curve=Ramp(6.0, 30.0),
    guidance="fingerprint.press_flat",
)
def usable_minutiae(batch: FingerprintBatch) -> Column:
    """Sum of the qualities (0..1) of the minutiae: how many a comparison can rely on. Higher is better."""
    return of_prints(batch, table_sum(batch.minutia_quality, len(batch)))


@measure(
    iso="ISO/IEC 29794-4 orientation certainty level",
    unit="1",
    range=(0.0, 1.0),
    curve=Sigmoid(0.45, 0.12),
    guidance="fingerprint.press_flat",
)
def orientation_certainty(batch: FingerprintBatch) -> Column:
    """How strongly the gradients of a block agree on one direction, mean over whole blocks. Higher is better.

    1 - λ₂/λ₁ of the gradient covariance of each 32 × 32 block (Lim, Jiang & Yau 2002); NFIQ 2's OCL mean.
    """
    return of_prints(batch, table_mean(batch.certainty, len(batch)))


@measure(
    iso="ISO/IEC 29794-4 local clarity",
    unit="1",
    range=(0.0, 1.0),
    curve=Sigmoid(0.55, 0.08),
    guidance="fingerprint.press_flat",
)
def local_clarity(batch: FingerprintBatch) -> Column:
    """How little the greys of ridges and valleys overlap, mean over blocks. Higher is better.

    Chen, Dass & Jain (2005); NFIQ 2's LCS mean.
    """
    return of_prints(batch, table_mean(batch.clarity, len(batch)))


@measure(
    iso="ISO/IEC 29794-4 frequency domain analysis",
    unit="1",
    range=(0.0, 1.0),
    curve=Sigmoid(0.37, 0.04),
    guidance="fingerprint.press_flat",
)
def frequency_concentration(batch: FingerprintBatch) -> Column:
    """Share of one ridge frequency in the profile across the ridges, mean over blocks. Higher is better.

    Lim, Jiang & Yau (2002); NFIQ 2's FDA mean.
    """
    return of_prints(batch, table_mean(batch.frequency, len(batch)))


@measure(
    iso="ISO/IEC 29794-4 ridge valley uniformity",
    unit="1",
    range=(0.0, 32.0),
    curve=Sigmoid(1.0, -0.15),
    guidance="fingerprint.dry_finger",
)
def ridge_valley_uniformity(batch: FingerprintBatch) -> Column:
    """Spread of the ratios of neighbouring ridge and valley widths. Lower is better.

    Population deviation over all blocks; NFIQ 2's RVUP standard deviation.
    """
    return of_prints(batch, table_deviation(batch.uniformity, len(batch)))


@measure(
    iso="ISO/IEC 29794-4 orientation flow",
    unit="1",
    range=(0.0, 2.1),
    curve=Sigmoid(0.35, -0.1),
    guidance="fingerprint.press_flat",
)
def orientation_flow(batch: FingerprintBatch) -> Column:
    """How abruptly the direction of ridges changes between neighbouring blocks. Lower is better.

    Mean change as a share of 4°..90° over blocks inside the print that change by more than 4°; NFIQ 2's OF mean.
    """
    return of_prints(batch, table_mean(batch.flow, len(batch)))
