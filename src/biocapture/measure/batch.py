"""Statistics of many samples in columns and tables: what measures are computed from."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

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

        Returns
        -------
        Table
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

        Returns
        -------
        Table
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

        Returns
        -------
        Batch
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

        Returns
        -------
        Batch
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

        Returns
        -------
        Batch
        """
        return cls.of_one({}, failure, notes)


_EMPTY = Table.of_one(np.zeros(0))


def values_of(statistics: Any) -> dict[str, float]:
    """The numbers of a dataclass by name, in the order of its fields.

    Parameters
    ----------
    statistics : dataclass
        One of a feature's results, all of whose fields are numbers.

    Returns
    -------
    dict
    """
    return {field.name: getattr(statistics, field.name) for field in dataclasses.fields(statistics)}
