import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from biocapture.comparison.evaluation.plot import require_matplotlib, write_plot
from biocapture.errors import UsageError

RANDOM = np.random.default_rng(5)
GENUINE, IMPOSTOR = RANDOM.normal(80, 15, 300), RANDOM.normal(20, 15, 2000)
QUALITY = GENUINE + RANDOM.normal(0, 10, 300)
UNKNOWN = np.full(300, np.nan)


def drawn(path: Path, *values: np.ndarray) -> np.ndarray:
    write_plot(*values, path)
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture


def test_one_curve_without_qualities_and_two_with(tmp_path: Path) -> None:
    one = drawn(tmp_path / "one.png", GENUINE, IMPOSTOR, UNKNOWN)
    two = drawn(tmp_path / "two.PNG", GENUINE, IMPOSTOR, QUALITY)
    assert two.shape[1] > 1.8 * one.shape[1]
    ours = (one.astype(int) - (168, 95, 31)).__abs__().sum(axis=2) < 60  # BGR of the curve
    assert ours.sum() > 300


def test_same_scores_same_bytes_and_others_another_picture(tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}.png" for i in range(3)]
    for path, genuine in zip(paths, (GENUINE, GENUINE, GENUINE - 20), strict=True):
        write_plot(genuine, IMPOSTOR, QUALITY, path)
    first, again, other = (path.read_bytes() for path in paths)
    assert first == again != other


@pytest.mark.parametrize(
    ("genuine", "impostor", "quality"),
    [
        ([1.0], [0.0], [50.0]),
        ([5.0, 5.0], [5.0], [1.0, 2.0]),
        ([1.0, 2.0], [3.0, 4.0], [7.0, 7.0]),
        ([1.0, 2.0, 3.0], [0.0], [np.nan, np.nan, 1.0]),
    ],
    ids=["one of each", "all equal", "all wrong", "mostly not assessable"],
)
def test_few_and_degenerate_scores_are_drawn(tmp_path: Path, genuine: list, impostor: list, quality: list) -> None:
    assert drawn(tmp_path / "few.png", np.array(genuine), np.array(impostor), np.array(quality)).size


@pytest.mark.parametrize("name", ["curves.pdf", "curves", "none/curves.png"])
def test_only_a_png_in_a_folder_that_exists(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"curves.*a plot is a \.png in a folder that exists"):
        require_matplotlib(tmp_path / name)


def test_a_plot_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UsageError, match=r"folder\.png: cannot be written"):
        write_plot(GENUINE, IMPOSTOR, QUALITY, tmp_path / "folder.png")


def test_without_matplotlib_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'biocapture\[plot\]'"):
        require_matplotlib(tmp_path / "curves.png")
