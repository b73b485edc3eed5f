"""Records on their way to the server: ``outbox``, ``packet``, ``receive``."""

import typer

from biocapture.cli.outbox import packet, queue, receive

commands = typer.Typer()
commands.add_typer(queue.commands, name="outbox")
commands.add_typer(packet.commands, name="packet")
commands.add_typer(receive.commands)
