"""``run.json``: inputs, options and versions of a run. A run is resumed only with the same."""

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from biocapture.assessment.options import Options
from biocapture.errors import UsageError
from biocapture.models import cards
from biocapture.runs import RECORD_FILE
from biocapture.runs.parts import write_json

RECORD_VERSION = 1
LIBRARIES = ("biocapture", "numpy", "opencv-python-headless", "scikit-image", "onnxruntime", "Pillow", "wsq")
"""Packages that a score may depend on."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files a run takes.

    Attributes
    ----------
    inputs : tuple of str
        Files, folders, patterns, archives, manifests, URLs.
    since : str
        Only files changed since this ISO 8601 date or time; empty = all.
    sample : int
        Number of files drawn at random; 0 = all.
    seed : int
        Of the draw: the same seed draws the same files.
    """

    inputs: tuple[str, ...]
    since: str = ""
    sample: int = 0
    seed: int = 0


def run_record_of(choice: Choice, options: Options, columns: list[str], rows_per_part: int) -> dict[str, Any]:
    """Everything that the rows of a run depend on.

    Parameters
    ----------
    choice : Choice
    options : Options
        How files are read and judged.
    columns : list of str
        Of the table.
    rows_per_part : int

    Returns
    -------
    dict
        JSON-ready.
    """
    versions = {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}
    # Of the content, not of our classes: a run can be resumed although a class has been renamed since.
    content = json.dumps(asdict(options.profile), sort_keys=True, default=str)
    profile = {"name": options.profile.name, "sha256": hashlib.sha256(content.encode()).hexdigest()}
    return {
        "format": RECORD_VERSION,
        "inputs": list(choice.inputs),
        "options": {
            "modality": str(options.modality or "auto"),
            "position": str(options.position or ""),
            "ppi": options.ppi,
            "native": options.native,
            "max_pixels": options.max_pixels,
            "supplier": options.backend,
            "since": choice.since,
            "sample": choice.sample,
            "seed": choice.seed,
        },
        "rows_per_part": rows_per_part,
        "profile": profile,
        "models": {card.name: card.sha256 for card in cards()},
        "versions": versions,
        "columns": columns,
    }


def read_run_record(folder: Path) -> dict[str, Any] | None:
    """Read the record of the run in a folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict or None
        None where there is no run.

    Raises
    ------
    UsageError
        The record cannot be read.
    """
    path = folder / RECORD_FILE
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf8"))
        if not isinstance(record, dict) or record.get("format") != RECORD_VERSION:
            raise UsageError("not a record of a run of this version", str(path))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be read: {error}", str(path)) from error
    return record


def write_run_record(folder: Path, record: dict[str, Any], **changes: object) -> dict[str, Any]:
    """Write the record completely or not at all.

    Parameters
    ----------
    folder : Path
        Of the run.
    record : dict
    **changes
        Facts to add or replace, JSON-ready.

    Returns
    -------
    dict
        What was written.
    """
    record = record | changes
    write_json(folder / RECORD_FILE, record)
    return record


def require_same(before: dict[str, Any], now: dict[str, Any], folder: Path) -> None:
    """Refuse to resume a run with other inputs, options, versions or models.

    Parameters
    ----------
    before, now : dict
        Record in the folder, and that of the present request.
    folder : Path
        Of the run, for the message.

    Raises
    ------
    UsageError
        They differ; it names everything that does.
    """
    plain = json.loads(json.dumps(now))
    differing = [line for name in plain for line in _differences(name, before.get(name), plain[name])]
    if differing:
        raise UsageError(f"cannot be resumed with something else: {'; '.join(differing)}", str(folder))


def _differences(name: str, before: Any, now: Any) -> list[str]:
    if before == now:
        return []
    if isinstance(before, dict) and isinstance(now, dict):
        both = dict.fromkeys([*before, *now])
        return [line for key in both for line in _differences(f"{name} {key}", before.get(key), now.get(key))]
    if name == "columns":
        return ["other columns"]
    return [f"{name} was {_short(before)}, is {_short(now)}"]


def _short(value: Any) -> str:
    text = "not there" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


def utc_now() -> str:
    """The time in UTC as the record holds it, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
