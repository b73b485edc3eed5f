"""The study of irises' gates: who matches, who fails, and which gate refuses whom."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from benchmarks.studies import iris_gates
from tests.support.eyes import cached_eye, eye_image

from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.conditions import everyday_conditions

EYES, IMAGES = 4, 3


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> iris_gates.Camera:
    """Four eyes, three images each; the last of eye 0 is another person's."""
    folder: Path = tmp_path_factory.mktemp("camera")
    for eye in range(EYES):
        for number in range(IMAGES):
            stranger = eye == 0 and number == IMAGES - 1
            conditions = replace(everyday_conditions(number), lid_opening=0.9, gaze_deg=(0.0, 0.0))
            pixels = capture(cached_eye(900 + (50 if stranger else eye)), conditions, number).pixels
            cv2.imwrite(str(folder / f"person{eye}_{number}.png"), pixels)
    small = eye_image(903, iris_radius_px=37.0, shape=(240, 320)).pixels
    cv2.imwrite(str(folder / "person3_9.png"), small)
    (folder / "notes.txt").write_text("no image")
    return iris_gates.camera_of(iris_gates.eyes_of(folder, r"person(\d)_", 1))


def test_an_image_matches_when_it_matches_all_sound_mates(camera: iris_gates.Camera) -> None:
    names = [eye.name for eye in camera.eyes]
    assert names == ["0"] * 3 + ["1"] * 3 + ["2"] * 3 + ["3"] * 4
    assert camera.fails.tolist() == [False, False, True] + [False] * 10
    assert camera.matches[:2].all()
    assert camera.matches[3:9].all()
    assert not (camera.matches & camera.fails).any()
    assert len(camera.pairs) == 3 * 3 + 6


def test_shares_are_of_those_that_match_and_of_those_that_fail(camera: iris_gates.Camera) -> None:
    head, *gates = iris_gates.gates_of(camera, "default")
    size = next(line for line in gates if "iris.iris_radius" in line)
    assert size.split()[1:] == [f"{100 / 12:.1f}", "%", "0.0", "%"]
    assert f"RETAKE of {int(camera.matches.sum())} that match" in head
    assert f"of {int(camera.fails.sum())} that fail" in head


def test_areas_name_both_qualities(camera: iris_gates.Camera) -> None:
    assert "quality" in iris_gates.areas_of(camera)
    assert "usable_iris_area" in iris_gates.areas_of(camera)


def test_every_nth_eye_is_taken_whole(tmp_path: Path) -> None:
    for eye in range(4):
        for number in range(2):
            cv2.imwrite(str(tmp_path / f"person{eye}_{number}.png"), np.zeros((80, 80), np.uint8))
    eyes = iris_gates.eyes_of(tmp_path, r"person(\d)_", 2)
    assert [eye.name for eye in eyes] == ["0", "0", "2", "2"]
    assert not any(len(eye.template.template) for eye in eyes)
