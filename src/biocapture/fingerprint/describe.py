"""The straight line for ONE print: pixels in, statistics out."""

import numpy as np

from biocapture.fingerprint.features.contact import Contact, Frame, contact
from biocapture.fingerprint.features.extent import print_window
from biocapture.fingerprint.features.minutiae import Minutiae, extract_minutiae
from biocapture.fingerprint.features.platen import find_platen
from biocapture.fingerprint.features.ridge_field import ridge_field
from biocapture.fingerprint.features.ridge_flow import follow_ridges
from biocapture.fingerprint.features.spectrum import RadialSpectrum, radial_spectrum, ridge_signal
from biocapture.fingerprint.nfiq2.blockwise import BlockAnalysis, analyse_blocks
from biocapture.fingerprint.nfiq2.minutia_features import central_count, certain_share, dark_share
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.measure import Table, values_of
from biocapture.types import Failure, GreyPixels, Sample, Trace, no_trace

MAX_NFIQ2_PX = (1000, 800)
"""Most rows and columns that NFIQ 2 accepts after the frame is removed."""

MIN_LIKENESS = 0.25
"""Likeness to a print, 0..1: portraits, irises, pages, noise and textures stay below, prints of six sensors above 0.33
(see spectrum.py)."""

CERTAIN_LIKENESS = 0.45
"""Likeness from which nothing about a print is doubted; below, ridges of a wrong scale are taken for its reason."""

FULL_COHERENCE = 0.5
"""Mean coherence from which ridges count as fully directed; isotropic textures have 0.2."""

MIN_RIDGES_MM2 = 15.0
"""Area of ridges below which there is no print to assess."""

MIN_MINUTIA_QUALITY = 0.05
"""0..1; minutiae below are not counted: the median count of the development sets is then that of NFIQ 2's extractor."""

IMPLAUSIBLE_PERIODS_PX = ((3.3, 5.3), (16.0, 28.0))
"""Regular periods within these ranges are no finger's at 500 ppi (the six sensors span 5.9 to 15.6 px), but may be at
another resolution."""

MAX_WIDE_PERIOD_PX, MAX_FINGER_MM2 = 13.0, 600.0
"""Nor has a finger ridges as wide as this on so large an area: prints of nine sensors have 490 mm² at most."""

MAX_SHALLOW_GREY = 16
"""Brightest grey of pictures whose 12 bits were stored in 16, or 4 in 8."""

WRONG_SCALE = "image.ppi_implausible"

MIN_PEAK_SHARE, MIN_COHERENCE = 0.45, 0.15
"""Share of energy near the main period, and mean coherence, that most prints have at half or double scale, and few
other pictures."""

MIN_BACKGROUND_GREYS = -45.0
"""Where the background is darker than the print by more than this, ridges are white."""


def describe(sample: Sample, trace: Trace = no_trace) -> FingerprintBatch:
    """Measure one print. A capture without a print is a failure, never an exception.

    Parameters
    ----------
    sample : Sample
        At 500 ppi, with dark ridges.
    trace : callable
        Receives the stages.

    Returns
    -------
    FingerprintBatch
        Of one.
    """
    pixels = sample.image.pixels
    window = print_window(pixels)
    if isinstance(window, Failure):
        return FingerprintBatch.of_failure(window)
    frame = Frame(window[0].start, window[1].start, *pixels.shape)
    return _statistics(np.ascontiguousarray(pixels[window]), frame, trace)


def _statistics(pixels: GreyPixels, frame: Frame, trace: Trace) -> FingerprintBatch:
    blocks = analyse_blocks(pixels, trace)
    platen = find_platen(pixels)
    field = ridge_field(platen.pixels, trace, platen.padding)
    flow = follow_ridges(field, trace)
    minutiae = extract_minutiae(field, flow, trace)
    touch = contact(platen, frame, field, flow)
    spectrum = radial_spectrum(platen.pixels, field)
    likeness = _likeness(spectrum, touch.coherence)
    columns = _grey_columns(blocks) | _minutia_columns(pixels, minutiae)
    columns |= values_of(touch)
    columns |= {
        "within_limits": float(all(side <= limit for side, limit in zip(pixels.shape, MAX_NFIQ2_PX, strict=True))),
        "period_px": spectrum.period_px,
        "likeness": likeness,
    }
    tables = {
        "frequency": blocks.frequency,
        "clarity": blocks.clarity,
        "certainty": blocks.full_block_certainty,
        "flow": blocks.flow,
        "uniformity": blocks.uniformity,
        "signal": ridge_signal(platen.pixels, field),
        "minutia_quality": minutiae.quality.astype(np.float64),
    }
    statistics = columns | {name: Table.of_one(value) for name, value in tables.items()}
    notes = _notes(spectrum, touch)
    failure = _failure(likeness, touch.ridge_mm2, notes)
    if pixels.max() <= MAX_SHALLOW_GREY and _is_print(_stretched(pixels)):
        failure = Failure("fingerprint.check_depth", f"greys 0..{pixels.max()}, of 0..255")
    if failure is not None and failure.reason != "fingerprint.no_print":
        statistics["likeness"] = float("nan")
    return FingerprintBatch.of_one(statistics, failure, notes)


