"""Tables on the terminal: reports as they come, the quality bar, plain rows."""

from collections.abc import Iterable, Sequence

from rich.table import Table as RichTable

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import ERROR, Verdict
from biocapture.cli.terminal.door import Terminal, one_line, plain
from biocapture.guidance import text

COLOURS = {Verdict.READY: "green", Verdict.RETAKE: "red", Verdict.REVIEW: "yellow", ERROR: "magenta"}


def quality_bar(quality: float, width: int = 10) -> str:
    """Bar that shows a quality.

    Parameters
    ----------
    quality : float
        0..100; NaN is drawn as 0.
    width : int
        Characters.

    Returns
    -------
    str
    """
    filled = round(min(max(quality, 0.0), 100.0) / 100.0 * width) if quality == quality else 0
    return "█" * filled + "░" * (width - filled)


class ScoreTable:
    """Table whose rows are printed as they come, so that a long run shows something at once.

    Parameters
    ----------
    language : str
        Of the guidance.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._console = Terminal()
        self._name_width = 44

    def write(self, report: Report) -> None:
        """Print one line: verdict, bar, quality, file, and what to do about the worst fault.

        Parameters
        ----------
        report : Report
        """
        verdict = report.outcome
        quality = f"{report.quality:3.0f}" if report.quality == report.quality else "  –"
        advice = report.error.removeprefix(f"{report.path}: ") or (
            text(report.reasons[0].key, self._language) if report.reasons else ""
        )
        more = f" (+{len(report.reasons) - 1})" if len(report.reasons) > 1 else ""
        path = one_line(report.path)
        name = path if len(path) <= self._name_width else "…" + path[1 - self._name_width :]
        self._console.print(
            f"[{COLOURS[verdict]}]{verdict:<6}[/] {quality_bar(report.quality)} {quality}  "
            f"{plain(f'{name:<{self._name_width}}')}  {plain(advice)}{more}",
            markup=True,
        )


def print_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a plain table.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : iterable of sequences of str
        As many cells as there are columns.
    """
    table = RichTable(box=None, pad_edge=False, header_style="bold")
    for name in header:
        table.add_column(name, overflow="fold", no_wrap=name in ("id", "name"))
    for row in rows:
        table.add_row(*(one_line(cell) for cell in row))
    Terminal(soft_wrap=False).print(table)
