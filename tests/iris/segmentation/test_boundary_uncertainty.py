"""How far boundaries may be from where they were found: fewer edges, more room; edges off the ellipse pull."""

import numpy as np
import pytest

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.boundary_uncertainty import boundary_uncertainty
from biocapture.iris.segmentation.pair_fit import Rim
from biocapture.iris.segmentation.polar import angles

ANGLES = 96
TURN = angles(ANGLES)
BELOW = np.sin(TURN) > 0.2


def rim(radius_px: float, edge: np.ndarray | None = None, weight: np.ndarray | None = None) -> Rim:
    """A circle's rim with edges on it, seen all around, if nothing else is said."""
    on, whole = np.ones(ANGLES), np.ones(ANGLES)
    start = Ellipse(100.0, 100.0, radius_px, radius_px, 0.0)
    return Rim(start, on if edge is None else edge, whole if weight is None else weight, 0.015)


def test_rims_seen_all_around_leave_little_room() -> None:
    pupil, limbus = boundary_uncertainty(rim(25), rim(60))
    assert pupil.expected < 0.005
    assert limbus.expected < 0.015
    assert pupil.bias == pytest.approx(0, abs=1e-12)
    assert limbus.bias == pytest.approx(0, abs=1e-12)


def test_half_a_rim_leaves_more_room_and_the_other_boundary_helps() -> None:
    whole, half = (
        boundary_uncertainty(rim(25), rim(60)),
        boundary_uncertainty(rim(25), rim(60, weight=BELOW.astype(float))),
    )
    both = boundary_uncertainty(rim(25, weight=BELOW.astype(float)), rim(60, weight=BELOW.astype(float)))
    assert whole[1].expected < half[1].expected < both[1].expected


def test_no_edges_leave_what_eyes_usually_are() -> None:
    none = boundary_uncertainty(rim(25, weight=np.zeros(ANGLES)), rim(60, weight=np.zeros(ANGLES)))
    assert min(none[0].expected, none[1].expected) > 0.1
    assert none[0].bias == none[1].bias == 0


@pytest.mark.parametrize("off", [0.005, 0.02])
def test_edges_beside_the_ellipse_pull(off: float) -> None:
    """A limbus shifted by ``off`` is so far from its edges in the mean of |cosine|."""
    _, limbus = boundary_uncertainty(rim(25), rim(60, edge=1 + off * np.cos(TURN)))
    assert limbus.bias == pytest.approx(off * 2 / np.pi, rel=0.25)


def test_lengths_are_in_iris_radii() -> None:
    """A pupil twice as small, with edges as far off in its own radii, is pulled half as far."""
    pulled = [boundary_uncertainty(rim(size, edge=np.full(ANGLES, 1.02)), rim(60))[0].bias for size in (15, 30)]
    assert pulled[1] == pytest.approx(2 * pulled[0], rel=0.02)
    assert pulled[1] == pytest.approx(0.01, rel=0.05)


def test_a_few_edges_far_off_do_not_pull() -> None:
    edge = np.ones(ANGLES)
    edge[:6] = 1.3
    assert boundary_uncertainty(rim(25), rim(60, edge=edge))[1].bias < 0.001
