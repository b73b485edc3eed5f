"""Prefilter of a search: half of the bits at the turns of a head, with many eyes at once.

Eyes that are certainly upside down are put upright; those of cameras on their side are not found by it.
"""

from collections.abc import Sequence

import numpy as np

from biocapture.iris.comparison.compare import MIN_BITS
from biocapture.iris.comparison.independence import GRAIN_SIZE, dependence
from biocapture.iris.comparison.template import HALVES, Template
from biocapture.iris.comparison.turns import (
    BITS_PER_WORD,
    NEAR,
    SHIFTS,
    WideWords,
    best_turns,
    digits,
    mixed_probe,
    rolled,
)
from biocapture.iris.features.iris_code import PLACES
from biocapture.types import Values

INDEX_DTYPE = np.dtype(
    [("digits", np.uint64, (PLACES // 2,)), ("count", np.uint16), ("grain", np.int8, (GRAIN_SIZE,)), ("", "V1")]
)
"""Index features of an eye: of its even bands digits, see ``turns.py``, and number of bits that count; its grain."""

AT_ONCE = 1000
"""References compared together: half a megabyte, so that what was just joined is still in the processor's cache."""


def index_features(template: Template) -> bytes:
    """The part of a template that the prefilter compares, upright.

    Parameters
    ----------
    template : Template

    Returns
    -------
    bytes
        528 of them; see :data:`INDEX_DTYPE`.
    """
    row = np.zeros((), INDEX_DTYPE)
    upright = np.array([PLACES // 2 if template.half_turned else 0])
    row["digits"] = digits(rolled(template.code[:1], upright), rolled(template.mask[:1], upright))[0]
    row["count"] = np.bitwise_count(template.mask[0]).sum()
    row["grain"] = template.grain
    return row.tobytes()


def prefilter_scores(probe: bytes, references: Sequence[bytes]) -> Values:
    """How alike a probe and each of many references are by half of their bits, nearly.

    Parameters
    ----------
    probe : bytes
        Index features; see :func:`index_features`.
    references : sequence of N bytes

    Returns
    -------
    (N,) float64
        Standard deviations by which more bits agree at the best turn than by chance; higher is more alike; 0 where too
        few bits are common.
    """
    own = np.frombuffer(probe, INDEX_DTYPE)[0]
    u, v = (rolled(plane, SHIFTS[:NEAR]) for plane in own["digits"].view(np.uint16).reshape(2, 1, PLACES))
    turns = mixed_probe(np.concatenate([u, v], axis=1).view(np.uint64))
    parts = (references[first : first + AT_ONCE] for first in range(0, len(references), AT_ONCE))
    return np.concatenate([np.empty(0), *(_part_scores(own, turns, part) for part in parts)])


def _part_scores(own: np.void, turns: WideWords, references: Sequence[bytes]) -> Values:
    """Scores of as many references as the processor keeps at hand."""
    table = np.frombuffer(b"".join(references), INDEX_DTYPE)
    _, hamming = best_turns(turns, table["digits"])
    bits = own["digits"].size * BITS_PER_WORD // 2
    common = float(own["count"]) / bits * table["count"]  # as if the covered places had nothing to do with each other
    alike = (bits - hamming) / np.sqrt(np.maximum(common, 1.0) * dependence(own["grain"], table["grain"]))
    return np.where(common >= MIN_BITS / HALVES, alike, 0.0)
