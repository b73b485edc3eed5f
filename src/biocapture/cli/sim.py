"""``biocapture sim``: simulators of devices that speak over the network."""

from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.terminal.door import say

commands = typer.Typer()
sim = typer.Typer(no_args_is_help=True, help="Simulate a device that speaks over the network, for tests and training.")
commands.add_typer(sim, name="sim")


@sim.command()
def sbi(
    port: Annotated[int, typer.Option(help="0 = the first free one of 4501..4600.", min=0, max=65535)] = 0,
    type: Annotated[list[str] | None, typer.Option("--type", help="Finger, Iris, Face; default: all three.")] = None,
    profile: Annotated[
        str, typer.Option(help="Name of the synthetic person; Automatic = a new one each time.")
    ] = "Default",
    env: Annotated[str, typer.Option(help="Staging, Developer, Pre-Production, Production.")] = "Developer",
    fps: Annotated[float, typer.Option(help="Frames per second of previews.", min=0.1, max=60)] = 10.0,
    root: Annotated[Path | None, typer.Option(help="Write the certificate that vouches for the device here.")] = None,
) -> None:
    """Simulate MOSIP SBI 0.9.5 registration devices with synthetic fingers, irises and faces, until interrupted.

    Administration calls as MOSIP's mock device has them: POST /admin/status, score, delay, profile; and fault.

    For example:

    `curl -X POST http://127.0.0.1:4501/admin/status -d '{"type": "Finger", "deviceStatus": "Busy"}'`
    """
    from biocapture.devices.sbi.codes import MODALITY_OF_TYPE
    from biocapture.devices.simulators.sbi import SbiSimulator
    from biocapture.devices.simulators.server import run_simulator

    simulator = SbiSimulator(port or None, tuple(type or MODALITY_OF_TYPE), env, fps)
    simulator.profile = profile
    if root:
        root.write_bytes(simulator.signer.root_pem)
    say("drawing a synthetic subject …", err=True)
    simulator.prepare()
    run_simulator(simulator, lambda started: say(f"{', '.join(started.devices)} at {started.url}"))


@sim.command()
def escl(
    port: Annotated[int, typer.Option(help="0 = any free one.", min=0, max=65535)] = 8090,
    shows: Annotated[str, typer.Option(help="What lies on the glass: finger, card (ten fingers), photo.")] = "finger",
    seed: Annotated[int, typer.Option(help="Number of the synthetic person.", min=0, max=1_000_000)] = 1,
    sheets: Annotated[int, typer.Option(help="Copies in the feeder.", min=0, max=1000)] = 0,
    delay: Annotated[float, typer.Option(help="Seconds a scan takes.", min=0.0, max=600.0)] = 0.0,
    fault: Annotated[str, typer.Option(help="What goes wrong, e.g. busy, half, endless; `faults` lists them.")] = "",
) -> None:
    """Simulate a network scanner (eSCL, AirScan) with a synthetic print, ten-print card or portrait, until interrupted.

    For example:

    `biocapture capture --device escl:http://127.0.0.1:8090/eSCL --position right_index`

    `curl -X POST http://127.0.0.1:8090/admin/fault -d '{"fault": "half"}'`
    """
    from biocapture.devices.simulators.escl import EsclSimulator
    from biocapture.devices.simulators.escl_faults import FAULTS
    from biocapture.devices.simulators.server import run_simulator

    if fault == "faults":
        from biocapture.cli.terminal.table import print_rows

        print_rows(("fault", "what happens"), [(name, what) for name, what in FAULTS.items() if name])
        return
    simulator = EsclSimulator(port, shows, seed, sheets, delay, fault)
    say("drawing a synthetic subject …", err=True)
    run_simulator(simulator, lambda started: say(f"{shows} at {started.url}"))
