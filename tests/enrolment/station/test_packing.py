"""A template and its index features as bytes: the same back, read where they are stored and made where they are not."""

from dataclasses import dataclass

import numpy as np
import pytest
from tests.support.named_templates import Letters, Named, WithArrays, WithoutFeatures, WithText

from biocapture.enrolment.station.packing import pack_sample, unpack_features, unpack_template
from biocapture.errors import StationError


@pytest.mark.parametrize("name", ["a", "the name of a finger", "x" * 3000])
def test_what_is_stored_comes_back(name: str) -> None:
    own = WithArrays()
    data = pack_sample(own, Named(name))
    assert own.made == [name]
    assert unpack_template(own, data) == Named(name)
    features = unpack_features(own, data)
    assert own.made == [name]  # once, before it was stored
    fresh = own.index_features(Named(name))
    assert (features.rows.dtype, features.count.dtype) == (np.uint8, np.float64)
    np.testing.assert_array_equal(features.rows, fresh.rows)
    np.testing.assert_array_equal(features.count, fresh.count)


def test_features_that_are_no_arrays_are_made_anew() -> None:
    own = WithText()
    data = pack_sample(own, Named("finger"))
    assert own.made == []
    assert unpack_features(own, data) == "FINGER"
    assert unpack_template(own, data) == Named("finger")


def test_a_matcher_without_a_cheap_score_has_no_features() -> None:
    data = pack_sample(WithoutFeatures(), Named("finger"))
    assert unpack_features(WithoutFeatures(), data) is None
    assert unpack_features(WithoutFeatures(), pack_sample(WithArrays(), Named("finger"))) is None
    own = WithArrays()  # a version that has learnt to make them reads what one without them stored
    np.testing.assert_array_equal(unpack_features(own, data).rows, own.index_features(Named("finger")).rows)


@dataclass(frozen=True, eq=False)
class Renamed:
    columns: object
    count: object


def test_features_of_an_earlier_version_are_made_anew() -> None:
    data = pack_sample(WithArrays(), Named("finger"))
    own = WithArrays()
    own.IndexFeatures = Renamed
    assert isinstance(unpack_features(own, data), Letters)
    assert own.made == ["finger"]


@pytest.mark.parametrize("data", [b"", b"BCS1" + bytes(7), b"BCS0" + bytes(20), bytes(40)])
def test_bytes_of_another_layout_are_refused(data: bytes) -> None:
    for unpack in (unpack_template, unpack_features):
        with pytest.raises(StationError, match=r"^a sample was stored by another version$"):
            unpack(WithArrays(), data)
    assert unpack_template(WithArrays(), b"BCS1" + bytes(8)) == Named("")
