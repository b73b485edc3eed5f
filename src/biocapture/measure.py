"""What a measure is: a function from a batch to one number per sample, declared once, beside its code."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
"""(N,) float64, one value per sample, NaN = not assessable."""


class Curve(Protocol):
    """Maps raw values to scores 0..100, higher is better; NaN stays NaN."""

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The raw value is already 0..100 with higher better."""

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return np.clip(raw, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """Logistic curve: 50 at ``centre``; ``width`` is the raw distance from 50 to 73; negative = lower is better."""

    centre: float
    width: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return 100.0 / (1.0 + np.exp(np.clip(-(raw - self.centre) / self.width, -60.0, 60.0)))


@dataclass(frozen=True, slots=True)
class Ramp:
    """Linear from 0 at ``worst`` to 100 at ``best``, clipped; ``worst > best`` when lower is better."""

    worst: float
    best: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        return 100.0 * np.clip((raw - self.worst) / (self.best - self.worst), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Band:
    """100 between ``low`` and ``high``, falling linearly to 0 at ``lowest`` and ``highest``."""

    lowest: float
    low: float
    high: float
    highest: float

    def __call__(self, raw: Column) -> Column:
        """Scores 0..100 of raw values."""
        rising = (raw - self.lowest) / (self.low - self.lowest)
        falling = (self.highest - raw) / (self.highest - self.high)
        return 100.0 * np.clip(np.minimum(rising, falling), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Measure:
    """A declared measure. Calling it with a batch gives the raw column.

    Attributes
    ----------
    id : str
        ``<modality>.<function name>``, derived.
    iso : str
        The standard's name for it, or empty.
    unit : str
        Unit of the raw value; ``"1"`` when dimensionless.
    range : (float, float)
        Smallest and largest possible raw value.
    curve : Curve
        Calibration from raw to 0..100.
    guidance : str
        Key of the operator text shown when the score is low.
    step : int
        Faults of a lower step are named first: what a person has to put right before the rest can be judged.
    """

    function: Callable[[Any], Column]
    id: str
    iso: str
    unit: str
    range: tuple[float, float]
    curve: Curve
    guidance: str
    step: int = 0

    def __call__(self, batch: Any) -> Column:
        """Raw column of a batch."""
        return self.function(batch)

    @property
    def summary(self) -> str:
        """First sentence(s) of the docstring, up to the first blank line."""
        return " ".join(inspect.cleandoc(self.function.__doc__ or "").split("\n\n")[0].split())

    @property
    def description(self) -> str:
        """The whole docstring."""
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def location(self) -> str:
        """``package/file.py:line`` of the declaration."""
        path = inspect.getsourcefile(self.function) or "?"
        return f"{path[path.rfind('biocapture') :]}:{inspect.getsourcelines(self.function)[1]}"


def measure(
    *, unit: str, range: tuple[float, float], curve: Curve, guidance: str, iso: str = "", step: int = 0
) -> Callable[[Callable[[Any], Column]], Measure]:
    """Declare a measure; id, description and file:line are derived from the decorated function."""

    def declare(function: Callable[[Any], Column]) -> Measure:
        modality = function.__module__.split(".")[1]
        return Measure(function, f"{modality}.{function.__name__}", iso, unit, range, curve, guidance, step)

    return declare


def declared_in(*modules: ModuleType) -> tuple[Measure, ...]:
    """All measures declared in ``modules``, in source order."""
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Measure))


def logarithms(scores: Column, least: float) -> Column:
    """Of scores 0..100 as shares, for products of them: below ``least`` they count as it, not assessed as full."""
    logs: Column = np.log(np.clip(np.where(np.isnan(scores), 100.0, scores), least, 100.0) / 100)
    return logs


@dataclass(frozen=True, slots=True)
class Score:
    """One measure of one sample: the raw value and its calibrated 0..100 score (NaN = not assessable)."""

    raw: float
    score: float


def evaluate(measures: Iterable[Measure], batch: Any, size: int) -> tuple[dict[str, Column], dict[str, str]]:
    """Raw columns of all measures, plus the error text of every measure that failed.

    One measure failing never takes the others down: its column is NaN.
    """
    columns: dict[str, Column] = {}
    errors: dict[str, str] = {}
    for item in measures:
        try:
            columns[item.id] = np.asarray(item(batch), dtype=np.float64)
        except Exception as error:  # noqa: BLE001  whatever it is, it must cost one column, not a row
            columns[item.id] = np.full(size, np.nan)
            errors[item.id] = f"{type(error).__name__}: {error}"
    return columns, errors
