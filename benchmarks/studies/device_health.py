"""Faults of sensors: found, missed, false alarms.

``python -m benchmarks.studies.device_health --cache DIR [--each N]``.

A run is the life of one simulated fingerprint sensor, written capture by capture into a health record as a station
would. Stains, dead lines, drift and falling scores begin at a random moment; as many runs again and more are clean,
on sensors with shading, uneven lines and noise of their own. A run counts as found when the finding names the planted
fault (the line's number; a spot's place); any other finding is a false alarm.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.studies.touches import touches
from benchmarks.studies.worn_sensors import FAULTS, PER_PERSON, Fault, Sensor, life
from benchmarks.suite.threads import pin_threads
from biocapture.capture.health import DeviceFinding, HealthRecord, Outcome, diagnose, evidence, outcome_of
from biocapture.types import Image, Modality, PpiSource, Sample

CAPTURES = 400
"""Of a run: those of forty people, ten each."""

MIN_AFTER = {"stain": 80, "dead_line": 80, "drift": 160, "scores_fell": 160}
"""Captures after the fault began: a record cannot tell at once."""


@dataclass
class Row:
    """Counts of one fault."""

    name: str
    runs: int = 0
    found: int = 0
    alarmed: int = 0
    beside: Counter[str] = field(default_factory=Counter)

    def add(self, found: bool, others: Sequence[str]) -> None:
        self.runs += 1
        self.found += found
        self.alarmed += bool(others)
        self.beside.update(set(others))

    def line(self) -> str:
        extra = ", ".join(f"{name} {count}" for name, count in self.beside.most_common()) or "none"
        counts = "– | – | –" if self.name == "clean" else f"{self.found} | {self.runs - self.found} | "
        share = "" if self.name == "clean" else f"{100 * self.found / max(self.runs, 1):.1f} %"
        return f"| {self.name} | {self.runs} | {counts}{share} | {self.alarmed} | {extra} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="folder that keeps the grown fingers")
    parser.add_argument("--seed", type=int, default=0, help="of the runs")
    parser.add_argument("--people", type=int, default=1000, help="number of the first finger")
    parser.add_argument("--fingers", type=int, default=40)
    parser.add_argument("--each", type=int, default=100, help="runs per fault")
    parser.add_argument("--clean", type=int, default=200, help="runs without a fault")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--verbose", action="store_true", help="say what was missed or alarmed")
    given = parser.parse_args()
    touches(given.cache, given.people, given.fingers)
    begun = time.perf_counter()
    print("| fault | runs | found | missed | found, share | runs with other findings | which |")
    print("|---|--:|--:|--:|--:|--:|---|", flush=True)
    with ProcessPoolExecutor(given.workers, initializer=pin_threads) as workers:
        for number, kind in enumerate(("", *FAULTS)):
            if not (given.each if kind else given.clean):
                continue
            row = Row(kind or "clean")
            one = partial(run, given.cache, (given.people, given.fingers), kind)
            seeds = [(given.seed, number, trial) for trial in range(given.each if kind else given.clean)]
            for seed, (found, others, said) in zip(seeds, workers.map(one, seeds, chunksize=4), strict=True):
                row.add(found, others)
                if row.runs % 20 == 0:
                    print(f"{row.line()} so far", file=sys.stderr, flush=True)
                if given.verbose and (others or (kind and not found)):
                    print(f"  {seed} {said}", flush=True)
            print(row.line(), flush=True)
    print(f"\n{time.perf_counter() - begun:.0f} s")


def run(
    cache: Path, people: tuple[int, int], kind: str, seed: tuple[int, ...], captures: int = CAPTURES
) -> tuple[bool, list[str], str]:
    """One life: whether the planted fault was found, other findings, and all of it in words."""
    random = np.random.default_rng(seed)
    sensor = Sensor(random)
    fault = Fault()
    if kind:
        begins = int(random.integers(100, captures - MIN_AFTER[kind]))
        fault = FAULTS[kind](random, sensor.shape, begins)
    with tempfile.TemporaryDirectory() as folder, HealthRecord(Path(folder) / "health.sqlite", create=True) as record:
        kept: list[Outcome] = []
        for one in life(sensor, touches(cache, *people), fault, captures):
            kept.append(_outcome(one.pixels, one.quality, one.time))
            if len(kept) == PER_PERSON:
                record.add("sensor", *kept)
                kept.clear()
        found = diagnose(record, "sensor").findings
    right = [finding for finding in found if _answers(finding, fault, sensor)]
    others = [finding.key for finding in found if finding not in right and not _follows(finding, fault)]
    said = "; ".join(evidence(finding, "en", one.time) for finding in found)
    return bool(right), others, f"{said or 'nothing'} ← {_told(fault)}"


def _outcome(pixels: np.ndarray, quality: float, now: float) -> Outcome:
    sample = Sample(Image(pixels, 500.0, PpiSource.METADATA), Modality.FINGERPRINT)
    return outcome_of(sample, now, quality, 100.0)


def _answers(finding: DeviceFinding, fault: Fault, sensor: Sensor) -> bool:
    """Whether a finding names the planted fault."""
    facts = finding.facts
    match fault.kind:
        case "stain" if fault.stain and finding.key == "health.clean_platen":
            rows, columns = sensor.shape
            place = float(facts["down"]) / 100 * rows, float(facts["right"]) / 100 * columns
            return bool(np.hypot(*np.subtract(place, fault.stain.centre)) <= fault.stain.reach_px + 5)
        case "dead_line":
            key = "health.dead_row" if fault.dead[0][0] else "health.dead_column"
            return finding.key == key and facts["line"] == fault.dead[0][1]
        case "drift":
            return finding.key == "health.darker"
        case "scores_fell":
            return finding.key == "health.scores_fell"
    return False


def _follows(finding: DeviceFinding, fault: Fault) -> bool:
    """Whether a finding, not asked for, is true all the same: contrast falls with the gain."""
    return fault.kind == "drift" and fault.gain < 1 and finding.key == "health.contrast_fell"


def _told(fault: Fault) -> str:
    if fault.stain:
        stain = fault.stain
        place = ", ".join(f"{part:.0f}" for part in stain.centre)
        return f"stain at {place}, reach {stain.reach_px:.0f}, dark {stain.darkness:.2f} of {stain.grey:.0f}"
    return f"{fault.kind} {fault.dead or ''} fall {fault.fall:.2f} gain {fault.gain:.2f} offset {fault.offset:.0f}"


if __name__ == "__main__":
    main()
