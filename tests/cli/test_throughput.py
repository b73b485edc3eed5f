import json

import numpy as np
import pytest
from typer.testing import CliRunner

from biocapture.assessment.pipeline import assess
from biocapture.cli import app, throughput
from biocapture.cli.throughput import (
    Throughput,
    machine_facts,
    measure_all,
    measure_throughput,
    worker_counts,
    write_captures,
)
from biocapture.errors import UsageError
from biocapture.types import Modality
from biocapture.workers.pool import CHUNK_SIZE

RUNNER = CliRunner()


@pytest.fixture
def one_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "DISTINCT_CAPTURES", 1)


@pytest.mark.parametrize("modality", Modality)
@pytest.mark.usefixtures("one_each")
def test_captures_made_here_are_assessed_in_full(modality: Modality, tmp_path) -> None:
    """Nothing is refused early, which would be much faster than the real thing."""
    report = assess(write_captures(modality, tmp_path)[0], str(modality))
    assert not report.failure
    assert report.quality > 50


@pytest.mark.usefixtures("one_each")
def test_rates_of_each_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def reports(paths, modality, workers):
        asked.append((modality, workers))
        path = next(paths)
        while True:
            yield assess_result(path)

    monkeypatch.setattr(throughput, "assess_many", reports)
    found = list(measure_all([Modality.IRIS], (1, 3), 1e-6))
    assert asked == [("iris", 1), ("iris", 3)]
    assert [(each.workers, each.images) for each in found] == [(1, CHUNK_SIZE), (3, CHUNK_SIZE)]
    assert all(each.elapsed_s > 0 and each.start_s >= 0 for each in found)


def assess_result(path):
    from biocapture.assessment.report import Report

    return Report(path=str(path))


def test_a_rate_of_the_real_thing(tmp_path) -> None:
    from PIL import Image

    path = tmp_path / "blank.png"
    Image.fromarray(np.full((64, 64), 255, np.uint8)).save(path)
    found = measure_throughput([path], Modality.FINGERPRINT, 1, 0.001)
    assert found.images % CHUNK_SIZE == 0
    assert found.per_s > 1


def test_what_cannot_be_assessed_is_no_rate(tmp_path) -> None:
    path = tmp_path / "torn.png"
    path.write_bytes(b"\x89PNG")
    with pytest.raises(UsageError, match="cannot be assessed here"):
        measure_throughput([path], Modality.FINGERPRINT, 1, 0.001)


@pytest.mark.parametrize(
    ("workers", "seconds", "said"), [((0,), 1.0, "workers"), ((65,), 1.0, "workers"), ((1,), 0.0, "seconds")]
)
def test_numbers_out_of_range_are_refused(workers: tuple[int, ...], seconds: float, said: str) -> None:
    with pytest.raises(UsageError, match=f"{said} must lie in"):
        list(measure_all([Modality.IRIS], workers, seconds))


def test_figures_follow_from_the_counts() -> None:
    found = Throughput(Modality.FACE, workers=2, images=40, elapsed_s=4.0, start_s=1.0)
    assert found.per_s == 10.0
    assert found.worker_ms == 200.0


def test_worker_counts_end_with_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for most, counts in ((1, (1,)), (2, (1, 2)), (6, (1, 2, 4, 6)), (8, (1, 2, 4, 8))):
        monkeypatch.setattr(throughput, "default_workers", lambda most=most: most)
        assert worker_counts() == counts


def test_the_machine_is_told_without_names() -> None:
    import platform

    told = machine_facts()
    assert set(told) == {"system", "processors", "cpu", "python"}
    assert len(platform.node()) < 4 or platform.node() not in str(told)


def test_bench_prints_a_table_or_json(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [Throughput(Modality.IRIS, 2, 40, 4.0, 1.5)]
    monkeypatch.setattr(throughput, "measure_all", lambda kinds, counts, seconds: iter(made))
    plain = RUNNER.invoke(app, ["bench", "-m", "iris", "-w", "2"])
    assert plain.exit_code == 0
    assert "iris" in plain.stdout
    assert "10.0" in plain.stdout
    told = json.loads(RUNNER.invoke(app, ["bench", "--json"]).stdout)
    assert told["rates"][0]["images_per_s"] == 10.0
    assert told["machine"]["processors"] >= 1


@pytest.mark.parametrize("options", [["-m", "ear"], ["-w", "two"]])
def test_bench_refuses_what_it_does_not_know(options: list[str]) -> None:
    assert RUNNER.invoke(app, ["bench", *options]).exit_code == 2
