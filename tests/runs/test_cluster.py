"""The Ray engine on a local Ray with two workers. Skipped, and said so, where ray is not installed."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image as Pillow
from tests.support.prints import touch

from biocapture.assessment.options import options_of
from biocapture.runs.cluster import FILES_PER_BATCH, ray_engine
from biocapture.runs.run import Plan, carry_out, local_engine, open_store
from biocapture.runs.run_record import Choice

ray = pytest.importorskip("ray", reason="THE RAY ENGINE IS NOT TESTED HERE: pip install 'biocapture[ray]'")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112  its name; Ray would work with what others leave over
    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False)
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small pieces of a print, one of them damaged, one twice."""
    folder = tmp_path_factory.mktemp("images") / "prints"
    folder.mkdir()
    pixels = touch(1).pixels
    for i in range(6 * FILES_PER_BATCH):
        row, column = 100 + i % 40, 60 + i // 40
        Pillow.fromarray(np.ascontiguousarray(pixels[row : row + 64, column : column + 64])).save(
            folder / f"right_thumb_{i:04}.png"
        )
    (folder / "right_thumb_0007.png").write_bytes(b"\x89PNG damaged")
    (folder / "right_thumb_0009.png").write_bytes((folder / "right_thumb_0008.png").read_bytes())
    return folder


def run(plan: Plan, engine, out: Path, seen: Callable[[str], None] = lambda _: None, resume: bool = False):
    store, facts = open_store(plan, out, resume)
    with store:
        carry_out(plan, store, facts, engine, seen)
    return {path.name: pq.read_table(path) for path in sorted(out.glob("part-*.parquet"))}


def actors() -> list[int]:
    """Processes of the actors."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"ray::MapWorker"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_ray_gives_the_rows_of_a_local_run_though_a_worker_is_killed(images: Path, tmp_path: Path) -> None:
    plan = Plan(Choice((str(images),)), options_of("fingerprint"), rows_per_part=50)
    expected = run(plan, local_engine(plan, 2), tmp_path / "local")
    assert sum(table.num_rows for table in expected.values()) == 6 * FILES_PER_BATCH
    killed: list[int] = []

    def seen(verdict: str) -> None:
        if not killed:
            killed.extend(actors()[:1])
            os.kill(killed[0], signal.SIGKILL)

    assert run(plan, ray_engine(plan, 2), tmp_path / "ray", seen) == expected
    assert killed


def test_a_run_begun_here_is_resumed_there(images: Path, tmp_path: Path) -> None:
    plan = Plan(Choice((str(images / "right_thumb_00*.png"),)), options_of("fingerprint"), rows_per_part=30)
    expected = run(plan, local_engine(plan, 1), tmp_path / "whole")
    count = 0

    def seen(verdict: str) -> None:
        nonlocal count
        count += 1
        if count == 45:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(plan, local_engine(plan, 1), tmp_path / "cut", seen)
    count = -1000
    assert run(plan, ray_engine(plan, 2), tmp_path / "cut", seen, resume=True) == expected
    assert count == -1000 + 100 - 45
