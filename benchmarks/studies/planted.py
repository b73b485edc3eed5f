"""Faults planted into synthetic enrolments: what is changed, and which finding in which slots must answer."""

from dataclasses import replace

import cv2
import numpy as np

from benchmarks.studies.drafts import SLOTS, TOUCHES, Answer, Draft, Plant, everyday
from biocapture.enrolment import Absence
from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.eye import eye
from biocapture.synthetic.fingerprint.impression import Effects


def missing(draft: Draft) -> Answer:
    """A slot without a capture."""
    (slot,) = draft.slots(1)
    del draft.attempts[slot]
    return ("complete.missing_slot",), {slot}


def unreadable(draft: Draft) -> Answer:
    """A file cut short."""
    (slot,) = draft.slots(1)
    data = draft.file_of(slot)
    draft.put(slot, data[: int(draft.random.uniform(0.0, 0.8) * len(data)) + 1])
    return ("complete.unreadable_file",), {slot}


def wrong_modality(draft: Draft) -> Answer:
    """An eye in a finger's slot."""
    (slot,) = draft.slots(1)
    seed = int(draft.random.integers(10_000, 20_000))
    draft.put(slot, cv2.imencode(".png", capture(eye(seed), seed=seed).pixels)[1].tobytes())
    return ("complete.wrong_modality",), {slot}


def poor(draft: Draft) -> Answer:
    """A print nobody can use."""
    (slot,) = draft.slots(1)
    faults = (
        Effects(dry=0.95),
        Effects(wet=1.0),
        Effects(partial=0.9),
        Effects(low_contrast=0.97, noise=25.0),
        Effects(blur_px=4.5),
    )
    effects = faults[draft.random.integers(len(faults))]
    draft.put(slot, draft.people.pixels(draft.own[slot], 77, effects))
    return ("readable.slot",), {slot}


def same_finger(draft: Draft) -> Answer:
    """One finger captured in two slots."""
    one, other = draft.slots(2)
    touches = draft.random.choice(TOUCHES, 2, replace=False)
    for slot, touch in zip((one, other), touches, strict=True):
        draft.put(slot, draft.people.touch(draft.own[one], int(touch), slot))
    return ("distinct.same_finger", "distinct.copied_image"), {one, other}


def same_file(draft: Draft) -> Answer:
    """One file in two slots."""
    one, other = draft.slots(2)
    data = draft.file_of(one)
    draft.put(one, data)
    draft.put(other, data)
    return ("distinct.same_file",), {one, other}


def copied_image(draft: Draft) -> Answer:
    """One image in two slots: recompressed, resized, turned by quarters or mirrored."""
    one, other = draft.slots(2)
    pixels = draft.pixels_of(one)
    kind = draft.random.integers(4)
    if kind == 0:
        quality = int(draft.random.integers(30, 90))
        draft.put(other, cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())
    elif kind == 1:
        scale = float(draft.random.uniform(0.8, 1.25))
        draft.put(other, cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    elif kind == 2:
        draft.put(other, np.ascontiguousarray(np.rot90(pixels, int(draft.random.integers(1, 4)))))
    else:
        draft.put(other, np.ascontiguousarray(pixels[:, ::-1]))
    return ("distinct.copied_image", "distinct.same_finger"), {one, other}


def cropped_image(draft: Draft) -> Answer:
    """A turned crop of one slot's image in another."""
    one, other = draft.slots(2)
    pixels = draft.pixels_of(one)
    height, width = pixels.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(draft.random.uniform(-25, 25)), 1.0)
    turned = cv2.warpAffine(pixels, turn, (width, height), borderValue=235)
    top, left = (int(draft.random.uniform(0.05, 0.3) * side) for side in (height, width))
    crop = turned[top : top + int(0.65 * height), left : left + int(0.65 * width)]
    draft.put(other, np.ascontiguousarray(crop))
    return ("distinct.same_finger", "distinct.copied_image"), {one, other}


def previous_print(draft: Draft) -> Answer:
    """The previous person's latent print recorded instead of a finger."""
    (slot,) = draft.slots(1)
    effects = replace(everyday(draft.random), low_contrast=float(draft.random.uniform(0.1, 0.6)), dry=0.1)
    draft.put(slot, draft.people.pixels(draft.previous[slot], 55, effects))
    return ("ghost.previous_print", "ghost.second_ridges"), {slot}


def ghost_under(draft: Draft) -> Answer:
    """The previous person's latent print under this one's."""
    (slot,) = draft.slots(1)
    effects = replace(everyday(draft.random), ghost=float(draft.random.uniform(0.3, 0.9)))
    draft.put(slot, draft.people.pixels(draft.own[slot], 66, effects, ghost_of=draft.previous[slot]))
    return ("ghost.second_ridges", "ghost.previous_print"), {slot}


def other_person(draft: Draft) -> Answer:
    """A whole record of somebody who was here before under another name."""
    for slot, finger in draft.other.items():
        draft.put(slot, draft.touch_of(finger, slot))
    return ("person.other_person",), set()


def mixed_in(draft: Draft) -> Answer:
    """Two fingers of somebody who was here before, of the three a station searches."""
    slots = SLOTS[0], SLOTS[5]
    for slot in slots:
        draft.put(slot, draft.touch_of(draft.other[slot], slot))
    return ("person.other_person",), set(slots)


def operator(draft: Draft) -> Answer:
    """The operator's own fingers."""
    for slot, finger in draft.operator.items():
        draft.put(slot, draft.touch_of(finger, slot))
    return ("person.operator",), set()


def disagreeing(draft: Draft) -> Answer:
    """Two attempts of one slot with two fingers."""
    (slot,) = draft.slots(1)
    stranger = draft.people.touch(draft.stranger, 1, slot)
    draft.put(slot, *([draft.attempts[slot][0], stranger][:: int(draft.random.choice((1, -1)))]))
    return ("attempts.disagree",), {slot}


def exchanged(draft: Draft) -> Answer:
    """Two slots with two attempts each, the second ones with the fingers exchanged: touches that are not in yet."""
    one, other = draft.slots(2)
    first, second = draft.own[one], draft.own[other]
    draft.put(one, draft.attempts[one][0], draft.people.touch(second, 0, one))
    draft.put(other, draft.attempts[other][0], draft.people.touch(first, 0, other))
    return ("attempts.exchanged", "distinct.same_finger", "attempts.disagree"), {one, other}


def bandaged(draft: Draft) -> Answer:
    """An exception that will pass."""
    (slot,) = draft.slots(1)
    del draft.attempts[slot]
    draft.absent[slot] = Absence.BANDAGED
    return ("complete.bandaged",), {slot}


def filled_exception(draft: Draft) -> Answer:
    """A finger recorded as amputated and captured all the same."""
    (slot,) = draft.slots(1)
    draft.absent[slot] = Absence.AMPUTATED
    return ("complete.filled_exception",), {slot}


FAULTS: tuple[Plant, ...] = (
    missing,
    unreadable,
    wrong_modality,
    bandaged,
    filled_exception,
    poor,
    same_finger,
    same_file,
    copied_image,
    cropped_image,
    previous_print,
    ghost_under,
    other_person,
    mixed_in,
    operator,
    disagreeing,
    exchanged,
)
