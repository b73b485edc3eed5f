"""A portrait is cut upright to the profile's geometry, and what was done is said."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from tests.support import faces

from biocapture.assessment.modalities import measures
from biocapture.assessment.portrait import make_portrait, write_portrait
from biocapture.errors import ProfileError, UsageError
from biocapture.face.framing import HEAD_HEIGHT
from biocapture.face.landmarks import to_pixels
from biocapture.face.portrait import crop_portrait
from biocapture.profile.load import load_profile, shipped_profiles
from biocapture.types import Framing

FRAME = Framing(300, 400, 0.75, 0.48, 300.0)
EYES_TO_CHIN = 210 / 113
"""Of the drawn face, in eye distances."""


def marked(eye_px: float, turn_deg: float) -> tuple[np.ndarray, np.ndarray]:
    """A face whose eyes are a red and a blue disc, with its landmarks."""
    drawn = faces.face((900, 800), eye_px, turn_deg=turn_deg)
    centres = [drawn.landmarks[[60, 64]].mean(axis=0), drawn.landmarks[[68, 72]].mean(axis=0)]
    for centre, colour in zip(centres, ((255, 0, 0), (0, 0, 255)), strict=True):
        cv2.circle(drawn.pixels, tuple(int(v) for v in np.rint(centre)), max(3, int(eye_px / 16)), colour, -1)
    return drawn.pixels, to_pixels(drawn.landmarks)


def middle_of(pixels: np.ndarray, channel: int) -> np.ndarray:
    others = [i for i in range(3) if i != channel]
    spot = (pixels[..., channel] > 190) & (pixels[..., others].max(axis=2) < 60)
    return np.argwhere(spot).mean(axis=0)[::-1]


@settings(max_examples=25, deadline=None)
@given(st.floats(60, 220), st.floats(-40, 40))
def test_eyes_come_to_their_place(eye_px: float, turn_deg: float) -> None:
    made = crop_portrait(*marked(eye_px, turn_deg), FRAME)
    assert made.pixels.shape == (400, 300, 3)
    apart = FRAME.head * FRAME.height_px / HEAD_HEIGHT / EYES_TO_CHIN / 2
    np.testing.assert_allclose(middle_of(made.pixels, 0), (150 - apart, 192), atol=2.5)
    np.testing.assert_allclose(middle_of(made.pixels, 2), (150 + apart, 192), atol=2.5)
    assert made.turned_deg == pytest.approx(turn_deg, abs=1.5)
    assert made.scale == pytest.approx(2 * apart / eye_px, rel=0.03)


def test_what_was_changed_is_said() -> None:
    near = crop_portrait(*marked(300.0, 8.0), FRAME)
    assert near.changes[0] == "cut to 300 × 400 px"
    assert near.changes[1].startswith("turned by +7.9")
    assert near.changes[2].startswith("reduced to 2")
    assert near.filled > 0
    assert near.changes[3].endswith("beyond the picture and repeat its border")
    far = crop_portrait(*marked(40.0, 0.0), FRAME)
    assert far.changes[1].startswith("enlarged to 21")
    assert len(far.changes) == 2


@pytest.mark.parametrize("name", shipped_profiles())
def test_shipped_profiles_have_a_geometry(name: str) -> None:
    framing = load_profile(name, measures()).portrait
    assert framing is not None
    assert framing.width_px / framing.height_px == pytest.approx(0.75, abs=0.01)


def test_a_profile_extends_another() -> None:
    base, odd, even = (load_profile(name, measures()) for name in ("e-ktp", "e-ktp-odd", "e-ktp-even"))
    assert odd.retake == base.retake | {"face.red_background": 50}
    assert even.retake == base.retake | {"face.blue_background": 50}
    assert (odd.review, odd.required, odd.language) == (base.review, base.required, "id")


def test_a_profile_that_extends_nothing_known_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "nothing"\ntitle = "x"\nlanguage = "en"\n')
    with pytest.raises(ProfileError, match="no shipped profile"):
        load_profile(path, measures())


def test_a_profile_without_geometry_makes_no_portrait(tmp_path: Path) -> None:
    path = tmp_path / "plain.toml"
    path.write_text('title = "x"\nlanguage = "en"\n')
    with pytest.raises(ProfileError, match=r"no \[portrait\]"):
        make_portrait(b"", load_profile(path, measures()))


def test_files_keep_their_resolution(tmp_path: Path) -> None:
    made = crop_portrait(*marked(100.0, 0.0), FRAME)
    for name in ("p.png", "p.jpg"):
        write_portrait(made, tmp_path / name, 400.0)
        with Pillow.open(tmp_path / name) as read:
            assert read.size == (300, 400)
            assert read.info["dpi"] == pytest.approx((400, 400), abs=0.1)
    with pytest.raises(UsageError, match="a portrait is one of"):
        write_portrait(made, tmp_path / "p.gif", 300.0)
    with pytest.raises(UsageError, match="cannot be written"):
        write_portrait(made, tmp_path / "none" / "p.png", 300.0)
