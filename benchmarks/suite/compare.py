"""This checkout against the stored baseline: a quick look at everything, then doubts are settled one by one.

A doubted case is looked at again and again, in several processes and over some time. It is slower if at most one of
these times it was not over its limit, and never far below: whatever else a machine does, it does not do it always.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.suite.baseline import BASELINE, Known, stored
from benchmarks.suite.metadata import metadata
from benchmarks.suite.worker import Measurer

FIRST, AGAIN = 3, 5
"""Looks at a case at first, and each time that a doubt is to be settled; at what takes long or little, fewer."""

SETTLED = 6
"""Times that a case has to be over its limit after the first."""

CLEARING, NEAR = 2, 0.85
"""Times at or below the limit that clear a case; one time below so much of the limit is enough."""

PROCESSES = 3
"""That settle doubts, one after another."""

LONG_MS, SMALL_MS = 60.0, 0.08

STRANGE = 2.0
"""Limits are so many times higher where processor or Python are not those of the baseline: kernels do not carry so far,
and a check that is always red tells nothing. With unchanged code two other EPYCs stayed below 1.5 times the limits, on
a Xeon 6 one case of 261, ``iris.code.iris_code@eyes``, was at 1.6."""

BUDGET_S = 180.0
"""For settling doubts, which takes a quarter of a minute on a quiet machine; what is not settled by then is not called
slower."""


@dataclass
class Verdict:
    """One case: the ratios to the baseline found one after another."""

    name: str
    known: Known
    leeway: float = 1.0
    ratios: list[float] = field(default_factory=list)

    @property
    def limit(self) -> float:
        """Ratio to be exceeded on this machine."""
        return self.leeway * self.known.limit

    @property
    def doubted(self) -> bool:
        """Whether it is not cleared."""
        if not self.ratios or min(self.ratios) < NEAR * self.limit:
            return False
        return sum(ratio <= self.limit for ratio in self.ratios) < CLEARING

    @property
    def ratio(self) -> float:
        """Median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def slower(self) -> bool:
        """Whether that is settled."""
        return self.doubted and len(self.ratios) > SETTLED

    def line(self) -> str:
        """One line of the printed table."""
        flag = "SLOWER" if self.slower else "doubted, not settled" if self.doubted else ""
        span = f"{min(self.ratios):.2f} | {self.ratio:.2f} | {len(self.ratios)} | {self.limit:.2f}"
        return f"| {self.name} | {self.known.ms:.3g} | {', '.join(self.known.units)} | {span} | {flag} |"


HEADER = "| case | baseline ms | units | least ratio | median | times | limit | |\n|---|--:|---|--:|--:|--:|--:|---|"


def compare(
    pattern: str = "", path: Path = BASELINE, start: Callable[[], Measurer] = Measurer, budget_s: float = BUDGET_S
) -> list[Verdict]:
    """Look at every stored case, then settle doubts."""
    with start() as measurer:
        known = {name: facts for name, facts in stored(path).items() if pattern in name}
        ready = measurer.prepare(list(known))
        verdicts = [Verdict(name, known[name], leeway(path)) for name in ready]
        for verdict in verdicts:
            _look(measurer, verdict, _times(verdict.known, FIRST))
    deadline = time.monotonic() + budget_s
    for number in range(PROCESSES):
        doubted = [verdict for verdict in verdicts if verdict.doubted]
        if not doubted or time.monotonic() > deadline:
            break
        print(
            f"{len(doubted)} doubted, process {number + 1}: {', '.join(v.name for v in doubted[:9])}", file=sys.stderr
        )
        with start() as measurer:
            _settle(measurer, doubted, SETTLED // PROCESSES, deadline)
    return verdicts


def _settle(measurer: Measurer, doubted: Sequence[Verdict], rounds: int, deadline: float) -> None:
    ready = set(measurer.prepare([verdict.name for verdict in doubted]))
    for _ in range(rounds):
        for verdict in doubted:
            if verdict.doubted and verdict.name in ready and time.monotonic() < deadline:
                _look(measurer, verdict, _times(verdict.known, AGAIN))


def _times(known: Known, most: int) -> int:
    if known.ms < SMALL_MS:
        return 1
    return max(1, most // 3) if known.ms > LONG_MS else most


def _look(measurer: Measurer, verdict: Verdict, times: int) -> None:
    looks = measurer.looks(verdict.name, list(verdict.known.units), times)
    if looks:
        verdict.ratios.append(verdict.known.ratio(looks))


def table(verdicts: Sequence[Verdict], known: Mapping[str, Known]) -> str:
    """What is slower or doubted, the highest ratios, and what is not there any more."""
    told = sorted((v for v in verdicts if v.ratios), key=lambda v: (-v.doubted, -v.ratio / v.limit))
    shown = [verdict for i, verdict in enumerate(told) if verdict.doubted or i < 5]
    lines = [HEADER, *(verdict.line() for verdict in shown)]
    gone = [name for name in known if name not in {verdict.name for verdict in told}]
    if gone:
        lines.append(f"\nIn the baseline only: {', '.join(gone)}")
    return "\n".join(lines)


def difference(path: Path = BASELINE) -> str:
    """What the baseline was taken with, where that is not what is here."""
    was, is_ = json.loads(path.read_text(encoding="utf8"))["metadata"], metadata()
    return ", ".join(f"{name} {was.get(name)} then, {is_[name]} now" for name in is_ if was.get(name) != is_[name])


def leeway(path: Path = BASELINE) -> float:
    """By what limits are multiplied: another processor or Python does not do everything so much faster or slower."""
    was, is_ = json.loads(path.read_text(encoding="utf8"))["metadata"], metadata()
    same = was.get("cpu") == is_["cpu"] and was.get("python", "").split(".")[:2] == is_["python"].split(".")[:2]
    return 1.0 if same else STRANGE
