"""Which eyes of a gallery are worth a full comparison: the first step of a comparison, with many eyes at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biocapture.iris.comparison.compare import UNLIKE, USUAL_BITS, Words, normalised, rolled, wide
from biocapture.iris.comparison.template import HALVES, Template
from biocapture.types import Values

PIECE = 1024
"""Eyes looked at together: what they need fits the cache, and bounds the memory of a search to some 2 MB."""

STORED = np.dtype([("code", np.uint64, (32,)), ("mask", np.uint64, (32,))])
"""What a gallery keeps of an eye: the even bands."""


def sketch(template: Template) -> bytes:
    """What ranking needs of a template, 512 bytes."""
    return np.array((wide(template.code[0]), wide(template.mask[0])), STORED).tobytes()


def promise(probe: bytes, sketches: Sequence[bytes]) -> Values:
    """(N,) how promising each eye is, 0..1: 1 less the least distance of half of the bits over all turns."""
    own = np.frombuffer(probe, STORED)[0]
    table = np.frombuffer(b"".join(sketches), STORED)
    return 1.0 - least_distances(own["code"].view(np.uint16), own["mask"].view(np.uint16), table)


def least_distances(probe: NDArray[np.uint16], seen: NDArray[np.uint16], table: NDArray[np.void]) -> Values:
    """(N,) least normalised distance of a probe to a table of sketches over all turns.

    Parameters
    ----------
    probe, seen : (128,) uint16
        Code and mask of its even bands.
    table : (N,) of :data:`STORED`
    """
    code, mask = (wide(rolled(words)[1:-1]) for words in (probe, seen))
    found = np.empty(len(table))
    for start in range(0, len(table), PIECE):
        piece = table[start : start + PIECE]
        codes, masks = (np.ascontiguousarray(piece[name].T) for name in ("code", "mask"))
        found[start : start + PIECE] = _least(code, mask, codes, masks)
    return found


def _least(code: Words, mask: Words, codes: Words, masks: Words) -> Values:
    """(P,) of (S, 32) rolled codes and (32, P) codes of the gallery: words first, so that counts add up along rows."""
    least = np.full(codes.shape[1], UNLIKE)
    both, differing = np.empty_like(masks), np.empty_like(codes)
    counts = np.empty(codes.shape, np.uint8)
    for turn, covering in zip(code, mask, strict=True):
        np.bitwise_and(masks, covering[:, None], out=both)
        np.bitwise_xor(codes, turn[:, None], out=differing)
        differing &= both
        differ = np.bitwise_count(differing, out=counts).sum(axis=0, dtype=np.uint16)
        common = np.bitwise_count(both, out=counts).sum(axis=0, dtype=np.uint16)
        np.minimum(least, normalised(differ, common, USUAL_BITS / HALVES), out=least)
    return least
