"""What a case is: a name, and how to prepare the work that is timed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.suite.images import Setting


@dataclass(frozen=True, slots=True)
class Work:
    """Prepared work.

    Attributes
    ----------
    call : callable
        Does it once.
    items : int
        Images (or files) one call handles: figures are per item.
    own_time : bool
        The call returns its seconds, instead of being timed from outside.
    elsewhere : bool
        A process that lives on does it, so that only the clock on the wall tells how long it took.
    """

    call: Callable[[], object]
    items: int = 1
    own_time: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One figure of the report.

    Attributes
    ----------
    name : str
        ``<module>.<function>[<variant>]@<images>``; module as in ``src``.
    prepare : callable
        Everything that is not timed.
    slow : bool
        Takes seconds, or starts processes: fewer rounds.
    short : bool
        Belongs to the short form, which comparisons use.
    """

    name: str
    prepare: Callable[[Setting], Work]
    slow: bool = False
    short: bool = True


def over(function: Callable[..., object], inputs: Sequence[tuple[Any, ...]]) -> Work:
    """Call ``function`` with each input in turn, dropping what it returns."""

    def call() -> None:
        for each in inputs:
            function(*each)

    return Work(call, len(inputs))


def name_of(function: Callable[..., object], variant: str = "", images: str = "") -> str:
    """Name of a case after the function it times."""
    place = f"{function.__module__}.{function.__name__}".removeprefix("biocapture.")
    return place + (f"[{variant}]" if variant else "") + (f"@{images}" if images else "")
