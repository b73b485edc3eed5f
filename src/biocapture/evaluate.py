"""How well quality predicts comparison: error-versus-discard characteristic (ISO/IEC 29794-1)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def edc(quality: Values, error: NDArray[np.bool_]) -> tuple[Values, Values]:
    """Error rate among the pairs that are left when those of lowest quality are discarded.

    Parameters
    ----------
    quality : (P,) float64
        Of each genuine pair: the lesser of its two images. Pairs of equal quality are discarded in expectation.
    error : (P,) bool
        Whether the pair failed to match.

    Returns
    -------
    discarded, rate : (G,) float64
        Discarded share at the steps of distinct quality, and the error rate there.
    """
    order = np.argsort(quality, kind="stable")
    _, start = np.unique(quality[order], return_index=True)
    bounds = np.concatenate([start, [len(quality)]])
    errors_below = np.concatenate([[0], np.cumsum(error[order])])[bounds]
    return bounds / len(quality), (errors_below[-1] - errors_below) / len(quality)


def edc_areas(
    quality: Values, genuine: Values, fnmr: float = 0.10, shares: Sequence[float] = (0.2, 0.5)
) -> dict[float, float]:
    """Partial areas under the characteristic, each relative to discarding at random: 1 = useless, lower is better.

    Parameters
    ----------
    quality, genuine : (P,) float64
        Quality and comparison score of each genuine pair.
    fnmr : float
        The threshold is the genuine score whose false non-match rate is nearest to this.
    shares : sequence of float
        Largest discarded share of each area.
    """
    candidates = np.unique(genuine)
    rates = np.searchsorted(np.sort(genuine), candidates, "left") / len(genuine)
    chosen = int(np.abs(rates - fnmr).argmin())
    discarded, missed = edc(quality, genuine < candidates[chosen])
    areas = {}
    for share in shares:
        grid = np.linspace(0.0, share, 2001)
        rate = np.interp(grid, discarded, missed) / (1.0 - grid)
        areas[share] = float(np.trapezoid(rate, grid) / (rates[chosen] * share))
    return areas
