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

PROBE_MINUTIAE = 32
"""Clearest minutiae of the probe that take part in the first step."""

CHUNK = 256
"""PackedFeatures that are compared by one matrix product."""

BATCH = 64
"""PackedFeatures that are tried or aligned together: their arrays fit in the cache of a processor."""

CONTRAST = 12
"""Power of the likeness of minutiae in the first step: few very alike ones count more than many somewhat alike."""

MIN_SECOND, SECOND_SHARE = 250, 0.08
"""PackedFeatures whose minutiae are tried for whether they fit together: at least so many, and this share of all."""

MIN_THIRD, THIRD_SHARE = 60, 0.015
"""PackedFeatures that the probe is laid on."""


class Index:
    """PackedFeatures to be searched for the most promising; about 3.5 kB each.

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
        """PackedFeatures that are worth a full comparison.

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
    """(N - start,) how alike the minutiae of each reference are to those of the probe, wherever they lie."""
    own = probe.code[:PROBE_MINUTIAE].T.astype(np.float32)
    total = np.empty(len(references) - start, np.float32)
    for first in range(start, len(references), CHUNK):
        code = references.code[:, first : first + CHUNK].astype(np.float32)
        best = (code.reshape(-1, len(own)) @ own).reshape(*code.shape[:2], -1).max(axis=0)
        best = np.maximum(best, 0) * np.float32(UNIT_SCALE**-2)
        total[first - start : first - start + CHUNK] = (best**CONTRAST).sum(axis=1)
    return total


def _supports(probe: IndexFeatures, references: PackedFeatures, chosen: Indices) -> Field:
    parts = [supported_pairs(probe, references, own).support for own in _batches(chosen)]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def _aligned(probe: IndexFeatures, references: PackedFeatures, chosen: Indices) -> Field:
    return aligned_scores(probe, references, chosen, supported_pairs(probe, references, chosen))
