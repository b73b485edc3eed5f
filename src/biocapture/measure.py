"""What a measure is: a function from a batch to one number per sample, declared once, beside its code."""

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from biocapture.types import Failure

Column = NDArray[np.float64]
"""(N,) float64, one value per sample, NaN = not assessable."""


@dataclass(frozen=True, slots=True)
class Table:
    """Values that come in different numbers per sample (blocks, ratios, minutiae), all samples' together.

    Attributes
    ----------
    value : (K,) float64
    owner : (K,) int
        Index of the sample each value belongs to, ascending.
    """

    value: NDArray[np.float64]
    owner: NDArray[np.intp]

    @classmethod
    def of_one(cls, value: NDArray[np.float64]) -> Self:
        """Table of a single sample.

        Parameters
        ----------
        value : (K,) float64
        """
        return cls(value, np.zeros(len(value), np.intp))

    @classmethod
    def join(cls, tables: Sequence[Self], sizes: Sequence[int]) -> Self:
        """Tables of consecutive groups of samples, one after the other.

        Parameters
        ----------
        tables : sequence of Table
            One per group.
        sizes : sequence of int
            Number of samples in each group.
        """
        first = np.cumsum([0, *sizes[:-1]])
        owners = [table.owner + start for table, start in zip(tables, first, strict=True)]
        return cls(np.concatenate([table.value for table in tables]), np.concatenate(owners))


@dataclass(frozen=True, slots=True)
class Batch:
    """Statistics of N samples, the argument of every measure. A modality derives its own with a field per statistic.

    Each further field is a :data:`Column` or a :class:`Table`.

    Attributes
    ----------
    failure : tuple of Failure or None
        Why a sample could not be assessed, one per sample.
    notes : tuple of tuple of str
        Note keys found from the pixels, one tuple per sample.
    """

    LABELS: ClassVar[tuple[str, ...]] = ("failure", "notes")
    """Fields that are no statistics."""

    failure: tuple[Failure | None, ...]
    notes: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.failure)

    @classmethod
    def join(cls, batches: Sequence[Self]) -> Self:
        """One batch of several: the values of a sample do not depend on its neighbours, bit for bit.

        Parameters
        ----------
        batches : sequence of Batch
            At least one; all of this class.
        """
        sizes = [len(batch) for batch in batches]
        values: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            pieces = [getattr(batch, field.name) for batch in batches]
            if field.name in cls.LABELS:
                values[field.name] = tuple(item for piece in pieces for item in piece)
            elif field.type is Table:
                values[field.name] = Table.join(pieces, sizes)
            else:
                values[field.name] = np.concatenate(pieces)
        return cls(**values)

    @classmethod
    def of_one(cls, statistics: Mapping[str, Any], failure: Failure | None = None, notes: tuple[str, ...] = ()) -> Self:
        """Batch of a single sample.

        Parameters
        ----------
        statistics : mapping
            Name of a field → its value, a number or a :class:`Table`. What is missing was not assessed (NaN, or an
            empty table); names that are no field are ignored.
        failure : Failure, optional
        notes : tuple of str
        """
        values: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            if field.name not in cls.LABELS:
                nothing = _EMPTY if field.type is Table else np.nan
                value = statistics.get(field.name, nothing)
                values[field.name] = value if field.type is Table else np.array([value], np.float64)
        return cls(failure=(failure,), notes=(notes,), **values)

    @classmethod
    def of_failure(cls, failure: Failure, notes: tuple[str, ...] = ()) -> Self:
        """Batch of a single sample of which nothing could be measured.

        Parameters
        ----------
        failure : Failure
        notes : tuple of str
        """
        return cls.of_one({}, failure, notes)


_EMPTY = Table.of_one(np.zeros(0))


def values_of(statistics: Any) -> dict[str, float]:
    """The numbers of a dataclass by name, in the order of its fields.

    Parameters
    ----------
    statistics : dataclass
        One of a feature's results, all of whose fields are numbers.
    """
    return {field.name: getattr(statistics, field.name) for field in dataclasses.fields(statistics)}


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


def measures_in(*modules: ModuleType) -> tuple[Measure, ...]:
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


def raw_columns(measures: Iterable[Measure], batch: Any, size: int) -> tuple[dict[str, Column], dict[str, str]]:
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
