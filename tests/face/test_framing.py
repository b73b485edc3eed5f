"""One geometry: what is cut by a profile passes that profile, heads as ICAO allows them pass, cut ones do not."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest

from biocapture import face
from biocapture.assessment.modalities import measures
from biocapture.assessment.options import options_of
from biocapture.assessment.report import Report
from biocapture.assessment.scoring import reports
from biocapture.errors import ProfileError
from biocapture.face.framing import CROWN_HEIGHT, HEAD_HEIGHT, ICAO_EYES_FROM_BELOW, ICAO_HEAD
from biocapture.images.decode import decode
from biocapture.profile.load import load_profile, shipped_profiles
from biocapture.synthetic.portrait import portrait
from biocapture.types import Failure, Modality, Sample

FRAMING = {"face.whole_head", "face.centre_face", "face.come_closer", "face.adjust_distance", "face.cut_off"}
PASSING = ("default", "e-ktp")
SIDE = 900
UNIT = 0.23 * SIDE
"""Of the drawn head: eyes 0.12 above its middle, chin 0.95 below, hair 1.15 above."""
EYES_ROW, EYES_TO_CHIN = 0.48 * SIDE - 0.12 * UNIT, 1.07 * UNIT


def judged(pixels: np.ndarray, profile: str) -> Report:
    sample = Sample(decode(pixels, modality=Modality.FACE), Modality.FACE)
    return reports([sample], options_of("face", profile=profile))[0]


def framing_faults(pixels: np.ndarray, profile: str) -> set[str]:
    report = judged(pixels, profile)
    assert not report.failure
    return {reason.source for reason in report.reasons if reason.key in FRAMING}


def icao_portrait(head: float, eyes_from_below: float) -> np.ndarray:
    """The drawn head, 800 px high altogether, with chin to crown and eyes as stated."""
    scale = head * 800 / (HEAD_HEIGHT * EYES_TO_CHIN)
    shift = (300 - scale * SIDE / 2, 800 * (1 - eyes_from_below) - scale * EYES_ROW)
    matrix = np.array([(scale, 0, shift[0]), (0, scale, shift[1])])
    drawn = portrait(2, (SIDE, SIDE), {})
    return cv2.warpAffine(drawn, matrix, (600, 800), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("profile", shipped_profiles())
def test_what_is_cut_passes_the_framing_of_its_profile(profile: str) -> None:
    framing = load_profile(profile, measures()).portrait
    assert framing is not None
    sittings: Iterable[dict[str, float]] = (
        {"scale": scale, "shift": shift} for scale in (0.7, 1.0, 1.4) for shift in (-0.12, 0.0, 0.1)
    )
    for seed, sitting in enumerate(sittings):
        made = face.cut_portrait(portrait(seed, (SIDE, SIDE), sitting), framing)
        assert isinstance(made, face.Portrait), made
        assert not framing_faults(made.pixels, profile), sitting


@pytest.mark.parametrize("profile", PASSING)
@pytest.mark.parametrize("head", [*ICAO_HEAD, 0.75])
@pytest.mark.parametrize("eyes_from_below", [ICAO_EYES_FROM_BELOW[0], 0.55, 0.6, 0.64])
def test_heads_that_icao_allows_pass(profile: str, head: float, eyes_from_below: float) -> None:
    crown = 1 - eyes_from_below - head * CROWN_HEIGHT / HEAD_HEIGHT
    if crown >= 0:  # eyes at 70 % from below leave no room for a head of 80 %
        assert not framing_faults(icao_portrait(head, eyes_from_below), profile)


@pytest.mark.parametrize("profile", PASSING)
def test_a_head_cut_at_the_top_is_refused(profile: str) -> None:
    drawn = portrait(2, (SIDE, SIDE), {})
    scores = [
        judged(drawn[round(EYES_ROW - above * EYES_TO_CHIN) :], profile).measures["face.cut_at_top"].score
        for above in (1.2, 0.9, 0.8, 0.7)
    ]
    assert scores[0] == 100
    assert scores == sorted(scores, reverse=True)
    assert "face.cut_at_top" in framing_faults(drawn[round(EYES_ROW - 0.8 * EYES_TO_CHIN) :], profile)


@pytest.mark.parametrize("profile", PASSING)
def test_a_chin_at_the_border_is_refused(profile: str) -> None:
    drawn = portrait(2, (SIDE, SIDE), {})[: round(EYES_ROW + 1.03 * EYES_TO_CHIN)]
    assert "face.chin_room" in framing_faults(drawn, profile)


def test_of_a_head_that_is_cut_no_portrait_is_made() -> None:
    framing = load_profile("default", measures()).portrait
    assert framing is not None
    drawn, top = portrait(2, (SIDE, SIDE), {}), round(EYES_ROW - 0.7 * EYES_TO_CHIN)
    for cut, reason in (
        (drawn[top:], "face.whole_head"),
        (drawn[: round(EYES_ROW + 1.03 * EYES_TO_CHIN)], "face.whole_head"),
        (np.ascontiguousarray(drawn[:, round(SIDE / 2 - 0.5 * UNIT) :]), "face.centre_face"),
    ):
        made = face.cut_portrait(cut, framing)
        assert isinstance(made, Failure)
        assert made.reason == reason


def test_a_profile_with_a_geometry_beyond_the_standard_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "x"\nlanguage = "en"\n[portrait]\nwidth_px = 300\nheight_px = 400\nhead = 0.95\neyes_down = 0.4\n'
    )
    with pytest.raises(ProfileError, match=r"portrait.head: Input should be less than or equal to 0.9"):
        load_profile(path, measures())
