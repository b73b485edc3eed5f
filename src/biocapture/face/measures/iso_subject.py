"""Subject-related measures of ISO/IEC 29794-5 that need no network of their own, with OFIQ's numbers and mappings.

Methods: ISO/IEC 29794-5:2025 and BSI's OFIQ 1.1 (MIT), from a description in our own words. Which model supplied
landmarks, pose, parsing and occlusion decides how near a result is to OFIQ's; the arithmetic is equal.
"""

from biocapture.face.measures.curves import CosineSquare, Falling, Line, Logistic
from biocapture.face.statistics import FaceBatch
from biocapture.measure import Column, measure

SHARE = (0.0, 1.0)
ANGLE = (-180.0, 180.0)
RATIO = (-1e5, 1e5)


@measure(
    iso="ISO/IEC 29794-5 single face present",
    unit="1",
    range=SHARE,
    curve=Line(-100.0, 100.0),
    guidance="face.one_person",
    step=1,
)
def single_face(batch: FaceBatch) -> Column:
    """Area of the second largest face in areas of the largest. Lower is better."""
    return batch.second_face


@measure(
    iso="ISO/IEC 29794-5 eyes open",
    unit="1",
    range=(0.0, 1e5),
    curve=Logistic(0.02, 0.01),
    guidance="face.open_eyes",
    step=4,
)
def eyes_open(batch: FaceBatch) -> Column:
    """Distance of the lids of the less open eye, in distances from eyes to chin. Higher is better."""
    return batch.eye_opening


@measure(
    iso="ISO/IEC 29794-5 mouth closed",
    unit="1",
    range=(0.0, 1e5),
    curve=Logistic(0.2, 0.06, offset=1.0, scale=-1.0),
    guidance="face.close_mouth",
    step=4,
)
def mouth_closed(batch: FaceBatch) -> Column:
    """Distance of the inner lips, in distances from eyes to chin. Lower is better."""
    return batch.mouth_opening


@measure(
    iso="ISO/IEC 29794-5 eyes visible",
    unit="1",
    range=SHARE,
    curve=Line(-100.0, 100.0),
    guidance="face.free_eyes",
    step=4,
)
def eyes_visible(batch: FaceBatch) -> Column:
    """Covered share of the boxes around both eyes. Lower is better."""
    return batch.occluded_eyes


@measure(
    iso="ISO/IEC 29794-5 mouth occlusion prevention",
    unit="1",
    range=SHARE,
    curve=Line(-100.0, 100.0),
    guidance="face.free_mouth",
    step=4,
)
def mouth_occlusion(batch: FaceBatch) -> Column:
    """Covered share of the mouth. Lower is better."""
    return batch.occluded_mouth


@measure(
    iso="ISO/IEC 29794-5 face occlusion prevention",
    unit="1",
    range=SHARE,
    curve=Line(-100.0, 100.0),
    guidance="face.free_face",
    step=4,
)
def face_occlusion(batch: FaceBatch) -> Column:
    """Covered share of the face. Lower is better."""
    return batch.occluded_face


@measure(
    iso="ISO/IEC 29794-5 inter-eye distance",
    unit="px",
    range=(-1e11, 1e11),
    curve=Logistic(70.0, 20.0),
    guidance="face.come_closer",
    step=2,
)
def inter_eye_distance(batch: FaceBatch) -> Column:
    """Distance of the eye centres as seen from the front, in pixels of the picture. Higher is better."""
    return batch.inter_eye_px


@measure(
    iso="ISO/IEC 29794-5 head size",
    unit="1",
    range=(0.0, 1e5),
    curve=Logistic(0.0, 0.05, height=200.0, offset=1.0, scale=-1.0, best=0.45),
    guidance="face.adjust_distance",
    step=2,
)
def head_size(batch: FaceBatch) -> Column:
    """Distance from eyes to chin in picture heights. Best at 0.45."""
    return batch.head_height


@measure(
    iso="ISO/IEC 29794-5 leftward crop of the face image",
    unit="1",
    range=RATIO,
    curve=Logistic(0.9, 0.1),
    guidance="face.centre_face",
    step=2,
)
def leftward_crop(batch: FaceBatch) -> Column:
    """From the picture's left border to the farther eye, in eye distances. Higher is better."""
    return batch.left_room


@measure(
    iso="ISO/IEC 29794-5 rightward crop of the face image",
    unit="1",
    range=RATIO,
    curve=Logistic(0.9, 0.1),
    guidance="face.centre_face",
    step=2,
)
def rightward_crop(batch: FaceBatch) -> Column:
    """From the picture's right border to the farther eye, in eye distances. Higher is better."""
    return batch.right_room


@measure(
    iso="ISO/IEC 29794-5 margin above the face image",
    unit="1",
    range=RATIO,
    curve=Logistic(1.4, 0.1),
    guidance="face.whole_head",
    step=2,
)
def margin_above(batch: FaceBatch) -> Column:
    """From the picture's upper border to the eyes, in distances from eyes to chin. Higher is better."""
    return batch.room_above


@measure(
    iso="ISO/IEC 29794-5 margin below the face image",
    unit="1",
    range=RATIO,
    curve=Logistic(1.8, 0.1),
    guidance="face.whole_head",
    step=2,
)
def margin_below(batch: FaceBatch) -> Column:
    """From the eyes to the picture's lower border, in distances from eyes to chin. Higher is better."""
    return batch.room_below


@measure(
    iso="ISO/IEC 29794-5 head pose: yaw",
    unit="°",
    range=ANGLE,
    curve=CosineSquare(),
    guidance="face.look_straight",
    step=3,
)
def yaw(batch: FaceBatch) -> Column:
    """How far the head is turned to a side. Best at 0.

    The mapping of the standard is lenient: 5° score 99, 15° 93, 25° 82.
    """
    return batch.yaw_deg


@measure(
    iso="ISO/IEC 29794-5 head pose: pitch",
    unit="°",
    range=ANGLE,
    curve=CosineSquare(),
    guidance="face.chin_level",
    step=3,
)
def pitch(batch: FaceBatch) -> Column:
    """How far the head is bent up or down. Best at 0. Lenient as yaw."""
    return batch.pitch_deg


@measure(
    iso="ISO/IEC 29794-5 head pose: roll",
    unit="°",
    range=ANGLE,
    curve=CosineSquare(),
    guidance="face.head_upright",
    step=3,
)
def roll(batch: FaceBatch) -> Column:
    """How far the head leans to a shoulder; the sign is opposite to the picture's. Best at 0. Lenient as yaw."""
    return batch.roll_deg


@measure(
    iso="ISO/IEC 29794-5 no head coverings",
    unit="1",
    range=SHARE,
    curve=Falling(0.02, 0.1, 0.95),
    guidance="face.bare_head",
    step=4,
)
def head_covering(batch: FaceBatch) -> Column:
    """Share of hat and cloth above the mouth, in the aligned frame. Lower is better.

    A head scarf counts: no ground to refuse a picture where it is worn for religion.
    """
    return batch.head_covering
