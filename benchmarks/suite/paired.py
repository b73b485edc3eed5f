"""Looks at a case with fixed work just before and just after it, by the processor's clock.

A shared machine changes by the second: its cores lend each other caches and power, and a hypervisor takes some of it
away unnoticed. What is measured within the same few milliseconds has the same luck, so a case is looked at together
with kernels, time after time, and the median of the quotients counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.suite.case import Work
from benchmarks.suite.kernels import KERNELS, STARTS
from benchmarks.suite.timing import clock_of, repeats, seconds, uncollected

ROUND_S = 0.0015
"""Shorter work is repeated within a look."""

BESIDE = 0.1
"""Kernels run for so much of the time of a case, before and after it, at least :data:`KERNEL_S`, at most a call."""

KERNEL_S, MAX_KERNEL_S = 0.0004, 0.01


@dataclass(frozen=True, slots=True)
class Look:
    """Seconds of a case per item, and of each kernel beside it."""

    case_s: float
    kernel_s: Mapping[str, float]

    def ratio(self, unit: str) -> float:
        """The case in units of a kernel."""
        return self.case_s / self.kernel_s[unit]


class Watch:
    """A case that has been warmed up, looked at as often as wanted."""

    def __init__(self, work: Work, units: Sequence[str]) -> None:
        self._work = work
        self._kernels = {unit: Work((KERNELS | STARTS)[unit], elsewhere=work.elsewhere) for unit in units}
        seconds(work, 1)
        self._case_s = seconds(work, 1)
        self._inner = repeats(self._case_s, ROUND_S)
        self._turns = {unit: self._turns_of(kernel) for unit, kernel in self._kernels.items()}

    def _turns_of(self, kernel: Work) -> int:
        once_s = seconds(kernel, 1)
        wanted_s = min(max(BESIDE * self._case_s, KERNEL_S), MAX_KERNEL_S)
        return repeats(once_s, wanted_s)

    def look(self) -> Look:
        """One look: kernels, case, kernels."""
        with uncollected():
            before = self._beside()
            case_s = seconds(self._work, self._inner, clock_of(self._work)) / self._work.items
            after = self._beside()
        return Look(case_s, {unit: (before[unit] + after[unit]) / 2 for unit in self._kernels})

    def _beside(self) -> dict[str, float]:
        return {unit: seconds(kernel, self._turns[unit], clock_of(kernel)) for unit, kernel in self._kernels.items()}


def units_of(name: str) -> tuple[str, ...]:
    """Kernels that a case may be counted in: a start of a process in others, the rest in what happens in this one."""
    return tuple(STARTS) if name.startswith("start.") else tuple(KERNELS)


Looks = Callable[[str], Look]
