"""Pictures on disk: read as RGB, listed and named."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""(H, W, 3) uint8, red first."""

PORTRAITS = ("congress", "neutral_front", "smiling_front", "canada")
"""Folders of the portraits, see README.md beside this file."""


def read(path: Path) -> Rgb:
    """The picture of a file as (H, W, 3) RGB."""
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def portrait_files(images: Path) -> list[Path]:
    """Every portrait of the folders :data:`PORTRAITS`, folder by folder."""
    return [path for folder in PORTRAITS for path in sorted((images / folder).glob("*.jpg"))]


def name_of(path: Path) -> str:
    """Folder and file, as portraits are named in all tables."""
    return f"{path.parent.name}/{path.name}"
