"""Prefilter of a search: the first step of a comparison, half of the bits at all turns, with many eyes at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biocapture.iris.comparison.compare import (
    CHANCE_DISTANCE,
    USUAL_BITS,
    WideWords,
    normalised_distance,
    packed_words,
    rolled_codes,
)
from biocapture.iris.comparison.template import HALVES, Template
from biocapture.types import Values

BATCH_SIZE = 1024
"""Eyes compared together: their words fit the cache, and the memory of a search stays at some 2 MB."""

INDEX_DTYPE = np.dtype([("code", np.uint64, (32,)), ("mask", np.uint64, (32,))])
"""Index features of an eye: code and mask of its even bands."""


def index_features(template: Template) -> bytes:
    """The part of a template that the prefilter compares.

    Parameters
    ----------
    template : Template

    Returns
    -------
    bytes
        512 of them; see :data:`INDEX_DTYPE`.
    """
    return np.array((packed_words(template.code[0]), packed_words(template.mask[0])), INDEX_DTYPE).tobytes()


def prefilter_scores(probe: bytes, references: Sequence[bytes]) -> Values:
    """How alike a probe and each of many references are by half of their bits.

    Parameters
    ----------
    probe : bytes
        Index features; see :func:`index_features`.
    references : sequence of N bytes

    Returns
    -------
    (N,) float64
        0..1, higher is more alike: 1 less the smallest distance over all turns.
    """
    own = np.frombuffer(probe, INDEX_DTYPE)[0]
    table = np.frombuffer(b"".join(references), INDEX_DTYPE)
    return 1.0 - min_distances(own["code"].view(np.uint16), own["mask"].view(np.uint16), table)


def min_distances(code: NDArray[np.uint16], mask: NDArray[np.uint16], table: NDArray[np.void]) -> Values:
    """Smallest normalised distance over all turns between a probe and each row of a table.

    Parameters
    ----------
    code, mask : (128,) uint16
        Even bands of the probe.
    table : (N,) of :data:`INDEX_DTYPE`

    Returns
    -------
    (N,) float64
        0..0.5; see :func:`biocapture.iris.comparison.compare.normalised_distance`.
    """
    turns, covers = (packed_words(rolled_codes(words)[1:-1]) for words in (code, mask))
    distances = np.empty(len(table))
    for start in range(0, len(table), BATCH_SIZE):
        batch = table[start : start + BATCH_SIZE]
        codes, masks = (np.ascontiguousarray(batch[name].T) for name in ("code", "mask"))
        distances[start : start + BATCH_SIZE] = _batch_min_distances(turns, covers, codes, masks)
    return distances


def _batch_min_distances(turns: WideWords, covers: WideWords, codes: WideWords, masks: WideWords) -> Values:
    """(P,) of (S, 32) rolled codes and (32, P) codes of the gallery: words first, so that counts add up along rows."""
    least = np.full(codes.shape[1], CHANCE_DISTANCE)
    both, differing = np.empty_like(masks), np.empty_like(codes)
    counts = np.empty(codes.shape, np.uint8)
    for turn, cover in zip(turns, covers, strict=True):
        np.bitwise_and(masks, cover[:, None], out=both)
        np.bitwise_xor(codes, turn[:, None], out=differing)
        differing &= both
        differ = np.bitwise_count(differing, out=counts).sum(axis=0, dtype=np.uint16)
        common = np.bitwise_count(both, out=counts).sum(axis=0, dtype=np.uint16)
        np.minimum(least, normalised_distance(differ, common, USUAL_BITS / HALVES), out=least)
    return least
