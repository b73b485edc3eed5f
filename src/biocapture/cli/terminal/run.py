"""The progress of a long run: rate, time left, errors, shares; a live line on a terminal, a line a minute elsewhere."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as RichProgress

from biocapture.assessment.verdict import ERROR
from biocapture.cli.terminal.table import COLOURS

EVERY_S = 60.0
"""Between two lines where there is no terminal."""
FRESH_S = 30.0
"""The rate is that of about the last so many seconds."""


class RunProgress:
    """Counts rows.

    Parameters
    ----------
    verdicts : Counter
        Of the run, counted by its store; rows of earlier sittings are in it.
    count : callable
        Counts the files of the run; called in a thread, so that the run begins at once.
    """

    def __init__(self, console: Console, verdicts: Counter[str], count: Callable[[], int]) -> None:
        self._console, self._verdicts, self._count = console, verdicts, count
        self._total: int | None = None
        self._at_first = verdicts.total()
        self._begun_s = self._said_s = time.monotonic()
        self._mark = (self._begun_s, self._at_first)
        self._rate = 0.0
        self._bar = RichProgress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[says]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._task = self._bar.add_task("", total=None, says="", completed=self._at_first)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, verdict: str) -> None:
        """Another row is kept."""
        done, now = self._verdicts.total(), time.monotonic()
        if done == self._at_first + 1:  # not before: worker processes are forked from a process without threads
            self._bar.start()
            threading.Thread(target=self._find_total, daemon=True, name="count").start()
        if now - self._mark[0] >= 1.0:
            self._measure(done, now)
        if self._console.is_terminal:
            self._bar.update(self._task, completed=done, total=self._total, says=self._says(done))
        elif now - self._said_s >= EVERY_S:
            self._said_s = now
            of = f" of {self._total:,}" if self._total else ""
            self._console.print(f"{done:,}{of} rows  {self._says(done)}", highlight=False)

    def _measure(self, done: int, now: float) -> None:
        """Renew the rate, older seconds counting less and less."""
        passed = now - self._mark[0]
        latest = (done - self._mark[1]) / passed
        weight = min(1.0, passed / min(FRESH_S, max(now - self._begun_s, 1e-9)))
        self._rate += weight * (latest - self._rate)
        self._mark = (now, done)

    def _find_total(self) -> None:
        self._total = self._count()

    def _says(self, done: int) -> str:
        left = ""
        if self._total is not None and self._rate > 0:
            left = f"  {_duration(max(0, self._total - done) / self._rate)} left"
        return f"{self._rate:.0f}/s{left}  {shares(self._verdicts)}"

    def summary(self, where: str) -> str:
        """The closing line."""
        done, passed = self._verdicts.total(), max(time.monotonic() - self._begun_s, 1e-9)
        new = done - self._at_first
        before = f" ({self._at_first:,} from before)" if self._at_first else ""
        return f"{done:,} rows{before}, {new / passed:.1f}/s: {shares(self._verdicts)} → {where}"


def shares(verdicts: Counter[str]) -> str:
    """Verdicts in percent, errors as a number too."""
    total = verdicts.total()
    said = [f"{name} {100 * verdicts[name] / total:.1f} %" for name in COLOURS if verdicts[name]]
    errors = f" ({verdicts[ERROR]:,})" if verdicts[ERROR] else ""
    return ", ".join(said) + errors


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
