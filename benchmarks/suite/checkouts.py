"""Two checkouts on the same machine, their looks at each case alternating: ``python -m benchmarks compare A B``.

A and B are folders with a ``src``, or anything git knows: each is measured in a process of its own with its own library
and this checkout's cases, so that both do the same work. A case that does not fit A's library (a stage has another name
there) is A's own case of that name; what A has under no such name is left out and named. Neither process works while
the other does.
"""

import contextlib
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.suite.paired import Look
from benchmarks.suite.suite import all_cases, chosen
from benchmarks.suite.worker import ROOT, Measurer

ABOVE = 1.2
"""Ratio B / A above which a case fails."""

FIRST, ROUNDS, SETTLED = 3, 7, 3
"""Pairs of looks at a case at first and when it is looked at again, and how often that happens, in new processes."""

SLACK_S = 2e-5
"""A call may take so much longer whatever its ratio."""


@dataclass
class Pair:
    """One case: seconds per call of A and of B, pair by pair, for every time it was looked at."""

    name: str
    times: list[list[tuple[float, float]]] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Median quotient B / A, for every time."""
        return [statistics.median(b / a for a, b in pairs) for pairs in self.times]

    @property
    def ratio(self) -> float:
        """The least of them: what is slower is so every time."""
        return min(self.ratios)

    def over(self, above: float) -> bool:
        """Whether B has been slower every time."""
        longer_s = statistics.median(b - a for pairs in self.times for a, b in pairs)
        return self.ratio > above and longer_s > SLACK_S

    def line(self, above: float) -> str:
        """One line of the printed table."""
        a, b = (statistics.median(pair[i] for pairs in self.times for pair in pairs) for i in (0, 1))
        low, _, high = statistics.quantiles((y / x for pairs in self.times for x, y in pairs), n=4)
        flag = "SLOWER" if self.over(above) else "faster" if max(self.ratios) < 1 / above else ""
        return (
            f"| {self.name} | {1000 * a:.4g} | {1000 * b:.4g} | {self.ratio:.2f} | {low:.2f} to {high:.2f} | {flag} |"
        )


HEADER = "| case | A ms | B ms | B / A | middle half | |\n|---|--:|--:|--:|--:|---|"


def compare(a: str, b: str, pattern: str = "", above: float = ABOVE, rounds: int = ROUNDS) -> list[Pair]:
    """Look at every case both can do; those over ``above`` again, each time in new processes."""
    with ExitStack() as stack:
        places = [stack.enter_context(checkout(name)) for name in (a, b)]
        names = [case.name for case in chosen(all_cases(), pattern) if case.short or case.name == pattern]
        found: dict[str, Pair] = {}
        for number in range(1 + SETTLED):
            _once(places, names, found, rounds if number else min(FIRST, rounds))
            names = [name for name, pair in found.items() if pair.over(above)]
            if not names:
                break
    return list(found.values())


def unseen(pairs: Sequence[Pair], pattern: str = "") -> list[str]:
    """Cases of the short form that were not compared, because A has nothing of their name."""
    seen = {pair.name for pair in pairs}
    return [case.name for case in chosen(all_cases(), pattern) if case.short and case.name not in seen]


def _once(places: Sequence[Path], names: Sequence[str], found: dict[str, Pair], rounds: int) -> None:
    with Measurer(places[0]) as one, Measurer(places[1]) as other, Measurer(places[0], cases=places[0]) as own:
        ready = _ready(other, names)
        fitting = _ready(one, [name for name in names if name in ready])
        instead = _ready(own, [name for name in names if name in ready - fitting])
        for name in names:
            if name not in fitting | instead:
                continue
            first = one if name in fitting else own
            pairs = []
            for number in range(rounds):
                both = (first, other) if number % 2 else (other, first)  # who goes first takes turns
                looks: dict[Measurer, list[Look]] = {each: each.looks(name, (), 1) for each in both}
                if looks[first] and looks[other]:
                    pairs.append((looks[first][0].case_s, looks[other][0].case_s))
            if pairs:
                found.setdefault(name, Pair(name)).times.append(pairs)


def _ready(measurer: Measurer, names: Sequence[str]) -> set[str]:
    """Cases that a measurer can do; asked for none, it would prepare all."""
    return set(measurer.prepare(names)) if names else set()


def base_commit() -> str:
    """What this checkout is compared with where the stored baseline does not carry: a commit git can give.

    The environment's ``BENCHMARK_BASE``; else where this branch left the upstream one; else, on that branch itself, the
    commit that wrote the stored baseline; else the parent. Empty where git knows none of them.
    """
    head = _git_line("rev-parse", "HEAD")
    stored_by = _git_line("log", "-1", "--format=%H", "--", "benchmarks/suite/baseline.json")
    candidates = (
        os.environ.get("BENCHMARK_BASE", ""),
        _git_line("merge-base", "HEAD", "origin/HEAD"),
        stored_by,
        _git_line("rev-parse", "HEAD^"),
    )
    return next((commit for commit in candidates if commit and commit != head), "")


@contextlib.contextmanager
def checkout(name: str) -> Iterator[Path]:
    """The folder itself, or a temporary work tree of what git knows by this name."""
    if (Path(name) / "src" / "biocapture").is_dir():
        yield Path(name).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="checkout-") as folder:
        place = Path(folder) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(place), name)
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def _git_line(*arguments: str) -> str:
    """First line of git's answer; empty where there is none."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:  # no git on this machine
        return ""
    return done.stdout.partition("\n")[0] if done.returncode == 0 else ""


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True)
