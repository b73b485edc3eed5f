"""Outlines of eyes of which little is seen, against the truth."""

import numpy as np
import pytest
from benchmarks.studies import hard_eyes

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.pair_fit import Rim, fit_pair
from biocapture.iris.segmentation.polar import angles

PUPIL, LIMBUS = Ellipse(101.0, 149.0, 26.0, 23.0, 0.0), Ellipse(100.0, 150.0, 62.0, 55.0, 0.0)


def rim(true: Ellipse, start: Ellipse, highest: float) -> Rim:
    """Edges on an ellipse, seen from another one, below a height in its radii."""
    turn = angles(96)
    facing = np.stack([np.cos(turn), np.sin(turn)])
    offset = np.linalg.solve(true.stretch, [start.column_px - true.column_px, start.row_px - true.row_px])
    ray = np.linalg.solve(true.stretch, start.stretch @ facing)
    square, mixed = (ray**2).sum(axis=0), offset @ ray
    edge = (-mixed + np.sqrt(mixed**2 - square * (offset @ offset - 1))) / square
    return Rim(start, edge, (facing[1] > highest).astype(np.float64), 0.01)


@pytest.mark.parametrize("highest", [-1.1, -0.5, 0.0])
def test_a_pair_is_found_from_what_is_seen_of_it(highest: float) -> None:
    starts = Ellipse(104.0, 147.0, 22.0, 22.0, 0.0), Ellipse(104.0, 151.0, 57.0, 57.0, 0.0)
    pupil, limbus = fit_pair(rim(PUPIL, starts[0], highest), rim(LIMBUS, starts[1], highest))
    within_px = hard_eyes.RIGHT * LIMBUS.radius_px
    for found, true in ((pupil, PUPIL), (limbus, LIMBUS)):
        near = [found.row_px, found.column_px, found.major_px, found.minor_px]
        assert near == pytest.approx([true.row_px, true.column_px, true.major_px, true.minor_px], abs=within_px)


@pytest.mark.parametrize(("kind", "least"), [("everyday", 1.0), ("gaze", 0.9), ("lids", 0.8), ("window", 0.7)])
def test_most_hard_eyes_are_outlined(kind: str, least: float) -> None:
    eyes = list(hard_eyes.told(kind, 8_000_000, 20))
    assert np.mean([one.error < hard_eyes.RIGHT for one in eyes]) >= least


def test_every_kind_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert hard_eyes.main(["--eyes", "1"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [*hard_eyes.KINDS, "all"]
