"""Pictures of a comparison, as files; each modality draws its own."""

from pathlib import Path

import cv2

from biocapture.comparison.compare import PairComparison
from biocapture.comparison.protocol import matcher_for
from biocapture.errors import UsageError
from biocapture.images.private_files import private


def write_overlay(pair: PairComparison, path: Path) -> None:
    """Write both captures and what agreed between them as a PNG.

    Parameters
    ----------
    pair : PairComparison
    path : Path

    Raises
    ------
    UsageError
        The name does not end in .png, or the file cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise UsageError("an overlay is a .png", str(path))
    picture = matcher_for(pair.modality).picture(pair.samples, pair.templates, pair.comparison)
    try:
        private(path).write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error
