import numpy as np
import pytest

from biocapture.fingerprint.units import HALF_TURN_RAD, PX_MM, TURN_RAD, angle_size


@pytest.mark.parametrize("period", [TURN_RAD, HALF_TURN_RAD, 256])
def test_the_shorter_way_around(period: float) -> None:
    angles = np.array([0.0, 0.1, 0.5, 0.6, 0.9, 1.0, -0.1, 7.25]) * period
    assert angle_size(angles, period) / period == pytest.approx([0, 0.1, 0.5, 0.4, 0.1, 0, 0.1, 0.25])


def test_single_precision_stays() -> None:
    assert angle_size(np.array([4.0], np.float32)).dtype == np.float32


def test_a_pixel_is_that_of_500_ppi() -> None:
    assert PX_MM == 25.4 / 500
