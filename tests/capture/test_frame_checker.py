"""Whether a frame is still since the one before: closed forms of the change between two pictures."""

from types import SimpleNamespace

import numpy as np
import pytest

from biocapture.capture import FrameCheck, FrameChecker, frame_checker
from biocapture.capture.frame_checker import MAX_MOTION, SQUARE_PX
from biocapture.errors import UsageError
from biocapture.types import Image, Modality

PRESENT = FrameCheck({"capture.place_finger": 100.0, "capture.press_firmer": 70.0})
NOTHING = FrameCheck({"capture.place_finger": 0.0})


def checker(monkeypatch: pytest.MonkeyPatch, *checks: FrameCheck) -> FrameChecker:
    """A checker whose modality gives these results in turn."""
    answers = iter(checks)
    package = SimpleNamespace(check_frame=lambda image: next(answers))
    monkeypatch.setattr(frame_checker, "capability", lambda modality, kind: package)
    return FrameChecker(Modality.FINGERPRINT)


def spot(level: float, background: float = 0.0, rows: int = 10, columns: int = 10) -> np.ndarray:
    """A bright square of the grid, on which frames are compared, on an even background."""
    grid = np.full((rows, columns), background)
    grid[rows // 2, columns // 2] = level
    return np.kron(grid, np.ones((SQUARE_PX, SQUARE_PX))).astype(np.uint8)


def stillness(monkeypatch: pytest.MonkeyPatch, before: np.ndarray, now: np.ndarray) -> float:
    frames = checker(monkeypatch, PRESENT, PRESENT)
    frames.check(Image(before))
    return frames.check(Image(now)).scores["capture.hold_still"]


def test_the_first_frame_is_not_still_and_its_own_faults_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = checker(monkeypatch, PRESENT, PRESENT, NOTHING, PRESENT)
    first, same, empty, again = (frames.check(Image(spot(100.0))) for _ in range(4))
    assert list(first.scores.items()) == [*PRESENT.scores.items(), ("capture.hold_still", 0.0)]
    assert list(same.scores.items()) == [*PRESENT.scores.items(), ("capture.hold_still", 100.0)]
    assert empty is NOTHING  # nothing moves where nothing is presented
    assert again.scores["capture.hold_still"] == 100.0


@pytest.mark.parametrize("step", [4, 8, 12])
def test_motion_is_the_change_at_the_edges_in_deviations_of_their_greys(
    monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    # edges are the spot (100) and its four neighbours (0): their deviation is 40
    found = stillness(monkeypatch, spot(100.0 + step, step), spot(100.0))
    assert found == pytest.approx(100 * (1 - step / 43 / MAX_MOTION))
    assert stillness(monkeypatch, spot(100.0), spot(100.0 + step, step)) == pytest.approx(found)


def test_a_great_change_and_another_size_are_motion(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stillness(monkeypatch, spot(100.0), spot(200.0, 100.0)) == 0.0
    assert stillness(monkeypatch, spot(100.0), spot(100.0, columns=11)) == 0.0
    assert stillness(monkeypatch, spot(100.0), spot(100.0, rows=11)) == 0.0
    blank = np.full((60, 60), 9, np.uint8)
    assert stillness(monkeypatch, blank, blank) == 100.0  # without edges there is nothing that could move


def test_what_changes_away_from_the_edges_is_no_motion(monkeypatch: pytest.MonkeyPatch) -> None:
    shaded = spot(100.0)
    shaded[:SQUARE_PX, :SQUARE_PX] = 90
    assert stillness(monkeypatch, shaded, spot(100.0)) == 100.0


@pytest.mark.parametrize("shape", [(24, 30), (30, 24), (60, 66), (29, 35), (24, 24, 3), (29, 35, 3)])
def test_frames_are_compared_by_the_means_of_whole_squares(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    rows, columns = shape[0] // SQUARE_PX, shape[1] // SQUARE_PX
    green = pixels if pixels.ndim == 2 else pixels[:, :, 1]
    whole = green[: rows * SQUARE_PX, : columns * SQUARE_PX]
    means = whole.reshape(rows, SQUARE_PX, columns, SQUARE_PX).mean((1, 3))
    np.testing.assert_allclose(frame_checker._coarse(pixels), means, atol=0.51)


@pytest.mark.parametrize("shape", [(23, 60), (60, 23), (8, 8), (1, 1, 3)])
def test_small_frames_are_compared_by_sixteen_points(shape: tuple[int, ...]) -> None:
    pixels = np.full(shape, 7, np.uint8)
    coarse = frame_checker._coarse(pixels)
    assert coarse.shape == (4, 4)
    assert coarse.dtype == np.float32
    assert (coarse == 7).all()
    noise = np.random.default_rng(1).integers(0, 256, (8, 8)).astype(np.uint8)
    np.testing.assert_allclose(frame_checker._coarse(noise), noise.reshape(4, 2, 4, 2).mean((1, 3)), atol=0.51)


def test_a_modality_without_a_frame_check_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_checker, "capability", lambda modality, kind: None)
    with pytest.raises(UsageError, match=r"^face: its frames cannot be checked in this version$"):
        FrameChecker(Modality.FACE)
