"""A record's readiness as a person reads it on the terminal: verdict, slots, what to do."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape

from biocapture.guidance.words import phrase, slot_name
from biocapture.readiness import Finding, Readiness
from biocapture.readiness.slot import Slot
from biocapture.report import printable
from biocapture.show import COLOURS, quality_bar

NAME_WIDTH = 20


def print_record(record: Readiness, language: str = "", console: Console | None = None) -> None:
    """Print one record in full."""
    console = console or Console(soft_wrap=True)
    for line in lines_of(record, language or record.language):
        console.print(line, highlight=False)


def print_line(record: Readiness, language: str = "", console: Console | None = None) -> None:
    """Print one record in one line, for runs over many."""
    console = console or Console(soft_wrap=True)
    language = language or record.language
    say = record.guidance(language)
    more = f" (+{len(say) - 1})" if len(say) > 1 else ""
    slots = ", ".join(slot_name(slot, language) for slot in record.findings[0].slots) if record.findings else ""
    what = f"{slots}: {say[0]}" if slots else say[0] if say else ""
    console.print(
        f"[{COLOURS[record.verdict]}]{record.verdict:<6}[/] {100 * record.chance:3.0f} %  "
        f"{escape(printable(record.id)):<{NAME_WIDTH}}  {escape(what)}{more}",
        highlight=False,
    )


def lines_of(record: Readiness, language: str) -> Iterator[str]:
    """Marked-up lines of one record."""
    verdict = phrase(record.verdict, language)
    yield f"[bold]{escape(printable(record.id))}[/]   [bold {COLOURS[record.verdict]}]{verdict}[/]"
    avoided = f"   {phrase('avoids', language)}: {', '.join(record.statuses)}" if record.statuses else ""
    yield f"{phrase('chance', language)}: {100 * record.chance:.0f} %{avoided}"
    yield ""
    yield from (_slot_line(slot, language) for slot in record.slots)
    yield from _summary_lines(record, language)
    yield from _todo_lines(record, language)
    blind = list(dict.fromkeys(record.not_assessed + record.not_compared))
    if blind:
        yield ""
        yield f"{phrase('blind', language)}: {', '.join(slot_name(slot, language) for slot in blind)}"


def _slot_line(slot: Slot, language: str) -> str:
    name = f"  {slot_name(slot.position, language):<{NAME_WIDTH}}"
    if slot.absent and not slot.attempts:
        return f"{name}[dim]{phrase(slot.absent, language)}[/]"
    best = slot.best
    if best is None:
        return f"{name}[red]{phrase('unreadable', language)}[/]"
    count = len(slot.attempts)
    tries = f"  ({phrase('attempts', language).format(count)}: {best.attempt.number})" if count > 1 else ""
    if best.verdict is None:
        return f"{name}[dim]{phrase('unassessed', language)}[/]{tries}"
    said = f"[{COLOURS[best.verdict]}]{phrase(best.verdict.lower(), language)}[/]"
    return f"{name}{quality_bar(slot.quality)} {slot.quality:3.0f}  {said}{tries}"


def _summary_lines(record: Readiness, language: str) -> Iterator[str]:
    told = [(modality, of) for modality, of in record.summaries.items() if of.mean == of.mean]
    if told:
        yield ""
    for modality, of in told:
        yield (
            f"  {phrase(modality, language):<{NAME_WIDTH}}{phrase('minimum', language)} {of.minimum:.0f} ({of.level}), "
            f"{phrase('mean', language)} {of.mean:.0f}"
        )


def _todo_lines(record: Readiness, language: str) -> Iterator[str]:
    if record.findings:
        yield ""
        yield f"[bold]{phrase('todo', language)}[/]"
    for number, finding in enumerate(record.findings, 1):
        slots = ", ".join(slot_name(slot, language) for slot in finding.slots) or phrase("record", language)
        yield f"  {number}. [{COLOURS[finding.verdict]}]{slots}[/]: {escape(finding.say(language))}"
        if because := evidence_of(finding):
            yield f"     [dim]{finding.id}: {escape(because)}[/]"
        if finding.images:
            yield f"     [dim]{phrase('seen', language)} {escape(printable(', '.join(finding.images)))}[/]"


def evidence_of(finding: Finding) -> str:
    """Evidence in one line, for whoever wants to know."""
    parts = [
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in finding.evidence.items()
    ]
    return ", ".join(parts)
