from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.prints import touch

from biocapture.comparison.compare import PairComparison, compare
from biocapture.comparison.picture import write_overlay
from biocapture.errors import UsageError
from biocapture.fingerprint.comparison.picture import GAP_PX, LINE, PAIRED

ONE, OTHER = touch(1).pixels, touch(1, (300, 260), rotation_deg=20.0).pixels
BLANK = np.full((120, 90), 255, np.uint8)


def drawn(matched: PairComparison, path: Path) -> np.ndarray:
    write_overlay(matched, path)
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture


def pixels_of(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((picture == colour).all(axis=2).sum())


def test_both_prints_and_lines_between_them(tmp_path: Path) -> None:
    matched = compare(ONE, OTHER)
    picture = drawn(matched, tmp_path / "pairs.png")
    assert picture.shape == (ONE.shape[0], ONE.shape[1] + GAP_PX + OTHER.shape[1], 3)
    assert pixels_of(picture, PAIRED) > 20 * len(matched.comparison.paired)
    gap = picture[:, ONE.shape[1] + 2 : ONE.shape[1] + GAP_PX - 2]
    assert (gap < 250).any(axis=2).sum() > 5 * len(matched.comparison.paired)  # lines may cross


def test_nothing_in_common_has_no_lines(tmp_path: Path) -> None:
    picture = drawn(compare(ONE, BLANK), tmp_path / "pairs.PNG")
    assert pixels_of(picture, PAIRED) == pixels_of(picture, LINE) == 0
    assert drawn(compare(BLANK, BLANK), tmp_path / "blank.png").shape == (120, 180 + GAP_PX, 3)


@pytest.mark.parametrize(
    ("name", "says"), [("pairs.jpg", r"an overlay is a \.png"), ("none/pairs.png", "cannot be written: No such")]
)
def test_a_picture_that_cannot_be_written_says_so(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        write_overlay(compare(BLANK, BLANK), tmp_path / name)
