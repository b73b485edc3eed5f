"""A measure: a function from a batch to one number per sample, declared once, beside its code."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from biocapture.measure.batch import Column
from biocapture.measure.curve import Curve


@dataclass(frozen=True, slots=True)
class Measure:
    """A declared measure (ISO/IEC 29794-1: quality component). Calling it with a batch gives the raw column.

    Attributes
    ----------
    function : function
        Batch → (N,) float64.
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
        Faults of a lower step are named first: those that must be put right before the others can be judged.
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
        """The full docstring."""
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def location(self) -> str:
        """``package/file.py:line`` of the declaration."""
        path = inspect.getsourcefile(self.function) or "?"
        return f"{path[path.rfind('biocapture') :]}:{inspect.getsourcelines(self.function)[1]}"


def measure(
    *, unit: str, range: tuple[float, float], curve: Curve, guidance: str, iso: str = "", step: int = 0
) -> Callable[[Callable[[Any], Column]], Measure]:
    """Declare a measure; id, description and file:line are derived from the decorated function.

    Parameters
    ----------
    unit, range, curve, guidance, iso, step
        See :class:`Measure`.

    Returns
    -------
    function
        Decorator that turns a function from a batch to a column into a :class:`Measure`.
    """

    def declare(function: Callable[[Any], Column]) -> Measure:
        modality = function.__module__.split(".")[1]
        return Measure(function, f"{modality}.{function.__name__}", iso, unit, range, curve, guidance, step)

    return declare


def measures_in(*modules: ModuleType) -> tuple[Measure, ...]:
    """All measures declared in some modules, in source order.

    Parameters
    ----------
    *modules : module

    Returns
    -------
    tuple of Measure
    """
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Measure))


@dataclass(frozen=True, slots=True)
class Score:
    """One measure of one sample.

    Attributes
    ----------
    raw : float
        In the measure's unit; NaN = not assessable.
    score : float
        0..100, higher is better; NaN = not assessable.
    """

    raw: float
    score: float


def raw_columns(measures: Iterable[Measure], batch: Any, size: int) -> tuple[dict[str, Column], dict[str, str]]:
    """Raw columns of all measures, plus the error text of every measure that failed.

    One measure failing never affects the others: its column is NaN.

    Parameters
    ----------
    measures : iterable of Measure
    batch : Batch
        Of the measures' modality.
    size : int
        Number of samples in the batch.

    Returns
    -------
    columns : dict
        Measure id → (N,) float64.
    errors : dict
        Measure id → what went wrong, of those that failed.
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
