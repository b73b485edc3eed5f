"""What a person sees on the terminal: the table, the quality bar, the progress line."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Table as RichTable

from biocapture.assessment.report import Report, printable
from biocapture.assessment.verdict import ERROR, Verdict
from biocapture.guidance import text

Item = TypeVar("Item")

COLOURS = {Verdict.READY: "green", Verdict.RETAKE: "red", Verdict.REVIEW: "yellow", ERROR: "magenta"}


def quality_bar(quality: float, width: int = 10) -> str:
    """A bar of ``width`` cells, 0..100."""
    filled = round(min(max(quality, 0.0), 100.0) / 100.0 * width) if quality == quality else 0
    return "█" * filled + "░" * (width - filled)


class Table:
    """Rows printed as they come, so that a long run shows something at once."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._console = Console(soft_wrap=True)
        self._name_width = 44

    def write(self, report: Report) -> None:
        """Print one line: verdict, bar, quality, file, and what to do about the worst fault."""
        verdict = report.outcome
        quality = f"{report.quality:3.0f}" if report.quality == report.quality else "  –"
        say = report.error.removeprefix(f"{report.path}: ") or (
            text(report.reasons[0].key, self._language) if report.reasons else ""
        )
        more = f" (+{len(report.reasons) - 1})" if len(report.reasons) > 1 else ""
        path, say = printable(report.path), printable(say)
        name = path if len(path) <= self._name_width else "…" + path[1 - self._name_width :]
        self._console.print(
            f"[{COLOURS[verdict]}]{verdict:<6}[/] {quality_bar(report.quality)} {quality}  "
            f"{escape(name):<{self._name_width}}  {escape(say)}{more}",
            highlight=False,
        )


class Progress:
    """Counts, rate and verdict shares; a live line on a terminal, silent elsewhere."""

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
        """Count one report."""
        self.count += 1
        self.verdicts[report.outcome] += 1
        if self.count == 1:
            self._bar.start()
        self._bar.update(self._task, completed=self.count, rate=self.rate, shares=self._shares())

    def summary(self, out: Path | None) -> None:
        """Print the closing line."""
        where = f" → {out}" if out else ""
        self._console.print(f"{self.count} images, {self.rate:.1f}/s: {self._shares()}{where}", highlight=False)

    def _shares(self) -> str:
        return ", ".join(f"{name} {self.verdicts[name]}" for name in COLOURS if self.verdicts[name])


def watched(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """Pass items on, with a live line on standard error if that is a terminal."""
    console = Console(stderr=True)
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


def print_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a plain table."""
    table = RichTable(box=None, pad_edge=False, header_style="bold")
    for name in header:
        table.add_column(name, overflow="fold", no_wrap=name in ("id", "name"))
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console().print(table)
