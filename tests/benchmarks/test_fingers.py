"""The study of synthetic fingers, and the promise it holds: different ones are told apart, the same one is not."""

import numpy as np
import pytest
from benchmarks.studies import fingers as study
from tests.support.prints import grown, touch

from biocapture.fingerprint.comparison.compare import THRESHOLDS
from biocapture.synthetic.fingerprint.finger import finger


@pytest.fixture(scope="module")
def scores() -> study.Scores:
    return study.compared(61_000, 16)


def test_different_fingers_are_told_apart(scores: study.Scores) -> None:
    """120 pairs: at the 0.3 % that are allowed, three are above by chance once in 200 times."""
    different = scores.different[np.isfinite(scores.different)]
    assert len(different) == 120
    assert np.count_nonzero(different >= THRESHOLDS[1e-3]) <= 2
    assert np.count_nonzero(different >= THRESHOLDS[1e-4]) <= 1


def test_the_same_finger_is_told(scores: study.Scores) -> None:
    assert np.mean(scores.same >= THRESHOLDS[1e-3]) >= 0.95


def test_shares_and_their_interval() -> None:
    different = np.full((4, 4), np.nan)
    different[np.tril_indices(4, -1)] = [90, 10, 10, 10, 10, 10]
    share, low, high = study.false_matches(study.Scores(different, np.full(4, 99.0)), 80.0)
    assert share == pytest.approx(1 / 6)
    assert low == 0
    assert share < high <= 1


def test_traits_of_a_print_are_those_of_its_finger() -> None:
    seen = study.traits(touch(1, (560, 416)).pixels)
    true = grown(1).minutiae
    per_mm2 = len(true.row) / (616 * 472 * study.PX_MM**2)
    assert seen.minutiae_per_mm2 == pytest.approx(per_mm2, rel=0.3)
    assert seen.period_px == pytest.approx(grown(1).period_px, rel=0.08)
    assert 2.0 < seen.entropy_bits < 4.0
    assert 0.03 < seen.period_deviation < 0.15


def test_minutiae_are_not_on_a_lattice() -> None:
    """Distance to the nearest, over that of as many strewn at random: 1.23 on prints grown without disturbances."""
    spacing = [study.traits(study.touched(finger(seed), seed, 0)).spacing for seed in range(62_000, 62_004)]
    assert 0.9 < np.mean(spacing) < 1.19


def test_too_little_says_nothing() -> None:
    assert np.isnan(study.traits(np.full((300, 300), 240, np.uint8)).spacing)


def test_prints_its_tables(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["fingers", "--fingers", "3", "--first", "1"])
    study.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 pairs of different fingers, 3 of the same"
    assert len(lines) == 9
