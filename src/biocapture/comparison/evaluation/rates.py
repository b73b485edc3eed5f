"""How well comparison separates people (ISO/IEC 19795-1) and how well quality predicts it (ISO/IEC 29794-1)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biocapture.types import Values


def threshold_at(non_mated: Values, fmr: float) -> float:
    """Lowest threshold at which the false match rate is at most ``fmr``; a score matches from the threshold on.

    Parameters
    ----------
    non_mated : (N,) float64
        Comparison scores of non-mated pairs, at least one.
    fmr : float
        0..1, below 1.

    Returns
    -------
    float
    """
    ordered = np.sort(non_mated)
    allowed = int(np.floor(fmr * len(ordered)))
    return float(np.nextafter(ordered[len(ordered) - allowed - 1], np.inf))


def det(mated: Values, non_mated: Values) -> tuple[Values, Values, Values]:
    """Detection error trade-off.

    Parameters
    ----------
    mated, non_mated : (M,), (N,) float64
        Comparison scores, at least one of each.

    Returns
    -------
    threshold, fmr, fnmr : (T,) float64
        At every distinct score, ascending: false match rate (falling) and false non-match rate (rising).
    """
    threshold = np.unique(np.concatenate([mated, non_mated]))
    fnmr = np.searchsorted(np.sort(mated), threshold, "left") / len(mated)
    fmr = 1 - np.searchsorted(np.sort(non_mated), threshold, "left") / len(non_mated)
    return threshold, fmr, fnmr


def equal_error_rate(mated: Values, non_mated: Values) -> float:
    """Rate at which false matches and false non-matches are equal, interpolated between neighbouring scores.

    Parameters
    ----------
    mated, non_mated : (M,), (N,) float64
        Comparison scores, at least one of each.

    Returns
    -------
    float
        0..1.
    """
    _, fmr, fnmr = det(mated, non_mated)
    gap = fmr - fnmr
    after = int(np.argmax(gap <= 0)) if (gap <= 0).any() else len(gap) - 1
    if after == 0:
        return float(max(fmr[0], fnmr[0]))
    share = gap[after - 1] / (gap[after - 1] - gap[after]) if gap[after - 1] != gap[after] else 0.5
    return float(sum(rate[after - 1] + share * (rate[after] - rate[after - 1]) for rate in (fmr, fnmr)) / 2)


def fnmr_at(mated: Values, non_mated: Values, fmr: float) -> float:
    """False non-match rate at the threshold of a false match rate.

    Parameters
    ----------
    mated, non_mated : (M,), (N,) float64
        Comparison scores, at least one of each.
    fmr : float
        0..1, below 1.

    Returns
    -------
    float
        0..1.
    """
    return float((mated < threshold_at(non_mated, fmr)).mean())


def threshold_of_fnmr(mated: Values, fnmr: float) -> tuple[float, float]:
    """Of the mated scores, the one as threshold whose false non-match rate is nearest to ``fnmr``.

    Parameters
    ----------
    mated : (M,) float64
        Comparison scores of mated pairs, at least one.
    fnmr : float
        0..1.

    Returns
    -------
    threshold, fnmr : float
        The rate is that of the threshold.
    """
    candidates = np.unique(mated)
    rates = np.searchsorted(np.sort(mated), candidates, "left") / len(mated)
    chosen = int(np.abs(rates - fnmr).argmin())
    return float(candidates[chosen]), float(rates[chosen])


def edc(quality: Values, error: NDArray[np.bool_]) -> tuple[Values, Values]:
    """Error rate among the pairs that are left when those of lowest quality are discarded.

    Parameters
    ----------
    quality : (P,) float64
        Of each mated pair: the lesser of its two images. Pairs of equal quality are discarded in expectation.
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
    quality: Values, mated: Values, fnmr: float = 0.10, shares: Sequence[float] = (0.2, 0.5)
) -> dict[float, float]:
    """Partial areas under the characteristic, each relative to discarding at random: 1 = useless, lower is better.

    Parameters
    ----------
    quality, mated : (P,) float64
        Quality and comparison score of each mated pair.
    fnmr : float
        The threshold is the mated score whose false non-match rate is nearest to this.
    shares : sequence of float
        Largest discarded share of each area.

    Returns
    -------
    dict
        Share → area; NaN where all scores are equal, so that no threshold parts them.
    """
    threshold, _ = threshold_of_fnmr(mated, fnmr)
    return error_areas(quality, mated < threshold, shares)


def error_areas(quality: Values, error: NDArray[np.bool_], shares: Sequence[float]) -> dict[float, float]:
    """Areas as :func:`edc_areas` has them, where it is known which pairs failed.

    Parameters
    ----------
    quality : (P,) float64
        Of each mated pair.
    error : (P,) bool
        Whether the pair failed to match.
    shares : sequence of float
        Largest discarded share of each area.

    Returns
    -------
    dict
        Share → area; NaN where no pair failed.
    """
    start, curve = float(error.mean()), edc(quality, error)
    areas = {}
    for share in shares:
        grid = np.linspace(0.0, share, 2001)
        area = np.trapezoid(remaining_error_rate(grid, *curve), grid)
        areas[share] = float(area / (start * share)) if start else float("nan")
    return areas


def remaining_error_rate(share: Values, discarded: Values, rate: Values) -> Values:
    """Error rate among the pairs that are left when some are discarded.

    Parameters
    ----------
    share : (S,) float64
        Discarded shares to give the rate for, 0..1, below 1.
    discarded, rate : (G,) float64
        As :func:`edc` gives them.

    Returns
    -------
    (S,) float64
    """
    return np.interp(share, discarded, rate) / (1.0 - share)


def weighted_edc(quality: Values, error: NDArray[np.bool_], weight: Values, share: Values) -> Values:
    """Error rate among the pairs that are left, where pairs count several times or not at all.

    Parameters
    ----------
    quality, error : (P,) float64, (P,) bool
        As :func:`edc` has them.
    weight : (P,) float64
        How many times each pair counts.
    share : (S,) float64
        Discarded shares to give the rate for, 0..1, below 1.

    Returns
    -------
    (S,) float64
    """
    order = np.argsort(quality, kind="stable")
    _, start = np.unique(quality[order], return_index=True)
    bounds = np.concatenate([start, [len(quality)]])
    below, wrong = (np.concatenate([[0.0], np.cumsum(each[order])])[bounds] for each in (weight, weight * error))
    return remaining_error_rate(share, below / below[-1], (wrong[-1] - wrong) / below[-1])
