"""Deduplication on a local Ray. Skipped, and said so, where ray is not installed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.enrolment.dedup.test_search import enrolled

from biocapture.enrolment.dedup import find_duplicates
from biocapture.workers.cluster_map import map_on_cluster

ray = pytest.importorskip("ray", reason="THE RAY ENGINE IS NOT TESTED HERE: pip install 'biocapture[ray]'")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112  its name; Ray would work with what others leave over
    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False)
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("people")
    for name, person, touch in (("a", "ayu", 1), ("b", "budi", 1), ("c", "ayu", 2)):
        enrolled(root, name, person, touch)
    (root / "b" / "left_index.jpg").write_bytes(b"\xff\xd8 damaged")
    return root


def test_a_cluster_finds_the_pairs_of_one_machine(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In several blocks; and what it noted is not done again here."""
    monkeypatch.setattr("biocapture.enrolment.dedup.blocks.BLOCK_SAMPLES", 1)
    expected = find_duplicates([people])
    assert expected.pairs
    assert expected.unreadable
    journal = tmp_path / "journal"
    assert find_duplicates([people], workers=2, engine="ray", journal=journal) == expected
    counts = []

    def counted(items, count, unit):
        counts.append(count)
        return items

    assert find_duplicates([people], journal=journal, progress=counted) == expected
    assert counts == [0, 0]


def test_answers_come_in_order_though_an_actor_is_killed() -> None:
    answers, killed = [], []
    for answer in map_on_cluster(list, range(200), 2, divmod):
        answers.append(answer)
        if not killed:
            killed += _actors()[:1]
            os.kill(killed[0], signal.SIGKILL)
    assert answers == list(range(200))
    assert list(map_on_cluster(list, [], 2, divmod)) == []


def _actors() -> list[int]:
    """Processes of the actors."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"ray::_Actor"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found
