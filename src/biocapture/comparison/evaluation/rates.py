"""How well comparison separates people (ISO/IEC 19795-1) and how well quality predicts it (ISO/IEC 29794-1)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biocapture.types import Values


def threshold_at(impostor: Values, fmr: float) -> float:
    """Least threshold at which at most a share ``fmr`` of the (I,) impostor scores matches (score >= threshold)."""
    ordered = np.sort(impostor)
    allowed = int(np.floor(fmr * len(ordered)))
    return float(np.nextafter(ordered[len(ordered) - allowed - 1], np.inf))


def det(genuine: Values, impostor: Values) -> tuple[Values, Values, Values]:
    """Detection error trade-off.

    Returns
    -------
    threshold, fmr, fnmr : (T,) float64
        At every distinct score, ascending: false match rate (falling) and false non-match rate (rising).
    """
    threshold = np.unique(np.concatenate([genuine, impostor]))
    fnmr = np.searchsorted(np.sort(genuine), threshold, "left") / len(genuine)
    fmr = 1 - np.searchsorted(np.sort(impostor), threshold, "left") / len(impostor)
    return threshold, fmr, fnmr


def equal_error_rate(genuine: Values, impostor: Values) -> float:
    """Rate at which false matches and false non-matches are equal, interpolated between neighbouring scores."""
    _, fmr, fnmr = det(genuine, impostor)
    gap = fmr - fnmr
    after = int(np.argmax(gap <= 0)) if (gap <= 0).any() else len(gap) - 1
    if after == 0:
        return float(max(fmr[0], fnmr[0]))
    share = gap[after - 1] / (gap[after - 1] - gap[after]) if gap[after - 1] != gap[after] else 0.5
    return float(sum(rate[after - 1] + share * (rate[after] - rate[after - 1]) for rate in (fmr, fnmr)) / 2)


def fnmr_at(genuine: Values, impostor: Values, fmr: float) -> float:
    """False non-match rate at the threshold of a false match rate."""
    return float((genuine < threshold_at(impostor, fmr)).mean())


def threshold_of_fnmr(genuine: Values, fnmr: float) -> tuple[float, float]:
    """Of the genuine scores, the threshold whose false non-match rate is nearest to ``fnmr``; and that rate."""
    candidates = np.unique(genuine)
    rates = np.searchsorted(np.sort(genuine), candidates, "left") / len(genuine)
    chosen = int(np.abs(rates - fnmr).argmin())
    return float(candidates[chosen]), float(rates[chosen])


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

    Returns
    -------
    dict
        Share → area; NaN where all scores are equal, so that no threshold parts them.
    """
    threshold, _ = threshold_of_fnmr(genuine, fnmr)
    return error_areas(quality, genuine < threshold, shares)


def error_areas(quality: Values, error: NDArray[np.bool_], shares: Sequence[float]) -> dict[float, float]:
    """The areas of :func:`edc_areas` where it is known which of the (P,) pairs failed; NaN where none did."""
    start, curve = float(error.mean()), edc(quality, error)
    areas = {}
    for share in shares:
        grid = np.linspace(0.0, share, 2001)
        area = np.trapezoid(rates_left(grid, *curve), grid)
        areas[share] = float(area / (start * share)) if start else float("nan")
    return areas


def rates_left(share: Values, discarded: Values, rate: Values) -> Values:
    """(S,) error rate among the pairs that are left at each share discarded, of what :func:`edc` gives."""
    return np.interp(share, discarded, rate) / (1.0 - share)


def weighted_edc(quality: Values, error: NDArray[np.bool_], weight: Values, share: Values) -> Values:
    """(S,) error rate among the pairs left at each share discarded, where pair p counts ``weight[p]`` times."""
    order = np.argsort(quality, kind="stable")
    _, start = np.unique(quality[order], return_index=True)
    bounds = np.concatenate([start, [len(quality)]])
    below, wrong = (np.concatenate([[0.0], np.cumsum(part[order])])[bounds] for part in (weight, weight * error))
    return rates_left(share, below / below[-1], (wrong[-1] - wrong) / below[-1])
