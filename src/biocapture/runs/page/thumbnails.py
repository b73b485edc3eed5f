"""Small pictures of captures for the page, with what was found in them or without. They are personal data."""

from pathlib import Path

import cv2
import numpy as np

from biocapture.assessment.options import Options
from biocapture.assessment.picture import capture_picture
from biocapture.assessment.samples import sample_of
from biocapture.errors import BiocaptureError
from biocapture.guidance.pages import jpeg_uri
from biocapture.runs.page.samples import ExampleRow
from biocapture.types import Modality

SIDE_PX, DRAWN_PX, JPEG_QUALITY = 200, 420, 80
"""Longest side of a plain picture, and of one with drawn lines, which need more room; quality of both."""


class Thumbnails:
    """Returns the picture of a row's capture.

    Parameters
    ----------
    options : Options
        How files are read.
    folder : Path
        Which relative paths in the table start from.
    """

    def __init__(self, options: Options, folder: Path) -> None:
        self._options, self._folder = options, folder
        self._uris: dict[tuple[str, bool], str] = {}

    def __call__(self, row: ExampleRow, drawn: bool) -> str:
        """Data URI of a capture with what was found in it (``drawn``) or as it is; "" where it cannot be read.

        It is made once and kept.
        """
        if (row.path, drawn) not in self._uris:
            self._uris[row.path, drawn] = self._uri(row, drawn)
        return self._uris[row.path, drawn]

    def _uri(self, row: ExampleRow, drawn: bool) -> str:
        if row.modality not in set(Modality):
            return ""
        try:
            sample = sample_of(self._folder / row.path, self._options_for(row))
            pixels = sample.image.pixels
            picture = capture_picture(sample, self._options.backend) if drawn else np.atleast_3d(pixels)
        except (BiocaptureError, OSError, ValueError, MemoryError, cv2.error):
            return ""
        scale = min(1.0, (DRAWN_PX if drawn else SIDE_PX) / max(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        bgr = small if small.ndim == 2 else np.ascontiguousarray(small[:, :, ::-1])
        coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
        return jpeg_uri(coded.tobytes())

    def _options_for(self, row: ExampleRow) -> Options:
        options = self._options
        kind = Modality(row.modality)
        return Options(options.profile, kind, options.position, options.ppi, False, options.max_pixels, options.backend)
