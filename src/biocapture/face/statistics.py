"""What is kept of N faces once their pixels are gone: columns."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from biocapture.measure import Column
from biocapture.types import Failure

LABELS = ("failure", "notes")


@dataclass(frozen=True, slots=True)
class FaceBatch:
    """Statistics of N faces. Columns are (N,) float64, NaN where not assessable.

    Attributes
    ----------
    failure : tuple of Failure or None
    notes : tuple of tuple of str
        Note keys found from the pixels.
    score, unrest : Column
        Of detector and landmarks, see :class:`biocapture.face.inputs.Inputs`.
    second_face : Column
        Area of the second largest face in areas of the largest; 0 for none.
    pitch_deg, yaw_deg, roll_deg : Column
        Head pose in OFIQ's signs.
    eye_opening, mouth_opening : Column
        In distances from eyes to chin.
    background_gradient, red_share … background_shade : Column
        See :class:`biocapture.face.features.background.Backdrop`.
    colour_distance : Column
        From the a*, b* of skin.
    head_covering : Column
        Share of hat and cloth in the upper part of the frame.
    illumination_overlap … entropy_bits : Column
        See :class:`biocapture.face.features.light.Light`.
    covered_eyes, covered_mouth, covered_face : Column
        Covered shares.
    inter_eye_px … room_below : Column
        See :class:`biocapture.face.features.framing.Framing`.
    red_pupils … gaze_offset : Column
        See :class:`biocapture.face.features.eyes.Eyes`.
    face_shade … teeth_share : Column
        See :class:`biocapture.face.features.skin.Skin`.
    blur_px : Column
        Deviation of the point spread in pixels of the aligned frame.
    face_proportion : Column
        Eye distance over the distance from eyes to mouth, as seen from the front.
    block_steps, pattern_peak_db, noise_codes : Column
        See :class:`biocapture.face.features.recapture.Traces`.
    ofiq_sharpness … ofiq_quality : Column
        Raw answers of OFIQ's own models, see :mod:`biocapture.face.ofiq.answers`.
    """

    failure: tuple[Failure | None, ...]
    notes: tuple[tuple[str, ...], ...]
    score: Column
    unrest: Column
    second_face: Column
    pitch_deg: Column
    yaw_deg: Column
    roll_deg: Column
    eye_opening: Column
    mouth_opening: Column
    inter_eye_px: Column
    head_height: Column
    left_room: Column
    right_room: Column
    room_above: Column
    room_below: Column
    illumination_overlap: Column
    luminance_mean: Column
    luminance_variance: Column
    dark_share: Column
    bright_share: Column
    entropy_bits: Column
    colour_distance: Column
    background_gradient: Column
    covered_eyes: Column
    covered_mouth: Column
    covered_face: Column
    head_covering: Column
    red_pupils: Column
    eye_glare: Column
    eye_brightness: Column
    glasses_share: Column
    hair_share: Column
    gaze_offset: Column
    face_shade: Column
    colour_depth: Column
    teeth_share: Column
    red_share: Column
    blue_share: Column
    white_share: Column
    background_shade: Column
    blur_px: Column
    face_proportion: Column
    block_steps: Column
    pattern_peak_db: Column
    noise_codes: Column
    ofiq_sharpness: Column
    ofiq_compression: Column
    ofiq_expression: Column
    ofiq_quality: Column

    def __len__(self) -> int:
        return len(self.failure)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """One batch of several: a face's values do not depend on its neighbours, bit for bit."""
        values: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            pieces = [getattr(part, field.name) for part in parts]
            labels = field.name in LABELS
            values[field.name] = tuple(item for piece in pieces for item in piece) if labels else np.concatenate(pieces)
        return cls(**values)

    @classmethod
    def of_one(cls, columns: dict[str, float], failure: Failure | None = None, notes: tuple[str, ...] = ()) -> Self:
        """One face; columns that are not given were not assessed."""
        names = [field.name for field in dataclasses.fields(cls) if field.name not in LABELS]
        values: dict[str, Any] = {name: np.array([columns.get(name, np.nan)], np.float64) for name in names}
        return cls(failure=(failure,), notes=(notes,), **values)
