"""The stored baseline: each case in units of the kernels it follows best, and how far processes differ."""

import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.suite.kernels import KERNELS, STARTS
from benchmarks.suite.metadata import metadata
from benchmarks.suite.paired import Look, units_of
from benchmarks.suite.worker import Measurer

BASELINE = Path(__file__).with_name("baseline.json")

PROCESSES, LOOKS = 6, 7
"""A baseline is made of so many looks in each of so many processes: where things lie in memory differs from process to
process, and with it the time, by up to a quarter."""

UNITS = 3
"""Kernels a case is counted in; the middle one of the ratios counts, as a kernel has good and bad processes, too."""

SLOWER = 1.25
"""Ratio to the baseline above which a case is slower, if it is again and again."""

BEYOND = 1.15
"""Nor does it count as slower below so many times what the slowest process of the baseline took."""

SLACK_MS = 0.002
"""What an item may take longer whatever its ratio: a measure of a microsecond is no hot path."""


@dataclass(frozen=True, slots=True)
class Known:
    """One case of the baseline.

    Attributes
    ----------
    units : mapping
        Kernel → the case in units of it, median over the processes; the :data:`UNITS` kernels it followed best.
    spread : float
        The slowest process over the median.
    ms : float
        Processor time on the machine of the baseline, to know what matters.
    """

    units: Mapping[str, float]
    spread: float
    ms: float

    @property
    def limit(self) -> float:
        """Ratio to the baseline that has to be exceeded."""
        return max(SLOWER, BEYOND * self.spread) + SLACK_MS / self.ms

    def ratio(self, looks: Sequence[Look]) -> float:
        """Some looks over the baseline, in units of the kernel between the others."""
        return statistics.median(typical(looks, unit) / ratio for unit, ratio in self.units.items())

    @property
    def catches(self) -> bool:
        """Whether half as much again would be seen."""
        return self.limit < 1.45


def stored(path: Path = BASELINE) -> dict[str, Known]:
    """The stored cases."""
    return {name: Known(**facts) for name, facts in json.loads(path.read_text(encoding="utf8"))["cases"].items()}


def typical(looks: Sequence[Look], unit: str) -> float:
    """Median quotient of some looks."""
    return statistics.median(look.ratio(unit) for look in looks)


def known_of(processes: Sequence[Sequence[Look]]) -> Known:
    """Of the looks in each process: the units are those in which the looks differ least."""
    ratios = {unit: [typical(looks, unit) for looks in processes] for unit in processes[0][0].kernel_s}
    best = sorted(ratios, key=lambda unit: _deviation([look.ratio(unit) for looks in processes for look in looks]))
    units = {unit: float(f"{statistics.median(ratios[unit]):.4g}") for unit in best[:UNITS]}
    ms = 1000 * statistics.median(look.case_s for looks in processes for look in looks)
    known = Known(units, 1.0, float(f"{ms:.4g}"))
    found = [known.ratio(looks) for looks in processes]
    return replace(known, spread=float(f"{max(found) / statistics.median(found):.4g}"))


def _deviation(values: Sequence[float]) -> float:
    """Of the logarithms, by quartiles: a look that was disturbed does not matter."""
    low, high = np.percentile(np.log(values), (25, 75))
    return float(high - low)


def observed(processes: int = PROCESSES, looks: int = LOOKS) -> dict[str, list[list[Look]]]:
    """Name → looks of each process, in all units it may be counted in."""
    found: dict[str, list[list[Look]]] = {}
    for number in range(processes):
        print(f"process {number + 1} of {processes}", file=sys.stderr)
        with Measurer() as measurer:
            names = measurer.prepare()
            times = [min(looks, 3)] * (looks // 3) or [looks]  # in parts, spread over the run
            seen: dict[str, list[Look]] = {name: [] for name in names}
            for count in times:
                for name in names:
                    seen[name] += measurer.looks(name, units_of(name), 1 if name.startswith("start.") else count)
        for name, every in seen.items():
            if every:
                found.setdefault(name, []).append(every)
    return found


def write(path: Path = BASELINE, processes: int = PROCESSES, looks: int = LOOKS) -> None:
    """Measure and store."""
    seen = observed(processes, looks)
    cases = {name: asdict(known_of(each)) for name, each in seen.items()}
    kernels = {
        unit: float(f"{1000 * min(look.kernel_s[unit] for look in _all(seen) if unit in look.kernel_s):.4g}")
        for unit in (*KERNELS, *STARTS)
    }
    stored_text = json.dumps({"metadata": metadata(), "kernels_ms": kernels, "cases": cases}, indent=1)
    path.write_text(stored_text + "\n", encoding="utf8")


def _all(seen: Mapping[str, Sequence[Sequence[Look]]]) -> list[Look]:
    return [look for processes in seen.values() for looks in processes for look in looks]
