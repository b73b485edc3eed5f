"""Thresholds on quality: closed forms, intervals that a simulation confirms, tables as files and lines."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from biocapture.comparison.evaluation.pairs import read_pairs
from biocapture.comparison.evaluation.rates import edc, remaining_error_rate, weighted_edc
from biocapture.comparison.evaluation.tables import write_threshold_report
from biocapture.comparison.evaluation.thresholds import (
    MatedPairs,
    characteristic,
    identities,
    table_lines,
    threshold_table,
    write_tables,
)

HUNDRED = np.arange(100.0)


def of(quality: np.ndarray, error: np.ndarray, identity: np.ndarray | None = None) -> MatedPairs:
    return MatedPairs(quality, error, np.arange(len(quality)) if identity is None else identity, quality)


def test_files_joined_by_pairs_are_of_one_identity() -> None:
    pairs = [("a", "b"), ("c", "d"), ("b", "e"), ("f", "d"), ("g", "g")]
    assert identities(pairs).tolist() == [0, 1, 0, 1, 2]


def test_perfect_quality_avoids_all_errors_with_as_many_captures() -> None:
    """The ten worst pairs are the ten errors."""
    table = threshold_table(of(HUNDRED, HUNDRED < 10), (0, 5, 10, 50))
    assert [row.retaken.value for row in table] == pytest.approx([0, 0.05, 0.10, 0.50])
    assert [row.avoided.value for row in table] == pytest.approx([0, 0.5, 1.0, 1.0])
    assert [row.fnmr.value for row in table] == pytest.approx([0.10, 5 / 95, 0, 0])
    assert [row.pairs for row in table] == [100, 95, 90, 50]


def test_useless_quality_avoids_what_it_discards() -> None:
    error = HUNDRED % 10 == 0
    table = threshold_table(of(HUNDRED, error), (0, 20, 50))
    assert [row.avoided.value for row in table] == pytest.approx([0, 0.2, 0.5])
    assert [row.fnmr.value for row in table] == pytest.approx([0.1, 0.1, 0.1])
    assert all(row.fnmr.low < 0.1 < row.fnmr.high for row in table)


def test_nothing_to_count_is_no_number() -> None:
    (none,) = threshold_table(of(HUNDRED, HUNDRED < 0), (0,))
    assert np.isnan(none.avoided.value)
    assert none.fnmr.value == 0
    (empty,) = threshold_table(of(HUNDRED, HUNDRED < 10), (100,))
    assert np.isnan(empty.fnmr.value)
    assert empty.avoided.value == 1


def test_no_error_among_few_fingers_is_no_proof() -> None:
    """Of ten fingers none failed: up to 28 % may (Wilson); all errors of three fingers were avoided: or only 44 %."""
    finger = np.repeat(np.arange(10), 10)
    (row,) = threshold_table(of(HUNDRED, HUNDRED < 0, finger), (0,))
    assert (row.fnmr.low, row.fnmr.high) == pytest.approx((0, 0.2775), abs=1e-4)
    (row,) = threshold_table(of(HUNDRED, HUNDRED < 30, finger), (30,))
    assert (row.avoided.low, row.avoided.high) == pytest.approx((0.4385, 1), abs=1e-4)


def test_intervals_of_independent_pairs_are_those_of_a_share() -> None:
    random = np.random.default_rng(1)
    quality, error = random.uniform(0, 100, 2000), random.random(2000) < 0.1
    (row,) = threshold_table(of(quality, error), (0,))
    half = 1.96 * np.sqrt(error.mean() * (1 - error.mean()) / 2000)
    assert (row.fnmr.high - row.fnmr.low) / 2 == pytest.approx(half, rel=0.12)
    curve = characteristic(of(quality, error))
    assert curve.rate[0] == pytest.approx(error.mean())
    assert (curve.high[0] - curve.low[0]) / 2 == pytest.approx(half, rel=0.12)
    assert (np.diff(curve.high - curve.low)[::10] > -0.01).all()


def test_pairs_of_one_finger_are_not_independent() -> None:
    """Ten pairs per finger that fail together know as little as one: the interval is √10 times as wide."""
    random = np.random.default_rng(2)
    finger = np.repeat(np.arange(200), 10)
    error = np.repeat(random.random(200) < 0.2, 10)
    quality = random.uniform(0, 100, 2000)
    (joined,) = threshold_table(of(quality, error, finger), (0,))
    (single,) = threshold_table(of(quality, error), (0,))
    wider = (joined.fnmr.high - joined.fnmr.low) / (single.fnmr.high - single.fnmr.low)
    assert wider == pytest.approx(np.sqrt(10), rel=0.15)


def test_the_band_holds_the_truth_in_nineteen_of_twenty() -> None:
    random = np.random.default_rng(3)
    inside = []
    for _ in range(40):
        quality = random.uniform(0, 100, 400)
        error = random.random(400) < 0.4 * (1 - quality / 100)
        curve = characteristic(of(quality, error))
        # Of those left after a share s, quality is uniform in 100 s … 100: the mean error is 0.4 (1 - s) / 2.
        truth = 0.2 * (1 - curve.discarded)
        inside.append(((curve.low <= truth) & (truth <= curve.high))[:60].mean())
    assert 0.87 < np.mean(inside) < 0.995


def test_equal_weights_change_nothing() -> None:
    random = np.random.default_rng(4)
    quality, error = np.round(random.uniform(0, 10, 300)), random.random(300) < 0.2
    share = np.linspace(0, 0.9, 10)
    plain = remaining_error_rate(share, *edc(quality, error))
    assert weighted_edc(quality, error, np.full(300, 3.0), share) == pytest.approx(plain)
    twice = np.concatenate([quality, quality[:100]]), np.concatenate([error, error[:100]])
    weight = np.where(np.arange(300) < 100, 2.0, 1.0)
    assert weighted_edc(quality, error, weight, share) == pytest.approx(remaining_error_rate(share, *edc(*twice)))


def listed(folder: Path, genuine: int, impostor: int) -> tuple[Path, np.ndarray, dict[str, float]]:
    """Genuine pair i is (g_i, h_i) with quality i and scores 50 above quality 9; impostors score 0 … 1."""
    rows = [f"g{i},h{i},1" for i in range(genuine)] + [
        f"g{i % genuine},h{(i + 1) % genuine},0" for i in range(impostor)
    ]
    path = folder / "pairs.csv"
    path.write_text("file1,file2,genuine\n" + "\n".join(rows) + "\n")
    scores = np.concatenate([np.where(np.arange(genuine) < 10, 0.0, 50.0), np.linspace(0, 1, impostor)])
    quality = {f"{name}{i}": float(i) for i in range(genuine) for name in "gh"}
    return path, scores, quality


def test_tables_are_written_and_said(tmp_path: Path) -> None:
    path, scores, quality = listed(tmp_path, 100, 2000)
    quality["g0"] = float("nan")
    said = "\n".join(write_threshold_report(read_pairs(path), scores, quality, 1e-3, {}, tmp_path / "out"))
    assert "of this list at FMR 0.001); 10 of 100 pairs" in said
    assert re.search(r"^ +10 +10\.0 % \(6\.6 to 14\.9\) +100\.0 %", said, flags=re.MULTILINE)
    with (tmp_path / "out" / "thresholds.csv").open(newline="") as handle:
        rows = {float(row["quality"]): row for row in csv.DictReader(handle)}
    assert float(rows[10]["avoided"]) == 1
    assert float(rows[0]["retaken"]) == pytest.approx(1 / 200)
    assert float(rows[0]["fnmr"]) == pytest.approx(9 / 99, rel=1e-5)
    for name, header in {"det.csv": "threshold,fmr,fnmr", "edc.csv": "discarded,rate,low,high"}.items():
        lines = (tmp_path / "out" / name).read_text().splitlines()
        assert lines[0] == header
        assert len(lines) > 50
    det = [tuple(map(float, line.split(","))) for line in (tmp_path / "out" / "det.csv").read_text().splitlines()[1:]]
    assert det[-1] == pytest.approx((50, 0, 0.1))


def test_few_impostors_need_a_documented_threshold(tmp_path: Path) -> None:
    path, scores, quality = listed(tmp_path, 50, 20)
    pairs = read_pairs(path)
    assert "FMR 0.001 needs at least 1000" in write_threshold_report(pairs, scores, quality, 1e-3, {}, tmp_path)[0]
    said = write_threshold_report(pairs, scores, quality, 1e-3, {1e-3: 20.0}, tmp_path)
    assert "a score below 20 (documented for FMR 0.001); 10 of 50 pairs" in said[0]
    unknown = dict.fromkeys(quality, float("nan"))
    assert (
        write_threshold_report(pairs, scores, unknown, 1e-3, {1e-3: 20.0}, tmp_path)[0] == "no quality: no thresholds"
    )


def test_lists_without_labels_have_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("file1,file2\na,b\n")
    assert (
        "no column 'genuine'"
        in write_threshold_report(read_pairs(path), np.ones(1), {"a": 1.0, "b": 1.0}, 1e-3, {}, tmp_path)[0]
    )
    path.write_text("file1,file2,genuine\na,b,1\n")
    assert (
        "both needed"
        in write_threshold_report(read_pairs(path), np.ones(1), {"a": 1.0, "b": 1.0}, 1e-3, {}, tmp_path)[0]
    )


def test_the_same_pairs_give_the_same_table_line_by_line() -> None:
    pairs = of(HUNDRED, HUNDRED % 7 == 0)
    first, second = threshold_table(pairs, (0, 40)), threshold_table(pairs, (0, 40))
    assert first == second
    lines = table_lines(first, "below 30")
    assert lines[0] == "quality thresholds; a false non-match is below 30:"
    assert lines[1] == (
        "  below   taken again               errors avoided            FNMR of the rest (95 % intervals)"
    )
    for line, row in zip(lines[2:], first, strict=True):
        assert re.sub(r" +", " ", line.strip()) == " ".join(
            [f"{row.quality:.0f}", str(row.retaken).strip(), str(row.avoided).strip(), str(row.fnmr)]
        ).replace("  ", " ")
    (nothing,) = threshold_table(of(HUNDRED, HUNDRED < 0), (0,))
    assert str(nothing.avoided) == "    –"


def test_tables_as_files_have_a_column_per_number(tmp_path: Path) -> None:
    pairs = of(HUNDRED, HUNDRED < 10)
    table = threshold_table(pairs, (10,))
    curve = characteristic(pairs)
    write_tables(tmp_path, np.arange(50.0, 100.0), np.arange(60.0), curve, table)
    names = {name: (tmp_path / name).read_text(encoding="utf8").splitlines() for name in ("det.csv", "edc.csv")}
    assert names["det.csv"][:2] == ["threshold,fmr,fnmr", "0,1,0"]
    assert names["det.csv"][-1] == "99,0,0.98"
    assert len(names["det.csv"]) == 101
    assert names["edc.csv"][0] == "discarded,rate,low,high"
    assert len(names["edc.csv"]) == 92
    assert names["edc.csv"][1].startswith("0,0.1,")
    lines = (tmp_path / "thresholds.csv").read_text(encoding="utf8").splitlines()
    assert lines[0] == (
        "quality,pairs,retaken,retaken_low,retaken_high,avoided,avoided_low,avoided_high,fnmr,fnmr_low,fnmr_high"
    )
    assert lines[1].startswith("10,90,0.1,")
    write_tables(tmp_path / "long", np.arange(3000.0), np.arange(3000.0), None, ())
    long = (tmp_path / "long" / "det.csv").read_text(encoding="utf8").splitlines()
    assert (len(long), long[1], long[-1]) == (2001, "0,1,0", "2999,0.000333333,0.999667")
    assert not (tmp_path / "long" / "edc.csv").exists()
