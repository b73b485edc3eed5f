"""``run.json``: what a run was asked for and made with, so that nobody goes on with something else."""

import hashlib
import json
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from biocapture.assessment.options import Options
from biocapture.errors import UsageError
from biocapture.models import cards
from biocapture.runs import RECORD_FILE
from biocapture.runs.parts import write_json

FORMAT = 1
LIBRARIES = ("biocapture", "numpy", "opencv-python-headless", "scikit-image", "onnxruntime", "Pillow", "wsq")
"""What a score may depend on."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files of its inputs a run takes.

    Attributes
    ----------
    inputs : tuple of str
        Files, folders, patterns, archives, manifests, URLs.
    since : str
        ISO 8601; empty = all.
    sample : int
        Number of files drawn; 0 = all.
    seed : int
        Of the draw.
    """

    inputs: tuple[str, ...]
    since: str = ""
    sample: int = 0
    seed: int = 0


def facts_of(choice: Choice, wanted: Options, columns: list[str], rows_per_part: int) -> dict[str, Any]:
    """Everything that rows depend on; a run is resumed only with the same."""
    versions = {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}
    profile = {"name": wanted.profile.name, "sha256": hashlib.sha256(repr(wanted.profile).encode()).hexdigest()}
    return {
        "format": FORMAT,
        "inputs": list(choice.inputs),
        "options": {
            "modality": str(wanted.modality or "auto"),
            "position": str(wanted.position or ""),
            "ppi": wanted.ppi,
            "native": wanted.native,
            "max_pixels": wanted.max_pixels,
            "supplier": wanted.backend,
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


def read(folder: Path) -> dict[str, Any] | None:
    """What a folder's run was; None where there is no run.

    Raises
    ------
    UsageError
        The record cannot be read.
    """
    path = folder / RECORD_FILE
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf8"))
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise UsageError("not a record of a run of this version", str(path))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be read: {error}", str(path)) from error
    return found


def write(folder: Path, record: dict[str, Any], **more: object) -> dict[str, Any]:
    """Write the record with more facts in it, whole or not at all."""
    record = record | more
    write_json(folder / RECORD_FILE, record)
    return record


def check_same(before: dict[str, Any], now: dict[str, Any], folder: Path) -> None:
    """Raise :class:`UsageError` naming everything in which a run differs from the one to be resumed."""
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


def now() -> str:
    """The time, for the record."""
    return datetime.now(UTC).isoformat(timespec="seconds")
