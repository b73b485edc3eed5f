"""A search in three steps, each slower and surer: alike minutiae, alike ones that fit together, prints laid on one
another.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from biocapture.fingerprint.comparison.alignment import aligned_scores
from biocapture.fingerprint.comparison.packed import PackedFeatures, packed_features
from biocapture.fingerprint.comparison.search import UNIT_SCALE, IndexFeatures
from biocapture.fingerprint.comparison.support import supported_pairs
from biocapture.types import Field, Indices, Values

CHUNK = 256
"""References that are compared by one matrix product."""

BATCH = 64
"""References that are tried or aligned together: their arrays fit in the cache of a processor."""

MAX_SAMPLE = 1000
"""References from which the first step learns how alike to each minutia of the probe those of others are."""

TAIL, MIN_THRESHOLD, MIN_EXCESS = 0.98, 0.2, 0.01
"""Share of the references below which a minutia's likeness says nothing; least likeness from which it says something,
and least mean of what lies above it."""

MIN_SECOND, SECOND_SHARE = 250, 0.1
"""References whose minutiae are tried for whether they fit together: at least so many, and this share of all."""

MIN_THIRD, THIRD_SHARE = 60, 0.015
"""References that the probe is laid on."""


class Index:
    """References to be searched for the most promising; about 3.5 kB each.

    Parameters
    ----------
    features : sequence of IndexFeatures
        N of them.
    """

    def __init__(self, features: Sequence[IndexFeatures]) -> None:
        self._references = packed_features(features)

    def __len__(self) -> int:
        return len(self._references)

    def candidates(self, probe: IndexFeatures, count: int, start: int = 0) -> Indices:
        """References that are worth a full comparison.

        First every minutia of the probe looks for the most alike one of each reference; then those of the best
        references are tried for whether they fit together; on the best of these the probe is laid.

        Parameters
        ----------
        probe : IndexFeatures
        count : int
            Most that are returned.
        start : int
            Those before it do not count.

        Returns
        -------
        (at most ``count``,) int
            Indices of references, the most promising first.
        """
        chosen = np.arange(min(start, len(self)), len(self))
        if len(chosen) <= count or len(probe) < 2:
            return chosen[:count]
        total = len(chosen)
        second = max(count, MIN_SECOND, round(SECOND_SHARE * total))
        if second < total:
            chosen = _best(_likeness(probe, self._references, start), chosen, second)
        chosen = chosen[self._references.size[chosen] > 0]
        third = max(count, MIN_THIRD, round(THIRD_SHARE * total))
        if third < len(chosen):
            chosen = _best(_supports(probe, self._references, chosen), chosen, third)
        score = np.concatenate([np.zeros(0), *(_aligned(probe, self._references, own) for own in _batches(chosen))])
        return chosen[np.argsort(-score, kind="stable")[:count]]


def prefilter_scores(probe: IndexFeatures, references: Sequence[IndexFeatures]) -> Values:
    """Cheap score of each reference: likeness of the best minutiae, as far as others fit with them.

    Parameters
    ----------
    probe : IndexFeatures
    references : sequence of IndexFeatures
        N of them.

    Returns
    -------
    (N,) float64
        0..1, higher is more alike; 0 where the probe has fewer than two minutiae, or the reference none.
    """
    packed = packed_features(references)
    scores = np.zeros(len(references))
    chosen = np.flatnonzero(packed.size)
    if len(probe) > 1:
        scores[chosen] = _supports(probe, packed, chosen)
    return scores


def _best(score: Field, chosen: Indices, count: int) -> Indices:
    """The best of the chosen references, in their order."""
    return chosen[np.sort(np.argpartition(-score, count)[:count])]


def _batches(chosen: Indices) -> Iterator[Indices]:
    for first in range(0, len(chosen), BATCH):
        yield chosen[first : first + BATCH]


def _likeness(probe: IndexFeatures, references: PackedFeatures, start: int) -> Field:
    """(N - start,) how much more alike the minutiae of each reference are to those of the probe than others' are.

    The likeness of each minutia counts by how rare it is among the references, with an exponential tail: a common
    surrounding is no evidence.
    """
    own = probe.code.T.astype(np.float32)
    parts = [
        _best_likeness(own, references, slice(first, first + CHUNK)) for first in range(start, len(references), CHUNK)
    ]
    likeness = np.concatenate(parts)
    sample = likeness[:: -(-len(likeness) // MAX_SAMPLE)]
    threshold = np.maximum(np.quantile(sample, TAIL, axis=0), MIN_THRESHOLD).astype(np.float32)
    above = np.maximum(sample - threshold, 0)
    excess = np.maximum(above.sum(axis=0) / np.maximum((above > 0).sum(axis=0), 1), MIN_EXCESS)
    total: Field = np.maximum(likeness - threshold, 0) @ (1 / excess)
    return total


def _best_likeness(own: Field, references: PackedFeatures, part: slice) -> Field:
    """(G, M) likeness of each minutia of the probe to the most alike one of each reference."""
    code = references.code[:, part].astype(np.float32)
    products = (code.reshape(-1, len(own)) @ own).reshape(*code.shape[:2], -1)
    best: Field = products.max(axis=0) * np.float32(UNIT_SCALE**-2)
    return best


def _supports(probe: IndexFeatures, references: PackedFeatures, chosen: Indices) -> Field:
    parts = [supported_pairs(probe, references, own).support for own in _batches(chosen)]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def _aligned(probe: IndexFeatures, references: PackedFeatures, chosen: Indices) -> Field:
    return aligned_scores(probe, references, chosen, supported_pairs(probe, references, chosen))
