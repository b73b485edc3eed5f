"""Enrolments: ``check``, ``dedup``, and ``station``, which has a file of its own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biocapture.cli import station as station_commands
from biocapture.cli.exit_status import answer
from biocapture.cli.options import FALSE_MATCH_RATES, KeyFile, Language, ProfileName, Workers, fmr_option, json_option
from biocapture.cli.terminal.door import say, say_json

if TYPE_CHECKING:
    from biocapture.enrolment.readiness import Readiness

commands = typer.Typer()
commands.add_typer(station_commands.commands, name="station")


@commands.command()
def check(
    enrolment: Annotated[
        Path | None, typer.Argument(help="Folder of one person's images, a manifest, or a record (CBEFF, ANSI/NIST).")
    ] = None,
    many: Annotated[
        Path | None, typer.Option("--many", help="A folder of enrolments, checked in order of name.")
    ] = None,
    profile: ProfileName = "default",
    lang: Language = "",
    station: Annotated[Path | None, typer.Option(help="Memory of earlier people; see `station add`.")] = None,
    key_file: KeyFile = None,
    sizes: Annotated[bool, typer.Option("--sizes", help="Also print size and quality at each compression.")] = False,
    as_json: Annotated[bool, json_option(help="Print JSON instead of text; with --many a line per enrolment.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with the images that show each fault.")] = None,
    packet: Annotated[Path | None, typer.Option(help="Write the accepted captures as one CBEFF record: .xml.")] = None,
) -> None:
    """Check whether an enrolment is ready to upload.

    It has to be complete and readable, without duplicates and latent residue, of one person, and within the size limit.

    Exit status: 0 READY, 1 RETAKE or REVIEW (with --many: any of them), 2 wrong usage or damaged manifest.

    For example:

    `biocapture check enrolments/budi --profile e-ktp --lang id`

    `biocapture check enrolments/budi --station booth.db --key-file booth.key --html budi.html`

    `biocapture check --many enrolments/ --json`
    """
    from biocapture.cli.station import optional_station
    from biocapture.cli.terminal.readiness import print_error_line, print_record, print_record_line
    from biocapture.enrolment.readiness import check as checked
    from biocapture.enrolment.readiness.many import check_many
    from biocapture.enrolment.readiness.page import write_page

    if (enrolment is None) == (many is None) or (many and (html or packet)):
        raise typer.BadParameter("one enrolment, or --many ROOT (without --html and --packet)")
    ready = True
    with optional_station(station, key_file) as known:
        if enrolment is not None:
            record = checked(enrolment, profile=profile, station=known, plan=sizes)
            if html:
                write_page(record, html, lang)
            if packet:
                _write_packet(record, packet)
            _print_json(record.to_dict(lang)) if as_json else print_record(record, lang)
            raise answer(record.verdict == "READY")
        assert many is not None
        for name, outcome in check_many(many, profile=profile, station=known):
            ready &= not isinstance(outcome, str) and outcome.verdict == "READY"
            if as_json:
                line = {"id": name, "error": outcome} if isinstance(outcome, str) else outcome.to_dict(lang)
                say_json(line, indent=None)
            elif isinstance(outcome, str):
                print_error_line(name, outcome)
            else:
                print_record_line(outcome, lang)
    raise answer(ready)


@commands.command()
def dedup(
    paths: Annotated[
        list[Path], typer.Argument(help="Folders of enrolments, enrolments, or images.", show_default=False)
    ],
    fmr: Annotated[float, fmr_option(help=f"False match rate per comparison: {FALSE_MATCH_RATES}.")] = 0.0001,
    any_slot: Annotated[bool, typer.Option("--any-slot", help="Compare every finger with every finger.")] = False,
    as_json: Annotated[bool, json_option(help="Print JSON instead of text.")] = False,
    workers: Workers = 0,
    journal: Annotated[
        Path | None, typer.Option(help="File that notes what is done: started again with it, dedup goes on there.")
    ] = None,
    engine: Annotated[str, typer.Option(help="local, or ray: a cluster (see docs/cluster.md).")] = "local",
) -> None:
    """Find persons who are enrolled twice: compare every sample with every other person's and list the matches.

    Images are read and compared by several processes; a terminal shows how far they are. The journal holds templates:
    protect it like them, and delete it when it is not needed any more.

    Exit status: 0 no matches, 1 matches found, 2 wrong usage.
    """
    from biocapture.cli.terminal.progress import with_progress
    from biocapture.cli.terminal.readiness import print_duplicates
    from biocapture.enrolment.dedup import find_duplicates

    matches = find_duplicates(
        paths,
        fmr,
        any_slot=any_slot,
        workers=workers,
        journal=journal,
        engine=engine,
        progress=with_progress,
    )
    _print_json(matches.to_dict()) if as_json else print_duplicates(matches)
    raise answer(not matches.pairs)


def _write_packet(record: "Readiness", path: Path) -> None:
    from biocapture.enrolment.outbox.accepted import packet as packet_of
    from biocapture.images.private_files import private

    data, count = packet_of(record)
    private(path).write_bytes(data)
    say(f"{count} captures, {len(data)} bytes → {path}", err=True)


def _print_json(content: object) -> None:
    say_json(content)
