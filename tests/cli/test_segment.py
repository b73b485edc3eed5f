"""``biocapture segment``: fingers upright in files of their own, and a table."""

import csv
from pathlib import Path

import pytest
from PIL import Image as Pillow
from tests.support.commands import Run
from tests.support.slaps import slap_file

from biocapture.assessment.pipeline import assess
from biocapture.synthetic.hand.slap import Conditions
from biocapture.types import FingerGroup, Position

RIGHT = FingerGroup.RIGHT_SLAP.fingers


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "fingers.csv").open(encoding="utf8") as handle:
        return list(csv.DictReader(handle))


def test_fingers_are_written_upright_with_their_resolution(run: Run, tmp_path: Path) -> None:
    path = slap_file(tmp_path / "right_slap.png", Conditions(tilt_deg=20.0))
    result = run("segment", str(path), "--out", str(tmp_path / "fingers"))
    assert result.status == 0, result.err
    rows = table(tmp_path / "fingers")
    assert [row["position"] for row in rows] == list(RIGHT)
    for row in rows:
        written = tmp_path / "fingers" / row["file"]
        with Pillow.open(written) as picture:
            assert picture.info["dpi"] == pytest.approx((500, 500), abs=0.1)
            assert picture.height > picture.width
        assert abs(float(row["angle_deg"]) - 20) < 15
        assert assess(written).quality == pytest.approx(float(row["quality"]), abs=8)


def test_wsq_and_missing_fingers(run: Run, tmp_path: Path) -> None:
    path = slap_file(tmp_path / "a.png", Conditions(missing=(Position.RIGHT_LITTLE,)))
    result = run("segment", str(path), "--out", str(tmp_path), "--position", "right_slap", "--format", "wsq")
    assert result.status == 1
    assert "Press all fingers" in result.err
    assert len(list(tmp_path.glob("a_*.wsq"))) == 3


def test_a_single_print_is_no_slap(run: Run, tmp_path: Path) -> None:
    path = slap_file(tmp_path / "right_index.png", Conditions(missing=RIGHT[1:]))
    result = run("segment", str(path), "--out", str(tmp_path))
    assert result.status == 2
    result = run("segment", str(path), "--out", str(tmp_path), "--format", "bmp", "--position", "right_slap")
    assert result.status == 2
