"""The sensor's surface as many captures show it, with faults marked in red."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.capture.health.findings import Diagnosis
from biocapture.capture.health.spots import glass_brightness
from biocapture.errors import UsageError

RED = (40, 40, 230)
"""Blue, green, red: this picture is only ever written to a file."""

SIDE_PX = 640
"""Of the longer side."""


def surface_picture(diagnosis: Diagnosis) -> NDArray[np.uint8]:
    """Draw the surface: how bright each place is where no finger darkens it.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    (H, W, 3) uint8
        Blue, green, red; 640 px along the longer side.

    Raises
    ------
    UsageError
        There is no capture of this device yet.
    """
    pattern = diagnosis.pattern
    if pattern is None:
        raise UsageError("no capture in the record yet", diagnosis.device)
    scale = SIDE_PX / max(pattern.geometry.rows, pattern.geometry.columns)
    size = (round(pattern.geometry.columns * scale), round(pattern.geometry.rows * scale))
    drawn = np.full((*size[::-1], 3), 220, np.uint8)
    if pattern.cells.size:
        grey = np.clip(glass_brightness(pattern) * 225, 0, 255).astype(np.uint8)
        drawn = cv2.cvtColor(cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR), cv2.COLOR_GRAY2BGR)
    for spot in diagnosis.spots:
        centre = (round(spot.column * scale), round(spot.row * scale))
        reach = round(0.5 * scale * float(np.hypot(spot.height_px, spot.width_px))) + 4
        cv2.circle(drawn, centre, reach, RED, 2, cv2.LINE_AA)
    for line in diagnosis.lines:
        at = round(line.number * scale)
        ends = ((0, at), (size[0] - 1, at)) if line.is_row else ((at, 0), (at, size[1] - 1))
        cv2.line(drawn, *ends, RED, 1)
    return np.asarray(drawn, np.uint8)
