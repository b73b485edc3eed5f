"""``biocapture packet``: keys, and the receiving side's look into a packet."""

from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated

import typer

from biocapture.cli.options import out_option
from biocapture.cli.terminal.door import say

commands = typer.Typer(no_args_is_help=True, help="Sealed packets: make keys, verify, open.")

File = Annotated[Path, typer.Argument(help="A packet, .bcp.", show_default=False)]


@commands.command()
def keys(
    file: Annotated[Path, typer.Argument(help="The secret file; beside it FILE.pub is written.", show_default=False)],
) -> None:
    """Make the keys of a station, or of a server: a secret file, and a public one to give away.

    The station needs its own secret file and the server's public one; the server the other way round.
    """
    from biocapture.enrolment.outbox.keys import create_keys, public_path

    made = create_keys(file)
    say(f"keys {made.public.id}: keep {file} secret, give {public_path(file)} away")


@commands.command()
def verify(
    file: File,
    station: Annotated[list[Path], typer.Option(help="Public file of a known station; may come several times.")],
) -> None:
    """Check that a packet is whole, unchanged and of a known station; no secret is needed.

    Exit status: 0 it is, 2 it is not.
    """
    from biocapture.enrolment.outbox.keys import read_public
    from biocapture.enrolment.outbox.packet import verify as verify_packet

    known = {read_public(path).to_bytes() for path in station}
    sealed = verify_packet(file, lambda keys: keys.to_bytes() in known)
    say(f"{sealed.header.id}: whole, {sealed.size} bytes, of a known station")


@commands.command("open")
def open_(
    file: File,
    key: Annotated[Path, typer.Option(help="Secret file of the server.")],
    station: Annotated[list[Path], typer.Option(help="Public file of a known station; may come several times.")],
    out: Annotated[Path, out_option(help="New folder for the captures and manifest.json.")],
) -> None:
    """Open a packet: check it, decrypt it, write its files.

    Exit status: 0 opened, 2 it was changed, is for other keys or of an unknown station.
    """
    from biocapture.enrolment.outbox.contents import MANIFEST, read_contents
    from biocapture.enrolment.outbox.keys import read_public, read_secret
    from biocapture.enrolment.outbox.packet import open_packet
    from biocapture.enrolment.outbox.packet import verify as verify_packet
    from biocapture.errors import PacketError
    from biocapture.images.private_files import private, private_folder

    known = {read_public(path).to_bytes() for path in station}
    verify_packet(file, lambda keys: keys.to_bytes() in known)
    with TemporaryFile() as content:
        open_packet(file, read_secret(key), content)
        content.seek(0)
        manifest, captures = read_contents(content, str(file))
    if out.exists():
        raise PacketError("exists; name a new folder", str(out))
    try:
        private_folder(out)
        import json

        private(out / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf8")
        for capture in captures:
            private(out / capture.name).write_bytes(capture.data)
    except OSError as error:
        raise PacketError(f"cannot be written: {error.strerror or error}", str(out)) from error
    say(f"{manifest['record']}: {len(captures)} captures → {out}")
