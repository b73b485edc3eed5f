"""A record's readiness as a person reads it on the terminal: verdict, slots, what to do."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape

from biocapture.assessment.report import printable
from biocapture.assessment.verdict import ERROR
from biocapture.cli.terminal.table import COLOURS, quality_bar
from biocapture.enrolment.dedup import Duplicates
from biocapture.enrolment.readiness import Readiness
from biocapture.enrolment.readiness.slot import Slot
from biocapture.guidance.words import position_name, record_phrase, verdict_word

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
    slots = ", ".join(position_name(slot, language) for slot in record.findings[0].slots) if record.findings else ""
    what = f"{slots}: {say[0]}" if slots else say[0] if say else ""
    console.print(
        f"[{COLOURS[record.verdict]}]{record.verdict:<6}[/] {100 * record.chance:3.0f} %  "
        f"{escape(printable(record.id)):<{NAME_WIDTH}}  {escape(what)}{more}",
        highlight=False,
    )


def lines_of(record: Readiness, language: str) -> Iterator[str]:
    """Marked-up lines of one record."""
    verdict = verdict_word(record.verdict, "headline", language)
    yield f"[bold]{escape(printable(record.id))}[/]   [bold {COLOURS[record.verdict]}]{verdict}[/]"
    avoided = f"   {record_phrase('avoids', language)}: {', '.join(record.statuses)}" if record.statuses else ""
    yield f"{record_phrase('chance', language)}: {100 * record.chance:.0f} %{avoided}"
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
    told = [(modality, of) for modality, of in record.summaries.items() if of.mean == of.mean]
    if told:
        yield ""
    for modality, of in told:
        yield (
            f"  {record_phrase(modality, language):<{NAME_WIDTH}}{record_phrase('minimum', language)} "
            f"{of.minimum:.0f} ({of.level}), {record_phrase('mean', language)} {of.mean:.0f}"
        )


def _size_lines(record: Readiness, language: str) -> Iterator[str]:
    sizes = record.budget
    if sizes.options or sizes.bytes > sizes.limit:
        name = record_phrase("size", language)
        yield f"  {name:<{NAME_WIDTH}}{sizes.bytes / 1e3:.0f} kB ({sizes.limit / 1e3:.0f} kB)"
    for option in sizes.options:
        quality = (
            "" if option.minimum != option.minimum else f"{record_phrase('minimum', language)} {option.minimum:.0f}"
        )
        chosen = "  ←" if option in sizes.proposal else ""
        name = f"{record_phrase(option.modality, language)}, {option.method}"
        yield f"    {name:<{NAME_WIDTH + 4}}{option.bytes / 1e3:6.0f} kB  {quality}{chosen}"


def _todo_lines(record: Readiness, language: str) -> Iterator[str]:
    if record.findings:
        yield ""
        yield f"[bold]{record_phrase('todo', language)}[/]"
    for number, finding in enumerate(record.findings, 1):
        slots = finding.slot_names(language)
        yield f"  {number}. [{COLOURS[finding.verdict]}]{slots}[/]: {escape(finding.say(language))}"
        if because := finding.evidence_line:
            yield f"     [dim]{finding.id}: {escape(because)}[/]"
        if finding.images:
            yield f"     [dim]{record_phrase('seen', language)} {escape(printable(', '.join(finding.images)))}[/]"


def print_error_line(name: str, why: str, console: Console | None = None) -> None:
    """One line for an enrolment that cannot be read."""
    console = console or Console(soft_wrap=True)
    text = f"{escape(printable(name)):<{NAME_WIDTH}}  {escape(printable(why))}"
    console.print(f"[{COLOURS[ERROR]}]{ERROR:<6}[/]        {text}", highlight=False)


def print_duplicates(found: Duplicates, console: Console | None = None) -> None:
    """Pairs and clusters of a deduplication, and what was compared."""
    console = console or Console(soft_wrap=True)
    for pair in found.pairs:
        one, other = (escape(printable(owner)) for owner in pair.owners)
        console.print(f"[red]SAME[/] {pair.score:5.1f}  {one}  =  {other}  ({len(pair.samples)})", highlight=False)
        for first, second, score in pair.samples[:3]:
            console.print(
                f"     [dim]{score:5.1f}  {escape(printable(first))}  {escape(printable(second))}[/]", highlight=False
            )
    for number, cluster in enumerate(found.clusters, 1):
        if len(cluster) > 2:
            console.print(f"cluster {number}: {escape(printable(', '.join(cluster)))}", highlight=False)
    for path, why in (found.unreadable | found.not_compared).items():
        console.print(f"[magenta]not compared[/] {escape(printable(path))}: {escape(printable(why))}", highlight=False)
    size = f"{found.owners} enrolments or images, {found.images} samples, {found.comparisons} comparisons"
    chance = f"about {found.fmr * found.comparisons:.1f} chance matches are to be expected"
    console.print(f"{size} at FMR {found.fmr:g}: {chance}; {len(found.pairs)} found", highlight=False)
