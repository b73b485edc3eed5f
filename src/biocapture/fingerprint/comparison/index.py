"""The references of a large gallery in a form that is searched at once: the few worth a full comparison."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.search import UNIT_SCALE, IndexFeatures, prefilter_scores
from biocapture.types import Field, Indices

SLOTS, PROBE_MINUTIAE = 40, 32
"""Clearest minutiae of a reference and of the probe that take part in the first step."""

CHUNK = 256
"""References that lie together in memory and are compared by one matrix product."""

CONTRAST = 12
"""Power of the likeness of minutiae in the first step: few very alike ones count more than many somewhat alike."""

MIN_SECOND, SECOND_SHARE = 1000, 0.08
"""References whose minutiae are tried for whether they fit together: at least so many, and this share of all."""


class Index:
    """References to be searched for the most promising; 5 kB each.

    Parameters
    ----------
    features : sequence of IndexFeatures
        N of them.
    """

    def __init__(self, features: Sequence[IndexFeatures]) -> None:
        self._features = list(features)
        starts = range(0, len(self._features), CHUNK)
        self._chunks = [_slots(self._features[start : start + CHUNK]) for start in starts]

    def __len__(self) -> int:
        return len(self._features)

    def candidates(self, probe: IndexFeatures, count: int, start: int = 0) -> Indices:
        """References that are worth a full comparison.

        First every minutia of the probe looks for the most alike one of each reference; then those of the best
        references are tried for whether they fit together.

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
        second = max(count, MIN_SECOND, round(SECOND_SHARE * len(chosen)))
        if len(chosen) > second:
            likeness = self._likeness(probe, start)
            chosen = np.sort(np.argpartition(-likeness, second)[:second]) + start
        if len(chosen) <= count:
            return chosen
        scores = prefilter_scores(probe, [self._features[i] for i in chosen.tolist()])
        return chosen[np.argsort(-scores, kind="stable")[:count]]

    def _likeness(self, probe: IndexFeatures, start: int) -> Field:
        """(N - start,) how alike the minutiae of each reference are to those of the probe, wherever they lie."""
        first = start // CHUNK
        own = probe.descriptor[:PROBE_MINUTIAE] * np.float32(UNIT_SCALE**-2)
        found = [_chunk_likeness(own, chunk) for chunk in self._chunks[first:]]
        return np.concatenate(found)[start - first * CHUNK :]


def _slots(features: Sequence[IndexFeatures]) -> NDArray[np.int8]:
    """(SLOTS, G, 134) descriptors, those of one slot side by side; zeros where a reference has fewer minutiae."""
    width = max((own.descriptor.shape[1] for own in features), default=0)
    slots = np.zeros((SLOTS, len(features), width), np.int8)
    for i, own in enumerate(features):
        slots[: len(own), i] = own.descriptor[:SLOTS]
    return slots


def _chunk_likeness(own: Field, chunk: NDArray[np.int8]) -> Field:
    """(G,) sum over the probe's minutiae."""
    slots, count, width = chunk.shape
    products = own @ chunk.reshape(-1, width).astype(np.float32).T
    best = products.reshape(len(own), slots, count).max(axis=1).clip(0)
    total: Field = (best**CONTRAST).sum(axis=0)
    return total
