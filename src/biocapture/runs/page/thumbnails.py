"""Pictures of cases, with what was seen in them, small enough to stand in the page. Images are personal data."""

from pathlib import Path

import cv2
import numpy as np

from biocapture.assessment.options import Options
from biocapture.assessment.picture import seen
from biocapture.assessment.samples import sample_of
from biocapture.errors import BiocaptureError
from biocapture.guidance.pages import jpeg_uri
from biocapture.runs.page.kept import Case
from biocapture.types import Modality

SIDE_PX, DRAWN_PX, JPEG_QUALITY = 200, 420, 80
"""Longest side as it is, and with what was seen: thin lines need room."""


class Thumbnails:
    """Gives the picture of a case as a data URI; "" where its file is not there or cannot be read.

    Parameters
    ----------
    wanted : Options
        How files are read.
    folder : Path
        What relative paths in the table are relative to.
    """

    def __init__(self, wanted: Options, folder: Path) -> None:
        self._wanted, self._folder = wanted, folder
        self._made: dict[tuple[str, bool], str] = {}

    def __call__(self, case: Case, drawn: bool) -> str:
        """The picture with what was seen in it, or as it is; made once."""
        if (case.path, drawn) not in self._made:
            self._made[case.path, drawn] = self._uri(case, drawn)
        return self._made[case.path, drawn]

    def _uri(self, case: Case, drawn: bool) -> str:
        if case.modality not in set(Modality):
            return ""
        try:
            sample = sample_of(self._folder / case.path, self._of(case))
            pixels = sample.image.pixels
            picture = seen(sample, self._wanted.backend) if drawn else np.atleast_3d(pixels)
        except (BiocaptureError, OSError, ValueError, MemoryError, cv2.error):
            return ""
        scale = min(1.0, (DRAWN_PX if drawn else SIDE_PX) / max(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        bgr = small if small.ndim == 2 else np.ascontiguousarray(small[:, :, ::-1])
        coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
        return jpeg_uri(coded.tobytes())

    def _of(self, case: Case) -> Options:
        how = self._wanted
        kind = Modality(case.modality)
        return Options(how.profile, kind, how.position, how.ppi, False, how.max_pixels, how.backend)
