"""Small drawings as inline SVG. Colours come from the page's style, so that they follow its light and dark mode."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from biocapture.runs.page.statistics import VERDICTS
from biocapture.types import Counts

WIDTH, HEIGHT, LEFT, RIGHT, FOOT, HEAD = 640, 190, 52, 16, 26, 8
"""Size and margins of a chart, px of the drawing, which scales with the page."""

BINS = 51
"""Bars of a histogram: two points each, the last holds 100."""

STRIP_WIDTH, STRIP_HEIGHT = 220, 22
MIN_BOX = 6
"""Width in px; narrower boxes are drawn as a dot."""

COLOUR_STEPS = 5
"""Colours for positive correlations, and as many for negative ones."""


def histogram(counts: Counts, minima: Sequence[float], label: str) -> Markup:
    """Stacked bars of qualities.

    Parameters
    ----------
    counts : (4, 102) int64
        By verdict and rounded quality.
    minima : sequence of float
        Qualities at which a line is drawn.
    label : str
        Says what it shows.

    Returns
    -------
    Markup
    """
    bars = np.zeros((len(VERDICTS), BINS), np.int64)
    np.add.at(bars.T, np.arange(101) // 2, counts[:, :101].T)
    top = max(1, int(bars.sum(axis=0).max()))
    wide, tall = (WIDTH - LEFT - RIGHT) / BINS, HEIGHT - FOOT - HEAD
    floor = np.zeros(BINS)
    parts = [_levels(top), _ticks()]
    for verdict, row in zip(VERDICTS, bars, strict=True):
        path = "".join(
            f"M{LEFT + i * wide:.1f} {HEAD + tall * (1 - floor[i] / top):.1f}h{wide - 1:.1f}"
            f"v{-tall * row[i] / top:.1f}h{1 - wide:.1f}z"
            for i in np.flatnonzero(row)
        )
        floor = floor + row
        if path:
            parts.append(Markup('<path class="f{}" d="{}"/>').format(verdict, path))
    for minimum in minima:
        at = LEFT + (WIDTH - LEFT - RIGHT) * minimum / 100
        parts.append(Markup('<path class="minimum" d="M{:.1f} {}v{}"/>').format(at, HEAD, tall))
    return _svg(WIDTH, HEIGHT, label, parts)


def _levels(top: int) -> Markup:
    """Two horizontal lines with their counts."""
    tall = HEIGHT - FOOT - HEAD
    return Markup("").join(
        Markup('<path class="grid" d="M{} {:.1f}H{}"/><text class="tick end" x="{}" y="{:.1f}">{:,}</text>').format(
            LEFT, HEAD + tall * (1 - share), WIDTH - RIGHT, LEFT - 6, HEAD + tall * (1 - share) + 4, round(share * top)
        )
        for share in (1.0, 0.5)
    )


def _ticks() -> Markup:
    base = HEIGHT - FOOT
    axis = Markup('<path class="axis" d="M{} {}H{}"/>').format(LEFT, base, WIDTH - 4)
    return axis + Markup("").join(
        Markup('<text class="tick" x="{:.1f}" y="{}">{}</text>').format(
            LEFT + (WIDTH - LEFT - RIGHT) * value / 100, base + 17, value
        )
        for value in range(0, 101, 20)
    )


def strip(quantiles: Sequence[float], reference: Sequence[float] | None = None, minimum: float | None = None) -> Markup:
    """Quantiles of scores as a box with whiskers.

    Parameters
    ----------
    quantiles : five float
        Scores 0..100 at 5 %, 25 %, 50 %, 75 % and 95 %.
    reference : five float, optional
        Of a reference population, drawn below.
    minimum : float, optional
        Score at which a line is drawn.

    Returns
    -------
    Markup
    """
    label = " ".join(f"{value:.0f}" for value in quantiles)
    parts = [Markup('<path class="grid" d="M0 {}H{}"/>').format(STRIP_HEIGHT - 0.5, STRIP_WIDTH)]
    parts.append(_range(quantiles, 3 if reference else 6, "ours"))
    if reference:
        parts.append(_range(reference, 13, "theirs"))
    if minimum is not None:
        parts.append(Markup('<path class="minimum" d="M{:.1f} 0V{}"/>').format(_at(minimum), STRIP_HEIGHT))
    return _svg(STRIP_WIDTH, STRIP_HEIGHT, label, parts, "strip")


def _range(quantiles: Sequence[float], top: float, name: str) -> Markup:
    low, lower, middle, upper, high = (_at(value) for value in quantiles)
    if upper - lower < MIN_BOX:  # nearly equal: a dot, because the mark of the median would hide the box
        return Markup(
            '<g class="{}"><path class="thin" d="M{:.1f} {:.1f}H{:.1f}"/><circle cx="{:.1f}" cy="{:.1f}" r="3"/></g>'
        ).format(name, low, top + 3, high, middle, top + 3)
    return Markup(
        '<g class="{}"><path class="thin" d="M{:.1f} {:.1f}H{:.1f}"/>'
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="6" rx="1"/>'
        '<path class="mark" d="M{:.1f} {:.1f}v8"/></g>'
    ).format(name, low, top + 3, high, lower, top, max(1.0, upper - lower), middle, top - 1)


def _at(score: float) -> float:
    return 2 + (STRIP_WIDTH - 4) * min(max(score, 0.0), 100.0) / 100


def day_chart(rows: Sequence[tuple[str, float, float, float]], label: str) -> Markup:
    """Share of ready captures over the days, with the band of its interval.

    Parameters
    ----------
    rows : sequence of (str, float, float, float)
        Day as YYYY-MM-DD; share and its interval, 0..1.
    label : str
        Says what it shows.

    Returns
    -------
    Markup
    """
    names, shares, low, high = zip(*rows, strict=True)
    wide, tall = WIDTH - LEFT - RIGHT - 8, HEIGHT - FOOT - HEAD
    across = [LEFT + wide * i / max(1, len(names) - 1) for i in range(len(names))]

    def up(share: float) -> float:
        return HEAD + tall * (1 - share)

    band = [f"{x:.1f},{up(y):.1f}" for x, y in zip(across, high, strict=True)]
    band += [f"{x:.1f},{up(y):.1f}" for x, y in reversed(list(zip(across, low, strict=True)))]
    parts = [
        Markup('<path class="grid" d="M{} {:.1f}H{}"/><text class="tick end" x="{}" y="{:.1f}">{} %</text>').format(
            LEFT, up(value / 100), WIDTH - RIGHT, LEFT - 6, up(value / 100) + 4, value
        )
        for value in (0, 50, 100)
    ]
    line = "M" + "L".join(f"{x:.1f} {up(y):.1f}" for x, y in zip(across, shares, strict=True))
    parts.append(Markup('<polygon class="band" points="{}"/><path class="line" d="{}"/>').format(" ".join(band), line))
    for x, name, share in zip(across, names, shares, strict=True):
        parts.append(
            Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="3"><title>{}: {:.1f} %</title></circle>').format(
                x, up(share), name, 100 * share
            )
        )
    step = max(1, -(-len(names) // 7))
    for x, name in list(zip(across, names, strict=True))[::step]:
        parts.append(Markup('<text class="tick" x="{:.1f}" y="{}">{}</text>').format(x, HEIGHT - 8, name[5:]))
    return _svg(WIDTH, HEIGHT, label, parts)


def heat_map(names: Sequence[str], values: NDArray[np.float64], label: str) -> Markup:
    """Correlations as a matrix, with names beside the rows and numbers as tool tips.

    Parameters
    ----------
    names : sequence of str
        M names.
    values : (M, M) float64
        -1..1, NaN = unknown.
    label : str
        Says what it shows.

    Returns
    -------
    Markup
    """
    cell, left = 15, 210
    size = cell * len(names)
    parts = []
    for i, name in enumerate(names):
        parts.append(Markup('<text class="tick end" x="{}" y="{:.1f}">{}</text>').format(left - 6, i * cell + 11, name))
        for j, other in enumerate(names):
            value = values[i, j]
            step = 0 if value != value else round(COLOUR_STEPS * value)
            if i != j and step:
                sign = "p" if step > 0 else "n"
                parts.append(
                    Markup('<rect class="{}{}" x="{}" y="{}" width="14" height="14"><title>{}</title></rect>').format(
                        sign, abs(step), left + j * cell, i * cell, f"{name} × {other}: {value:.2f}"
                    )
                )
    parts.insert(0, Markup('<rect class="ground" x="{}" y="0" width="{}" height="{}"/>').format(left, size, size))
    return _svg(left + size, size, label, parts, "heat")


def _svg(width: float, height: float, label: str, parts: Sequence[Markup], kind: str = "chart") -> Markup:
    size = Markup(' width="{}" height="{}"').format(width, height) if kind == "heat" else ""
    return Markup('<svg class="{}"{} viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        kind, size, width, height, label, Markup("").join(parts)
    )
