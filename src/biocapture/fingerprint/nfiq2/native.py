"""Every native measure of NFIQ 2.3 under NFIQ 2's own names, from the statistics of a batch.

Source: NIST NFIQ 2.3 (public domain); numerically equal to it, quirks included, except for the minutiae, which come
from our own extractor. See ``benchmarks/studies/parity.py`` for the comparison.
"""

from types import MappingProxyType

import numpy as np

from biocapture.fingerprint.statistics import FingerprintBatch, table_deviation, table_mean
from biocapture.measure import Column, Table

BIN_LIMITS = {
    "FDA": (0.268, 0.304, 0.33, 0.355, 0.38, 0.407, 0.44, 0.50, 1.0),
    "LCS": (0.0, 0.70, 0.74, 0.77, 0.79, 0.81, 0.83, 0.85, 0.87),
    "OCL": (0.337, 0.479, 0.579, 0.655, 0.716, 0.766, 0.81, 0.852, 0.898),
    "OF": (0.01715, 0.035, 0.0557, 0.081, 0.115, 0.1718, 0.2569, 0.4758, 0.748),
    "RVUP": (0.5, 0.667, 0.8, 1.0, 1.25, 1.5, 2.0, 24.0, 30.0),
}
"""Upper limits of the first nine of ten histogram bins; a value equal to a limit goes up."""

TITLES = {
    "FDA": "frequency domain analysis: share of the dominant ridge frequency per block",
    "LCS": "local clarity score per block",
    "OCL": "orientation certainty level per block",
    "OF": "orientation flow: change of orientation to neighbouring blocks, 4°..90° as 0..1",
    "RVUP": "ridge-valley uniformity: ratios of neighbouring ridge and valley widths",
}

MIN_WINDOWS = 10
"""NFIQ 2 refuses frequency analysis of fewer foreground blocks."""


def native_columns(batch: FingerprintBatch) -> dict[str, Column]:
    """Every native column: actionable values, 69 features, quality block values.

    Unlike in NFIQ 2, one failing module leaves the others.

    Parameters
    ----------
    batch : FingerprintBatch
        Of N prints.

    Returns
    -------
    dict
        Name, prefixed ``nfiq2.`` → (N,) float64; NaN where NFIQ 2's module would fail.
    """
    values = score_features(batch)
    columns = actionable_values(batch) | values | quality_block_values(values)
    outside = batch.within_limits != 1
    return {f"nfiq2.{name}": np.where(outside, np.nan, column) for name, column in columns.items()}


def score_features(batch: FingerprintBatch) -> dict[str, Column]:
    """The 69 features of the unified score, in NFIQ 2's order.

    Parameters
    ----------
    batch : FingerprintBatch
        Of N prints.

    Returns
    -------
    dict
        NFIQ 2's name → (N,) float64; NaN where NFIQ 2's module would fail.
    """
    few = ~(batch.windows >= MIN_WINDOWS)
    return {
        **{name: np.where(few, np.nan, column) for name, column in _histogram("FDA", batch.frequency, batch).items()},
        "FingerJetFX_MinCount_COMMinRect200x200": batch.central_minutiae,
        "FingerJetFX_MinutiaeCount": batch.minutiae,
        "FJFXPos_Mu_MinutiaeQuality_2": batch.dark_minutiae,
        "FJFXPos_OCL_MinutiaeQuality_80": batch.certain_minutiae,
        "ImgProcROIArea_Mean": batch.region_grey,
        **_histogram("LCS", batch.clarity, batch),
        "MMB": batch.block_grey,
        "Mu": batch.mean_grey,
        **_histogram("OCL", batch.certainty, batch),
        **_histogram("OF", batch.flow, batch),
        "OrientationMap_ROIFilter_CoherenceRel": batch.coherence_mean,
        "OrientationMap_ROIFilter_CoherenceSum": batch.coherence_sum,
        **_histogram("RVUP", batch.uniformity, batch),
    }


def actionable_values(batch: FingerprintBatch) -> dict[str, Column]:
    """Values behind NFIQ 2's actionable feedback.

    Parameters
    ----------
    batch : FingerprintBatch
        Of N prints.

    Returns
    -------
    dict
        NFIQ 2's name → (N,) float64.
    """
    return {
        "UniformImage": batch.grey_deviation,
        "EmptyImageOrContrastTooLow": batch.mean_grey,
        "FingerprintImageWithMinutiae": batch.minutiae,
        "SufficientFingerprintForeground": batch.region_px,
    }


