import numpy as np
import pytest

from biocapture.measure import Band, Identity, Ramp, Sigmoid, declared_in, evaluate, measure


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
    columns, errors = evaluate(items, np.array([1.0, 2.0]), 2)
    np.testing.assert_array_equal(columns["iris.good"], [1.0, 2.0])
    assert np.isnan(columns["iris.bad"]).all()
    assert errors == {"iris.bad": "ZeroDivisionError: none of that"}


def test_declared_in_finds_only_measures() -> None:
    from biocapture import measure as module

    assert declared_in(module) == ()
