"""Whether the picture itself is fit to show a face: its detail, noise, contrast and shape. Our definitions.

Faults of the picture come before those of the person: landmarks, pose and eyes are uncertain in a picture that is
blurred or full of noise. Limits were set on portraits with planted faults (docs/face_faults.md).
"""

import numpy as np

from biocapture.face.landmarks import ALIGNED_EYE_DISTANCE_PX
from biocapture.face.statistics import FaceBatch
from biocapture.measure import Band, Column, Ramp, measure

SHARE = (0.0, 1.0)

MAX_BLUR_PX = 2.5
"""Blur in pixels of the aligned frame from which pupils and lashes are no longer dark."""

MAX_YAW_DEG, MAX_PITCH_DEG, MAX_MOUTH_OPENING = 20.0, 15.0, 0.15
"""Beyond, the shape of a face says nothing of the picture's; the opening is in distances from eyes to chin."""


@measure(unit="px", range=(0.0, 12.0), curve=Ramp(2.0, 0.5), guidance="face.interlaced", step=1)
def interlace(batch: FaceBatch) -> Column:
    """Columns between the two fields of the picture on the face. Lower is better.

    An interlaced camera takes odd rows later than even ones: what moved meanwhile is combed.
    """
    return batch.field_shift_px


@measure(unit="1", range=SHARE, curve=Ramp(0.98, 0.8), guidance="face.enlarged", step=1)
def pixel_blocks(batch: FaceBatch) -> Column:
    """How much of the change between pixels lies on few lines: pixels enlarged to blocks. Lower is better.

    Below 0.4 in pictures of cameras, up to 0.9 after JPEG of quality 5, 1 for mosaics and enlarged thumbnails.
    """
    return batch.pixel_blocks


@measure(unit="1", range=(0.0, 0.2), curve=Ramp(0.015, 0.003), guidance="face.hold_still", step=5)
def sharpness(batch: FaceBatch) -> Column:
    """Blur of the face: deviation of its point spread along its longer axis, in eye distances. Lower is better.

    Estimated by a model trained here (models/face_sharpness) from bands and steps of detail with the eyes 113 px apart,
    so that a large file is judged by what is needed, not by its pixels. Focus, motion either way, enlarged pictures and
    too few pixels count alike, noise, compression and smoothed skin hardly. 0.009 is what 45 pixels between the eyes
    can show. It is not OFIQ's sharpness.
    """
    return batch.blur_px / ALIGNED_EYE_DISTANCE_PX


@measure(unit="codes", range=(0.0, 1e3), curve=Ramp(12.0, 3.0), guidance="face.grainy", step=1)
def noise(batch: FaceBatch) -> Column:
    """Deviation of the noise on the face, as it would be with 113 pixels between the eyes. Lower is better.

    Studio portraits have less than 3; after denoising or strong compression nothing of it is left.
    """
    return batch.noise_codes


@measure(unit="1", range=SHARE, curve=Ramp(0.4, 0.8), guidance="face.veiled", step=1)
def face_contrast(batch: FaceBatch) -> Column:
    """How far the darkest of the face lies below the skin, as a share of the skin's luminance. Higher is better.

    The darkest hundredth of the face below its median, or the darkest tenth of an eye below the cheek, whichever is
    more. A ratio of light, hence the same for every skin and exposure. From 0.69 on portraits. Not assessed where blur
    hides what is dark.
    """
    contrast = np.clip(np.fmax(batch.face_contrast, 1.0 - batch.eye_veil), 0.0, 1.0)
    return np.where(batch.blur_px > MAX_BLUR_PX, np.nan, contrast)


@measure(unit="1", range=(0.0, 1e5), curve=Band(0.8, 0.92, 1.08, 1.26), guidance="face.check_proportions", step=1)
def face_proportion(batch: FaceBatch) -> Column:
    """Width over height of the picture, over what they should be, by the shape of the face. Best between 0.92 and 1.08.

    Estimated from 23 widths and heights (models/face_proportion). People lie between 0.88 and 1.13, hence pictures
    stretched by less than a fifth may pass; 4 : 3 does not. Not assessed of open mouths and of heads turned by more
    than 20 or bent by more than 15 degrees, which change the shape.
    """
    frontal = (np.abs(batch.yaw_deg) <= MAX_YAW_DEG) & (np.abs(batch.pitch_deg) <= MAX_PITCH_DEG)
    return np.where(frontal & (batch.mouth_opening <= MAX_MOUTH_OPENING), batch.stretch, np.nan)
