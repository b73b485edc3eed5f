"""A reference population: quantiles of every measure, against which a run is read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import UsageError
from biocapture.runs.page.counts import Tally

SHIPPED = Path(__file__).parent / "reference.json"
STEPS = 21
"""Quantiles at 0, 5 % … 100 %."""

LARGEST = 1_000_000
STRIP = (0.05, 0.25, 0.5, 0.75, 0.95)
"""What is drawn of a distribution."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Quantiles at 0, 5 % … 100 % of a population.

    Attributes
    ----------
    about : str
        Where it comes from.
    score, raw : mapping
        Measure id → 21 ascending values.
    """

    about: str
    score: Mapping[str, tuple[float, ...]]
    raw: Mapping[str, tuple[float, ...]]

    def strip(self, measure: str) -> list[float] | None:
        """Scores at 5 %, 25 %, 50 %, 75 %, 95 %; None where the measure is not in it."""
        quantiles = self.score.get(measure)
        return [quantiles[round(part * (STEPS - 1))] for part in STRIP] if quantiles else None


def quantile(counts: NDArray[np.int64], part: float) -> float:
    """Of whole scores; NaN where there are none."""
    total = int(counts.sum())
    if not total:
        return float("nan")
    return float(np.searchsorted(np.cumsum(counts), max(1.0, part * total), "left"))


def reference_of(found: Tally, about: str) -> Reference:
    """A run as a reference: scores from all its rows, raw values from the sample."""
    parts = np.linspace(0, 1, STEPS)
    score = {name: tuple(quantile(counts, part) for part in parts) for name, counts in found.scores.items()}
    raw = {}
    for sampled in found.sampled.values():
        for i, name in enumerate(sampled.names):
            values = sampled.raw[:, i][np.isfinite(sampled.raw[:, i])]
            if values.size:
                raw[name] = tuple(float(f"{value:.5g}") for value in np.quantile(values, parts))
    return Reference(about, score, raw)


def write_reference(reference: Reference, path: Path) -> None:
    """Write it as JSON; raises :class:`UsageError` when that is not possible."""
    content = {"about": reference.about, "score": dict(reference.score), "raw": dict(reference.raw)}
    try:
        path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf8")
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error


def read_reference(path: Path) -> Reference:
    """Read one.

    Raises
    ------
    UsageError
        It cannot be read, or does not hold 21 ascending numbers per measure.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"more than {LARGEST} bytes, too large for a reference", str(path))
        content = json.loads(path.read_bytes())
        score, raw = (
            {str(name): _checked(values) for name, values in content[key].items()} for key in ("score", "raw")
        )
        return Reference(str(content["about"])[:200], score, raw)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"not a reference population: {error}", str(path)) from error


def _checked(values: object) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != STEPS:
        raise ValueError(f"{STEPS} numbers expected")
    numbers = tuple(float(value) for value in values)
    if not (np.isfinite(numbers).all() and (np.diff(numbers) >= 0).all()):
        raise ValueError("ascending numbers expected")
    return numbers
