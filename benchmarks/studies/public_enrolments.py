"""Faults planted into enrolments of public prints. ``python -m benchmarks.studies.public_enrolments --images DIR``.

Each development set (ten fingers, eight touches each, one sensor) is laid out as the enrolments of one person with ten
fingers; a station remembers touches that no enrolment uses. Half of the touches of a finger may go into an enrolment,
the other half into the station. What is judged is who the prints belong to: a finding about the quality of a print is
counted apart, since many of these prints are poor.
"""

import argparse
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from benchmarks.studies.drafts import PROFILE, SLOTS, Answer, is_answered, placed
from biocapture.enrolment import Enrolment, SlotAttempt
from biocapture.enrolment.readiness.check import judge
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.examine import examine, group_by_slot
from biocapture.enrolment.readiness.slot import ExaminedAttempt
from biocapture.enrolment.station import RecentMemory
from biocapture.types import Position

SETS = ("fvc2000_db1b", "fvc2000_db2b", "fvc2000_db3b", "fvc2000_db4b", "fvc2002_db1b", "fvc2002_db2b_500")
KEPT = 4
"""Touches of a finger from this on are the station's."""

SAME_PEOPLE = {"fvc2000_db1b": "fvc2000_db2b", "fvc2000_db2b": "fvc2000_db1b"}
"""The first two sets are the same ten fingers on two sensors: equal numbers match at scores of 95 to 100."""

ABOUT_IDENTITY = ("distinct", "ghost", "person", "attempts")
Touches = dict[tuple[str, int], list[ExaminedAttempt]]
"""Set and finger → its touches."""


@dataclass
class Draft:
    """An enrolment being made."""

    name: str
    touches: Touches
    random: np.random.Generator
    fingers: dict[Position, tuple[str, int]]
    attempts: dict[Position, list[ExaminedAttempt]] = field(default_factory=dict)
    memory: RecentMemory = field(default_factory=RecentMemory)

    def own(self, finger: tuple[str, int], count: int = 1) -> list[ExaminedAttempt]:
        """Touches an enrolment may hold, none twice."""
        several = [touch for touch in self.touches[finger] if touch.attempt.number <= KEPT]
        return [several[i] for i in self.random.permutation(len(several))[:count]]

    def kept(self, finger: tuple[str, int]) -> ExaminedAttempt:
        """A touch for the station."""
        several = [touch for touch in self.touches[finger] if touch.attempt.number > KEPT]
        return several[self.random.integers(len(several))]

    def slots(self, count: int) -> list[Position]:
        """Slots drawn by lot."""
        filled = list(self.fingers)
        return [filled[i] for i in self.random.choice(len(filled), count, replace=False)]

    def put(self, slot: Position, *touches: ExaminedAttempt) -> None:
        """Fill a slot anew."""
        self.attempts[slot] = [placed(touch, slot, number) for number, touch in enumerate(touches, 1)]

    def remember(self, person: str, fingers: dict[Position, tuple[str, int]]) -> None:
        """Somebody recorded earlier."""
        templates = {slot: self.kept(finger).template for slot, finger in fingers.items()}
        self.memory.add(person, {slot: made for slot, made in templates.items() if made is not None})

    def context(self) -> CheckContext:
        """As the checks want it."""
        found = [touch for several in self.attempts.values() for touch in several]
        enrolment = Enrolment("record", tuple(touch.attempt for touch in found))
        return CheckContext(enrolment, PROFILE, group_by_slot(enrolment, found), self.memory)


def drafted(touches: Touches, name: str, random: np.random.Generator) -> Draft:
    """A clean enrolment of the fingers of one set; the station knows the people of the other sets."""
    fingers = {each: _in_slots([key for key in touches if key[0] == each], random) for each in SETS}
    draft = Draft(name, touches, random, fingers[name])
    for slot, finger in fingers[name].items():
        draft.put(slot, *draft.own(finger))
    for other in random.permutation([each for each in SETS if each not in (name, SAME_PEOPLE.get(name))]):
        draft.remember(str(other), fingers[str(other)])
    return draft


