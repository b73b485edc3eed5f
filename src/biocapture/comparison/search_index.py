"""What a matcher may offer so that large galleries are searched at once."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


class SearchIndex(Protocol):
    """References in a form that is searched at once."""

    def candidates(self, probe: Any, count: int, start: int = 0) -> NDArray[np.intp]:
        """References that are worth a full comparison.

        Parameters
        ----------
        probe : object
            Index features.
        count : int
            Most that are returned.
        start : int
            References before it do not count.

        Returns
        -------
        (at most ``count``,) int
            Indices, the most promising first.
        """


@runtime_checkable
class Indexed(Protocol):
    """What a matcher with a prefilter may offer besides: an index of many references, faster than their scores."""

    Index: Callable[[Sequence[Any]], SearchIndex]