def quality_block_values(values: dict[str, Column]) -> dict[str, Column]:
    """Quality block values: each feature mapped to 0..100 in a byte, which wraps outside the expected range.

    Parameters
    ----------
    values : dict
        As :func:`score_features` gives them; histogram bins are left out.

    Returns
    -------
    dict
        ``QBV_`` and the name → (N,) float64, whole numbers 0..255; NaN where the feature is.
    """
    return {
        f"QBV_{name}": _quality_block(name, values[name])
        for name in sorted(values, key=str.casefold)
        if _has_block(name)
    }


def _histogram(name: str, table: Table, batch: FingerprintBatch) -> dict[str, Column]:
    size = len(batch)
    cell = table.owner * 10 + np.digitize(table.value, BIN_LIMITS[name])
    counts = np.bincount(cell, minlength=10 * size).reshape(size, 10).astype(np.float64)
    counts[counts.sum(axis=1) == 0] = np.nan
    columns = {f"{name}_Bin10_{i}": counts[:, i] for i in range(10)}
    columns[f"{name}_Bin10_Mean"] = table_mean(table, size)
    columns[f"{name}_Bin10_StdDev"] = table_deviation(table, size)
    return columns


def _has_block(name: str) -> bool:
    return not name[-1].isdigit() or (name.startswith("F") and "Bin10" not in name)


def _quality_block(name: str, value: Column) -> Column:
    """Counts as they are, RVUP by a sigmoid, all others linearly over their expected range."""
    if name in ("FingerJetFX_MinutiaeCount", "FingerJetFX_MinCount_COMMinRect200x200"):
        return np.minimum(value, 100.0)
    if name.startswith("RVUP"):
        return np.floor(100.0 / (1.0 + np.exp((1.0 - value) / 0.5)) + 0.5)
    low, high = _expected_range(name)
    # 101 steps and no clamping: the top of the range gives 100 or 101 by rounding, and a byte wraps beyond it.
    mapped = np.floor(101.0 * (value - low) / (high - low + np.finfo(np.float64).eps))
    return np.mod(mapped, 256.0)


def _expected_range(name: str) -> tuple[float, float]:
    if name in ("Mu", "MMB", "ImgProcROIArea_Mean"):
        return 0.0, 255.0
    if name == "OrientationMap_ROIFilter_CoherenceSum":
        return 0.0, 3150.0
    if name == "OF_Bin10_Mean":
        return (0.0 - 4.0) / (90.0 - 4.0), (180.0 - 4.0) / (90.0 - 4.0)
    return 0.0, 1.0


def _descriptions() -> dict[str, str]:
    """Column name → what it is, for all native columns."""
    table = {
        "UniformImage": "population deviation of the greys of the crop, 0..128; below 1 the image is uniform",
        "EmptyImageOrContrastTooLow": "mean grey of the crop, 0..255; above 250 it is empty",
        "FingerprintImageWithMinutiae": "number of minutiae (our extractor), count; below 5 hardly a print",
        "SufficientFingerprintForeground": "area of the region of interest, px; below 50000 small",
        "FingerJetFX_MinCount_COMMinRect200x200": "minutiae within 100 px of their centre, count (our extractor)",
        "FingerJetFX_MinutiaeCount": "number of minutiae, count (our extractor)",
        "FJFXPos_Mu_MinutiaeQuality_2": "share of minutiae on blocks up to half a deviation darker than the crop, 0..1",
        "FJFXPos_OCL_MinutiaeQuality_80": "share of minutiae on blocks of orientation certainty above 80 %, 0..1",
        "ImgProcROIArea_Mean": "mean grey of the region of interest, 0..255",
        "MMB": "mean of the block means, 0..255",
        "Mu": "mean grey of the crop, 0..255",
        "OrientationMap_ROIFilter_CoherenceRel": "mean coherence of the blocks of the region of interest, 0..1",
        "OrientationMap_ROIFilter_CoherenceSum": "sum of the coherence of the blocks of the region of interest",
    }
    for name, title in TITLES.items():
        edges = ("-inf", *map(str, BIN_LIMITS[name]), "inf")
        for i in range(10):
            table[f"{name}_Bin10_{i}"] = f"{title}; count of values in [{edges[i]}, {edges[i + 1]})"
        table[f"{name}_Bin10_Mean"] = f"{title}; mean"
        table[f"{name}_Bin10_StdDev"] = f"{title}; population standard deviation"
    table |= {
        f"QBV_{name}": f"quality block value of {name}: {text}; 0..100"
        for name, text in table.items()
        if _has_block(name) and name not in ACTIONABLE
    }
    return {f"nfiq2.{name}": f"NFIQ 2 {text}" for name, text in table.items()}


ACTIONABLE = frozenset(
    {"UniformImage", "EmptyImageOrContrastTooLow", "FingerprintImageWithMinutiae", "SufficientFingerprintForeground"}
)

NATIVE = MappingProxyType(_descriptions())
"""Every native column → what it is."""
