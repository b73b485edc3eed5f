"""A record's readiness as one self-contained page: verdict, slots, and the images that show each fault."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.report import printable
from biocapture.comparison.protocol import matcher
from biocapture.enrolment.readiness import Finding, Readiness
from biocapture.enrolment.readiness.slot import Examined
from biocapture.errors import UsageError
from biocapture.guidance.pages import jpeg_uri, page_environment
from biocapture.guidance.words import record_phrase

SHOWN_PX = 900
"""Longest side of a picture on the page."""


def write_html(record: Readiness, path: Path, language: str = "") -> None:
    """Write the page.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    page = _page(record, language or record.language)
    try:
        path.write_text(page, encoding="utf8", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error


def _page(record: Readiness, language: str) -> str:
    attempts = {attempt.name: attempt for slot in record.slots for attempt in slot.attempts}
    environment = page_environment(Path(__file__).parent, language)
    environment.filters["plain"] = printable
    environment.globals |= {"w": partial(record_phrase, language=language), "pictures": partial(_pictures, attempts)}
    return environment.get_template("page.html.j2").render(record=record, language=language)


def _pictures(attempts: Mapping[str, Examined], finding: Finding) -> Iterator[tuple[str, str]]:
    """Data URIs and captions of the images that show a finding."""
    shown = [attempts[name] for name in finding.images if name in attempts]
    for pixels, caption in _drawn(finding, shown):
        yield _data_uri(pixels), caption


def _drawn(finding: Finding, shown: Sequence[Examined]) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """BGR images with their captions: a compared pair as one picture with what agrees in it, otherwise each image."""
    both = [attempt for attempt in shown if attempt.template is not None and attempt.sample is not None]
    if "score" in finding.evidence and len(shown) == len(both) == 2:
        one, other = both
        assert one.sample is not None
        assert other.sample is not None
        if one.sample.modality is other.sample.modality:
            part = matcher(one.sample.modality)
            templates = one.template, other.template
            drawn = part.picture((one.sample, other.sample), templates, part.compare(*templates))
            yield drawn, f"{one.name}, {other.name}"
            return
    for attempt in shown:
        if attempt.sample is not None:
            pixels = attempt.sample.image.pixels
            yield (cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels), attempt.name


def _data_uri(picture: NDArray[np.uint8]) -> str:
    scale = SHOWN_PX / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(
            np.uint8, copy=False
        )
    return jpeg_uri(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())
