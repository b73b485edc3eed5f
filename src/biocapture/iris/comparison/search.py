"""Which eyes of a gallery are worth a full comparison: the first step of a comparison, with many eyes at once."""

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
"""Eyes looked at together: what they need fits the cache, and bounds the memory of a search to some 2 MB."""

INDEX_DTYPE = np.dtype([("code", np.uint64, (32,)), ("mask", np.uint64, (32,))])
"""What a gallery keeps of an eye: the even bands."""


def index_features(template: Template) -> bytes:
    """What ranking needs of a template, 512 bytes."""
    return np.array((packed_words(template.code[0]), packed_words(template.mask[0])), INDEX_DTYPE).tobytes()


def prefilter_scores(probe: bytes, sketches: Sequence[bytes]) -> Values:
    """(N,) how promising each eye is, 0..1: 1 less the least distance of half of the bits over all turns."""
    own = np.frombuffer(probe, INDEX_DTYPE)[0]
    table = np.frombuffer(b"".join(sketches), INDEX_DTYPE)
    return 1.0 - min_distances(own["code"].view(np.uint16), own["mask"].view(np.uint16), table)


def min_distances(probe: NDArray[np.uint16], seen: NDArray[np.uint16], table: NDArray[np.void]) -> Values:
    """(N,) least normalised distance of a probe to a table of sketches over all turns.

    Parameters
    ----------
    probe, seen : (128,) uint16
        Code and mask of its even bands.
    table : (N,) of :data:`INDEX_DTYPE`
    """
    code, mask = (packed_words(rolled_codes(words)[1:-1]) for words in (probe, seen))
    found = np.empty(len(table))
    for start in range(0, len(table), BATCH_SIZE):
        piece = table[start : start + BATCH_SIZE]
        codes, masks = (np.ascontiguousarray(piece[name].T) for name in ("code", "mask"))
        found[start : start + BATCH_SIZE] = _batch_min_distances(code, mask, codes, masks)
    return found


def _batch_min_distances(code: WideWords, mask: WideWords, codes: WideWords, masks: WideWords) -> Values:
    """(P,) of (S, 32) rolled codes and (32, P) codes of the gallery: words first, so that counts add up along rows."""
    least = np.full(codes.shape[1], CHANCE_DISTANCE)
    both, differing = np.empty_like(masks), np.empty_like(codes)
    counts = np.empty(codes.shape, np.uint8)
    for turn, covering in zip(code, mask, strict=True):
        np.bitwise_and(masks, covering[:, None], out=both)
        np.bitwise_xor(codes, turn[:, None], out=differing)
        differing &= both
        differ = np.bitwise_count(differing, out=counts).sum(axis=0, dtype=np.uint16)
        common = np.bitwise_count(both, out=counts).sum(axis=0, dtype=np.uint16)
        np.minimum(least, normalised_distance(differ, common, USUAL_BITS / HALVES), out=least)
    return least
