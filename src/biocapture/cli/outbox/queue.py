"""``biocapture outbox``: the queue of sealed records."""

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biocapture.cli.exit_status import answer
from biocapture.cli.options import ProfileName, json_option
from biocapture.cli.terminal.door import say, say_json
from biocapture.errors import UsageError

if TYPE_CHECKING:
    from biocapture.enrolment.outbox.store import Entry, Outbox, State

HELP = "Ready records on their way to the server: add, status, send, pause, retry, forget, repair."
commands = typer.Typer(no_args_is_help=True, help=HELP)

Folder = Annotated[Path, typer.Argument(help="The outbox, a folder.", show_default=False)]
DAY_S = 86_400


@commands.command()
def add(
    outbox: Folder,
    enrolments: Annotated[
        list[Path], typer.Argument(help="Folders or manifests, one person each.", show_default=False)
    ],
    to: Annotated[Path, typer.Option(help="Public file of the server; see `packet keys`.")],
    key: Annotated[Path, typer.Option(help="Secret file of this station, which signs.")],
    profile: ProfileName = "default",
    about: Annotated[list[str] | None, typer.Option(help="NAME=VALUE for the manifest; several times.")] = None,
    priority: Annotated[int, typer.Option(help="Higher goes first.")] = 0,
    force: Annotated[str, typer.Option(help="Why records are sent that are not READY; goes into the manifest.")] = "",
) -> None:
    """Check enrolments, and seal those that are ready for the server.

    What is sealed can be read with the server's secret file only. The same record is not added twice.

    Exit status: 0 all added or there already, 1 some are not ready, 2 wrong usage.

    For example:

    `biocapture outbox add OUTBOX/ enrolments/* --to server.pub --key station.key --profile e-ktp --about operator=sari`
    """
    from biocapture.enrolment.outbox.contents import contents_of
    from biocapture.enrolment.outbox.keys import read_public, read_secret
    from biocapture.enrolment.outbox.packet import seal
    from biocapture.enrolment.outbox.store import Outbox
    from biocapture.enrolment.readiness import check

    facts = dict(_fact(each) for each in about or ()) | ({"forced": force} if force else {})
    server, station, all_ready = read_public(to), read_secret(key), True
    with Outbox(outbox, create=True) as queue:
        for enrolment in enrolments:
            readiness = check(enrolment, profile=profile)
            if readiness.verdict != "READY" and not force:
                say(f"{readiness.id}: {readiness.verdict}, not added; see `biocapture check {enrolment}`")
                all_ready = False
                continue
            content, name = contents_of(readiness, facts)
            if queue.entry(name) is not None:
                say(f"{readiness.id}: is in the outbox already, as {name}")
                continue
            sealed = seal(content, name, queue.path_of(name), server, station, int(time.time()))
            queue.add(sealed, priority)
            say(f"{readiness.id}: sealed as {name}, {sealed.size} bytes")
    raise answer(all_ready)


@commands.command()
def status(outbox: Folder, as_json: Annotated[bool, json_option(help="Print JSON.")] = False) -> None:
    """How many packets wait, are delivered, confirmed or quarantined; and why the next one waits."""
    with _opened(outbox) as queue:
        counts = {str(state): {"packets": count, "bytes": size} for state, (count, size) in queue.counts().items()}
        waiting = [_line(entry) for entry in queue.entries(*_open_states(), limit=5)]
        paused = bool(queue.fact("paused"))
    if as_json:
        say_json({"states": counts, "paused": paused, "next": waiting})
        return
    for name, each in counts.items():
        say(f"{name:<12} {each['packets']:>7} packets {each['bytes']:>14} bytes")
    if paused:
        say("paused: `biocapture outbox resume` goes on")
    for line in waiting:
        say("  " + "  ".join(str(value) for value in line.values() if value != ""))


