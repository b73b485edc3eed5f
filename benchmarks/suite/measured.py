"""The long form: every case by the clock, in passes, against the yardstick."""

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from benchmarks.suite.case import Case, Work
from benchmarks.suite.images import Setting
from benchmarks.suite.metadata import metadata
from benchmarks.suite.suite import all_cases, chosen, reported
from benchmarks.suite.timing import FULL, SLOW, Effort, Timing, seconds_of, timing_of
from benchmarks.suite.yardstick import yardstick

PASSES = 3
"""Every case is measured so many times, minutes apart: what slows a machine down for some seconds spoils one only."""

AROUND = Effort(budget_s=0.0, least=3, most=3, round_s=0.0)
"""Of the yardstick, between any two cases."""

UNIT = Work(yardstick)


@dataclass(frozen=True, slots=True)
class Figure:
    """What one case took, per image (or call).

    Attributes
    ----------
    ratio : float
        Shortest round in yardsticks of the same run (the shortest, too). What else a machine does can only lengthen a
        round: on a busy one, medians of two runs differ by a quarter, shortest rounds by a few per cent.
    """

    median_ms: float
    iqr_ms: float
    ratio: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Results:
    """One run."""

    metadata: dict[str, str]
    yardstick_ms: float
    figures: dict[str, Figure]

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf8")

    def table(self) -> str:
        """As Markdown."""
        lines = ["| case | median ms | IQR ms | per s | yardsticks |", "|---|--:|--:|--:|--:|"]
        for name, figure in self.figures.items():
            rate = 1000.0 / max(figure.median_ms, 1e-9)
            numbers = f"{figure.median_ms:.4g} | {figure.iqr_ms:.2g} | {rate:.3g} | {figure.ratio:.3g}"
            lines.append(f"| {name} | {numbers} |")
        return "\n".join(lines)


def run(pattern: str = "", given: Path | None = None, gallery: int = 1000) -> Results:
    """Measure the chosen cases, with the yardstick between any two; a broken case does not cost the run."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        setting = Setting(Path(folder), given, gallery=gallery)
        works: dict[str, tuple[Case, Work]] = {}
        for case in chosen(all_cases(setting.sets()), pattern):
            with reported(case.name):
                works[case.name] = case, case.prepare(setting)
        looks = seconds_of(UNIT)
        samples: dict[str, list[list[float]]] = {name: [] for name in works}
        for i in range(PASSES):
            print(f"pass {i + 1} of {PASSES}, {len(works)} cases", file=sys.stderr)
            for name, (case, work) in works.items():
                with reported(name):
                    samples[name].append(seconds_of(work, SLOW if case.slow else FULL))
                looks += seconds_of(UNIT, AROUND)
    unit_s = min(looks)
    figures = {
        name: figure_of(timing_of(list(chain.from_iterable(samples[name]))), work.items, unit_s)
        for name, (_, work) in works.items()
        if len(samples[name]) == PASSES
    }
    return Results(metadata(), 1000 * unit_s, figures)


def figure_of(timing: Timing, items: int, unit_s: float) -> Figure:
    """Per item and in yardsticks."""
    per_item_ms = 1000 / items
    return Figure(
        timing.median_s * per_item_ms,
        timing.iqr_s * per_item_ms,
        timing.shortest_s / items / unit_s,
        timing.rounds,
    )
