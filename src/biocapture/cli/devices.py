"""Capture devices and live capture."""

from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.exit_status import WRONG_USAGE, answer
from biocapture.cli.options import (
    HEALTH_VARIABLE,
    LANGUAGE_CODES,
    CaptureProfile,
    device_option,
    json_option,
    language_option,
    out_option,
    position_option,
)
from biocapture.cli.terminal.door import say

commands = typer.Typer()


@commands.command()
def capture(
    device: Annotated[str, device_option(help="name:address?option=value, e.g. sim:finger.")],
    position: Annotated[str, position_option("-s", help="right_index, left_eye, face …")],
    profile: CaptureProfile = "default",
    lang: Annotated[str, language_option(help="Language of the guidance; default: the profile's.")] = "",
    out: Annotated[Path | None, out_option(help="Folder for all attempts and findings.")] = None,
    attempts: Annotated[
        int, typer.Option(help="Bad scans after which another finger is suggested; 0: as the profile says.", min=0)
    ] = 0,
    force: Annotated[
        str, typer.Option(help="Accept the best attempt whatever its faults; the reason is recorded.")
    ] = "",
    health: Annotated[
        Path | None,
        typer.Option(envvar=HEALTH_VARIABLE, help="Health record of the device, a file; no picture, no person."),
    ] = None,
) -> None:
    """Capture one finger, eye or face: guidance while it moves, automatic capture, best of several attempts.

    Exit status: 0 accepted, 1 not accepted, 2 wrong usage or the device failed.

    For example:

    `biocapture capture --device sim:finger --position right_index`

    `biocapture capture -d "sim:finger?script=absent:20,dry:60,good" -s left_thumb --profile e-ktp --out slots/`
    """
    from biocapture.assessment.options import options_of
    from biocapture.capture import CaptureSettings
    from biocapture.capture import capture as capture_events
    from biocapture.capture.events import CaptureFinished, CaptureResult
    from biocapture.capture.files import write_attempts
    from biocapture.capture.health import open_monitor
    from biocapture.cli.terminal.live import LiveView
    from biocapture.devices import open_device, target_of

    target = target_of(position)
    options = options_of(target.modality, profile=profile)
    language = lang or options.profile.language
    settings = CaptureSettings(attempts=attempts) if attempts else None
    result = CaptureResult()
    with (
        open_monitor(health, target.modality) as monitor,
        open_device(device) as opened,
        LiveView(f"{device} → {position}", language) as view,
    ):
        for event in monitor.monitor(opened.info.key, capture_events(opened, target, options, settings)):
            if isinstance(event, CaptureFinished):
                result = event.result
            else:
                view.show(event)
        if force and result.best and not result.accepted:
            result = result.with_force(force)
        view.show(CaptureFinished(result))
    if monitor.problem:
        say(f"--health: {monitor.problem}", err=True)
    if out:
        say(f"→ {write_attempts(result, target.position, out, language)}")
    raise typer.Exit(WRONG_USAGE) if result.error else answer(result.accepted)


devices = typer.Typer(no_args_is_help=True, help="List the device adapters, or look at one device.")
commands.add_typer(devices, name="devices")


@devices.command("list")
def list_devices(
    timeout: Annotated[float, typer.Option(help="Seconds each adapter may look for its devices.", min=0.1)] = 2.0,
) -> None:
    """List the installed adapters, and the devices of those that can look for theirs."""
    from biocapture.cli.terminal.table import print_rows
    from biocapture.devices.registry import discover_devices

    print_rows(("name", "devices"), discover_devices(timeout))


@devices.command()
def probe(device: Annotated[str, typer.Argument(help="name:address?option=value")]) -> None:
    """Open a device and print what it reports about itself.

    Exit status: 0 it opened, 2 it did not.
    """
    import dataclasses

    from biocapture.cli.terminal.table import print_rows
    from biocapture.devices import open_device

    with open_device(device) as opened:
        info = opened.info
    facts = dataclasses.asdict(info) | dataclasses.asdict(info.capabilities) | dataclasses.asdict(info.health)
    rows = [(name, ", ".join(value) if isinstance(value, tuple) else str(value)) for name, value in facts.items()]
    print_rows(("name", "value"), [row for row in rows if row[0] not in ("capabilities", "health")])


@devices.command()
def health(
    db: Annotated[
        Path, typer.Option("--db", envvar=HEALTH_VARIABLE, help="File that `biocapture capture --health` wrote.")
    ],
    device: Annotated[str, device_option(help="Only this one, as it is listed.")] = "",
    lang: Annotated[str, language_option(help=f"{LANGUAGE_CODES}.")] = "en",
    json: Annotated[bool, json_option(help="For machines.")] = False,
    image: Annotated[Path | None, typer.Option(help="Picture of one device's surface, faults marked (PNG).")] = None,
) -> None:
    """Report what is wrong with each device: dirt on the glass, dead lines, falling scores, errors; with evidence.

    Exit status: 0 nothing is wrong, 1 something is, 2 wrong usage or no such record.

    For example:

    `biocapture devices health --db health.sqlite`

    `biocapture devices health --db health.sqlite --device sim:finger --image glass.png`
    """
    from biocapture.capture.health import HealthRecord, diagnose_all
    from biocapture.cli.terminal.health import print_diagnoses, write_picture

    with HealthRecord(db) as record:
        diagnoses = diagnose_all(record, device)
    if image:
        write_picture(diagnoses, image)
    print_diagnoses(diagnoses, lang, as_json=json)
    raise answer(not any(diagnosis.findings for diagnosis in diagnoses))
