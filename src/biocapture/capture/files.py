"""A captured slot as files: every attempt's image, and what was found about it."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from biocapture.capture.events import Attempt, Result
from biocapture.errors import UsageError
from biocapture.types import MM_PER_INCH, Image, Position


def keep(result: Result, position: Position, folder: Path, language: str = "en") -> Path:
    """Write one PNG per attempt and ``<position>.json``; nothing is half-written.

    The best attempt is ``<position>.png`` if it was accepted, else it is kept among the others as
    ``<position>_attempt_<n>.png``.

    Returns
    -------
    Path
        The JSON file.

    Raises
    ------
    UsageError
        The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {id(one): _name(one, result, position) for one in result.attempts if one.sample}
        for one in result.attempts:
            if one.sample:
                _write(folder / names[id(one)], _png(one.sample.image))
        said = _said(result, position, language, [names.get(id(one), "") for one in result.attempts])
        path = folder / f"{position}.json"
        _write(path, json.dumps(said, ensure_ascii=False, indent=2).encode())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(folder)) from error
    return path


def _name(attempt: Attempt, result: Result, position: Position) -> str:
    chosen = result.accepted and attempt is result.best
    return f"{position}.png" if chosen else f"{position}_attempt_{attempt.number}.png"


def _said(result: Result, position: Position, language: str, names: list[str]) -> dict[str, Any]:
    return {
        "position": str(position),
        "accepted": result.accepted,
        "forced": result.forced or None,
        "why": result.why,
        "bad_scans": result.bad,
        "nothing_placed": result.empty,
        "suggestion": result.suggestion or None,
        "error": str(result.error) if result.error else None,
        "attempts": [
            {
                "number": one.number,
                "file": name or None,
                "refusal": one.refusal or None,
                "report": one.report.to_dict(language) if one.report else None,
            }
            for one, name in zip(result.attempts, names, strict=True)
        ],
    }


def _png(image: Image) -> bytes:
    """Encoded, with the resolution where there is one (pHYs)."""
    pixels = image.pixels if image.pixels.ndim == 2 else np.ascontiguousarray(image.pixels[:, :, ::-1])
    data = cv2.imencode(".png", pixels)[1].tobytes()
    return data if not image.ppi > 0 else _with_resolution(data, image.ppi)


def _with_resolution(png: bytes, ppi: float) -> bytes:
    import struct
    import zlib

    per_metre = round(ppi / MM_PER_INCH * 1000)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
    header = 8 + 25  # signature and IHDR
    return png[:header] + chunk + png[header:]


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