def _in_slots(people: list[tuple[str, int]], random: np.random.Generator) -> dict[Position, tuple[str, int]]:
    """One set has nine fingers only: the last slot then stays empty."""
    return {slot: people[i] for slot, i in zip(SLOTS, random.permutation(len(people)), strict=False)}


def clean(draft: Draft) -> Answer:
    """Nothing planted."""
    return (), set()


def repeat(draft: Draft) -> Answer:
    """One finger touched twice, for two slots."""
    one, other = draft.slots(2)
    for slot, touch in zip((one, other), draft.own(draft.fingers[one], 2), strict=True):
        draft.put(slot, touch)
    return ("distinct.same_finger",), {one, other}


def swapped(draft: Draft) -> Answer:
    """Two slots touched twice each, the second time with the fingers exchanged."""
    one, other = draft.slots(2)
    first, second = (draft.own(draft.fingers[slot], 2) for slot in (one, other))
    draft.put(one, first[0], second[0])
    draft.put(other, second[1], first[1])
    return ("attempts.exchanged", "attempts.disagree", "distinct.same_finger"), {one, other}


def of_somebody_else(draft: Draft) -> Answer:
    """The whole record is of somebody who is remembered under another name."""
    draft.remember("somebody", draft.fingers)
    return ("person.other_person", "ghost.previous_print"), set()


def residue(draft: Draft) -> Answer:
    """In one slot, the print that the previous person left there."""
    (slot,) = draft.slots(1)
    draft.remember("previous", {slot: draft.fingers[slot]})
    return ("ghost.previous_print",), {slot}


PLANTS: tuple[Callable[[Draft], Answer], ...] = (clean, repeat, swapped, of_somebody_else, residue)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True, help="folder with the six sets")
    parser.add_argument("--each", type=int, default=50, help="enrolments per set and fault")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    touches = looked_at(given.images)
    print("| planted | set | enrolments | found | recall | findings nobody planted |\n|---|---|--:|--:|--:|---|")
    for number, plant in enumerate(PLANTS):
        rows = [_row(touches, plant, name, [number, i], given.each) for i, name in enumerate(SETS)]
        for name, (found, alarms) in zip(SETS, rows, strict=True):
            print(_line(plant.__name__, name, given.each, found, alarms))
        total = sum(found for found, _ in rows)
        print(_line(plant.__name__, "all", given.each * len(SETS), total, sum((each for _, each in rows), Counter())))


def looked_at(images: Path) -> Touches:
    """Every print, examined once."""
    files = [path for name in SETS for path in sorted((images / name).iterdir())]
    found: Touches = {}
    with ThreadPoolExecutor(2) as pool:
        for path, touch in zip(files, pool.map(_looked_at, files), strict=True):
            found.setdefault((path.parent.name, int(path.stem.split("_")[0])), []).append(touch)
    return found


def _looked_at(path: Path) -> ExaminedAttempt:
    number = int(path.stem.split("_")[1])
    return examine(SlotAttempt(SLOTS[0], path, number, path.name, 500.0), PROFILE)


def _row(
    touches: Touches, plant: Callable[[Draft], Answer], name: str, seed: list[int], each: int
) -> tuple[int, Counter[str]]:
    """Found, and what nobody planted."""
    hits, alarms = 0, Counter[str]()
    for trial in range(each):
        draft = drafted(touches, name, np.random.default_rng([*seed, trial]))
        ids, slots = plant(draft)
        findings = judge(draft.context()).findings
        hits += is_answered((ids, slots), findings)
        beside = {finding.id for finding in findings if finding.id not in ids}
        alarms.update(beside)
        alarms["any about identity"] += any(fault.split(".")[0] in ABOUT_IDENTITY for fault in beside)
    return hits, alarms


def _line(planted: str, name: str, count: int, found: int, alarms: Counter[str]) -> str:
    said = ", ".join(f"{key} {number}" for key, number in alarms.most_common() if number) or "none"
    share = "– | –" if planted == "clean" else f"{found} | {found / count:.3f}"
    return f"| {planted} | {name} | {count} | {share} | {said} |"


if __name__ == "__main__":
    main()
