"""What is wrong with devices, on a terminal, as JSON, and as a picture."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
from rich.console import Console
from rich.markup import escape

from biocapture.capture.health import Diagnosis, advice, evidence, picture, plain
from biocapture.capture.health.findings import ENOUGH
from biocapture.errors import UsageError
from biocapture.guidance import text, vocabulary


def print_diagnoses(found: Sequence[Diagnosis], language: str, *, as_json: bool = False) -> None:
    """Print each device: what to do, and below it how that is known."""
    vocabulary(language)
    now, console = time.time(), Console(soft_wrap=True, highlight=False)
    if as_json:
        console.print(
            json.dumps([plain(one, language, now) for one in found], ensure_ascii=False, indent=2), markup=False
        )
        return
    for one in found:
        console.print(f"[bold]{escape(one.device)}[/] ({one.captures})")
        for line in lines_of(one, language, now):
            console.print(f"  {line}")


def lines_of(diagnosis: Diagnosis, language: str, now: float) -> list[str]:
    """One device, in the markup of rich."""
    lines: list[str] = []
    for key in dict.fromkeys(finding.key for finding in diagnosis.findings):
        same = [finding for finding in diagnosis.findings if finding.key == key]
        lines.append(f"[red]✗[/] {escape(advice(same[0], language))}")
        lines += [f"  [dim]{escape(evidence(finding, language, now))}[/]" for finding in same]
    if not lines:
        few = diagnosis.captures < ENOUGH
        mark, key = ("[yellow]–[/]", "health.too_few") if few else ("[green]✓[/]", "health.fine")
        lines.append(f"{mark} {escape(text(key, language))}")
    return lines


def save_picture(found: Sequence[Diagnosis], path: Path) -> None:
    """Write the picture of the one device.

    Raises
    ------
    UsageError
        There are several, none, or no capture of it; or the file cannot be written.
    """
    if len(found) != 1:
        raise UsageError("choose one device with --device: " + ", ".join(one.device for one in found), "image")
    try:
        path.write_bytes(cv2.imencode(".png", picture(found[0]))[1].tobytes())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error
