"""Rows of the health record: outcomes and patterns as SQLite holds them."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from biocapture.capture.health.outcome import Outcome, OutcomeKind
from biocapture.capture.health.pattern import Pattern
from biocapture.capture.health.traits import FrameGeometry
from biocapture.errors import HealthError
from biocapture.types import Modality

MAX_ROW_CAPTURES = 20
"""Captures whose traits are added up in one row."""


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """An outcome in the record; brightness and contrast in greys, NaN where there is none."""

    time: float
    modality: Modality
    kind: OutcomeKind
    detail: str
    quality: float
    residue: float
    brightness: float
    contrast: float


def row_of(outcome: Outcome) -> tuple[float | str | None, ...]:
    """Columns of an outcome, without number and device.

    Parameters
    ----------
    outcome : Outcome

    Returns
    -------
    tuple
        In the order of the table ``outcomes``; None for NaN.
    """
    traits = outcome.traits
    greys = (traits.brightness, traits.contrast) if traits else (math.nan, math.nan)
    numbers = (outcome.quality, outcome.residue, *greys)
    words = (str(outcome.modality), str(outcome.kind), outcome.detail)
    return outcome.time, *words, *(value if math.isfinite(value) else None for value in numbers)


def patterns_by_geometry(outcomes: Iterable[Outcome]) -> dict[FrameGeometry, list[Pattern]]:
    """Patterns of outcomes with an image, one each.

    Parameters
    ----------
    outcomes : iterable of Outcome

    Returns
    -------
    dict of FrameGeometry to list of Pattern
    """
    patterns: dict[FrameGeometry, list[Pattern]] = {}
    for outcome in outcomes:
        if outcome.traits:
            patterns.setdefault(outcome.traits.geometry, []).append(Pattern.of_traits(outcome.traits, outcome.time))
    return patterns


def join_in_rows(patterns: list[Pattern]) -> Iterator[Pattern]:
    """Join patterns into rows of up to 20 captures.

    Parameters
    ----------
    patterns : list of Pattern
        Of one geometry; the first may hold several captures.

    Yields
    ------
    Pattern
    """
    first, rest = patterns[0], patterns[1:]
    room = max(0, MAX_ROW_CAPTURES - first.count)
    yield Pattern.join([first, *rest[:room]])
    for start in range(room, len(rest), MAX_ROW_CAPTURES):
        yield Pattern.join(rest[start : start + MAX_ROW_CAPTURES])


def geometry_of_row(row: tuple[object, ...]) -> FrameGeometry:
    """Geometry in a row of the table ``patterns``.

    Parameters
    ----------
    row : tuple
        Modality, height, width, stride, and anything.

    Returns
    -------
    FrameGeometry

    Raises
    ------
    HealthError
        There can be no such geometry: the file is damaged.
    """
    height, width, stride = (int(value) for value in row[1:4])  # type: ignore[call-overload]
    if not (0 < height <= 1 << 16 and 0 < width <= 1 << 16 and max(height, width) / 129 <= stride <= 1 << 12):
        raise HealthError(f"damaged: a frame of {height} × {width}, cells of {stride}")
    return FrameGeometry(Modality(str(row[0])), height, width, stride)
