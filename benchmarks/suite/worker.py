"""A process that looks at cases when told to, one line of JSON per request: ``python -m benchmarks.suite.worker``.

Requests: ``{"prepare": [names]}`` (an empty list: all of the short form) and
``{"look": name, "units": [...], "times": n}``.
Which library it measures is a matter of ``PYTHONPATH``; see :class:`Measurer`, which starts it.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.suite.paired import Look, Watch
from benchmarks.suite.suite import all_cases, chosen, prepared, reported
from benchmarks.suite.threads import VARIABLES, pin_threads

ROOT = Path(__file__).parents[2]

STEADY = {
    "PYTHONHASHSEED": "0",
    "MALLOC_TRIM_THRESHOLD_": "2000000000",
    "MALLOC_MMAP_THRESHOLD_": "33000000",
    **dict.fromkeys(VARIABLES, "1"),
}
"""Dictionaries alike in every process; glibc keeps freed memory, as else chance decides at every start whether some
array of a case costs page faults or not (a factor of two)."""


class Measurer:
    """A worker process and the asking of it.

    Parameters
    ----------
    checkout : Path
        Whose library is measured.
    program : sequence of str
        What is run instead of the worker, for experiments.
    cases : Path
        Checkout whose benchmarks are used; default: this one.
    """

    def __init__(
        self, checkout: Path = ROOT, program: Sequence[str] = ("-m", "benchmarks.suite.worker"), cases: Path = ROOT
    ) -> None:
        paths = os.pathsep.join((str(checkout / "src"), str(cases)))
        self._process = subprocess.Popen(
            [sys.executable, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=cases,
            env={**os.environ, **STEADY, "PYTHONPATH": paths},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def prepare(self, names: Sequence[str] = ()) -> list[str]:
        """Get cases ready; the names of those that are."""
        return list(self._ask({"prepare": list(names)}))

    def looks(self, name: str, units: Sequence[str], times: int) -> list[Look]:
        """Look at a case; none where it breaks."""
        answer = self._ask({"look": name, "units": list(units), "times": times})
        return [Look(case_s, kernel_s) for case_s, kernel_s in answer]

    def _ask(self, request: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the worker ended; its last words are above")
        return json.loads(answer)


def serve() -> None:
    """Answer requests until there are no more."""
    pin_threads()
    from benchmarks.suite.images import short

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a case prints must not be taken for an answer
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        setting = short(Path(folder))
        cases = {case.name: case for case in all_cases()}
        works, watches = {}, {}
        for line in sys.stdin:
            request = json.loads(line)
            answer: list[Any] = []
            if "prepare" in request:
                names = request["prepare"] or [case.name for case in chosen(cases.values()) if case.short]
                works |= prepared((cases[name] for name in names if name in cases), setting)
                answer = [name for name in names if name in works]
            else:
                name, units = request["look"], tuple(request["units"])
                with reported(name):
                    if (name, units) not in watches:
                        watches[name, units] = Watch(works[name], units)
                    looks = [watches[name, units].look() for _ in range(request["times"])]
                    answer = [(look.case_s, look.kernel_s) for look in looks]
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    serve()
