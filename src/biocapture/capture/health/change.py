"""When a number changed for good: quality scores that fell, a lamp that fades. Values of one person are correlated."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

VALUES_PER_GROUP = 10
"""Values in a row that are averaged first: about as many as one person gives, so that groups are independent."""

MIN_GROUPS = 5
"""On either side of the change."""

MIN_STRENGTH = 3.8
"""In standard deviations; by chance alone the maximum over all moments stays below this
(benchmarks/studies/device_health.py).
"""


@dataclass(frozen=True, slots=True)
class LevelChange:
    """Two levels of a number.

    Attributes
    ----------
    first_index : int
        Index of the first value of the new level, to within a group.
    before, after : float
        Mean of the values of each level.
    strength : float
        Significance, in deviations of a normal variable.
    """

    first_index: int
    before: float
    after: float
    strength: float

    @property
    def share(self) -> float:
        """Change relative to the level before; -0.3 = fell by 30 %."""
        return (self.after - self.before) / max(abs(self.before), 1e-9)


def level_change(values: Values) -> LevelChange | None:
    """The strongest change of level that lasts until now.

    A change that was reversed, so that the last level is that of the oldest values again, does not count.

    Parameters
    ----------
    values : (N,) float64
        In the order of time; NaN where not known.

    Returns
    -------
    LevelChange or None
        None where there is none beyond chance.
    """
    known = np.flatnonzero(np.isfinite(values))
    count = known.size // VALUES_PER_GROUP
    if count < 2 * MIN_GROUPS:
        return None
    known = known[known.size - count * VALUES_PER_GROUP :]
    groups = values[known].reshape(count, VALUES_PER_GROUP).mean(axis=1)
    splits = range(MIN_GROUPS, count - MIN_GROUPS + 1)
    strengths = [abs(_strength(groups[:split], groups[split:])) for split in splits]
    best = splits[int(np.argmax(strengths))]
    before, after = groups[:best], groups[best:]
    oldest = groups[: max(MIN_GROUPS, count // 4)]
    if max(strengths) < MIN_STRENGTH or (after.mean() - oldest.mean()) * (after.mean() - before.mean()) <= 0:
        return None
    if abs(after.mean() - oldest.mean()) < 0.5 * abs(after.mean() - before.mean()):
        return None
    return LevelChange(
        int(known[best * VALUES_PER_GROUP]), float(before.mean()), float(after.mean()), float(max(strengths))
    )


def _strength(before: Values, after: Values) -> float:
    """Student's t of the difference, both sides with the same spread, as the normal deviate of the same probability.

    Wallace 1959, doi:10.1214/aoms/1177706108.
    """
    freedom = before.size + after.size - 2
    spread = ((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum()
    error = math.sqrt(max(spread / freedom, 1e-9) * (1 / before.size + 1 / after.size))
    t = float(after.mean() - before.mean()) / error
    deviate = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(t * t / freedom))
    return math.copysign(deviate, t)
