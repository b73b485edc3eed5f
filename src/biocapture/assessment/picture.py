"""A capture with what was seen in it, beside a card of its measures; each modality draws its own."""

from pathlib import Path

import cv2
import numpy as np

from biocapture.assessment.capabilities import Drawing
from biocapture.assessment.measure_card import card
from biocapture.assessment.modalities import DEFAULT_BACKEND, backend_option, capability
from biocapture.assessment.options import Options
from biocapture.assessment.report import Report
from biocapture.assessment.samples import Source, at_working_resolution, sample_of
from biocapture.assessment.scoring import reports
from biocapture.errors import UsageError
from biocapture.types import Picture, Sample

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")

HEIGHT_PX, WIDTH_PX, GAP_PX = 720, 800, 16
"""Room for the capture, whose height may grow to that of the card; margin around it."""


def capture_picture(sample: Sample, backend: str = DEFAULT_BACKEND) -> Picture:
    """(H, W, 3) uint8 RGB: the capture with segmentation and landmarks drawn in; the bare capture where none is found.

    Enlarged where lines would else hide what they show.
    """
    part = capability(sample.modality, Drawing)
    if part is None:
        return np.repeat(np.atleast_3d(sample.image.pixels), 3 if sample.image.pixels.ndim == 2 else 1, axis=2)
    drawn, _ = part.draw(at_working_resolution(sample), **backend_option(sample.modality, backend))
    return drawn


def draw(source: Source, wanted: Options, language: str = "") -> tuple[Picture, Report]:
    """The capture with what was seen, beside its measures as bars and its faults with what to do about them.

    Returns
    -------
    picture : (H, W, 3) uint8
        RGB.
    report : Report

    Raises
    ------
    BiocaptureError
        For bad input.
    """
    sample = sample_of(source, wanted)
    report = reports([sample], wanted)[0]
    left = capture_picture(sample, wanted.backend)
    right = card(report, wanted.profile, language or wanted.profile.language)
    scale = min(max(HEIGHT_PX, right.shape[0] - 2 * GAP_PX) / left.shape[0], WIDTH_PX / left.shape[1])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = round(scale * left.shape[1]), round(scale * left.shape[0])
    shown = cv2.resize(left, size, interpolation=how)
    height = max(shown.shape[0] + 2 * GAP_PX, right.shape[0])
    canvas = np.full((height, shown.shape[1] + 2 * GAP_PX + right.shape[1], 3), 255, np.uint8)
    canvas[GAP_PX : GAP_PX + shown.shape[0], GAP_PX : GAP_PX + shown.shape[1]] = shown
    canvas[: right.shape[0], -right.shape[1] :] = right
    return canvas, report


def write_drawing(source: Source, out: Path, wanted: Options, language: str = "") -> Report:
    """Draw into a file.

    Raises
    ------
    UsageError
        The name does not end in .png, .jpg, .jpeg or .webp, or the file cannot be written.
    BiocaptureError
        For bad input.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise UsageError(f"a drawing ends in {', '.join(SUFFIXES)}", str(out))
    picture, report = draw(source, wanted, language)
    coded = cv2.imencode(out.suffix.lower(), np.ascontiguousarray(picture[:, :, ::-1]))[1]
    try:
        out.write_bytes(coded.tobytes())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(out)) from error
    return report
