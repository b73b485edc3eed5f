"""Curves of an evaluation as a picture; the only importer of matplotlib (extra ``plot``).

Matplotlib obeys a ``matplotlibrc`` in the current folder as soon as it is imported, and that folder may be a received
one. So the picture is drawn by a process that is started in the folder of this file.
"""

from __future__ import annotations

import io
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from biocapture.comparison.evaluation.rates import (
    det,
    edc,
    edc_areas,
    equal_error_rate,
    remaining_error_rate,
    threshold_of_fnmr,
)
from biocapture.comparison.evaluation.thresholds import MAX_DISCARDED_SHARE, UNASSESSED, MatedPairs, characteristic
from biocapture.errors import UsageError
from biocapture.types import Values
from biocapture.workers.isolation import isolated_python

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

CURVE_COLOUR, GUIDE_COLOUR = "#1f5fa8", "#9a9a9a"
"""Colours of the measured curve and of those it is to be judged by."""

START_FNMR = 0.10
"""Error rate at which the error-versus-discard characteristic begins: any matcher can be set to it, and many pairs
decide it."""

CHILD = f"from {__name__} import draw_for_parent; draw_for_parent()"


def require_matplotlib(path: Path) -> None:
    """Check before any work that a picture can be drawn.

    Parameters
    ----------
    path : Path
        Of the picture.

    Raises
    ------
    UsageError
        No matplotlib, no such folder, or not a PNG.
    """
    if find_spec("matplotlib") is None:
        raise UsageError("plots need matplotlib: pip install 'biocapture[plot]'", str(path))
    if path.suffix.lower() != ".png" or not path.parent.is_dir():
        raise UsageError("a plot is a .png in a folder that exists", str(path))


def write_plot(
    mated: Values, non_mated: Values, quality: Values, path: Path, identity: NDArray[np.int64] | None = None
) -> None:
    """Draw the detection error trade-off and, where there are qualities, the error-versus-discard characteristic.

    Parameters
    ----------
    mated, non_mated : (M,), (N,) float64
        Comparison scores, at least one of each.
    quality : (M,) float64
        Of each mated pair, the lesser of its two; NaN (not assessable) is discarded first.
    path : Path
        A PNG.
    identity : (M,) int64, optional
        Which finger, eye or face each mated pair is of: draws the 95 % band of a bootstrap over these.

    Raises
    ------
    UsageError
        matplotlib is missing, or the file cannot be written.
    """
    require_matplotlib(path)
    arrays = io.BytesIO()
    optional = {} if identity is None else {"identity": identity}
    np.savez(arrays, allow_pickle=False, mated=mated, non_mated=non_mated, quality=quality, **optional)
    child = subprocess.run(  # noqa: S603
        isolated_python(CHILD), input=arrays.getvalue(), stdout=subprocess.PIPE, cwd=Path(__file__).parent, check=True
    )
    try:
        path.write_bytes(child.stdout)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error


def draw_for_parent() -> None:
    """In the child: arrays of :func:`write_plot` from standard input, the picture to standard output."""
    arrays = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    sys.stdout.buffer.write(_picture(**arrays))


def _picture(mated: Values, non_mated: Values, quality: Values, identity: NDArray[np.int64] | None = None) -> bytes:
    from matplotlib.figure import Figure

    assessed = bool(np.isfinite(quality).any())
    figure = Figure(figsize=(10.5 if assessed else 5.25, 5.0), layout="constrained", dpi=110)
    axes = figure.subplots(1, 2 if assessed else 1, squeeze=False)[0]
    _draw_det(axes[0], mated, non_mated)
    if assessed:
        _draw_edc(axes[1], np.where(np.isfinite(quality), quality, UNASSESSED), mated, identity)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _draw_det(axes: Axes, mated: Values, non_mated: Values) -> None:
    """Rates in per cent on logarithmic axes; a rate of zero is drawn at half of what one score would be."""
    _, fmr, fnmr = det(mated, non_mated)
    floors = 50 / len(non_mated), 50 / len(mated)
    across, up = (np.maximum(100 * rate, floor) for rate, floor in zip((fmr, fnmr), floors, strict=True))
    axes.loglog(across, up, color=CURVE_COLOUR, drawstyle="steps-post")
    least = min(floors)
    axes.plot([least, 100], [least, 100], color=GUIDE_COLOUR, linewidth=0.8, linestyle="--")
    rate = 100 * equal_error_rate(mated, non_mated)
    axes.plot(max(rate, least), max(rate, least), "o", color=CURVE_COLOUR)
    axes.annotate(f"EER {rate:.2f} %", (max(rate, least), max(rate, least)), (8, 8), textcoords="offset points")
    axes.set(xlim=(least, 100), ylim=(least, 100), xlabel="false match rate, %", ylabel="false non-match rate, %")
    axes.set_title(f"Detection error trade-off\n{len(mated)} mated, {len(non_mated)} non-mated scores", fontsize=10)
    axes.grid(visible=True, which="major", color="#e4e4e4")


def _draw_edc(axes: Axes, quality: Values, mated: Values, identity: NDArray[np.int64] | None) -> None:
    """FNMR of the pairs that are left when those of lowest quality are discarded."""
    threshold, start = threshold_of_fnmr(mated, START_FNMR)
    error = mated < threshold
    share = np.linspace(0.0, MAX_DISCARDED_SHARE, 901)
    rate = remaining_error_rate(share, *edc(quality, error))
    if identity is not None:
        band = characteristic(MatedPairs(quality, error, identity, quality))
        axes.fill_between(
            100 * band.discarded, 100 * band.low, 100 * band.high, color=CURVE_COLOUR, alpha=0.15, label="95 %"
        )
    areas = edc_areas(quality, mated, START_FNMR)
    axes.plot(100 * share, 100 * rate, color=CURVE_COLOUR, label="lesser quality of the pair")
    axes.plot([0, 100 * MAX_DISCARDED_SHARE], [100 * start] * 2, color=GUIDE_COLOUR, linestyle="--", label="at random")
    ideal = np.maximum(start - share, 0) / (1 - share)
    axes.plot(100 * share, 100 * ideal, color=GUIDE_COLOUR, linestyle=":", label="ideal")
    axes.set(xlim=(0, 100 * MAX_DISCARDED_SHARE), ylim=(0, None), xlabel="discarded pairs, %")
    axes.set_ylabel("false non-match rate of the rest, %")
    relative = ", ".join(f"{value:.2f} to {100 * up_to:.0f} %" for up_to, value in areas.items())
    axes.set_title(f"Error versus discard, from FNMR {100 * start:.1f} %\nrelative area {relative}", fontsize=10)
    axes.legend(frameon=False)
    axes.grid(visible=True, color="#e4e4e4")
