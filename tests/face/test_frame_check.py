"""The glance at a portrait camera's frame: what is wrong, whatever the colour of skin, wall and light."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.capture import CaptureFinished, CaptureSettings, MessageChanged, capture
from biocapture.devices import open_device, target_of
from biocapture.face.frame_check import check_frame
from biocapture.synthetic import portrait as drawing
from biocapture.synthetic.portrait import portrait
from biocapture.synthetic.stream import FACE_ACTS
from biocapture.types import Image, Sample

SHAPE = (720, 1280)
SEEDS = (1, 2, 3, 6)
"""Whose skins are four different ones of the five."""


def look(pixels: NDArray[np.uint8]) -> str:
    """The fault of a frame."""
    return check_frame(Image(pixels)).fault


def drawn(seed: int, act: str) -> NDArray[np.uint8]:
    return portrait(seed, SHAPE, FACE_ACTS[act])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("act", "fault"),
    [
        ("good", ""),
        ("far", "capture.come_closer_face"),
        ("off_centre", "capture.centre_face"),
        ("blur", "capture.focus_face"),
    ],
)
def test_faults_are_named_whatever_the_skin(seed: int, act: str, fault: str) -> None:
    assert look(drawn(seed, act)) == fault


@pytest.mark.parametrize("seed", SEEDS)
def test_colour_is_not_needed(seed: int) -> None:
    grey = cv2.cvtColor(drawn(seed, "good"), cv2.COLOR_RGB2GRAY)
    assert look(np.repeat(grey[:, :, None], 3, axis=2)) == ""


@pytest.mark.parametrize("wall", [*drawing.SKIN_COLOURS, (255, 255, 255), (0, 0, 0), (60, 120, 60)])
def test_a_wall_of_any_colour_is_nobody(wall: tuple[int, int, int]) -> None:
    pixels = np.full((*SHAPE, 3), wall, np.uint8)
    pixels += np.random.default_rng(1).integers(0, 3, pixels.shape, np.uint8)  # wraps at white; no matter
    assert look(pixels) == "capture.place_face"
    assert not check_frame(Image(pixels)).is_present


@pytest.mark.parametrize("seed", SEEDS)
def test_near_the_rim_and_very_small_frames_do_no_harm(seed: int) -> None:
    cut = np.ascontiguousarray(drawn(seed, "good")[:400, 500:])
    assert 0 <= check_frame(Image(cut)).quality <= 100
    assert look(np.zeros((8, 8, 3), np.uint8)) == "capture.place_face"


def test_poor_to_good_with_guidance_in_order() -> None:
    told, result = [], None
    script = "absent:11,off_centre:16,far:16,blur:16,good"
    ready = Report(quality=80.0, verdict=Verdict.READY)

    def assess(sample: Sample) -> Report:
        return ready

    with open_device("sim:face", script=script, fps=0, seed=3, width_px=640, height_px=360) as device:
        for event in capture(device, target_of("face"), settings=CaptureSettings(patience_s=600), assess=assess):
            if isinstance(event, MessageChanged):
                told.append(event.message)
            elif isinstance(event, CaptureFinished):
                result = event.result
    assert told == [
        "capture.place_face",
        "capture.centre_face",
        "capture.come_closer_face",
        "capture.focus_face",
        "capture.keep_still",
    ]
    assert result is not None
    assert result.accepted
