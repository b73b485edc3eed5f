"""``biocapture sim``: simulators of devices that speak over the network."""

import typer

commands = typer.Typer()
sim = typer.Typer(no_args_is_help=True, help="Simulate a device that speaks over the network, for tests and training.")
commands.add_typer(sim, name="sim")
