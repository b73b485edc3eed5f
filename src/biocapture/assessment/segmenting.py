"""Slaps cut into files: each finger upright, with its resolution, and a table of what was found."""

import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from biocapture.assessment.options import Options
from biocapture.assessment.report import Report
from biocapture.assessment.samples import Source, samples_of
from biocapture.assessment.scoring import reports
from biocapture.assessment.slaps import SlapCapture, slap_of, slap_report
from biocapture.errors import BiocaptureError, UsageError
from biocapture.guidance.plain_text import csv_cell
from biocapture.images.codecs.compressed import picture_bytes, wsq_bytes
from biocapture.images.private_files import private
from biocapture.types import Image

FORMATS = ("png", "wsq")
"""How fingers are written."""

TABLE_NAME = "fingers.csv"
"""The table in the folder of the fingers."""


@dataclass(frozen=True, slots=True)
class FingerRow:
    """One finger that was written.

    Attributes
    ----------
    path, file : str
        Of the slap, and of the finger within the folder.
    position : str
    row, column, height, width : float
        Box in pixels of the slap: centre, size along and across the finger.
    angle_deg : float
        Counter-clockwise from upright.
    confidence : float
        0..1, that the box holds one fingertip.
    is_cut : bool
        It runs over the border of the picture.
    quality : float
        0..100, NaN where it cannot be assessed.
    """

    path: str
    file: str
    position: str
    row: float
    column: float
    height: float
    width: float
    angle_deg: float
    confidence: float
    is_cut: bool
    quality: float


def segmented(source: Source, options: Options) -> Iterator[SlapCapture]:
    """The slaps of one source.

    Parameters
    ----------
    source : path, bytes or Sample
    options : Options

    Yields
    ------
    SlapCapture

    Raises
    ------
    BiocaptureError
        It cannot be read, or shows one finger or none.
    """
    count = 0
    for sample in samples_of(source, options):
        if isinstance(sample, BiocaptureError):
            raise sample
        capture = slap_of(sample)
        if capture is not None:
            count += 1
            yield capture
    if not count:
        raise UsageError(
            "shows no several fingers; name them with --position right_slap, left_slap or thumbs", str(source)
        )


def write_fingers(
    source: Source, folder: Path, options: Options, kind: str = "png"
) -> list[tuple[Report, list[FingerRow]]]:
    """Write each finger of a source upright into a folder.

    Parameters
    ----------
    source : path
    folder : Path
        Made where it is not there; files are named ``<stem>_<position>.png``.
    options : Options
    kind : str
        One of :data:`FORMATS`.

    Returns
    -------
    list of (Report, list of FingerRow)
        Per slap its report and its fingers from left to right.

    Raises
    ------
    BiocaptureError
        As :func:`segmented`; or the folder cannot be written.
    """
    if kind not in FORMATS:
        raise UsageError(f"fingers are written as {' or '.join(FORMATS)}", kind)
    written = []
    for capture in segmented(source, options):
        own = reports(capture.fingers, options) if capture.fingers else []
        rows = [_write(capture, number, report, folder, kind) for number, report in enumerate(own)]
        written.append((slap_report(capture, own), rows))
    return written


def _write(capture: SlapCapture, number: int, report: Report, folder: Path, kind: str) -> FingerRow:
    found, name = capture.found, capture.sample.image.path
    finger, box = found.fingers[number], found.fingers[number].box
    stem = Path(name).name.replace("#", "_").removesuffix(Path(name).suffix) or "slap"
    file = f"{stem}_{found.parts[number]}.{kind}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        private(folder / file).write_bytes(_encoded(found.upright_finger(number), kind))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(folder / file)) from error
    return FingerRow(
        name, file, str(finger.position), box.row, box.column, box.height, box.width, box.angle_deg,
        finger.confidence, finger.is_cut, report.quality,
    )  # fmt: skip


def _encoded(image: Image, kind: str) -> bytes:
    """File of one finger; a WSQ says its resolution in a comment only, hence 500 ppi is best."""
    if kind == "wsq":
        return wsq_bytes(image.pixels)
    return picture_bytes(image.pixels, "PNG", image.ppi)


def write_table(rows: list[FingerRow], folder: Path) -> Path:
    """Write what was found as CSV.

    Parameters
    ----------
    rows : list of FingerRow
    folder : Path

    Returns
    -------
    Path
        :data:`TABLE_NAME` in the folder.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    path = folder / TABLE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with private(path).open("w", newline="", encoding="utf8", errors="surrogateescape") as handle:
            table = csv.DictWriter(handle, FingerRow.__slots__, lineterminator="\n")
            table.writeheader()
            for row in rows:
                table.writerow({name: _cell(value) for name, value in asdict(row).items()})
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error
    return path


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if value != value else round(value, 2)
    return csv_cell(value) if isinstance(value, str) else value
