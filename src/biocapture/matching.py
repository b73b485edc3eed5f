"""From two sources to a comparison, and from a list of pairs to scores: decode → template → compare."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import BiocaptureError, UsageError
from biocapture.evaluate import equal_error_rate, fnmr_at
from biocapture.fingerprint.comparison import THRESHOLDS, Comparison
from biocapture.fingerprint.comparison import compare as compare_fingerprints
from biocapture.fingerprint.structure import Structure, structure_of
from biocapture.fingerprint.template import Template, template_of
from biocapture.pipeline import Options, Source, at_working_resolution, options, sample_of
from biocapture.types import Modality, Sample
from biocapture.workers import map_ordered


@dataclass(frozen=True, slots=True)
class Matched:
    """Two captures and their comparison.

    Attributes
    ----------
    samples : (Sample, Sample)
        At the resolution the templates were made at.
    templates : (Template, Template)
    comparison : Comparison
    """

    samples: tuple[Sample, Sample]
    templates: tuple[Template, Template]
    comparison: Comparison

    def is_match(self, fmr: float) -> bool:
        """Whether the score reaches the threshold of one of the documented false match rates."""
        if fmr not in THRESHOLDS:
            raise UsageError(f"false match rate must be one of {', '.join(map(str, THRESHOLDS))}", str(fmr))
        return self.comparison.score >= THRESHOLDS[fmr]


def template(source: Source, *, ppi: float | None = None) -> Template:
    """Template of one fingerprint capture.

    Raises
    ------
    BiocaptureError
        For bad input. A bad capture gives a template with few or no minutiae.
    """
    return template_of(_sample(source, options("fingerprint", ppi=ppi)))


def compare(one: Source, other: Source, *, ppi: float | None = None) -> Matched:
    """Compare two fingerprint captures."""
    wanted = options("fingerprint", ppi=ppi)
    samples = (_sample(one, wanted), _sample(other, wanted))
    templates = (template_of(samples[0]), template_of(samples[1]))
    return Matched(samples, templates, compare_fingerprints(*templates))


@dataclass(frozen=True, slots=True)
class PairList:
    """Rows of a pair file: ``file1``, ``file2``, optionally ``genuine`` (1 or 0), and whatever else it holds."""

    names: tuple[str, ...]
    rows: tuple[dict[str, str], ...]

    @property
    def files(self) -> list[str]:
        """Every file once, sorted."""
        return sorted({row[side] for row in self.rows for side in ("file1", "file2")})

    @property
    def genuine(self) -> NDArray[np.bool_] | None:
        """(P,) which pairs are of the same finger; None when the file does not say."""
        if "genuine" not in self.names:
            return None
        return np.array([row["genuine"] == "1" for row in self.rows])


def read_pairs(path: Path) -> PairList:
    """Read a CSV of pairs; raises :class:`UsageError` when it is none."""
    try:
        with path.open(newline="", encoding="utf8") as handle:
            reader = csv.DictReader(handle)
            rows = tuple(reader)
            names = tuple(reader.fieldnames or ())
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"cannot be read: {error}", str(path)) from error
    if not {"file1", "file2"} <= set(names) or not rows:
        raise UsageError("a pair list has the columns file1 and file2, and at least one row", str(path))
    return PairList(names, rows)


def structures(
    files: Sequence[str], images: Path, *, ppi: float | None, workers: int, fork: bool = False
) -> Iterator[tuple[str, Structure | None, str]]:
    """Name, structure and error of every file, in order; the structure is None where the file cannot be read."""
    work = partial(_structures, images=images, wanted=options("fingerprint", ppi=ppi))
    for name, found, error in map_ordered(work, files, workers, _lost, fork):
        yield name, structure_of(Template.from_bytes(found)) if found else None, error


def scored(pairs: PairList, known: dict[str, Structure | None]) -> Iterator[float]:
    """Score of each pair; NaN where a file cannot be read."""
    for row in pairs.rows:
        one, other = known[row["file1"]], known[row["file2"]]
        yield compare_fingerprints(one, other).score if one is not None and other is not None else float("nan")


def figures(scores: NDArray[np.float64], genuine: NDArray[np.bool_]) -> dict[str, float]:
    """Error rates of scored pairs; unreadable pairs are left out and counted by the caller."""
    whole = np.isfinite(scores)
    same, different = scores[whole & genuine], scores[whole & ~genuine]
    if not same.size or not different.size:
        return {}
    rates = {f"FNMR at FMR {fmr:g}": fnmr_at(same, different, fmr) for fmr in (1e-2, 1e-3)}
    return {"EER": equal_error_rate(same, different)} | rates


def _sample(source: Source, wanted: Options) -> Sample:
    sample = sample_of(source, wanted)
    if sample.modality is not Modality.FINGERPRINT:
        raise UsageError("only fingerprints can be compared in this version", sample.modality)
    return at_working_resolution(sample)


def _structures(files: Sequence[str], images: Path, wanted: Options) -> list[tuple[str, bytes, str]]:
    answers: list[tuple[str, bytes, str]] = []
    for name in files:
        try:
            answers.append((name, template_of(_sample(images / name, wanted)).to_bytes(), ""))
        except (BiocaptureError, MemoryError) as error:
            answers.append((name, b"", str(error)))
    return answers


def _lost(name: str, why: str) -> Any:
    return name, b"", why