@commands.command()
def send(
    outbox: Folder,
    target: Annotated[str, typer.Option(help="tus+https://HOST/, https://HOST/, or folder:PATH, a stick.")],
    server: Annotated[Path, typer.Option(help="Public file of the server, which signs the receipts.")],
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: wait for the next attempt and for new packets.")
    ] = False,
    token_file: Annotated[Path | None, typer.Option(help="File with the token of the server.")] = None,
    bytes_per_day: Annotated[int | None, typer.Option(help="Of a metered line.", min=1)] = None,
    bytes_per_second: Annotated[int | None, typer.Option(help="Leave the rest of the line to others.", min=1)] = None,
    hours: Annotated[str, typer.Option(help="Send only then, e.g. 19:00-06:00; local time.")] = "",
) -> None:
    """Send what waits, one packet after another, resuming where the line broke.

    A packet is confirmed when the server's signed receipt fits its bytes. Nothing is deleted; see `outbox forget`.

    Exit status: 0 nothing is left to send, 1 something waits, 2 wrong usage.
    """
    from biocapture.enrolment.outbox.keys import read_public
    from biocapture.enrolment.outbox.schedule import Limits
    from biocapture.enrolment.outbox.sender import Sender, only_sender
    from biocapture.enrolment.outbox.transports.registry import open_transport

    limits = Limits(bytes_per_day, hours, bytes_per_second)
    token = token_file.read_text(encoding="ascii").strip() if token_file else ""
    keys = read_public(server)
    with _opened(outbox) as queue, only_sender(queue):
        transport = open_transport(target, token)
        try:
            Sender(queue, transport, keys, limits, _say_step).run(watch)
        finally:
            transport.close()
        left = queue.entries(*_open_states(), limit=1)
        for entry in left:
            say(f"waits: {entry.reason or 'for its receipt'}")
    raise answer(not left)


@commands.command()
def pause(outbox: Folder) -> None:
    """Let the sender stop after the packet it is at."""
    with _opened(outbox) as queue:
        queue.set_fact("paused", "1")


@commands.command()
def resume(outbox: Folder) -> None:
    """Let the sender go on."""
    with _opened(outbox) as queue:
        queue.set_fact("paused", "")


@commands.command()
def retry(
    outbox: Folder, ids: Annotated[list[str] | None, typer.Argument(help="Packets; default: all quarantined.")] = None
) -> None:
    """Put quarantined packets back into the queue, or let waiting ones be sent at once."""
    from biocapture.enrolment.outbox.store import State

    with _opened(outbox) as queue:
        for name in ids or [entry.id for entry in queue.entries(State.QUARANTINED)]:
            if queue.entry(name) is None:
                raise UsageError("no such packet", name)
            queue.change(name, state=State.SEALED, attempts=0, next_attempt=0.0, reason="", upload="")
            say(f"{name}: waits")


@commands.command()
def quarantine(outbox: Folder) -> None:
    """List the packets that a person has to look at, with the reason."""
    from biocapture.enrolment.outbox.store import State

    with _opened(outbox) as queue:
        for entry in queue.entries(State.QUARANTINED):
            say(f"{entry.id}  {entry.reason}")


@commands.command()
def forget(
    outbox: Folder, days: Annotated[float, typer.Option(help="Since they were confirmed.", min=0, max=3650)] = 30.0
) -> None:
    """Delete packets that the server confirmed long enough ago; no others."""
    with _opened(outbox) as queue:
        say(f"{queue.forget(time.time() - days * DAY_S)} packets forgotten")


@commands.command()
def repair(outbox: Folder) -> None:
    """Bring queue and files together again after a loss of power or a damaged database.

    Where the database is malformed, move `outbox.db` away first: every whole packet is entered anew.
    """
    from biocapture.enrolment.outbox.store import Outbox

    with Outbox(outbox, create=(outbox / "packets").is_dir()) as queue:
        entered, doubted = queue.repair()
    say(f"{entered} packets entered, {doubted} quarantined")


def _opened(folder: Path) -> "Outbox":
    from biocapture.enrolment.outbox.store import Outbox

    return Outbox(folder)


def _open_states() -> "tuple[State, ...]":
    from biocapture.enrolment.outbox.store import State

    return State.SEALED, State.DELIVERED


def _fact(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError("expected NAME=VALUE", text)
    return name, value


def _line(entry: "Entry") -> dict[str, str | int]:
    due = (
        datetime.fromtimestamp(entry.next_attempt).astimezone().isoformat(" ", "seconds") if entry.next_attempt else ""
    )
    facts: dict[str, str | int] = {"id": entry.id, "state": str(entry.state), "bytes": entry.size}
    return facts | {"attempts": entry.attempts, "next": due or "", "reason": entry.reason}


def _say_step(happened: str, entry: "Entry") -> None:
    say(f"{entry.id}  {happened}{f': {entry.reason}' if entry.reason else ''}")
