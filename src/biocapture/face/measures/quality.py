"""The unified quality of a portrait: a weighted product of what matters to recognition."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from biocapture.face.measures.curves import CosineSquare
from biocapture.face.statistics import FaceBatch
from biocapture.measure import Band, Column, Curve, Identity, Ramp, logarithms, measure

MIN_COMPONENT_SCORE = 2.0
"""Lower scores of a component count as this: one fault alone must leave something to compare."""


class Component(NamedTuple):
    """One component: its column, how it counts, and its weight."""

    column: Callable[[FaceBatch], Column]
    curve: Curve
    weight: float


COMPONENTS = (
    Component(lambda batch: np.abs(batch.yaw_deg), Ramp(60.0, 4.0), 0.23),
    Component(lambda batch: np.abs(batch.pitch_deg), Ramp(50.0, 6.0), 0.16),
    Component(lambda batch: batch.roll_deg, CosineSquare(), 0.03),
    Component(lambda batch: batch.blur_px, Ramp(9.0, 1.0), 0.19),
    Component(lambda batch: batch.noise_codes, Ramp(60.0, 0.0), 0.4),
    Component(lambda batch: batch.inter_eye_px, Ramp(5.0, 90.0), 0.18),
    Component(lambda batch: batch.eye_opening, Ramp(0.0, 0.05), 0.26),
    Component(lambda batch: batch.occluded_eyes, Ramp(1.0, 0.1), 0.12),
    Component(lambda batch: batch.occluded_face, Ramp(0.8, 0.05), 0.3),
    Component(lambda batch: batch.face_shade, Ramp(1.0, 0.35), 0.03),
    Component(lambda batch: batch.entropy_bits, Ramp(2.0, 6.8), 0.11),
    Component(lambda batch: batch.bright_share, Ramp(0.6, 0.02), 0.04),
    Component(lambda batch: np.minimum(batch.left_room, batch.right_room), Ramp(-0.2, 0.8), 0.06),
    Component(lambda batch: np.minimum(batch.room_above / 1.0, batch.room_below / 1.3), Ramp(0.0, 1.0), 0.1),
    Component(lambda batch: batch.mouth_opening, Ramp(0.6, 0.1), 0.03),
    Component(lambda batch: batch.stretch, Band(0.35, 0.85, 1.15, 1.8), 0.07),
    Component(lambda batch: batch.instability / batch.score, Ramp(0.08, 0.02), 0.33),
)
"""Curves set by hand, weights fitted to what comparisons lose (models/face_quality)."""


@measure(unit="1", range=(0.0, 100.0), curve=Identity(), guidance="face.poor_quality", step=9)
def quality(batch: FaceBatch) -> Column:
    """Expected usefulness of a portrait for recognition. Higher is better. It is not OFIQ's unified score.

    ``100 * prod(s ** w)`` over pose, resolution, eyes, light, framing (:data:`COMPONENTS`), each ``s`` from 0.02 to 1.
    What was not assessed is left out. Monotone in each component. At 50, half of the comparisons of one recognition
    system were lost.
    """
    logs = np.zeros(len(batch))
    for component in COMPONENTS:
        logs += component.weight * logarithms(component.curve(component.column(batch)), MIN_COMPONENT_SCORE)
    measured = np.array([failure is None for failure in batch.failure])
    return np.where(measured, 100.0 * np.exp(logs), np.nan)
