"""The unified quality of an iris falls by what comparison loses."""

import dataclasses

import numpy as np
import pytest
from tests.support.eyes import describe_pixels, eye_image

from biocapture.iris.measures.quality import quality


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_iris_of_which_half_is_covered_loses_a_fifth_at_least(seed: int) -> None:
    """Even where the bits that count seem as many: of the area alone."""
    whole = describe_pixels(eye_image(seed).pixels)
    half = dataclasses.replace(whole, usable=whole.usable / 2)
    assert 0.5 < float(quality(half)[0] / quality(whole)[0]) < 0.8


def test_a_small_iris_is_not_called_poor_for_its_size_alone() -> None:
    whole = describe_pixels(eye_image(1).pixels)
    small = dataclasses.replace(whole, radius_px=np.array([45.0]))
    assert float(quality(small)[0] / quality(whole)[0]) > 0.8
