"""Statistics of N faces, one column each: all that is kept once their pixels are gone."""

from dataclasses import dataclass

from biocapture.measure import Batch, Column


@dataclass(frozen=True, slots=True)
class FaceBatch(Batch):
    """Statistics of N faces. Columns are (N,) float64, NaN where not assessable.

    Attributes
    ----------
    score, instability : Column
        Of detector and landmarks, see :class:`biocapture.face.inputs.Inputs`.
    second_face : Column
        Area of the second largest face in areas of the largest; 0 for none.
    pitch_deg, yaw_deg, roll_deg : Column
        Head pose in OFIQ's signs.
    eye_opening, mouth_opening : Column
        In distances from eyes to chin.
    background_gradient, red_share … background_shade : Column
        See :class:`biocapture.face.features.background.BackgroundStatistics`.
    colour_distance : Column
        From the a*, b* of skin.
    head_covering : Column
        Share of hat and cloth in the upper part of the frame.
    illumination_overlap … face_contrast : Column
        See :class:`biocapture.face.features.light.LightStatistics`.
    occluded_eyes, occluded_mouth, occluded_face : Column
        Occluded shares, 0..1.
    inter_eye_px … room_below : Column
        See :class:`biocapture.face.features.geometry.GeometryStatistics`.
    cut_at_top : Column
        Width of the head at the picture's upper border, in eye distances.
    red_pupils … gaze_offset : Column
        See :class:`biocapture.face.features.eyes.EyeStatistics`.
    colour_variety : Column
        Deviation of the colours of the picture from one tint, in codes.
    lens_brightness, eye_veil : Column
        See :class:`biocapture.face.features.lenses.LensStatistics`.
    face_shade … teeth_share : Column
        See :class:`biocapture.face.features.skin.SkinStatistics`.
    blur_px : Column
        Deviation of the point spread in pixels of the aligned frame.
    stretch : Column
        Width over height of the picture, over what they should be.
    block_steps … field_shift_px : Column
        See :class:`biocapture.face.features.recapture.RecaptureStatistics`.
    ofiq_sharpness … ofiq_quality : Column
        Raw values of OFIQ's own models, see :mod:`biocapture.face.ofiq.answers`.
    """

    score: Column
    instability: Column
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
    cut_at_top: Column
    illumination_overlap: Column
    luminance_mean: Column
    luminance_variance: Column
    dark_share: Column
    bright_share: Column
    entropy_bits: Column
    face_contrast: Column
    colour_distance: Column
    background_gradient: Column
    occluded_eyes: Column
    occluded_mouth: Column
    occluded_face: Column
    head_covering: Column
    red_pupils: Column
    eye_glare: Column
    glasses_share: Column
    hair_share: Column
    gaze_offset: Column
    lens_brightness: Column
    eye_veil: Column
    face_shade: Column
    colour_depth: Column
    teeth_share: Column
    colour_variety: Column
    red_share: Column
    orange_share: Column
    blue_share: Column
    white_share: Column
    background_shade: Column
    blur_px: Column
    stretch: Column
    block_steps: Column
    pattern_peak_db: Column
    noise_codes: Column
    pixel_blocks: Column
    field_shift_px: Column
    ofiq_sharpness: Column
    ofiq_compression: Column
    ofiq_expression: Column
    ofiq_quality: Column
