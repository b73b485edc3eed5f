"""The mappings from raw values to 0..100 that OFIQ uses; halves are rounded away from zero."""

from dataclasses import dataclass

import numpy as np

from biocapture.face.landmarks import round_half_away
from biocapture.measure import Column


def _sigmoid(raw: Column, centre: float, width: float) -> Column:
    return 1.0 / (1.0 + np.exp(np.clip(-(raw - centre) / width, -700.0, 700.0)))


def _score(value: Column) -> Column:
    return np.clip(round_half_away(value), 0.0, 100.0) + 0.0


@dataclass(frozen=True, slots=True)
class Logistic:
    """``height * (offset + scale * sigmoid((x - centre) / width))``, x the distance of raw from ``best`` if given."""

    centre: float
    width: float
    height: float = 100.0
    offset: float = 0.0
    scale: float = 1.0
    best: float | None = None

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        at = raw if self.best is None else np.abs(raw - self.best)
        return _score(self.height * (self.offset + self.scale * _sigmoid(at, self.centre, self.width)))


@dataclass(frozen=True, slots=True)
class Line:
    """``offset + slope * raw``."""

    slope: float
    offset: float = 0.0

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return _score(self.offset + self.slope * raw)


@dataclass(frozen=True, slots=True)
class Power:
    """``100 * raw ** exponent``."""

    exponent: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return _score(100.0 * np.maximum(raw, 0.0) ** self.exponent)


@dataclass(frozen=True, slots=True)
class Plateau:
    """High between two logistic flanks at ``low`` and ``high``."""

    low: float
    high: float
    width: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        rising, falling = _sigmoid(raw, self.low, self.width), _sigmoid(raw, self.high, self.width)
        return _score(100.0 * rising * (1.0 - falling))


@dataclass(frozen=True, slots=True)
class Arch:
    """``100 * sin(pi * s)``, s = ``steepness * raw`` brought to 0..1."""

    steepness: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        steep = self.steepness * np.maximum(raw, 0.0)
        return _score(100.0 * np.sin(np.pi * steep / (steep + 1.0)))


@dataclass(frozen=True, slots=True)
class Reciprocal:
    """``1 / (raw + offset)``."""

    offset: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return _score(1.0 / (np.maximum(raw, 0.0) + self.offset))


@dataclass(frozen=True, slots=True)
class CosineSquare:
    """Square of the cosine of an angle in degrees, 0 beyond a right angle."""

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return _score(100.0 * np.maximum(0.0, np.cos(np.radians(raw))) ** 2)


@dataclass(frozen=True, slots=True)
class Falling:
    """100 at 0, 0 from ``limit`` on, along the logistic at ``centre`` between."""

    centre: float
    width: float
    limit: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        first, last = (_sigmoid(np.array(end), self.centre, self.width) for end in (0.0, self.limit))
        at = _sigmoid(np.clip(raw, 0.0, self.limit), self.centre, self.width)
        return _score(100.0 * (last - at) / (last - first))
