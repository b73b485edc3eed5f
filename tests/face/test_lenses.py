"""Lenses drawn before the eyes: veils and tints are seen by the skin beside them, shaded sockets are no glasses."""

import cv2
import numpy as np
import pytest
from tests.support import faces
from tests.support.faces import DARK_SKIN, SKIN, Drawn

from biocapture import face
from biocapture.face.measures import operational
from biocapture.measure import Measure

SKINS = pytest.mark.parametrize("skin", [SKIN, DARK_SKIN], ids=["light skin", "dark skin"])
EYES = ((251, 278), (364, 278))
AXES = (40, 30)


def raw(item: Measure, drawn: Drawn) -> float:
    return float(item(face.describe_inputs(drawn.pixels, face.inputs_from_arrays(**drawn.inputs())))[0])


def score(item: Measure, drawn: Drawn) -> float:
    return float(item.curve(np.array([raw(item, drawn)]))[0])


def mix(drawn: Drawn, code: float, share: float, soft_px: float) -> None:
    """Mix a tone into both lenses; ``soft_px`` blurs their edge."""
    lens = np.zeros(drawn.pixels.shape[:2], np.float32)
    scale = float(np.hypot(*drawn.place[:, 0]))
    for eye in EYES:
        centre = drawn.at(np.array([eye]))[0]
        axes = [round(axis * scale) for axis in AXES]
        cv2.ellipse(lens, [round(float(place)) for place in centre], axes, 0, 0, 360, 1.0, -1)
    if soft_px:
        lens = cv2.GaussianBlur(lens, (0, 0), soft_px * scale)
    weight = share * lens[..., None]
    drawn.pixels[:] = np.rint(drawn.pixels * (1 - weight) + code * weight).astype(np.uint8)


@SKINS
@pytest.mark.parametrize("share", [0.5, 0.6, 0.8])
def test_a_veil_over_the_lenses_lifts_what_is_dark(skin: tuple[int, int, int], share: float) -> None:
    drawn = faces.face(skin=skin)
    before = raw(operational.eye_veil, drawn)
    mix(drawn, 235.0, share, 0.0)
    assert raw(operational.eye_veil, drawn) > before + 0.4
    assert score(operational.eye_veil, drawn) < 40


@SKINS
@pytest.mark.parametrize("share", [0.75, 0.9])
def test_a_tint_is_darker_than_the_skin_below_the_lens(skin: tuple[int, int, int], share: float) -> None:
    drawn = faces.face(skin=skin)
    assert score(operational.eye_brightness, drawn) == 100
    mix(drawn, 0.0, share, 0.0)
    assert score(operational.eye_brightness, drawn) < 62


def test_shade_that_fades_is_no_lens() -> None:
    """As dark as a tint that is seen, without its edge."""
    shaded, tinted = faces.face(), faces.face()
    mix(shaded, 0.0, 0.75, 14.0)
    mix(tinted, 0.0, 0.75, 0.0)
    assert raw(operational.eye_brightness, shaded) > 1.5 * raw(operational.eye_brightness, tinted)
    assert score(operational.eye_brightness, shaded) > score(operational.eye_brightness, tinted)


def test_red_pupils_are_no_veil() -> None:
    drawn = faces.face()
    before = raw(operational.eye_veil, drawn)
    for pupil in (96, 97):
        centre = [round(float(place)) for place in drawn.at(faces.frame_landmarks()[[pupil]])[0]]
        cv2.circle(drawn.pixels, centre, 8, (190, 30, 40), -1)
    assert raw(operational.eye_veil, drawn) < before + 0.1
