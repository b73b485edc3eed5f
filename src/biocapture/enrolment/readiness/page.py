"""A record's readiness as one self-contained page: verdict, slots, and the images that show each fault."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.comparison.protocol import matcher_for
from biocapture.enrolment.readiness import Readiness, RecordFinding
from biocapture.enrolment.readiness.slot import ExaminedAttempt
from biocapture.errors import UsageError
from biocapture.guidance.pages import jpeg_uri, page_environment
from biocapture.guidance.plain_text import printable
from biocapture.guidance.words import record_phrase
from biocapture.images.private_files import private

MAX_PICTURE_PX = 900
"""Longest side of a picture on the page; larger ones are reduced."""


def write_page(record: Readiness, path: Path, language: str = "") -> None:
    """Write the page of a record.

    Parameters
    ----------
    record : Readiness
    path : Path
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`; default: the profile's.

    Raises
    ------
    UsageError
        The file cannot be written, or there is no such language.
    """
    page = _page(record, language or record.language)
    try:
        private(path).write_text(page, encoding="utf8", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error


def _page(record: Readiness, language: str) -> str:
    attempts = {attempt.name: attempt for slot in record.slots for attempt in slot.attempts}
    environment = page_environment(Path(__file__).parent, language)
    environment.filters["plain"] = printable
    environment.globals |= {"w": partial(record_phrase, language=language), "pictures": partial(_pictures, attempts)}
    return environment.get_template("page.html.j2").render(record=record, language=language)


def _pictures(attempts: Mapping[str, ExaminedAttempt], finding: RecordFinding) -> Iterator[tuple[str, str]]:
    """Data URIs and captions of the images that show a finding."""
    evidence = [attempts[name] for name in finding.images if name in attempts]
    for pixels, caption in _draw(finding, evidence):
        yield _data_uri(pixels), caption


def _draw(finding: RecordFinding, evidence: Sequence[ExaminedAttempt]) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """BGR images with their captions: a compared pair as one picture with what agrees in it, otherwise each image."""
    comparable = [attempt for attempt in evidence if attempt.template is not None and attempt.sample is not None]
    if "score" in finding.evidence and len(evidence) == len(comparable) == 2:
        probe, reference = comparable
        assert probe.sample is not None
        assert reference.sample is not None
        if probe.sample.modality is reference.sample.modality:
            own = matcher_for(probe.sample.modality)
            templates = probe.template, reference.template
            picture = own.picture((probe.sample, reference.sample), templates, own.compare(*templates))
            yield picture, f"{probe.name}, {reference.name}"
            return
    for attempt in evidence:
        if attempt.sample is not None:
            pixels = attempt.sample.image.pixels
            yield (cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels), attempt.name


def _data_uri(picture: NDArray[np.uint8]) -> str:
    scale = MAX_PICTURE_PX / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(
            np.uint8, copy=False
        )
    return jpeg_uri(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())
