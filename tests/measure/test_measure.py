from dataclasses import dataclass

import numpy as np
import pytest

from biocapture.face.statistics import FaceBatch
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import (
    Band,
    Batch,
    Column,
    Identity,
    Ramp,
    Sigmoid,
    Table,
    measure,
    measures_in,
    raw_columns,
    values_of,
)
from biocapture.types import Failure


@dataclass(frozen=True, slots=True)
class Palms(Batch):
    """A modality of one column and one table."""

    area_mm2: Column
    blocks: Table


def palm(area_mm2: float, *blocks: float) -> Palms:
    return Palms.of_one({"area_mm2": area_mm2, "blocks": Table.of_one(np.array(blocks))}, notes=("image.inverted",))


@pytest.mark.parametrize("curve", [Identity(), Sigmoid(0.5, 0.1), Sigmoid(3.0, -1.0), Ramp(1.0, 0.0), Band(0, 1, 2, 3)])
def test_curves_stay_in_range_and_keep_nan(curve) -> None:
    raw = np.array([-1e300, -1.0, 0.0, 0.5, 2.0, 1e300, np.nan])
    score = curve(raw)
    assert np.isnan(score[-1])
    assert ((score[:-1] >= 0) & (score[:-1] <= 100)).all()


def test_curve_closed_forms() -> None:
    assert Sigmoid(2.0, 0.5)(np.array([2.0]))[0] == 50.0
    np.testing.assert_allclose(Sigmoid(2.0, 0.5)(np.array([2.5]))[0], 100 / (1 + np.exp(-1)))
    np.testing.assert_allclose(Ramp(10.0, 0.0)(np.array([12.0, 2.5, 0.0])), [0, 75, 100])
    np.testing.assert_allclose(Band(0, 2, 4, 8)(np.array([1.0, 3.0, 5.0, 9.0])), [50, 100, 75, 0])


def test_declaration_derives_id_and_location(monkeypatch: pytest.MonkeyPatch) -> None:
    def loudness(batch):
        """Say how loud it is. Higher is better.

        More detail.
        """
        return batch * 2.0

    loudness.__module__ = "biocapture.fingerprint.measures.operational"
    item = measure(unit="dB", range=(0, 10), curve=Identity(), guidance="k")(loudness)
    assert item.id == "fingerprint.loudness"
    assert item.summary == "Say how loud it is. Higher is better."
    assert item.location.rsplit(":", 1)[1].isdigit()
    np.testing.assert_array_equal(item(np.array([1.0])), [2.0])


def test_one_failing_measure_leaves_the_others() -> None:
    def good(batch):
        return batch

    def bad(batch):
        raise ZeroDivisionError("none of that")

    for function in (good, bad):
        function.__module__ = "biocapture.iris.measures.iso"
    items = [measure(unit="1", range=(0, 1), curve=Identity(), guidance="k")(f) for f in (good, bad)]
    columns, errors = raw_columns(items, np.array([1.0, 2.0]), 2)
    np.testing.assert_array_equal(columns["iris.good"], [1.0, 2.0])
    assert np.isnan(columns["iris.bad"]).all()
    assert errors == {"iris.bad": "ZeroDivisionError: none of that"}


def test_declared_in_finds_only_measures() -> None:
    from biocapture import measure as module

    assert measures_in(module) == ()


def test_joined_batches_keep_columns_and_whose_blocks_are_whose() -> None:
    failure = Failure("fingerprint.no_print")
    batch = Palms.join([Palms.join([palm(3.0, 1.0, 2.0), Palms.of_failure(failure)]), palm(5.0, 4.0)])
    assert len(batch) == 3
    assert batch.failure == (None, failure, None)
    assert batch.notes == (("image.inverted",), (), ("image.inverted",))
    np.testing.assert_array_equal(batch.area_mm2, [3.0, np.nan, 5.0])
    np.testing.assert_array_equal(batch.blocks.value, [1.0, 2.0, 4.0])
    np.testing.assert_array_equal(batch.blocks.owner, [0, 0, 2])


def test_statistics_that_are_missing_were_not_assessed() -> None:
    batch = Palms.of_one({"of_another_modality": 1.0})
    assert np.isnan(batch.area_mm2[0])
    assert batch.blocks.value.size == 0
    assert batch.failure == (None,)


def test_values_of_a_feature_are_those_of_its_fields() -> None:
    assert values_of(Ramp(1.0, 2.0)) == {"worst": 1.0, "best": 2.0}


def test_every_modality_joins_its_batches_the_same_way() -> None:
    """Joining is written once, in :class:`Batch`."""
    for batch in (FaceBatch, FingerprintBatch, IrisBatch):
        assert issubclass(batch, Batch)
        assert not {"join", "of_one", "of_failure", "__len__"} & set(vars(batch))
