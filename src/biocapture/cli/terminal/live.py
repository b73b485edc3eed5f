"""What the operator sees on a terminal during a capture: the message, how near it is, the attempts."""

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from biocapture.capture.events import Attempt, Attempted, Empty, Event, Finished, Result, Seen, Told
from biocapture.cli.terminal.table import COLOURS, quality_bar
from biocapture.guidance import text


class LiveView:
    """Shows events as they come; on a terminal in place, elsewhere a line per change."""

    def __init__(self, title: str, language: str, console: Console | None = None) -> None:
        self._title, self._language = title, language
        self._console = console or Console(soft_wrap=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._lines: list[str] = []
        self._message = ""

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, event: Event) -> None:
        """Take note of one event."""
        match event:
            case Told(message):
                self._message = text(message, self._language)
                if not self._console.is_terminal:
                    self._print(escape(self._message))
            case Seen():
                self._refresh(event)
            case Attempted(attempt):
                self._print(attempt_line(attempt, self._language))
            case Empty(count):
                self._print(f"[yellow]–[/] {escape(text('device.nothing_seen', self._language))} ({count})")
            case Finished(result):
                self._print(result_line(result, self._language))

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False)

    def _refresh(self, seen: Seen) -> None:
        if not self._console.is_terminal:
            return
        bars = f"{quality_bar(seen.look.quality, 20)} {seen.look.quality:3.0f}   {quality_bar(100 * seen.steady, 10)}"
        self._live.update(Group(Text(self._title, "dim"), Text(self._message, "bold"), Text(bars)), refresh=True)


def attempt_line(attempt: Attempt, language: str) -> str:
    """One attempt: number, verdict, quality, and what to do about the worst fault."""
    report = attempt.report
    if report is None or report.verdict is None:
        return f"{attempt.number}. [red]–[/] {escape(attempt.refusal or (report.error if report else ''))}"
    say = f"  {escape(text(attempt.fault, language))}" if attempt.fault else ""
    quality = f"{report.quality:3.0f}" if report.quality == report.quality else "  –"
    verdict = f"[{COLOURS[report.verdict]}]{report.verdict:<6}[/]"
    return f"{attempt.number}. {verdict} {quality_bar(report.quality)} {quality}{say}"


def result_line(result: Result, language: str) -> str:
    """How the slot ended."""
    if result.accepted:
        return f"[green]✓[/] {escape(result.why)}"
    say = result.error.guidance if result.error else result.suggestion
    if not say and not result.attempts and result.empty:
        say = "device.nothing_seen"
    cause = f" ({escape(str(result.error))})" if result.error else ""
    best = f"; {escape(result.why)}" if result.best else ""
    return f"[red]✗[/] {escape(text(say, language))}{cause}{best}"
