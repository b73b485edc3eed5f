"""Which cases there are, and getting them ready."""

import fnmatch
import importlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from benchmarks.suite.case import Case, Work
from benchmarks.suite.images import Setting

MODULES = (
    "processes",
    "decoding",
    "whole",
    "batches",
    "stages",
    "eyes",
    "faces",
    "live",
    "templates",
    "enrolled",
    "slaps",
)


def all_cases(sets: tuple[str, ...] = ("sample",)) -> list[Case]:
    """Every case; of modules that do not fit the library (that of an older checkout, say), none."""
    found: list[Case] = []
    for name in MODULES:
        with reported(name):
            cases = importlib.import_module(f"benchmarks.suite.{name}").cases
            found += cases(sets) if inspect.signature(cases).parameters else cases()
    return found


def chosen(cases: Iterable[Case], pattern: str = "") -> list[Case]:
    """Cases whose name matches a shell pattern, or contains it."""
    return [case for case in cases if fnmatch.fnmatchcase(case.name, pattern) or pattern in case.name]


def prepared(cases: Iterable[Case], setting: Setting) -> dict[str, Work]:
    """Name → work; a broken case does not cost the run."""
    works = {}
    for case in cases:
        with reported(case.name):
            works[case.name] = case.prepare(setting)
    return works


@contextmanager
def reported(name: str) -> Iterator[None]:
    """Say on standard error what breaks."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  whatever it is, the other cases go on
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
