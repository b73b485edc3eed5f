"""Faults of enrolments: found, missed, false alarms.

``python -m benchmarks.studies.enrolments --cache DIR [--each N]``.

Every fault is planted into enrolments of synthetic people that are not among the samples; as many again and more are
clean. A fault counts as found when the finding it should lead to names its slots; a clean enrolment is a false alarm
when it has any finding at all. Growing the fingers takes a second each, once per cache folder.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.suite.threads import pin_threads


@dataclass
class Row:
    """Counts of one fault."""

    name: str
    planted: int = 0
    found: int = 0
    beside: Counter[str] = field(default_factory=Counter)
    """Findings that nobody planted, by id; at most one of each per enrolment."""
    alarmed: int = 0
    """Enrolments with any of them."""

    def line(self) -> str:
        extra = ", ".join(f"{name} {count}" for name, count in self.beside.most_common()) or "none"
        missed = self.planted - self.found
        share = "" if self.name == "clean" else f"{self.found} | {missed} | {self.found / max(self.planted, 1):.3f}"
        return f"| {self.name} | {self.planted} | {share or '– | – | –'} | {self.alarmed} | {extra} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="folder that keeps the grown fingers")
    parser.add_argument("--fingers", type=int, default=200, help="fingers the people are drawn from")
    parser.add_argument("--each", type=int, default=25, help="enrolments per fault")
    parser.add_argument("--clean", type=int, default=200, help="enrolments without a fault")
    parser.add_argument("--seed", type=int, default=0, help="other enrolments of the same people")
    given = parser.parse_args()
    pin_threads()
    print("\n".join(table(given.cache, given.fingers, given.each, given.clean, given.seed)))


def table(cache: Path, fingers: int, each: int, clean: int, seed: int) -> list[str]:
    """Run and lay out the counts."""
    from benchmarks.studies.drafts import Population
    from benchmarks.studies.planted import FAULTS
    from benchmarks.studies.planted_eyes import EYE_FAULTS

    people = Population(cache, fingers)
    begun, rows = time.perf_counter(), []
    for number, plant in enumerate((None, *FAULTS, *EYE_FAULTS)):
        row = Row("clean" if plant is None else plant.__name__)
        for trial in range(clean if plant is None else each):
            _one(row, people, plant, np.random.default_rng([seed, number, trial]))
        rows.append(row)
        print(row.line(), flush=True)
    total = sum(row.planted for row in rows)
    lines = ["", "| fault | enrolments | found | missed | recall | with other findings | which |"]
    lines += ["|---|--:|--:|--:|--:|--:|---|", *(row.line() for row in rows)]
    return [*lines, f"\n{total} enrolments of {fingers} fingers, {time.perf_counter() - begun:.0f} s"]


def _one(row: Row, people: object, plant: object, random: np.random.Generator) -> None:
    """Make one enrolment, check it, count."""
    from benchmarks.studies.drafts import drafted, is_answered
    from benchmarks.studies.planted_eyes import with_eyes
    from biocapture.enrolment.readiness.check import judge

    draft = drafted(people, random)  # type: ignore[arg-type]
    with_eyes(draft)
    ids, slots = ((), set()) if plant is None else plant(draft)  # type: ignore[operator]
    findings = judge(draft.context()).findings
    row.planted += 1
    row.found += is_answered((ids, slots), findings)
    extra = {finding.id for finding in findings if not (finding.id in ids and slots & set(finding.positions or slots))}
    if plant is not None and not slots:
        extra -= {*ids, *(finding.id for finding in findings if finding.check in ("ghost", "person"))}
    row.beside.update(extra)
    row.alarmed += bool(extra)


if __name__ == "__main__":
    main()
