"""MOSIP's levels of quality: its server tags a packet by the poorest sample of each modality."""

import math

NOT_AVAILABLE = "--Biometrics-Not-Available--"
"""What MOSIP's quality classifier writes where a modality has no score."""


def mosip_level(quality: float) -> str:
    """MOSIP's level of a quality.

    Parameters
    ----------
    quality : float
        0..100, or NaN.

    Returns
    -------
    str
        ``level-1`` (0 ≤ quality < 10) … ``level-10`` (90 ≤ quality ≤ 100); :data:`NOT_AVAILABLE` for NaN.
    """
    if math.isnan(quality):
        return NOT_AVAILABLE
    return f"level-{min(int(max(quality, 0.0) // 10), 9) + 1}"
