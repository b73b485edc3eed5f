"""Synthetic enrolments being made: people, their everyday captures, and what the station knows; for planted faults."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.studies.population import grown
from biocapture.assessment.modalities import measures
from biocapture.enrolment import Absence, Enrolment, SlotAttempt
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.examine import examine, group_by_slot
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.slot import ExaminedAttempt
from biocapture.enrolment.station import RecentMemory
from biocapture.profile.load import load_profile
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import FINGERS, Position

PROFILE = load_profile("default", measures())
SLOTS = FINGERS[1:]
TOUCHES = 3
"""Everyday touches kept per finger."""

Pixels = NDArray[np.uint8]


class Population:
    """Fingers and their everyday touches, each looked at once."""

    def __init__(self, cache: Path, fingers: int) -> None:
        self.cache, self.fingers = cache, fingers
        self._touches: dict[tuple[int, int], ExaminedAttempt] = {}

    def pixels(self, finger: int, touch: int, effects: Effects, ghost_of: int | None = None) -> Pixels:
        """One impression."""
        under = None if ghost_of is None else grown(ghost_of, self.cache)
        return impression(grown(finger, self.cache), touch, effects, ghost_of=under).pixels

    def touch(self, finger: int, number: int, position: Position) -> ExaminedAttempt:
        """An everyday touch, put in a slot."""
        key = finger, number
        if key not in self._touches:
            effects = everyday(np.random.default_rng([finger, number]))
            self._touches[key] = looked_at(self.pixels(finger, number, effects), position)
        return placed(self._touches[key], position)


@dataclass
class Draft:
    """An enrolment being made: slot → attempts, and the fingers that are in it."""

    people: Population
    random: np.random.Generator
    own: dict[Position, int]
    previous: dict[Position, int]
    other: dict[Position, int]
    operator: dict[Position, int]
    stranger: int
    attempts: dict[Position, list[ExaminedAttempt]]
    absent: dict[Position, Absence]
    eyes: dict[str, int] = field(default_factory=dict)
    """Who → whose eyes, once they have any."""
    remembered_eyes: dict[str, dict[Position, Any]] = field(default_factory=dict)
    """Who → what the station knows of their eyes."""

    def slots(self, count: int) -> list[Position]:
        """Slots drawn by lot."""
        return [SLOTS[i] for i in self.random.choice(len(SLOTS), count, replace=False)]

    def touch_of(self, finger: int, position: Position) -> ExaminedAttempt:
        """A touch of a finger that the station has not seen (it keeps touch 0)."""
        return self.people.touch(finger, int(self.random.integers(1, TOUCHES)), position)

    def put(self, position: Position, *images: Pixels | bytes | ExaminedAttempt) -> None:
        """Fill a slot anew."""
        self.attempts[position] = [
            placed(one, position, number) if isinstance(one, ExaminedAttempt) else looked_at(one, position, number)
            for number, one in enumerate(images, 1)
        ]

    def pixels_of(self, position: Position) -> Pixels:
        """What is in a slot now."""
        sample = self.attempts[position][0].sample
        assert sample is not None
        return sample.image.pixels

    def file_of(self, position: Position) -> bytes:
        """What is in a slot now, as a PNG file."""
        return cv2.imencode(".png", self.pixels_of(position))[1].tobytes()

    def context(self) -> CheckContext:
        """The record, with a station that knows the previous person, the operator and others."""
        found = [each for attempts in self.attempts.values() for each in attempts]
        enrolment = Enrolment("record", tuple(each.attempt for each in found), self.absent)
        return CheckContext(enrolment, PROFILE, group_by_slot(enrolment, found), self._memory())

    def _memory(self) -> RecentMemory:
        memory = RecentMemory()
        for person, fingers in (("operator", self.operator), ("other", self.other), ("previous", self.previous)):
            templates = {slot: self.people.touch(each, 0, slot).template for slot, each in fingers.items()}
            templates |= self.remembered_eyes.get(person, {})
            memory.add(person, templates, operator=person == "operator")
        return memory


Answer = tuple[tuple[str, ...], set[Position]]
"""Ids one of which must be found, and slots it must name (all of them)."""

Plant = Callable[[Draft], Answer]


def is_answered(answer: Answer, findings: Iterable[RecordFinding]) -> bool:
    """Whether findings of these ids name, together, all of these slots."""
    ids, slots = answer
    named = {slot for finding in findings if finding.id in ids for slot in finding.positions}
    return bool(named) and slots <= named


def everyday(random: np.random.Generator) -> Effects:
    """A good touch as a trained operator takes it."""
    return Effects(
        rotation_deg=float(random.uniform(-15, 15)),
        shift_row_px=float(random.uniform(-20, 20)),
        shift_column_px=float(random.uniform(-15, 15)),
        distortion_px=float(random.uniform(0, 6)),
        wet=float(random.uniform(0, 0.25)),
        dry=float(random.uniform(0, 0.2)),
        noise=float(random.uniform(1, 8)),
        blur_px=float(random.uniform(0.5, 1.0)),
        creases=int(random.integers(0, 3)),
    )


def looked_at(source: Pixels | bytes, position: Position, number: int = 1) -> ExaminedAttempt:
    """An attempt from pixels or a file's bytes."""
    ppi = 500.0 if isinstance(source, np.ndarray) else None
    return examine(SlotAttempt(position, source, number, f"{position} {number}", ppi), PROFILE)


def placed(examined: ExaminedAttempt, position: Position, number: int = 1) -> ExaminedAttempt:
    """The same capture in another slot."""
    attempt = replace(examined.attempt, position=position, number=number, name=f"{position} {number}")
    sample = examined.sample and replace(examined.sample, position=position)
    return replace(examined, attempt=attempt, sample=sample)


def drafted(people: Population, random: np.random.Generator) -> Draft:
    """A clean enrolment of ten fingers, with the people around it; nobody shares a finger."""
    drawn = random.choice(people.fingers, 4 * len(SLOTS) + 1, replace=False)
    sets = drawn[:-1].reshape(4, -1)
    own, previous, other, operator = (dict(zip(SLOTS, map(int, row), strict=True)) for row in sets)
    draft = Draft(people, random, own, previous, other, operator, int(drawn[-1]), {}, {})
    for slot, finger in own.items():
        draft.put(slot, draft.touch_of(finger, slot))
    return draft
