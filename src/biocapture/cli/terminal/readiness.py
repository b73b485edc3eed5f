"""Readiness of enrolments, and duplicates among them, on a terminal."""

from collections.abc import Iterator

from rich.console import Console

from biocapture.assessment.verdict import ERROR
from biocapture.cli.terminal.door import Terminal, one_line, plain
from biocapture.cli.terminal.table import COLOURS, quality_bar
from biocapture.enrolment.dedup import Duplicates
from biocapture.enrolment.readiness import Readiness
from biocapture.enrolment.readiness.slot import Slot
from biocapture.guidance.words import position_name, record_phrase, verdict_word

NAME_WIDTH = 20


def print_record(record: Readiness, language: str = "", console: Console | None = None) -> None:
    """Print one record in full: verdict, positions, what to do.

    Parameters
    ----------
    record : Readiness
    language : str
        Empty = the profile's.
    console : Console, optional
        Default: standard output.
    """
    console = console or Terminal()
    for line in record_lines(record, language or record.language):
        console.print(line, markup=True)


def print_record_line(record: Readiness, language: str = "", console: Console | None = None) -> None:
    """Print one record in one line.

    Parameters
    ----------
    record : Readiness
    language : str
        Empty = the profile's.
    console : Console, optional
        Default: standard output.
    """
    console = console or Terminal()
    language = language or record.language
    advice = record.guidance(language)
    more = f" (+{len(advice) - 1})" if len(advice) > 1 else ""
    slots = ", ".join(position_name(slot, language) for slot in record.findings[0].positions) if record.findings else ""
    what = f"{slots}: {advice[0]}" if slots else advice[0] if advice else ""
    console.print(
        f"[{COLOURS[record.verdict]}]{record.verdict:<6}[/] {100 * record.failure_risk:3.0f} %  "
        f"{plain(f'{one_line(record.id):<{NAME_WIDTH}}')}  {plain(what)}{more}",
        markup=True,
    )


def record_lines(record: Readiness, language: str) -> Iterator[str]:
    """Lines about one record.

    Parameters
    ----------
    record : Readiness
    language : str

    Yields
    ------
    str
        In the markup of rich.
    """
    verdict = verdict_word(record.verdict, "headline", language)
    yield f"[bold]{plain(record.id)}[/]   [bold {COLOURS[record.verdict]}]{verdict}[/]"
    avoided = (
        f"   {record_phrase('avoids', language)}: {', '.join(record.avoided_statuses)}"
        if record.avoided_statuses
        else ""
    )
    yield f"{record_phrase('chance', language)}: {100 * record.failure_risk:.0f} %{avoided}"
    yield ""
    yield from (_slot_line(slot, language) for slot in record.slots)
    yield from _summary_lines(record, language)
    yield from _size_lines(record, language)
    yield from _todo_lines(record, language)
    blind = list(dict.fromkeys(record.not_assessed + record.not_compared))
    if blind:
        yield ""
        yield f"{record_phrase('blind', language)}: {', '.join(position_name(slot, language) for slot in blind)}"


def _slot_line(slot: Slot, language: str) -> str:
    name, state = f"  {position_name(slot.position, language):<{NAME_WIDTH}}", slot.state(language)
    if slot.absent and not slot.attempts:
        return f"{name}[dim]{state}[/]"
    best = slot.best
    if best is None:
        return f"{name}[red]{state}[/]"
    note = f"  ({note})" if (note := slot.attempts_note(language)) else ""
    if best.verdict is None:
        return f"{name}[dim]{state}[/]{note}"
    quality = f"{slot.quality:3.0f}" if slot.quality == slot.quality else "  –"
    return f"{name}{quality_bar(slot.quality)} {quality}  [{COLOURS[best.verdict]}]{state}[/]{note}"


def _summary_lines(record: Readiness, language: str) -> Iterator[str]:
    summaries = [
        (modality, summary) for modality, summary in record.modality_qualities.items() if summary.mean == summary.mean
    ]
    if summaries:
        yield ""
    for modality, summary in summaries:
        yield (
            f"  {record_phrase(modality, language):<{NAME_WIDTH}}{record_phrase('minimum', language)} "
            f"{summary.minimum:.0f} ({summary.level}), {record_phrase('mean', language)} {summary.mean:.0f}"
        )


def _size_lines(record: Readiness, language: str) -> Iterator[str]:
    sizes = record.budget
    if sizes.options or sizes.total_bytes > sizes.max_bytes:
        name = record_phrase("size", language)
        yield f"  {name:<{NAME_WIDTH}}{sizes.total_bytes / 1e3:.0f} kB ({sizes.max_bytes / 1e3:.0f} kB)"
    for option in sizes.options:
        quality = (
            ""
            if option.min_quality != option.min_quality
            else f"{record_phrase('minimum', language)} {option.min_quality:.0f}"
        )
        chosen = "  ←" if option in sizes.proposal else ""
        name = f"{record_phrase(option.modality, language)}, {option.method}"
        yield f"    {name:<{NAME_WIDTH + 4}}{option.total_bytes / 1e3:6.0f} kB  {quality}{chosen}"


def _todo_lines(record: Readiness, language: str) -> Iterator[str]:
    if record.findings:
        yield ""
        yield f"[bold]{record_phrase('todo', language)}[/]"
    for number, finding in enumerate(record.findings, 1):
        slots = finding.position_names(language)
        yield f"  {number}. [{COLOURS[finding.verdict]}]{slots}[/]: {plain(finding.instruction(language))}"
        if because := finding.evidence_line:
            yield f"     [dim]{finding.id}: {plain(because)}[/]"
        if finding.images:
            yield f"     [dim]{record_phrase('seen', language)} {plain(', '.join(finding.images))}[/]"


def print_error_line(name: str, why: str, console: Console | None = None) -> None:
    """Print one line about an enrolment that cannot be read.

    Parameters
    ----------
    name : str
    why : str
    console : Console, optional
        Default: standard output.
    """
    console = console or Terminal()
    text = f"{plain(f'{one_line(name):<{NAME_WIDTH}}')}  {plain(why)}"
    console.print(f"[{COLOURS[ERROR]}]{ERROR:<6}[/]        {text}", markup=True)


def print_duplicates(duplicates: Duplicates, console: Console | None = None) -> None:
    """Print pairs and clusters of a deduplication, and how much was compared.

    Parameters
    ----------
    duplicates : Duplicates
    console : Console, optional
        Default: standard output.
    """
    console = console or Terminal()
    for pair in duplicates.pairs:
        first, second = (plain(owner) for owner in pair.owners)
        console.print(f"[red]SAME[/] {pair.score:5.1f}  {first}  =  {second}  ({len(pair.samples)})", markup=True)
        for probe, reference, score in pair.samples[:3]:
            console.print(
                f"     [dim]{score:5.1f}  {plain(probe)}  {plain(reference)}[/]",
                markup=True,
            )
    for number, cluster in enumerate(duplicates.clusters, 1):
        if len(cluster) > 2:
            console.print(f"cluster {number}: {plain(', '.join(cluster))}", markup=True)
    for path, why in (duplicates.unreadable | duplicates.not_compared).items():
        console.print(f"[magenta]not compared[/] {plain(path)}: {plain(why)}", markup=True)
    size = (
        f"{duplicates.owners} enrolments or images, {duplicates.images} samples, {duplicates.comparisons} comparisons"
    )
    chance = f"about {duplicates.fmr * duplicates.comparisons:.1f} chance matches are to be expected"
    console.print(f"{size} at FMR {duplicates.fmr:g}: {chance}; {len(duplicates.pairs)} found", markup=True)
