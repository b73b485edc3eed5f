"""``biocapture station``: templates that a capture station remembers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biocapture.cli.options import KEY_FILE_VARIABLE, KeyFile, json_option
from biocapture.cli.terminal.door import say, say_json
from biocapture.guidance import text

if TYPE_CHECKING:
    from biocapture.enrolment.station import Station

commands = typer.Typer(no_args_is_help=True, help="The station's memory of earlier people: add, list, forget, expire.")

File = Annotated[Path, typer.Argument(help="The station's memory, one file.", show_default=False)]


def open_station(file: Path, key_file: Path | None, create: bool = False) -> "Station":
    """Open a station's memory.

    Parameters
    ----------
    file : Path
    key_file : Path or None
    create : bool
        Make what does not exist. A new memory gets a new key if the key file does not exist either.

    Returns
    -------
    Station
        To be used with ``with``.

    Raises
    ------
    StationError
        No key file is given, or it does not fit the memory.
    """
    from biocapture.enrolment.station import Station, create_key, read_key
    from biocapture.errors import StationError

    if key_file is None:
        raise StationError(f"a key file is needed: --key-file FILE or {KEY_FILE_VARIABLE}", str(file))
    new = create and not file.exists() and not key_file.exists()
    station = Station(file, create_key(key_file) if new else read_key(key_file), create=create)
    if not station.clock_is_believed:
        say(text("station.clock", "en"), err=True)
    return station


@contextmanager
def optional_station(file: Path | None, key_file: Path | None) -> Iterator["Station | None"]:
    """Open the memory a record is compared with, if one is given.

    Parameters
    ----------
    file, key_file : Path or None

    Yields
    ------
    Station or None
        None without a file.
    """
    if file is None:
        yield None
        return
    with open_station(file, key_file) as station:
        yield station


@commands.command()
def add(
    file: File,
    enrolment: Annotated[Path, typer.Argument(help="Folder or manifest of one person.", show_default=False)],
    key_file: KeyFile = None,
    operator: Annotated[bool, typer.Option("--operator", help="An operator: stays until forgotten.")] = False,
    days: Annotated[float, typer.Option(help="Days until the person is forgotten.", min=0.0, max=3650.0)] = 30.0,
    keep: Annotated[int, typer.Option(help="Citizens remembered at most; the first are forgotten.", min=1)] = 1000,
    name: Annotated[str, typer.Option("--id", help="Id of the person; default: the enrolment's.")] = "",
) -> None:
    """Remember a person's templates, no images. A new memory and, unless it exists, its key file are made.

    Exit status: 0 remembered, 2 wrong usage, another key, damaged file.
    """
    from biocapture.enrolment import read_enrolment
    from biocapture.enrolment.readiness.templates import templates_of

    read = read_enrolment(enrolment)
    templates = templates_of(read)
    with open_station(file, key_file, create=True) as station:
        station.add(name or read.id, templates, operator=operator, days=days, keep=keep)
        say(f"{name or read.id}: {len(templates)} templates; {len(station)} people remembered")


@commands.command("list")
def list_people(
    file: File,
    key_file: KeyFile = None,
    as_json: Annotated[bool, json_option(help="Print JSON.")] = False,
) -> None:
    """List who is remembered, in the order they were added."""
    from biocapture.cli.terminal.table import print_rows

    with open_station(file, key_file) as station:
        people = station.people()
    rows = [
        (
            p.id,
            "operator" if p.operator else "citizen",
            _day(p.added),
            "never" if p.is_permanent else _day(p.expires),
            len(p.positions),
        )
        for p in people
    ]
    names = ("id", "who", "added", "forgotten on", "samples")
    if as_json:
        say_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_rows(names, [tuple(map(str, row)) for row in rows])


@commands.command()
def forget(
    file: File, person: Annotated[str, typer.Argument(metavar="ID", show_default=False)], key_file: KeyFile = None
) -> None:
    """Forget one person or operator."""
    with open_station(file, key_file) as station:
        station.forget(person)
        say(f"forgotten; {len(station)} people remembered")


@commands.command()
def expire(
    file: File,
    key_file: KeyFile = None,
    clock_is_right: Annotated[bool, typer.Option("--clock-is-right", help="Believe a clock that has jumped.")] = False,
) -> None:
    """Forget everybody whose time is over; every other command does so, too, unless the clock has jumped."""
    with open_station(file, key_file) as station:
        if clock_is_right:
            station.trust_clock()
            station.expire()
        say(f"{len(station)} people remembered")


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(seconds))
