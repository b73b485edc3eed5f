"""The unified quality of a portrait: a weighted geometric mean of what matters to recognition."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from biocapture.face.curves import CosineSquare
from biocapture.face.statistics import FaceBatch
from biocapture.measure import Band, Column, Curve, Identity, Ramp, measure

LEAST = 2.0
"""Score below which a component counts no worse, so that one fault alone leaves something to compare."""


class Part(NamedTuple):
    """One component: its column, how it counts, and its weight."""

    column: Callable[[FaceBatch], Column]
    curve: Curve
    weight: float


PARTS = (
    Part(lambda batch: np.abs(batch.yaw_deg), Ramp(60.0, 4.0), 2.0),
    Part(lambda batch: np.abs(batch.pitch_deg), Ramp(50.0, 6.0), 1.5),
    Part(lambda batch: batch.roll_deg, CosineSquare(), 0.5),
    Part(lambda batch: batch.blur_px, Ramp(9.0, 1.0), 2.0),
    Part(lambda batch: batch.noise_codes, Ramp(60.0, 0.0), 0.7),
    Part(lambda batch: batch.inter_eye_px, Ramp(5.0, 90.0), 1.5),
    Part(lambda batch: batch.eye_opening, Ramp(0.0, 0.05), 1.0),
    Part(lambda batch: batch.covered_eyes, Ramp(1.0, 0.1), 1.0),
    Part(lambda batch: batch.covered_face, Ramp(0.8, 0.05), 1.5),
    Part(lambda batch: batch.face_shade, Ramp(1.0, 0.35), 0.7),
    Part(lambda batch: batch.entropy_bits, Ramp(2.0, 6.8), 1.0),
    Part(lambda batch: batch.bright_share, Ramp(0.6, 0.02), 0.7),
    Part(lambda batch: batch.dark_share, Ramp(1.0, 0.5), 0.7),
    Part(lambda batch: np.minimum(batch.left_room, batch.right_room), Ramp(-0.2, 0.8), 0.5),
    Part(lambda batch: np.minimum(batch.room_above / 1.0, batch.room_below / 1.3), Ramp(0.0, 1.0), 0.5),
    Part(lambda batch: batch.mouth_opening, Ramp(0.6, 0.1), 0.4),
    Part(lambda batch: batch.face_proportion, Band(0.3, 0.75, 1.05, 1.6), 0.4),
    Part(lambda batch: batch.unrest / batch.score, Ramp(0.08, 0.02), 1.0),
)
"""Weights set by hand, in the order that the error-versus-discard figures of BSI's report on OFIQ give the components:
pose, then sharpness, resolution, eyes and occlusion, then light."""


@measure(unit="1", range=(0.0, 100.0), curve=Identity(), guidance="face.poor_quality", step=9)
def quality(batch: FaceBatch) -> Column:
    """Expected usefulness of a portrait for recognition. Higher is better. It is not OFIQ's unified score.

    ``100 * prod(s ** w) ** (1 / sum(w))`` over pose, resolution, eyes, light, framing (:data:`PARTS`), each ``s`` from
    0.02 to 1. What was not assessed is left out. Monotone in each component.
    """
    weights, logs = np.zeros(len(batch)), np.zeros(len(batch))
    for part in PARTS:
        share = np.clip(part.curve(part.column(batch)), LEAST, 100.0) / 100.0
        known = np.isfinite(share)
        weights += np.where(known, part.weight, 0.0)
        logs += np.where(known, part.weight * np.log(np.where(known, share, 1.0)), 0.0)
    seen = np.array([failure is None for failure in batch.failure]) & (weights > 0)
    return np.where(seen, 100.0 * np.exp(logs / np.maximum(weights, 1e-9)), np.nan)
