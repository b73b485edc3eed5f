"""Calibration: how raw values of a measure become scores from 0 to 100."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from biocapture.measure.batch import Column


class Curve(Protocol):
    """Maps raw values to scores 0..100, higher is better; NaN stays NaN."""

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The raw value already is a score: 0..100, higher is better."""

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return np.clip(raw, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """Logistic curve.

    Attributes
    ----------
    centre : float
        Raw value of score 50.
    width : float
        Raw distance from score 50 to score 73; negative where lower is better.
    """

    centre: float
    width: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return 100.0 / (1.0 + np.exp(np.clip(-(raw - self.centre) / self.width, -60.0, 60.0)))


@dataclass(frozen=True, slots=True)
class Ramp:
    """Straight line, clipped to 0..100.

    Attributes
    ----------
    worst, best : float
        Raw values of score 0 and score 100; ``worst > best`` where lower is better.
    """

    worst: float
    best: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return 100.0 * np.clip((raw - self.worst) / (self.best - self.worst), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Band:
    """100 within a band, falling linearly to 0 on both sides of it.

    Attributes
    ----------
    low, high : float
        Ends of the band.
    lowest, highest : float
        Raw values of score 0.
    """

    lowest: float
    low: float
    high: float
    highest: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        rising = (raw - self.lowest) / (self.low - self.lowest)
        falling = (self.highest - raw) / (self.highest - self.high)
        return 100.0 * np.clip(np.minimum(rising, falling), 0.0, 1.0)


def logarithms(scores: Column, floor: float) -> Column:
    """Logarithms of scores as shares of 100: their weighted sums are logarithms of weighted products.

    Parameters
    ----------
    scores : (N,) float64
        0..100; NaN = not assessed, which counts as 100.
    floor : float
        Lower scores count as this one, so that none has a logarithm of minus infinity.

    Returns
    -------
    (N,) float64
        At most 0.
    """
    logs: Column = np.log(np.clip(np.where(np.isnan(scores), 100.0, scores), floor, 100.0) / 100)
    return logs
