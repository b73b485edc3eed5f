"""The iris code: signs of the phase of the unrolled texture (Daugman 1993, doi:10.1109/34.244676).

Bands of rows are averaged over what is uncovered, a log-Gabor filter (Field 1987, doi:10.1364/JOSAA.4.002379) runs
along each band in Fourier space, and the signs of its real and imaginary part are the bits. Bits that are covered, or
near the change of sign and thus fragile (Hollingsworth, Bowyer & Flynn 2009, doi:10.1109/TPAMI.2008.185), do not count.
Phase and not amplitude is coded: light and contrast change the amplitude.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.features.rubber_sheet import COLUMNS, ROWS, Strip
from biocapture.types import Field, Mask, Trace, no_trace

BANDS, PLACES = 16, 128
"""Size of the code: rings from pupil to limbus, places around; two bits each."""

INNERMOST, OUTERMOST = 0.0, 0.8
"""Where the bands begin and end, from the pupil (0) to the limbus (1): the outer rim lies in the shadow of the lids."""

BAND_ROWS = 3.0
"""Deviation of the Gaussian that weighs the rows of a band, in rows of the strip."""

WAVES, BANDWIDTH = 18.0, 0.45
"""Centre of the filter, in waves once around, and its deviation as a ratio of frequencies."""

MIN_COVER = 0.9
"""Share of a bit's surroundings that must be uncovered."""

SURROUNDING_COLUMNS = 25
"""Width of a bit's surroundings, in columns of the strip."""

FRAGILE_SHARE = 0.25
"""A real or imaginary part smaller than this share of the median response is fragile."""

MIN_GREYS = 0.25
"""So is one smaller than this: sensor noise of 2 greys gives as much; the median response of an iris is 2 to 6."""


@dataclass(frozen=True, slots=True)
class IrisCode:
    """The code of one eye.

    Attributes
    ----------
    bits : (2, 16, 128) bool
        Sign of the real, of the imaginary part; per band from the pupil outwards, per place from rising columns towards
        rising rows. False where it does not count.
    counts : (2, 16, 128) bool
        Whether a bit is uncovered and not fragile.
    """

    bits: Mask
    counts: Mask


def iris_code(strip: Strip, trace: Trace = no_trace) -> IrisCode:
    """Code of an unrolled iris.

    Parameters
    ----------
    strip : Strip
    trace : callable
        Receives ``bands``, ``cover`` and ``response``.

    Returns
    -------
    IrisCode
    """
    bands, cover = _bands(strip)
    trace("bands", bands)
    trace("cover", cover)
    response = _response(bands)
    trace("response", response)
    uncovered = _uncovered(cover)
    parts = np.stack([response.real, response.imag])
    stable = np.abs(parts) > max(MIN_GREYS, FRAGILE_SHARE * _median(np.abs(response)[uncovered]))
    counts = uncovered & stable
    return IrisCode((parts > 0) & counts, counts)


def usable_bits(code: IrisCode) -> float:
    """Share of the bits that count.

    Parameters
    ----------
    code : IrisCode

    Returns
    -------
    float
        0..1, higher is better; about 0.7 of an iris that nothing covers.
    """
    return float(code.counts.mean())


def _bands(strip: Strip) -> tuple[Field, Field]:
    """(16, 512) greys of each band less their mean around, 0 where covered; share of each band that is uncovered."""
    weight = _band_weights()
    usable = strip.usable.astype(np.float32)
    # Not ``@``: threads of BLAS wait for a core that others hold, up to 16 ms instead of 0.05 for so small a product.
    cover, grey = (np.einsum("br,rc->bc", weight, part) for part in (usable, strip.grey * usable))
    grey = grey / np.maximum(cover, 1e-3)
    trust = np.where(cover > 1e-3, cover, 0)
    mean = (grey * trust).sum(axis=1, keepdims=True) / np.maximum(trust.sum(axis=1, keepdims=True), 1e-3)
    return (grey - mean) * trust, cover


def _response(bands: Field) -> NDArray[np.complex64]:
    """(16, 128) filtered bands, greys: the analytic signal, of which as few samples as its frequencies need.

    The filter passes positive frequencies below 64 waves only, which 128 complex samples hold entirely.
    """
    spectrum = np.fft.rfft(bands, axis=1)[:, : PLACES // 2]
    wide = np.zeros((BANDS, PLACES), np.complex128)
    wide[:, : PLACES // 2] = spectrum * _filter() * (2 * PLACES / COLUMNS)
    return np.fft.ifft(wide, axis=1).astype(np.complex64)


def _uncovered(cover: Field) -> Mask:
    """(16, 128) whether enough around a place is uncovered, and the place itself."""
    wide = np.concatenate([cover[:, -SURROUNDING_COLUMNS:], cover, cover[:, :SURROUNDING_COLUMNS]], axis=1)
    around = cv2.blur(wide, (SURROUNDING_COLUMNS, 1))[:, SURROUNDING_COLUMNS:-SURROUNDING_COLUMNS]
    return np.minimum(around, cover)[:, :: COLUMNS // PLACES] > MIN_COVER


def _median(values: Field) -> float:
    return float(np.median(values)) if values.size else 0.0


@functools.cache
def _band_weights() -> Field:
    """(16, 64) weights of the strip's rows in each band; they sum to 1."""
    centre = ROWS * (INNERMOST + (np.arange(BANDS) + 0.5) / BANDS * (OUTERMOST - INNERMOST))
    apart = (np.arange(ROWS) + 0.5)[None] - centre[:, None]
    weight = np.exp(-0.5 * (apart / BAND_ROWS) ** 2)
    return (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)


@functools.cache
def _filter() -> Field:
    """(64,) response to 0, 1, … waves around."""
    waves = np.arange(PLACES // 2)
    with np.errstate(divide="ignore"):
        return np.exp(-0.5 * (np.log(waves / WAVES) / np.log(BANDWIDTH)) ** 2).astype(np.float32)
