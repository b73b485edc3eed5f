"""A reference population: quantiles of every measure, with which a run is compared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import UsageError
from biocapture.runs.page.statistics import RunStatistics

SHIPPED = Path(__file__).parent / "reference.json"
QUANTILE_COUNT = 21
"""At 0, 5 % … 100 %."""

MAX_REFERENCE_BYTES = 1_000_000
STRIP_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Shares at which a distribution is drawn."""


@dataclass(frozen=True, slots=True)
class ReferencePopulation:
    """Quantiles at 0, 5 % … 100 % of a population.

    Attributes
    ----------
    about : str
        Where it comes from, shown on the page.
    score, raw : mapping
        Measure id → 21 ascending values.
    """

    about: str
    score: Mapping[str, tuple[float, ...]]
    raw: Mapping[str, tuple[float, ...]]

    def strip(self, measure: str) -> list[float] | None:
        """Quantiles of a measure's scores that are drawn.

        Parameters
        ----------
        measure : str
            Id.

        Returns
        -------
        list of float or None
            Scores 0..100 at 5 %, 25 %, 50 %, 75 % and 95 %; None where the measure is not in it.
        """
        quantiles = self.score.get(measure)
        return [quantiles[round(share * (QUANTILE_COUNT - 1))] for share in STRIP_QUANTILES] if quantiles else None


def quantile(counts: NDArray[np.int64], share: float) -> float:
    """Quantile of rounded scores.

    Parameters
    ----------
    counts : (K,) int64
        Of scores 0, 1 … K - 1.
    share : float
        0..1; 0.5 = the median.

    Returns
    -------
    float
        NaN where there are no scores.
    """
    total = int(counts.sum())
    if not total:
        return float("nan")
    return float(np.searchsorted(np.cumsum(counts), max(1.0, share * total), "left"))


def reference_population(statistics: RunStatistics, about: str) -> ReferencePopulation:
    """Turn a run into a reference population.

    Parameters
    ----------
    statistics : RunStatistics
        Scores come from all its rows, raw values from its sample.
    about : str
        Where it comes from.

    Returns
    -------
    ReferencePopulation
    """
    shares = np.linspace(0, 1, QUANTILE_COUNT)
    score = {name: tuple(quantile(counts, share) for share in shares) for name, counts in statistics.scores.items()}
    raw = {}
    for sampled in statistics.sampled.values():
        for i, name in enumerate(sampled.measures):
            values = sampled.raw[:, i][np.isfinite(sampled.raw[:, i])]
            if values.size:
                raw[name] = tuple(float(f"{value:.5g}") for value in np.quantile(values, shares))
    return ReferencePopulation(about, score, raw)


def write_reference(reference: ReferencePopulation, path: Path) -> None:
    """Write a reference population as JSON.

    Parameters
    ----------
    reference : ReferencePopulation
    path : Path

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    content = {"about": reference.about, "score": dict(reference.score), "raw": dict(reference.raw)}
    try:
        path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf8")
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error


def read_reference(path: Path) -> ReferencePopulation:
    """Read a reference population.

    Parameters
    ----------
    path : Path
        As :func:`write_reference` writes it.

    Returns
    -------
    ReferencePopulation

    Raises
    ------
    UsageError
        It cannot be read, or does not hold 21 ascending numbers per measure.
    """
    try:
        if path.stat().st_size > MAX_REFERENCE_BYTES:
            raise UsageError(f"more than {MAX_REFERENCE_BYTES} bytes, too large for a reference", str(path))
        content = json.loads(path.read_bytes())
        score, raw = (
            {str(name): _checked(values) for name, values in content[key].items()} for key in ("score", "raw")
        )
        return ReferencePopulation(str(content["about"])[:200], score, raw)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"not a reference population: {error}", str(path)) from error


def _checked(values: object) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != QUANTILE_COUNT:
        raise ValueError(f"{QUANTILE_COUNT} numbers expected")
    numbers = tuple(float(value) for value in values)
    if not (np.isfinite(numbers).all() and (np.diff(numbers) >= 0).all()):
        raise ValueError("ascending numbers expected")
    return numbers
