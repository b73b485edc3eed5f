"""Progress of a command: how many, how fast, time left, verdicts; a live line on a terminal."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import ERROR
from biocapture.cli.terminal.door import Terminal
from biocapture.cli.terminal.table import COLOURS

Item = TypeVar("Item")

LINE_INTERVAL_S = 60.0
"""Between two lines where there is no terminal."""
RATE_WINDOW_S = 30.0
"""The rate of a run is that of about its last 30 s."""


class ScoreProgress:
    """Count, rate and verdicts of a run over images; a live line on a terminal, silent elsewhere.

    Parameters
    ----------
    console : Console
    total : int, optional
        Images there are, for the time left.
    """

    def __init__(self, console: Console, total: int | None = None) -> None:
        self.count = 0
        self.verdicts: Counter[str] = Counter()
        self._console = console
        self._begun = time.perf_counter()
        self._bar = RichProgress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:.0f}/s  {task.fields[shares]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._total = total

    def __enter__(self) -> Self:
        self._task = self._bar.add_task("", total=self._total, rate=0.0, shares="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    @property
    def rate(self) -> float:
        """Images per second since the start."""
        return self.count / max(time.perf_counter() - self._begun, 1e-9)

    def step(self, report: Report) -> None:
        """Count one report.

        Parameters
        ----------
        report : Report
        """
        self.count += 1
        self.verdicts[report.outcome] += 1
        if self.count == 1:
            self._bar.start()
        self._bar.update(self._task, completed=self.count, rate=self.rate, shares=self._shares())

    def summary(self, out: Path | None) -> None:
        """Print the closing line.

        Parameters
        ----------
        out : Path or None
            Where the table was written.
        """
        where = f" → {out}" if out else ""
        self._console.print(f"{self.count} images, {self.rate:.1f}/s: {self._shares()}{where}")

    def _shares(self) -> str:
        return ", ".join(f"{name} {self.verdicts[name]}" for name in COLOURS if self.verdicts[name])


class RunProgress:
    """Count, rate, time left and verdicts of a run; a live line on a terminal, a line a minute elsewhere.

    Parameters
    ----------
    console : Console
    verdicts : Counter
        Rows per verdict, counted by the store of the run; rows from before it was resumed are in it.
    count : callable
        Counts the files of the run. It is called in a thread, so that the run begins at once.
    """

    def __init__(self, console: Console, verdicts: Counter[str], count: Callable[[], int]) -> None:
        self._console, self._verdicts, self._count = console, verdicts, count
        self._total: int | None = None
        self._at_first = verdicts.total()
        self._begun_s = self._line_s = time.monotonic()
        self._mark = (self._begun_s, self._at_first)
        self._rate = 0.0
        self._bar = RichProgress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[status]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._task = self._bar.add_task("", total=None, status="", completed=self._at_first)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, verdict: str) -> None:
        """Note that another row is stored.

        Parameters
        ----------
        verdict : str
            Of the row; the counter of verdicts knows it already.
        """
        done, now = self._verdicts.total(), time.monotonic()
        if done == self._at_first + 1:  # not before: worker processes are forked from a process without threads
            self._bar.start()
            threading.Thread(target=self._find_total, daemon=True, name="count").start()
        if now - self._mark[0] >= 1.0:
            self._measure(done, now)
        if self._console.is_terminal:
            self._bar.update(self._task, completed=done, total=self._total, status=self._status(done))
        elif now - self._line_s >= LINE_INTERVAL_S:
            self._line_s = now
            of = f" of {self._total:,}" if self._total else ""
            self._console.print(f"{done:,}{of} rows  {self._status(done)}")

    def _measure(self, done: int, now: float) -> None:
        """Renew the rate; older seconds weigh less and less."""
        passed = now - self._mark[0]
        latest = (done - self._mark[1]) / passed
        weight = min(1.0, passed / min(RATE_WINDOW_S, max(now - self._begun_s, 1e-9)))
        self._rate += weight * (latest - self._rate)
        self._mark = (now, done)

    def _find_total(self) -> None:
        self._total = self._count()

    def _status(self, done: int) -> str:
        left = ""
        if self._total is not None and self._rate > 0:
            left = f"  {_duration(max(0, self._total - done) / self._rate)} left"
        return f"{self._rate:.0f}/s{left}  {shares(self._verdicts)}"

    def summary(self, where: str) -> str:
        """Closing line.

        Parameters
        ----------
        where : str
            Folder of the run.

        Returns
        -------
        str
        """
        done, passed = self._verdicts.total(), max(time.monotonic() - self._begun_s, 1e-9)
        new = done - self._at_first
        before = f" ({self._at_first:,} from before)" if self._at_first else ""
        return f"{done:,} rows{before}, {new / passed:.1f}/s: {shares(self._verdicts)} → {where}"


def shares(verdicts: Counter[str]) -> str:
    """Verdicts in per cent, and the number of errors.

    Parameters
    ----------
    verdicts : Counter
        Rows per verdict.

    Returns
    -------
    str
    """
    total = verdicts.total()
    parts = [f"{name} {100 * verdicts[name] / total:.1f} %" for name in COLOURS if verdicts[name]]
    errors = f" ({verdicts[ERROR]:,})" if verdicts[ERROR] else ""
    return ", ".join(parts) + errors


def passed_over_line(kinds: Counter[str]) -> str:
    """What was no capture, by kind.

    Parameters
    ----------
    kinds : Counter
        Files per kind, at least one.

    Returns
    -------
    str
        One line, the most frequent first.
    """
    listed = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items(), key=lambda each: (-each[1], each)))
    return f"passed over, as no captures: {kinds.total():,} ({listed})"


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


def with_progress(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """Pass items on, with a live line on standard error if that is a terminal.

    Parameters
    ----------
    items : iterable
    total : int
        How many there will be.
    what : str
        Shown before the bar.

    Yields
    ------
    object
        The items.
    """
    console = Terminal(stderr=True)
    bar = RichProgress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task(what, total=total)
    try:
        for item in items:
            bar.start()  # not before the first item: worker processes are forked from a process without threads
            bar.advance(task)
            yield item
    finally:
        bar.stop()
