"""Whether what was detected is a face at all, and the picture the right way up."""

import numpy as np

from biocapture.face.statistics import FaceBatch
from biocapture.measure import Column, Ramp, measure


@measure(unit="1", range=(0.0, 1e3), curve=Ramp(0.04, 0.02), guidance="face.no_face", step=1)
def face_likeness(batch: FaceBatch) -> Column:
    """How far landmarks move between two crops, over the detector's score. Lower is better.

    In extents of the face. The landmark network gives 98 points for any picture; on a face they stay where they were
    when the crop is turned and centred by them, on a print, an iris or a texture they do not.
    """
    return batch.instability / batch.score


@measure(unit="°", range=(0.0, 180.0), curve=Ramp(60.0, 30.0), guidance="face.turn_picture", step=1)
def right_way_up(batch: FaceBatch) -> Column:
    """How far the head is turned in the picture. Lower is better.

    From 45° on the picture lies on its side or stands on its head: that comes before its margins are spoken of.
    """
    return np.abs(batch.roll_deg)
