"""The report of one sample, and how reports are written: dictionaries, CSV, JSON Lines and Parquet rows."""

import csv
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from biocapture.assessment.verdict import ERROR, Reason, Verdict
from biocapture.errors import UsageError
from biocapture.guidance import text
from biocapture.guidance.plain_text import csv_cell, printable
from biocapture.images.private_files import private
from biocapture.measure import Score
from biocapture.types import FingerGroup, Modality, Position, PpiSource

COLUMNS = {
    "path": "Where the image was read from; empty for images given as bytes or arrays.",
    "sha256": "SHA-256 of the file's bytes (of the pixels for arrays).",
    "modality": "fingerprint, face or iris: as the caller states, from the file name, or guessed from the image.",
    "position": "Finger, eye or face slot, as the caller states, or from the file name; 'unknown' where neither does.",
    "width_px": "Width of the decoded image, before any resampling.",
    "height_px": "Height of the decoded image, before any resampling.",
    "ppi": "Resolution in pixels per inch that was used; empty where resolution has no meaning.",
    "ppi_source": "metadata, given (by you) or assumed (500): where that resolution comes from.",
    "quality": "Unified quality 0..100, higher is better: predicted usefulness for comparison.",
    "verdict": "READY, RETAKE or REVIEW under the chosen profile.",
    "reasons": "All faults, worst first, as guidance keys separated by ';'.",
    "failure": "Why the capture could not be assessed at all (a bad capture, not a bad file).",
    "error": "Why the file could not be read (a bad input; all other columns are then empty) or which measure failed.",
}
"""The fixed columns of every table, name → what it is."""

NUMBER_COLUMNS = frozenset({"width_px", "height_px", "ppi", "quality"})
"""Those that hold numbers; all others hold text."""


@dataclass(frozen=True, slots=True)
class SlapSummary:
    """What several fingers captured at once are together.

    Attributes
    ----------
    group : str
        ``right_slap``, ``left_slap`` or ``thumbs``; empty where it cannot be told.
    fingers, expected, named : int
        Found; due, 0 where nobody said; found with a position.
    angle_deg : float
        Mean direction, counter-clockwise from upright.
    lowest_quality, mean_quality : float
        Of the fingers, 0..100; MOSIP's client tests the mean.
    faults : tuple of str
        Reason keys of the slap itself.
    """

    group: str
    fingers: int
    expected: int
    named: int
    angle_deg: float
    lowest_quality: float
    mean_quality: float
    faults: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; NaN becomes None."""
        return {name: None if _is_nan(value) else value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known of one sample.

    Attributes
    ----------
    quality : float
        Unified quality 0..100; NaN when not assessable.
    verdict : Verdict or None
        None only when there is an ``error``.
    reasons : tuple of Reason
        All faults, worst first.
    notes : tuple of str
        What was noticed about the file (resolution, polarity …), whether or not it counts as a fault.
    measures : dict
        Measure id → raw value and score.
    native : dict
        Further columns computed on request, e.g. ``nfiq2.OCL_Bin10_Mean``.
    slap : SlapSummary or None
        Of several fingers captured at once.
    """

    path: str = ""
    sha256: str = ""
    modality: Modality | None = None
    position: Position | FingerGroup = Position.UNKNOWN
    width_px: int = 0
    height_px: int = 0
    ppi: float = math.nan
    ppi_source: PpiSource = PpiSource.NONE
    quality: float = math.nan
    verdict: Verdict | None = None
    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()
    failure: str = ""
    error: str = ""
    measures: dict[str, Score] = field(default_factory=dict)
    native: dict[str, float] = field(default_factory=dict)
    slap: SlapSummary | None = None

    @property
    def outcome(self) -> str:
        """The verdict, or ``ERROR`` where the file could not be read or a measure failed."""
        return ERROR if self.error else str(self.verdict)

    def guidance(self, language: str = "en") -> list[str]:
        """What the operator does, worst fault first, each instruction once.

        Parameters
        ----------
        language : str
            One of :data:`biocapture.guidance.LANGUAGES`.
        """
        return list(dict.fromkeys(text(reason.key, language) for reason in self.reasons))

    def row(self) -> dict[str, Any]:
        """One flat table row: :data:`COLUMNS`, then ``<id>`` and ``<id>.score`` per measure, then native columns."""
        if self.verdict is None:
            return {"path": self.path, "sha256": self.sha256, "error": self.error}
        row: dict[str, Any] = {name: getattr(self, name) for name in COLUMNS}
        row |= {"modality": str(self.modality), "position": str(self.position), "verdict": str(self.verdict)}
        row["ppi_source"] = str(self.ppi_source)
        row["reasons"] = ";".join(dict.fromkeys(reason.key for reason in self.reasons))
        for measure_id, value in self.measures.items():
            row[measure_id] = value.raw
            row[f"{measure_id}.score"] = value.score
        return {name: None if _is_nan(value) else value for name, value in (row | self.native).items()}

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """JSON-ready nested form with guidance texts; NaN becomes None.

        Parameters
        ----------
        language : str
            Of the texts.
        """
        flat = self.row()
        nested = {name: flat.get(name) for name in COLUMNS}
        nested["reasons"] = [
            {
                "key": reason.key,
                "source": reason.source,
                "verdict": str(reason.verdict),
                "score": None if _is_nan(reason.score) else reason.score,
                "minimum": None if _is_nan(reason.minimum) else reason.minimum,
                "guidance": text(reason.key, language),
            }
            for reason in self.reasons
        ]
        nested["notes"] = list(self.notes)
        nested["measures"] = {
            name: {"raw": flat.get(name), "score": flat.get(f"{name}.score")} for name in self.measures
        }
        if self.slap:
            nested["slap"] = self.slap.to_dict()
        if self.native:
            nested["native"] = {name: flat.get(name) for name in self.native}
        return nested


