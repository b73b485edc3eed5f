"""Place of a minimum between samples."""

import numpy as np

from biocapture.types import Values


def parabola_vertex(values: Values) -> float:
    """Place of the minimum of the parabola through three equidistant values.

    Parameters
    ----------
    values : (3,) float64

    Returns
    -------
    float
        -0.5..0.5 steps from the middle value; 0 where the values have no minimum.
    """
    bend = values[0] - 2 * values[1] + values[2]
    return float(np.clip((values[0] - values[2]) / (2 * bend), -0.5, 0.5)) if bend > 0 else 0.0
