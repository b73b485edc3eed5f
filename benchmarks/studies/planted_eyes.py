"""Faults of eyes, and of slots for eyes and faces, planted into synthetic enrolments.

See :mod:`benchmarks.studies.drafts`.
"""

import functools
from dataclasses import replace

import cv2
import numpy as np

from benchmarks.studies.drafts import SLOTS, Answer, Draft, Pixels, Plant, looked_at
from biocapture.enrolment.readiness.checks.completeness import STATED_SIDE
from biocapture.enrolment.readiness.slot import ExaminedAttempt
from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.conditions import Conditions, everyday_conditions
from biocapture.synthetic.eye.eye import eye
from biocapture.types import Position

RIGHT, LEFT = EYES = Position.RIGHT_EYE, Position.LEFT_EYE
FIRST_SEED = 50_000
"""Far from the seeds of the sample data and of the tests."""

PEOPLE = 120
"""Whose eyes are drawn."""

TRIES = 8
"""Captures of an eye until one has no fault: an operator takes a poor one again. Which side it is does not count."""

KEPT, OWN, AGAIN = range(3)
"""Captures of an eye: the station's, the enrolment's, one more."""


def pixels_of(person: int, position: Position, seed: int, conditions: Conditions) -> Pixels:
    """One capture."""
    return capture(eye(FIRST_SEED + person, left=position is LEFT), conditions, seed).pixels


@functools.cache
def good_capture(person: int, position: Position, number: int) -> ExaminedAttempt:
    """An everyday capture without faults, or the last of the tries."""
    for attempt in range(TRIES):
        seed = 10_000 * number + 100 * attempt + 2 * person + (position is LEFT)
        found = looked_at(pixels_of(person, position, seed, everyday_conditions(seed)), position)
        if found.report and all(reason.source == STATED_SIDE for reason in found.report.reasons):
            break
    return found


def with_eyes(draft: Draft) -> None:
    """Give everyone of a draft their eyes."""
    own, previous, other, operator, stranger = map(int, draft.random.choice(PEOPLE, 5, replace=False))
    draft.eyes = {"own": own, "previous": previous, "other": other, "operator": operator, "stranger": stranger}
    for person in ("previous", "other", "operator"):
        captures = {position: good_capture(draft.eyes[person], position, KEPT) for position in EYES}
        draft.remembered_eyes[person] = {position: each.template for position, each in captures.items()}
    for position in EYES:
        draft.put(position, good_capture(own, position, OWN))


def same_eye(draft: Draft) -> Answer:
    """One eye captured for both slots."""
    taken, wrong = (EYES, EYES[::-1])[draft.random.integers(2)]
    draft.put(wrong, good_capture(draft.eyes["own"], taken, AGAIN))
    return ("distinct.same_eye", "distinct.copied_image", "complete.wrong_eye"), {RIGHT, LEFT}


def copied_eye(draft: Draft) -> Answer:
    """One image in both slots: recompressed, resized or mirrored."""
    taken, wrong = (EYES, EYES[::-1])[draft.random.integers(2)]
    pixels = draft.pixels_of(taken)
    kind = draft.random.integers(3)
    if kind == 0:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(draft.random.integers(40, 90))]
        draft.put(wrong, cv2.imencode(".jpg", pixels, quality)[1].tobytes())
    elif kind == 1:
        draft.put(wrong, cv2.resize(pixels, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA))
    else:
        draft.put(wrong, np.ascontiguousarray(pixels[:, ::-1]))
    return ("distinct.copied_image", "distinct.same_eye", "complete.wrong_eye"), {RIGHT, LEFT}


def exchanged_eyes(draft: Draft) -> Answer:
    """The right eye in the left one's slot, and the other way round."""
    right, left = map(draft.pixels_of, EYES)
    draft.put(RIGHT, left)
    draft.put(LEFT, right)
    return ("complete.wrong_eye",), {RIGHT, LEFT}


def poor_eye(draft: Draft) -> Answer:
    """An eye nobody can use: nearly closed, out of focus, moved, dark, or looking away."""
    position = EYES[draft.random.integers(2)]
    faults: tuple[dict[str, object], ...] = (
        {"lid_opening": 0.2},
        {"defocus_px": 7.0},
        {"motion_px": 20.0},
        {"exposure_ev": -4.0, "noise": 12.0},
        {"gaze_deg": (38.0, 0.0)},
    )
    conditions = replace(everyday_conditions(7), **faults[draft.random.integers(len(faults))])  # type: ignore[arg-type]
    draft.put(position, pixels_of(draft.eyes["own"], position, 7, conditions))
    return ("readable.slot",), {position}


def eyes_of_other(draft: Draft) -> Answer:
    """The eyes of somebody who was here before under another name."""
    for position in EYES:
        draft.put(position, good_capture(draft.eyes["other"], position, AGAIN))
    return ("person.other_person",), {RIGHT, LEFT}


def disagreeing_eyes(draft: Draft) -> Answer:
    """Two attempts of one slot with two people's eyes."""
    position = EYES[draft.random.integers(2)]
    draft.put(position, draft.attempts[position][0], good_capture(draft.eyes["stranger"], position, OWN))
    return ("attempts.disagree",), {position}


def print_as_eye(draft: Draft) -> Answer:
    """A finger in an eye's slot."""
    position = EYES[draft.random.integers(2)]
    draft.put(position, draft.file_of(draft.slots(1)[0]))
    return ("complete.wrong_modality",), {position}


def eye_or_print_as_face(draft: Draft) -> Answer:
    """A finger or an eye in the face's slot."""
    wrong = (*EYES, SLOTS[0], SLOTS[1])[draft.random.integers(4)]
    draft.put(Position.FACE, draft.file_of(wrong))
    return ("complete.wrong_modality",), {Position.FACE}


EYE_FAULTS: tuple[Plant, ...] = (
    same_eye,
    copied_eye,
    exchanged_eyes,
    poor_eye,
    eyes_of_other,
    disagreeing_eyes,
    print_as_eye,
    eye_or_print_as_face,
)
