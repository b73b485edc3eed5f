"""Which cases there are, and running them against the yardstick."""

import fnmatch
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from benchmarks import batches, eyes, faces, live, processes, stages, templates, whole
from benchmarks.case import Case, Work
from benchmarks.images import Setting
from benchmarks.metadata import metadata
from benchmarks.timing import Effort, Timing, seconds_of, timing_of
from benchmarks.yardstick import yardstick

PASSES = 3
"""Every case is measured so many times, minutes apart: what slows a machine down for some seconds spoils one only."""

AROUND = Effort(budget_s=0.0, least=3, most=3, round_s=0.0)
"""Of the yardstick, between any two cases."""


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


def all_cases(sets: tuple[str, ...] = ("sample", "full")) -> list[Case]:
    """Every case."""
    once = (*processes.cases(), *whole.cases(sets), *batches.cases(), *faces.cases(), *live.cases())
    return [*once, *stages.cases(sets), *templates.cases(sets), *eyes.cases()]


def chosen(cases: Iterable[Case], pattern: str = "") -> list[Case]:
    """Cases whose name matches a shell pattern, or contains it."""
    return [case for case in cases if fnmatch.fnmatchcase(case.name, pattern) or pattern in case.name]


def run(pattern: str = "", given: Path | None = None, gallery: int = 1000) -> Results:
    """Measure the chosen cases, with the yardstick between any two; a broken case does not cost the run."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        setting = Setting(Path(folder), given, gallery=gallery)
        works: dict[str, tuple[Effort, Work]] = {}
        for case in chosen(all_cases(setting.sets()), pattern):
            with _reported(case.name):
                works[case.name] = case.effort, case.prepare(setting)
        looks = seconds_of(yardstick)
        samples: dict[str, list[list[float]]] = {name: [] for name in works}
        for i in range(PASSES):
            print(f"pass {i + 1} of {PASSES}, {len(works)} cases", file=sys.stderr)
            for name, (effort, work) in works.items():
                with _reported(name):
                    samples[name].append(seconds_of(work.call, effort, own_time=work.own_time))
                looks += seconds_of(yardstick, AROUND)
    unit_s = min(looks)
    figures = {
        name: figure_of(timing_of(list(chain.from_iterable(samples[name]))), work.items, unit_s)
        for name, (_, work) in works.items()
        if len(samples[name]) == PASSES
    }
    return Results(metadata(), 1000 * unit_s, figures)


@contextmanager
def _reported(name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001  whatever it is, the other cases go on
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)


def figure_of(timing: Timing, items: int, unit_s: float) -> Figure:
    """Per item and in yardsticks."""
    per_item_ms = 1000 / items
    return Figure(
        timing.median_s * per_item_ms,
        timing.iqr_s * per_item_ms,
        timing.shortest_s / items / unit_s,
        timing.rounds,
    )
