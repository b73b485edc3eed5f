"""A captured position as files: the image of every attempt, and its report."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from biocapture.capture.events import CaptureAttempt, CaptureResult
from biocapture.errors import UsageError
from biocapture.images.private_files import private, private_folder
from biocapture.types import MM_PER_INCH, Image, Position


def write_attempts(result: CaptureResult, position: Position, folder: Path, language: str = "en") -> Path:
    """Write one PNG per attempt and ``<position>.json``; a file is complete or not there.

    The best attempt is ``<position>.png`` if it was accepted, otherwise it is one of ``<position>_attempt_<n>.png``.

    Parameters
    ----------
    result : CaptureResult
    position : Position
    folder : Path
        Created where it does not exist.
    language : str
        Of the guidance in the report.

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
        private_folder(folder)
        names = {id(attempt): _name(attempt, result, position) for attempt in result.attempts if attempt.sample}
        for attempt in result.attempts:
            if attempt.sample:
                _write(folder / names[id(attempt)], _png(attempt.sample.image))
        content = _content(result, position, language, [names.get(id(attempt), "") for attempt in result.attempts])
        path = folder / f"{position}.json"
        _write(path, json.dumps(content, ensure_ascii=False, indent=2).encode())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(folder)) from error
    return path


def _name(attempt: CaptureAttempt, result: CaptureResult, position: Position) -> str:
    is_result = result.accepted and attempt is result.best
    return f"{position}.png" if is_result else f"{position}_attempt_{attempt.number}.png"


def _content(result: CaptureResult, position: Position, language: str, names: list[str]) -> dict[str, Any]:
    return {
        "position": str(position),
        "accepted": result.accepted,
        "forced": result.forced or None,
        "why": result.explanation,
        "bad_scans": result.bad,
        "nothing_placed": result.empty,
        "suggestion": result.suggestion or None,
        "error": str(result.error) if result.error else None,
        "attempts": [
            {
                "number": attempt.number,
                "file": name or None,
                "refusal": attempt.refusal or None,
                "report": attempt.report.to_dict(language) if attempt.report else None,
            }
            for attempt, name in zip(result.attempts, names, strict=True)
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
    partial = path.with_name(path.name + ".part")
    private(partial).write_bytes(data)
    partial.replace(path)
