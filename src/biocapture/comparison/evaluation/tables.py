"""What a scored pair list says about thresholds on quality, as lines and as files."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from biocapture.comparison.evaluation.pairs import PairList
from biocapture.comparison.evaluation.rates import threshold_at
from biocapture.comparison.evaluation.thresholds import (
    UNASSESSED,
    MatedPairs,
    characteristic,
    identities,
    table_lines,
    threshold_table,
    write_tables,
)
from biocapture.types import Values


def write_threshold_report(
    pair_list: PairList,
    scores: Values,
    quality: Mapping[str, float],
    fmr: float,
    known: Mapping[float, float],
    folder: Path,
) -> list[str]:
    """Write the curves of an evaluation and the effects of thresholds on quality as tables.

    Parameters
    ----------
    pair_list : PairList
    scores : (P,) float64
        Of each pair, NaN where there is none.
    quality : mapping
        File → quality, NaN where it is not assessable.
    fmr : float
        False match rate of the decision threshold.
    known : mapping
        False match rate → documented threshold of the comparison, for lists with too few non-mated pairs.
    folder : Path
        Made where it does not exist.

    Returns
    -------
    list of str
        The effects as lines for a terminal, or why there are none.

    Raises
    ------
    UsageError
        The folder cannot be written to.
    """
    if pair_list.mated is None:
        return ["no tables: the pair list has no column 'genuine'"]
    compared = np.isfinite(scores)
    is_mated, non_mated = compared & pair_list.mated, scores[compared & ~pair_list.mated]
    if not is_mated.any() or not non_mated.size:
        return ["no tables: mated and non-mated scores are both needed"]
    if int(fmr * len(non_mated)):
        threshold, source = threshold_at(non_mated, fmr), f"of this list at FMR {fmr:g}"
    elif fmr in known:
        threshold, source = known[fmr], f"documented for FMR {fmr:g}"
    else:
        return [f"no tables: FMR {fmr:g} needs at least {math.ceil(1 / fmr)} non-mated scores"]
    known_quality = {name: value if np.isfinite(value) else UNASSESSED for name, value in quality.items()}
    pairs = [pair for pair, mated in zip(pair_list.pairs, is_mated.tolist(), strict=True) if mated]
    lesser = np.array([min(known_quality[probe], known_quality[reference]) for probe, reference in pairs])
    captures = np.array(list(known_quality.values()))
    mated_pairs = MatedPairs(lesser, scores[is_mated] < threshold, identities(pairs), captures)
    assessed = bool((captures > UNASSESSED).any())
    curve = characteristic(mated_pairs) if assessed else None
    table = threshold_table(mated_pairs) if assessed else []
    write_tables(folder, scores[is_mated], non_mated, curve, table)
    criterion = f"a score below {threshold:.4g} ({source}); {mated_pairs.error.sum()} of {len(lesser)} pairs"
    return [*(table_lines(table, criterion) if table else ["no quality: no thresholds"]), f"tables → {folder}"]
