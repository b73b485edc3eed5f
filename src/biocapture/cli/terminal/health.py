"""Health of devices on a terminal, as JSON, and as a picture."""

import time
from collections.abc import Sequence
from pathlib import Path

import cv2

from biocapture.capture.health import Diagnosis, advice, diagnosis_dict, evidence, surface_picture
from biocapture.capture.health.findings import MIN_CAPTURES
from biocapture.cli.terminal.door import Terminal, plain, say_json
from biocapture.errors import UsageError
from biocapture.guidance import text, vocabulary


def print_diagnoses(diagnoses: Sequence[Diagnosis], language: str, *, as_json: bool = False) -> None:
    """Print each device: what to do, and the evidence for it.

    Parameters
    ----------
    diagnoses : sequence of Diagnosis
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.
    as_json : bool
        As a JSON list instead.

    Raises
    ------
    UsageError
        There is no such language.
    """
    vocabulary(language)
    now, console = time.time(), Terminal()
    if as_json:
        say_json([diagnosis_dict(diagnosis, language, now) for diagnosis in diagnoses])
        return
    for diagnosis in diagnoses:
        console.print(f"[bold]{plain(diagnosis.device)}[/] ({diagnosis.captures})", markup=True)
        for line in diagnosis_lines(diagnosis, language, now):
            console.print(f"  {line}", markup=True)


def diagnosis_lines(diagnosis: Diagnosis, language: str, now: float) -> list[str]:
    """Lines about one device.

    Parameters
    ----------
    diagnosis : Diagnosis
    language : str
    now : float
        Seconds since 1970.

    Returns
    -------
    list of str
        In the markup of rich.
    """
    lines: list[str] = []
    for key in dict.fromkeys(finding.key for finding in diagnosis.findings):
        same = [finding for finding in diagnosis.findings if finding.key == key]
        lines.append(f"[red]✗[/] {plain(advice(same[0], language))}")
        lines += [f"  [dim]{plain(evidence(finding, language, now))}[/]" for finding in same]
    if not lines:
        few = diagnosis.captures < MIN_CAPTURES
        mark, key = ("[yellow]–[/]", "health.too_few") if few else ("[green]✓[/]", "health.fine")
        lines.append(f"{mark} {plain(text(key, language))}")
    return lines


def write_picture(diagnoses: Sequence[Diagnosis], path: Path) -> None:
    """Write the picture of the one device.

    Parameters
    ----------
    diagnoses : sequence of Diagnosis
        Exactly one.
    path : Path
        A .png file.

    Raises
    ------
    UsageError
        There are several devices, none, or no capture of it; or the file cannot be written.
    """
    if len(diagnoses) != 1:
        raise UsageError(
            "choose one device with --device: " + ", ".join(diagnosis.device for diagnosis in diagnoses), "image"
        )
    try:
        path.write_bytes(cv2.imencode(".png", surface_picture(diagnoses[0]))[1].tobytes())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error
