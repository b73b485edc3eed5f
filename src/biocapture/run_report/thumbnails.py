"""Pictures of cases, with what was seen in them, small enough to stand in the page. Images are personal data."""

import base64
from pathlib import Path

import cv2
import numpy as np

from biocapture.drawing import seen
from biocapture.errors import BiocaptureError
from biocapture.pipeline import Options, sample_of
from biocapture.run_report.kept import Case
from biocapture.types import Modality

SIDE_PX, JPEG_QUALITY = 240, 80


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
        self._made: dict[str, str] = {}

    def __call__(self, case: Case) -> str:
        """The picture, made once per file."""
        if case.path not in self._made:
            self._made[case.path] = self._uri(case)
        return self._made[case.path]

    def _uri(self, case: Case) -> str:
        if case.modality not in set(Modality):
            return ""
        try:
            sample = sample_of(self._folder / case.path, self._of(case))
            drawn = seen(sample, self._wanted.supplier)
        except (BiocaptureError, OSError, ValueError, MemoryError, cv2.error):
            return ""
        scale = min(1.0, SIDE_PX / max(drawn.shape[:2]))
        small = cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        bgr = np.ascontiguousarray(small[:, :, ::-1])
        coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
        return f"data:image/jpeg;base64,{base64.b64encode(coded.tobytes()).decode('ascii')}"

    def _of(self, case: Case) -> Options:
        how = self._wanted
        kind = Modality(case.modality)
        return Options(how.profile, kind, how.position, how.ppi, False, how.max_pixels, how.supplier)
