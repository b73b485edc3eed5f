"""Live capture on a terminal: the message to the operator, how good the frame is, the attempts."""

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from biocapture.capture.events import (
    AttemptFinished,
    CaptureAttempt,
    CaptureEvent,
    CaptureFinished,
    CaptureResult,
    FrameAnalysed,
    MessageChanged,
    NothingPresented,
)
from biocapture.cli.terminal.door import Terminal, plain
from biocapture.cli.terminal.table import COLOURS, quality_bar
from biocapture.guidance import text


class LiveView:
    """Shows events of a capture as they come: in place on a terminal, a line per change elsewhere.

    Parameters
    ----------
    title : str
    language : str
        Of the guidance.
    console : Console, optional
        Default: standard output.
    """

    def __init__(self, title: str, language: str, console: Console | None = None) -> None:
        self._title, self._language = title, language
        self._console = console or Terminal()
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

    def show(self, event: CaptureEvent) -> None:
        """Show one event.

        Parameters
        ----------
        event : CaptureEvent
        """
        match event:
            case MessageChanged(message):
                self._message = text(message, self._language)
                if not self._console.is_terminal:
                    self._print(plain(self._message))
            case FrameAnalysed():
                self._refresh(event)
            case AttemptFinished(attempt):
                self._print(attempt_line(attempt, self._language))
            case NothingPresented(count):
                self._print(f"[yellow]–[/] {plain(text('device.nothing_seen', self._language))} ({count})")
            case CaptureFinished(result):
                self._print(result_line(result, self._language))

    def _print(self, line: str) -> None:
        self._console.print(line, markup=True)

    def _refresh(self, event: FrameAnalysed) -> None:
        if not self._console.is_terminal:
            return
        quality, steadiness = event.check.quality, 100 * event.steadiness
        bars = f"{quality_bar(quality, 20)} {quality:3.0f}   {quality_bar(steadiness, 10)}"
        self._live.update(Group(Text(self._title, "dim"), Text(self._message, "bold"), Text(bars)), refresh=True)


def attempt_line(attempt: CaptureAttempt, language: str) -> str:
    """Line about one attempt: number, verdict, quality, and what to do about the worst fault.

    Parameters
    ----------
    attempt : CaptureAttempt
    language : str

    Returns
    -------
    str
        In the markup of rich.
    """
    report = attempt.report
    if report is None or report.verdict is None:
        return f"{attempt.number}. [red]–[/] {plain(attempt.refusal or (report.error if report else ''))}"
    advice = f"  {plain(text(attempt.fault, language))}" if attempt.fault else ""
    quality = f"{report.quality:3.0f}" if report.quality == report.quality else "  –"
    verdict = f"[{COLOURS[report.verdict]}]{report.verdict:<6}[/]"
    return f"{attempt.number}. {verdict} {quality_bar(report.quality)} {quality}{advice}"


def result_line(result: CaptureResult, language: str) -> str:
    """Line about the end of a capture.

    Parameters
    ----------
    result : CaptureResult
    language : str

    Returns
    -------
    str
        In the markup of rich.
    """
    if result.accepted:
        return f"[green]✓[/] {plain(result.explanation)}"
    advice = result.error.guidance if result.error else result.suggestion
    if not advice and not result.attempts and result.empty:
        advice = "device.nothing_seen"
    cause = f" ({plain(str(result.error))})" if result.error else ""
    best = f"; {plain(result.explanation)}" if result.best else ""
    return f"[red]✗[/] {plain(text(advice, language))}{cause}{best}"
