"""A capture with what was found in it, beside a card of its measures; each modality draws its own."""

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
from biocapture.assessment.slap_picture import slap_picture
from biocapture.assessment.slaps import slap_of, slap_report
from biocapture.errors import UsageError
from biocapture.images.private_files import private
from biocapture.types import Picture, Sample

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")

HEIGHT_PX, WIDTH_PX, GAP_PX = 720, 800, 16
"""Room for the capture, whose height may grow to that of the card; margin around it."""


def capture_picture(sample: Sample, backend: str = DEFAULT_BACKEND) -> Picture:
    """Picture of a capture with its segmentation, minutiae or landmarks drawn in; of a slap with its fingers boxed.

    Parameters
    ----------
    sample : Sample
        At any resolution.
    backend : str
        What finds a face.

    Returns
    -------
    (H, W, 3) uint8
        RGB; enlarged where lines would otherwise hide what they show. Nothing is drawn in where nothing is found.
    """
    slap = slap_of(sample)
    if slap is not None:
        return slap_picture(slap)
    package = capability(sample.modality, Drawing)
    if package is None:
        return np.repeat(np.atleast_3d(sample.image.pixels), 3 if sample.image.pixels.ndim == 2 else 1, axis=2)
    drawn, _ = package.draw(at_working_resolution(sample), **backend_option(sample.modality, backend))
    return drawn


def draw(source: Source, options: Options, language: str = "") -> tuple[Picture, Report]:
    """Assess a capture and draw it, beside its measures as bars and its faults with what to do about them.

    Parameters
    ----------
    source : path, bytes, array or Sample
    options : Options
    language : str
        Of the text; "" = that of the profile.

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
    sample = sample_of(source, options)
    slap = slap_of(sample)
    if slap is None:
        report, left = reports([sample], options)[0], capture_picture(sample, options.backend)
    else:
        fingers = reports(slap.fingers, options) if slap.fingers else []
        report, left = slap_report(slap, fingers), slap_picture(slap, fingers)
    right = card(report, options.profile, language or options.profile.language)
    scale = min(max(HEIGHT_PX, right.shape[0] - 2 * GAP_PX) / left.shape[0], WIDTH_PX / left.shape[1])
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = round(scale * left.shape[1]), round(scale * left.shape[0])
    capture = cv2.resize(left, size, interpolation=interpolation)
    height = max(capture.shape[0] + 2 * GAP_PX, right.shape[0])
    canvas = np.full((height, capture.shape[1] + 2 * GAP_PX + right.shape[1], 3), 255, np.uint8)
    canvas[GAP_PX : GAP_PX + capture.shape[0], GAP_PX : GAP_PX + capture.shape[1]] = capture
    canvas[: right.shape[0], -right.shape[1] :] = right
    return canvas, report


def write_drawing(source: Source, out: Path, options: Options, language: str = "") -> Report:
    """Assess a capture and write its drawing to a file.

    Parameters
    ----------
    source : path, bytes, array or Sample
    out : Path
        The format follows from the suffix, one of :data:`SUFFIXES`.
    options : Options
    language : str
        Of the text; "" = that of the profile.

    Returns
    -------
    Report

    Raises
    ------
    UsageError
        The name does not end in .png, .jpg, .jpeg or .webp, or the file cannot be written.
    BiocaptureError
        For bad input.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise UsageError(f"a drawing ends in {', '.join(SUFFIXES)}", str(out))
    picture, report = draw(source, options, language)
    coded = cv2.imencode(out.suffix.lower(), np.ascontiguousarray(picture[:, :, ::-1]))[1]
    try:
        private(out).write_bytes(coded.tobytes())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(out)) from error
    return report
