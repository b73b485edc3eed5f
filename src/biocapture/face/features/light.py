"""Light on the face: tone statistics of its luminance (ISO/IEC 29794-5, methods and numbers of OFIQ)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.features.cheeks import Window
from biocapture.face.features.luminance import Grey
from biocapture.face.features.region import Region

Histogram = NDArray[np.float64]
"""(256,) counts of luminance codes."""

MIN_EXPOSED, MIN_OVER_EXPOSED = 26, 247
"""Luminance codes below the first are under-exposed, from the second on over-exposed (OFIQ: 0..25, 247..255)."""


@dataclass(frozen=True, slots=True)
class LightStatistics:
    """Statistics of luminance, NaN where not assessable.

    Attributes
    ----------
    illumination_overlap : float
        Common area of the cheeks' histograms, 0..1.
    luminance_mean, luminance_variance : float
        Of the face, white = 1.
    dark_share, bright_share : float
        Of the visible face, 0..1.
    entropy_bits : float
        Of the face's histogram.
    face_contrast : float
        How far the darkest hundredth of the face lies below its median, as a share of the median, 0..1.
    """

    illumination_overlap: float
    luminance_mean: float
    luminance_variance: float
    dark_share: float
    bright_share: float
    entropy_bits: float
    face_contrast: float


def light_statistics(
    grey: Grey, region: Region, visible: Grey | None, patches: tuple[Window, Window] | None
) -> LightStatistics:
    """Measure the luminance of a face.

    Parameters
    ----------
    grey : (616, 616) uint8
        Luminance of the aligned face, 0 outside the region.
    region : Region
        The face in the frame.
    visible : (616, 616) uint8 or None
        1 where nothing hides the face; None = unknown, then exposure is that of the whole region.
    patches : (Window, Window) or None
        On both cheeks; None where one lies outside.

    Returns
    -------
    LightStatistics
    """
    counts = _histogram(grey, region.mask)
    exposed = counts if visible is None else _histogram(grey, region.mask & visible)
    mean, variance = luminance_moments(counts)
    return LightStatistics(
        illumination_overlap=float("nan")
        if patches is None
        else histogram_overlap(*(grey[window] for window in patches)),
        luminance_mean=mean,
        luminance_variance=variance,
        dark_share=_share(exposed, slice(None, MIN_EXPOSED)),
        bright_share=_share(exposed, slice(MIN_OVER_EXPOSED, None)),
        entropy_bits=entropy_bits(counts),
        face_contrast=face_contrast(counts),
    )


def histogram_overlap(first: Grey, second: Grey) -> float:
    """Common area of the normalised luminance histograms of two patches; black pixels count, as in OFIQ.

    Parameters
    ----------
    first, second : (h, w) uint8

    Returns
    -------
    float
        0..1.
    """
    shares = (_normalised(_histogram(patch, None)) for patch in (first, second))
    return float(np.minimum(*shares).sum())


def luminance_moments(counts: Histogram) -> tuple[float, float]:
    """Mean and population variance of luminance codes, white = 1.

    Parameters
    ----------
    counts : (256,) float64
        Histogram of the codes.

    Returns
    -------
    mean, variance : float
        0..1 and 0..0.25; NaN for an empty histogram.
    """
    if not counts.any():
        return float("nan"), float("nan")
    code, share = np.arange(256) / 255, _normalised(counts)
    mean = float((share * code).sum())
    return mean, float((share * (code - mean) ** 2).sum())


def entropy_bits(counts: Histogram) -> float:
    """Shannon entropy of a histogram.

    Parameters
    ----------
    counts : (256,) float64

    Returns
    -------
    float
        0..8 bits; NaN for an empty histogram.
    """
    if not counts.any():
        return float("nan")
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum()) + 0.0


def face_contrast(counts: Histogram) -> float:
    """How far pupils, lashes, brows and nostrils lie below the skin; a ratio of light, hence the same for every skin.

    Parameters
    ----------
    counts : (256,) float64
        Histogram of the codes of a face.

    Returns
    -------
    float
        1 less the first percentile over the median, 0..1; NaN for an empty or black histogram.
    """
    total = np.cumsum(counts)
    dark, median = np.searchsorted(total, (0.01 * total[-1], 0.5 * total[-1]))
    return 1.0 - float(dark / median) if total[-1] and median else float("nan")


def _normalised(counts: Histogram) -> Histogram:
    """Shares in single precision, as OFIQ has them."""
    return (counts.astype(np.float32) * np.float32(1 / counts.sum())).astype(np.float64)


def _share(counts: Histogram, codes: slice) -> float:
    total = counts.sum()
    return float(counts[codes].sum() / total) if total else float("nan")


def _histogram(grey: Grey, mask: Grey | None) -> Histogram:
    counts = cv2.calcHist([np.ascontiguousarray(grey)], [0], mask, [256], [0, 256])
    return counts[:, 0].astype(np.float64)
