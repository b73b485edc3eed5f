"""Whether what was detected is a face at all, and the picture the right way up."""

import numpy as np

from biocapture.face.statistics import FaceBatch
from biocapture.measure import Column, Ramp, measure

MASKED_SHARE = 0.4
"""Share of the face that a mask hides at least; it reaches from the forehead to the chin."""


@measure(unit="1", range=(0.0, 1e3), curve=Ramp(0.04, 0.02), guidance="face.no_face", step=1)
def face_likeness(batch: FaceBatch) -> Column:
    """How far landmarks move between two crops, over the detector's score. Lower is better.

    In extents of the face. The landmark network gives 98 points for any picture; on a face they stay where they were
    when the crop is turned and centred by them, on a print, an iris or a texture they do not.
    """
    return batch.instability / batch.score


@measure(unit="1", range=(0.0, 1.0), curve=Ramp(0.9, 0.7), guidance="face.uncover_face")
def uncovered(batch: FaceBatch) -> Column:
    """Whether the lower face is covered as by a mask or a veil: mouth and two fifths of the face. Lower is better.

    It comes before all else: where nose and mouth are hidden, other measures are of the mask. Beards do not count.
    """
    return np.minimum(batch.occluded_mouth, np.minimum(batch.occluded_face / MASKED_SHARE, 1.0))


@measure(unit="°", range=(0.0, 180.0), curve=Ramp(60.0, 30.0), guidance="face.turn_picture", step=1)
def right_way_up(batch: FaceBatch) -> Column:
    """How far the head is turned in the picture. Lower is better.

    From 45° on the picture lies on its side or stands on its head: that comes before its margins are spoken of.
    """
    return np.abs(batch.roll_deg)
