"""``biocapture receive``."""

from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.terminal.door import say

commands = typer.Typer()


@commands.command()
def receive(
    folder: Annotated[Path, typer.Argument(help="Where packets and receipts are kept.", show_default=False)],
    key: Annotated[Path, typer.Option(help="Secret file of this server; signs receipts. See `packet keys`.")],
    stations: Annotated[Path | None, typer.Option(help="Folder of the stations' public files, *.pub.")] = None,
    any_station: Annotated[bool, typer.Option("--any-station", help="Take packets of every station.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 = a free one, which is printed.", min=0, max=65535)] = 9098,
    token_file: Annotated[Path | None, typer.Option(help="File with a token that senders must send.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Answer other machines without token or TLS.")] = False,
    faults: Annotated[float, typer.Option(help="Share of requests that go wrong on purpose, to try a sender.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the faults.")] = 0,
) -> None:
    """Receive packets: resumable uploads (tus 1.0.0) or PUT; each is verified, stored in one step, and receipted.

    A packet stays sealed: `biocapture packet open` opens it with the secret file.

    Needs `pip install 'biocapture[serve]'`.

    Exit status: 0 ended by a signal, 2 wrong usage.
    """
    from importlib.util import find_spec

    from biocapture.enrolment.outbox.keys import read_secret
    from biocapture.errors import UsageError

    if missing := [name for name in ("starlette", "uvicorn", "prometheus_client") if find_spec(name) is None]:
        raise UsageError("pip install 'biocapture[serve]'", f"{', '.join(missing)} not installed")
    from biocapture.service.receiver.app import Receiver, application, known_stations
    from biocapture.service.receiver.faults import Faults
    from biocapture.service.receiver.shelf import Shelf
    from biocapture.service.server import Address, guard_of, serve

    if (stations is None) != any_station:
        raise typer.BadParameter("say whose packets are taken: --stations FOLDER, or --any-station")
    address = Address(host, port, token_file, tls_cert, tls_key, (), insecure)
    shelf = Shelf(folder, read_secret(key), known_stations(stations))
    receiver = Receiver(shelf, guard_of(address), Faults(faults, seed))
    serve(application(receiver), address, lambda url: say(f"receiving at {url}; Ctrl-C ends it"))