def header(measure_ids: Sequence[str], native: Sequence[str] = ()) -> list[str]:
    """Column names of a table, in order.

    Parameters
    ----------
    measure_ids : sequence of str
        Each gives two columns: raw value and score.
    native : sequence of str
        Names of native columns.

    Returns
    -------
    list of str
    """
    scored = [name for measure_id in measure_ids for name in (measure_id, f"{measure_id}.score")]
    return [*COLUMNS, *scored, *native]


def parquet_schema(names: Sequence[str], texts: Sequence[str] = ()) -> Any:
    """Arrow schema of a table of reports.

    Parameters
    ----------
    names : sequence of str
        Columns in order.
    texts : sequence of str
        Columns that hold text besides those of :data:`COLUMNS`; all others hold numbers.

    Returns
    -------
    pyarrow.Schema
    """
    import pyarrow as pa

    text_columns = {*COLUMNS, *texts} - NUMBER_COLUMNS
    kinds = {"width_px": pa.int32(), "height_px": pa.int32()}
    kinds |= {name: pa.string() for name in text_columns}
    return pa.schema([(name, kinds.get(name, pa.float64())) for name in names])


class Writer(Protocol):
    """Takes reports one by one."""

    def write(self, report: Report) -> None:
        """Append one row.

        Parameters
        ----------
        report : Report
        """


class _CsvWriter:
    def __init__(self, handle: Any, names: Sequence[str]) -> None:
        self._rows = csv.DictWriter(handle, names, restval="", lineterminator="\n")
        self._rows.writeheader()

    def write(self, report: Report) -> None:
        cells = report.row().items()
        self._rows.writerow({name: csv_cell(cell) if isinstance(cell, str) else cell for name, cell in cells})


class _JsonLinesWriter:
    def __init__(self, handle: Any, names: Sequence[str]) -> None:
        self._handle, self._names = handle, names

    def write(self, report: Report) -> None:
        row = report.row()
        self._handle.write(json.dumps({name: row.get(name) for name in self._names}, allow_nan=False) + "\n")


class _ParquetWriter:
    """Row groups of a thousand, so that memory stays flat."""

    GROUP = 1000

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schema = parquet_schema(names)
        self._file = pq.ParquetWriter(path, self._schema)
        self._from_rows = pa.Table.from_pylist
        self._waiting: list[dict[str, Any]] = []

    def write(self, report: Report) -> None:
        row = report.row()
        self._waiting.append(
            {name: printable(value) if isinstance(value, str) else value for name, value in row.items()}
        )
        if len(self._waiting) >= self.GROUP:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._file.write_table(self._from_rows(self._waiting, schema=self._schema))
            self._waiting = []

    def close(self) -> None:
        self.flush()
        self._file.close()


@contextmanager
def open_writer(path: Path, names: Sequence[str]) -> Iterator[Writer]:
    """Open a table for writing; the file appears under its name only when complete.

    Parameters
    ----------
    path : Path
        The format follows from the suffix: .csv, .jsonl or .parquet. A run cut short leaves ``<name>.part``.
    names : sequence of str
        Columns, as :func:`header` gives them.

    Yields
    ------
    Writer

    Raises
    ------
    UsageError
        Another suffix, or the file cannot be written.
    """
    partial = path.with_name(path.name + ".part")
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            writer = _ParquetWriter(private(partial), names)
            try:
                yield writer
            finally:
                writer.close()
        elif suffix in {".csv", ".jsonl"}:
            with private(partial).open("w", newline="", encoding="utf8", errors="surrogateescape") as handle:
                yield (_CsvWriter if suffix == ".csv" else _JsonLinesWriter)(handle, names)
        else:
            raise UsageError("the output format follows from the suffix: .csv, .jsonl or .parquet", str(path))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error
    partial.replace(path)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
