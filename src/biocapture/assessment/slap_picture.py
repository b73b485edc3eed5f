"""A slap with its fingers boxed and named."""

from collections.abc import Sequence

import cv2
import numpy as np

from biocapture.assessment.report import Report
from biocapture.assessment.slaps import SlapCapture
from biocapture.types import Picture

COLOURS = {"READY": (28, 127, 91), "REVIEW": (192, 131, 18), "RETAKE": (197, 61, 47)}
OTHER = (60, 90, 160)
"""Of fingers that are not judged."""

LINE_SHARE, TEXT_SHARE = 0.004, 0.0009
"""Width of a line and size of letters as a share of the picture's height."""


def slap_picture(capture: SlapCapture, reports: Sequence[Report] = ()) -> Picture:
    """A slap with a box around each finger, its tip marked, its position and quality.

    Parameters
    ----------
    capture : SlapCapture
    reports : sequence of Report
        Of its fingers; empty = not assessed.

    Returns
    -------
    (H, W, 3) uint8
        RGB.
    """
    picture = np.repeat(capture.sample.image.pixels[:, :, None], 3, axis=2)
    thick = max(2, round(LINE_SHARE * picture.shape[0]))
    for number, (finger, part) in enumerate(zip(capture.found.fingers, capture.found.parts, strict=True)):
        report = reports[number] if reports else None
        colour = COLOURS.get(str(report.verdict), OTHER) if report else OTHER
        corners = np.rint(finger.box.corners[:, ::-1]).astype(np.int32)
        cv2.polylines(picture, [corners], True, colour, thick, cv2.LINE_AA)
        cv2.line(picture, corners[0].tolist(), corners[1].tolist(), colour, 3 * thick, cv2.LINE_AA)
        quality = f" {report.quality:.0f}" if report and report.quality == report.quality else ""
        _label(picture, f"{part.replace('_', ' ')}{quality}", corners, colour, thick)
    return picture


def _label(picture: Picture, words: str, corners: np.ndarray, colour: tuple[int, int, int], thick: int) -> None:
    """Words above a box, inside the picture."""
    size = TEXT_SHARE * picture.shape[0]
    (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    left = int(np.clip(corners[:, 0].mean() - width / 2, 0, max(0, picture.shape[1] - width)))
    base = int(np.clip(corners[:, 1].min() - thick * 3, height + thick, picture.shape[0] - thick))
    cv2.putText(picture, words, (left, base), cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 3 * thick, cv2.LINE_AA)
    cv2.putText(picture, words, (left, base), cv2.FONT_HERSHEY_SIMPLEX, size, colour, thick, cv2.LINE_AA)