def _failure(likeness: float, ridge_mm2: float, notes: tuple[str, ...]) -> Failure | None:
    if WRONG_SCALE in notes and not (likeness >= CERTAIN_LIKENESS and ridge_mm2 >= MIN_RIDGES_MM2):
        return Failure("fingerprint.check_resolution", f"likeness to a print {likeness:.2f} at the stated resolution")
    if not likeness >= MIN_LIKENESS:
        return Failure("fingerprint.no_print", f"likeness to a print {likeness:.2f}, least {MIN_LIKENESS}")
    if ridge_mm2 < MIN_RIDGES_MM2:
        return Failure("fingerprint.no_print", f"{ridge_mm2:.1f} mm² of ridges, least {MIN_RIDGES_MM2}")
    return None


def _likeness(spectrum: RadialSpectrum, coherence: float) -> float:
    return spectrum.ridge_share * min(1.0, float(np.nan_to_num(coherence)) / FULL_COHERENCE)


def _stretched(pixels: GreyPixels) -> GreyPixels:
    return (pixels * np.float32(255 / max(1, int(pixels.max())))).astype(np.uint8)


def _is_print(pixels: GreyPixels) -> bool:
    field = ridge_field(pixels)
    if not field.foreground.any():
        return False
    return _likeness(radial_spectrum(pixels, field), float(field.coherence[field.foreground].mean())) >= MIN_LIKENESS


def _notes(spectrum: RadialSpectrum, touch: Contact) -> tuple[str, ...]:
    notes = []
    period = spectrum.period_px
    implausible = any(low < period < high for low, high in IMPLAUSIBLE_PERIODS_PX)
    implausible |= MAX_WIDE_PERIOD_PX < period < IMPLAUSIBLE_PERIODS_PX[1][1] and touch.ridge_mm2 > MAX_FINGER_MM2
    if implausible and spectrum.peak_share > MIN_PEAK_SHARE and touch.coherence > MIN_COHERENCE:
        notes.append(WRONG_SCALE)
    if touch.background < MIN_BACKGROUND_GREYS:
        notes.append("image.inverted")
    return tuple(notes)


def _grey_columns(blocks: BlockAnalysis) -> dict[str, float]:
    coherence = blocks.coherence[blocks.region.blocks]
    return {
        "windows": float(blocks.foreground.sum()),
        "mean_grey": blocks.sums.crop_mean,
        "grey_deviation": float(np.sqrt(blocks.sums.crop_variance)),
        "block_grey": float(blocks.sums.mean.mean()),
        "region_grey": blocks.region.mean_grey,
        "region_px": float(blocks.region.area_px),
        "coherence_sum": float(coherence.sum()),
        "coherence_mean": float(coherence.sum() / coherence.size) if coherence.size else 0.0,
    }


def _minutia_columns(pixels: GreyPixels, minutiae: Minutiae) -> dict[str, float]:
    clear = minutiae.quality > MIN_MINUTIA_QUALITY
    row = np.clip(np.rint(minutiae.row[clear]), 0, pixels.shape[0] - 1).astype(np.int64)
    column = np.clip(np.rint(minutiae.column[clear]), 0, pixels.shape[1] - 1).astype(np.int64)
    return {
        "minutiae": float(len(row)),
        "central_minutiae": central_count(row, column, pixels.shape),
        "dark_minutiae": dark_share(pixels, row, column),
        "certain_minutiae": certain_share(pixels, row, column),
    }
