"""Whether the whole head lies in the picture, by the geometry of portraits (:mod:`biocapture.face.framing`).

ISO/IEC 29794-5 has margins, too (:mod:`biocapture.face.measures.iso_subject`): those of OFIQ are 0 for heads of 70 to
80 % of the height, which ICAO allows. Here 50 is the least that the geometry allows.
"""

import numpy as np

from biocapture.face.framing import CROWN_HEIGHT, MAX_CUT_AT_TOP, MIN_CHIN_ROOM, MIN_CROWN_ROOM, MIN_SIDE_ROOM
from biocapture.face.statistics import FaceBatch
from biocapture.measure import Column, Ramp, measure

RATIO = (-1e5, 1e5)
SLACK, SIDE_SLACK, CUT_SLACK = 0.2, 0.6, 1.2
"""Between the scores 0 and 100: in distances from eyes to chin, the others in eye distances."""


@measure(
    unit="1",
    range=RATIO,
    curve=Ramp(MIN_CHIN_ROOM - SLACK / 2, MIN_CHIN_ROOM + SLACK / 2),
    guidance="face.whole_head",
    step=2,
)
def chin_room(batch: FaceBatch) -> Column:
    """From the chin to the picture's lower border, in distances from eyes to chin. Higher is better.

    0.19 with the tallest head and the lowest eyes that ICAO Doc 9303 allows; 50 from 0.1 on.
    """
    return batch.room_below - 1.0


@measure(
    unit="1",
    range=RATIO,
    curve=Ramp(MIN_CROWN_ROOM - SLACK / 2, MIN_CROWN_ROOM + SLACK / 2),
    guidance="face.whole_head",
    step=2,
)
def crown_room(batch: FaceBatch) -> Column:
    """From the picture's upper border to the crown, in distances from eyes to chin. Higher is better.

    The crown is taken to lie 0.9 above the eyes, as on most adults; 50 at -0.1, since people vary by as much.
    """
    return batch.room_above - CROWN_HEIGHT


@measure(
    unit="1",
    range=RATIO,
    curve=Ramp(MIN_SIDE_ROOM - SIDE_SLACK / 2, MIN_SIDE_ROOM + SIDE_SLACK / 2),
    guidance="face.centre_face",
    step=2,
)
def side_room(batch: FaceBatch) -> Column:
    """From the nearer of the left and the right border to the eye on its side, in eye distances. Higher is better.

    Heads end at about 0.7; 50 at 0.55.
    """
    return np.minimum(batch.left_room, batch.right_room) - 1.0


@measure(
    unit="1",
    range=(0.0, 3.0),
    curve=Ramp(MAX_CUT_AT_TOP + CUT_SLACK / 2, MAX_CUT_AT_TOP - CUT_SLACK / 2),
    guidance="face.whole_head",
    step=2,
)
def cut_at_top(batch: FaceBatch) -> Column:
    """Width of head or hair where the picture's upper border cuts it, in eye distances. Lower is better.

    0 where background is seen above the head; heads are about 2.4 wide.
    """
    return batch.cut_at_top
