"""Ratios of this run against stored ones."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.metadata import versions
from benchmarks.suite import Results, run

BASELINE = Path(__file__).with_name("baseline.json")

SLOWER = 1.25
"""Flagged above."""

RUNS = 3
"""A baseline is the least of so many runs."""


@dataclass(frozen=True, slots=True)
class Change:
    """One case, now and in the baseline, in yardsticks; None where it is missing."""

    name: str
    base: float | None
    head: float | None

    @property
    def ratio(self) -> float | None:
        """Head / baseline; above 1 is slower."""
        return self.head / self.base if self.base and self.head is not None else None

    @property
    def slower(self) -> bool:
        """Whether it is flagged."""
        return self.ratio is not None and self.ratio > SLOWER

    def line(self) -> str:
        """One line of the printed table."""
        base, head, ratio = ("–" if x is None else f"{x:.3g}" for x in (self.base, self.head, self.ratio))
        flag = "SLOWER" if self.slower else "new" if self.base is None else "not run" if self.head is None else ""
        return f"| {self.name} | {base} | {head} | {ratio} | {flag} |"


def changes(base: Mapping[str, float], head: Mapping[str, float]) -> list[Change]:
    """Every case of either, those of the head first."""
    names = [*head, *(name for name in base if name not in head)]
    return [Change(name, base.get(name), head.get(name)) for name in names]


def stored(path: Path = BASELINE) -> dict[str, float]:
    """Ratios of the stored baseline."""
    return dict(json.loads(path.read_text(encoding="utf8"))["ratios"])


def ratios(results: Results) -> dict[str, float]:
    """Case → yardsticks."""
    return {name: figure.ratio for name, figure in results.figures.items()}


def compare(pattern: str = "", given: Path | None = None, path: Path = BASELINE) -> tuple[Results, list[Change]]:
    """Run, then run what seems slower once more: of two times the shorter tells of the code, not of the machine."""
    base = stored(path)
    results = run(pattern, given)
    head = ratios(results)
    for change in changes(base, head):
        if change.slower:
            again = ratios(run(change.name, given)).get(change.name, float("inf"))
            head[change.name] = min(head[change.name], again)
    shown = changes({name: base[name] for name in base if not pattern or name in head}, head)
    return results, shown


def write_baseline(path: Path = BASELINE, pattern: str = "", runs: int = RUNS) -> None:
    """Store the least ratios of several runs."""
    every = [ratios(run(pattern)) for _ in range(runs)]
    least = {name: float(f"{min(one.get(name, each) for one in every):.4g}") for name, each in every[0].items()}
    path.write_text(json.dumps({"metadata": versions(), "ratios": least}, indent=1) + "\n", encoding="utf8")
