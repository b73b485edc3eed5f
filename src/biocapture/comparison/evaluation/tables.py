"""What a scored pair list says about thresholds on quality, as lines and as files."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from biocapture.comparison.evaluation.pairs import PairList
from biocapture.comparison.evaluation.rates import threshold_at
from biocapture.comparison.evaluation.thresholds import (
    UNASSESSED,
    Genuine,
    characteristic,
    identities,
    printed,
    threshold_table,
    write_tables,
)
from biocapture.types import Values


def tabulated(
    listed: PairList,
    scores: Values,
    quality: Mapping[str, float],
    fmr: float,
    known: Mapping[float, float],
    folder: Path,
) -> list[str]:
    """Write the tables of an evaluation and say what they hold.

    Parameters
    ----------
    scores : (P,) float64
        Of each pair, NaN where there is none.
    quality : mapping
        File → quality, NaN where it is not assessable.
    fmr : float
        False match rate of the decision threshold.
    known : mapping
        False match rate → documented threshold of the comparison, for lists with too few impostor pairs.

    Raises
    ------
    UsageError
        The folder cannot be written to.
    """
    if listed.genuine is None:
        return ["no tables: the pair list has no column genuine"]
    whole = np.isfinite(scores)
    same, impostor = whole & listed.genuine, scores[whole & ~listed.genuine]
    if not same.any() or not impostor.size:
        return ["no tables: genuine and impostor scores are both needed"]
    if int(fmr * len(impostor)):
        threshold, source = threshold_at(impostor, fmr), f"of this list at FMR {fmr:g}"
    elif fmr in known:
        threshold, source = known[fmr], f"documented for FMR {fmr:g}"
    else:
        return [f"no tables: FMR {fmr:g} needs at least {math.ceil(1 / fmr)} impostor scores"]
    shown = {name: value if np.isfinite(value) else UNASSESSED for name, value in quality.items()}
    pairs = [pair for pair, wanted in zip(listed.pairs, same.tolist(), strict=True) if wanted]
    lesser = np.array([min(shown[one], shown[other]) for one, other in pairs])
    captures = np.array(list(shown.values()))
    genuine = Genuine(lesser, scores[same] < threshold, identities(pairs), captures)
    assessed = bool((captures > UNASSESSED).any())
    curve = characteristic(genuine) if assessed else None
    table = threshold_table(genuine) if assessed else []
    write_tables(folder, scores[same], impostor, curve, table)
    about = f"a score below {threshold:.4g} ({source}); {genuine.error.sum()} of {len(lesser)} pairs"
    return [*(printed(table, about) if table else ["no quality: no thresholds"]), f"tables → {folder}"]
