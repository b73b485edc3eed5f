"""What each measure says about synthetic prints whose faults are known."""

import cv2
import numpy as np
import pytest
from tests.support.prints import SEEDS, described, grown, scores, touch

import biocapture as bc
from biocapture.fingerprint.units import PX_MM
from biocapture.synthetic.fingerprint.impression import impression

WHOLE = (560, 416)
FINGERS = pytest.mark.parametrize("seed", SEEDS[:3])

FALLING = {
    "dryness": ("dry", (0.0, 0.6, 0.9)),
    "wetness": ("wet", (0.0, 0.7, 1.0)),
    "partial_print": ("partial", (0.0, 0.5, 0.7)),
    "usable_ridge_area": ("partial", (0.0, 0.5, 0.7)),
    "centring": ("shift_column_px", (0.0, 100.0, 140.0)),
    "ridge_contrast": ("low_contrast", (0.0, 0.9, 0.95)),
    "ridge_signal": ("noise", (3.0, 40.0, 80.0)),
    "usable_minutiae": ("partial", (0.0, 0.5, 0.7)),
    "orientation_certainty": ("noise", (3.0, 30.0, 60.0)),
    "local_clarity": ("noise", (3.0, 40.0, 80.0)),
}
"""Measure → effect and its strengths, from none to severe."""


@FINGERS
@pytest.mark.parametrize("measure", FALLING)
def test_score_falls_as_the_fault_grows(measure: str, seed: int) -> None:
    effect, strengths = FALLING[measure]
    measured = [scores(described(touch(seed, **{effect: strength}).pixels))[measure] for strength in strengths]
    score, raw = [one.score for one in measured], [one.raw for one in measured]
    assert score[0] >= score[1] >= score[2]
    assert score[2] < score[0] - 15
    assert (np.diff(raw) > 0).all() or (np.diff(raw) < 0).all()


@FINGERS
def test_a_clean_touch_has_no_low_score(seed: int) -> None:
    measured = scores(described(touch(seed, WHOLE).pixels))
    expected = {"dryness", "wetness", "partial_print", "usable_ridge_area", "centring", "ridge_contrast"}
    expected |= {"ghost_ridges", "border_cut", "print_likeness", "ridge_period", "usable_minutiae"}
    assert {name for name in expected if measured[name].score < 95} == set()
    assert measured["quality"].raw > 60


@FINGERS
def test_ghost_ridges_of_a_latent_print_beside_a_partial_one(seed: int) -> None:
    measured = [
        scores(described(touch(seed, WHOLE, partial=0.4, ghost=strength).pixels))["ghost_ridges"]
        for strength in (0.0, 0.08, 0.2, 0.6)
    ]
    assert measured[0].score > 95
    assert [one.score for one in measured] == sorted((one.score for one in measured), reverse=True)
    assert measured[3].score < 10
    assert measured[3].raw > 60


def test_a_strong_latent_print_is_not_taken_for_the_print() -> None:
    reports = [bc.assess(touch(seed, WHOLE, partial=0.4, ghost=0.8).pixels, "fingerprint") for seed in SEEDS]
    assert [report.measures["fingerprint.ghost_ridges"].score for report in reports if report.verdict == "READY"] == []


@FINGERS
@pytest.mark.parametrize(("down_px", "right_px"), [(0, 0), (0, 60), (0, -120), (-90, 60), (110, 130)])
def test_centring_is_the_distance_to_the_middle_of_the_contact(seed: int, down_px: float, right_px: float) -> None:
    capture = touch(seed, WHOLE, shift_row_px=down_px, shift_column_px=right_px)
    row, column = np.nonzero(capture.contact)
    offset_mm = PX_MM * np.hypot(row.mean() + 0.5 - WHOLE[0] / 2, column.mean() + 0.5 - WHOLE[1] / 2)
    assert scores(described(capture.pixels))["centring"].raw == pytest.approx(offset_mm, abs=0.3)


@FINGERS
def test_border_cut_is_about_the_share_of_the_border_in_contact(seed: int) -> None:
    share, measured = [], []
    for right_px in (0, 80, 170):
        capture = touch(seed, WHOLE, shift_column_px=right_px, shift_row_px=-right_px)
        sides = (capture.contact[0], capture.contact[-1], capture.contact[:, 0], capture.contact[:, -1])
        share.append(sum(side.sum() for side in sides) / (2 * sum(WHOLE)))
        measured.append(scores(described(capture.pixels))["border_cut"].raw)
    assert measured[0] == min(measured)
    assert share == pytest.approx(measured, abs=0.2)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(("down_px", "right_px"), [(200, 0), (0, 150), (90, -60)])
def test_a_mirrored_capture_scores_the_same(down_px: float, right_px: float, axis: int) -> None:
    capture = touch(1, WHOLE, shift_row_px=down_px, shift_column_px=right_px).pixels
    upright, mirrored = (scores(described(pixels)) for pixels in (capture, np.flip(capture, axis).copy()))
    for name in ("border_cut", "centring", "dryness", "wetness", "ridge_contrast", "partial_print", "ridge_signal"):
        assert mirrored[name].raw == pytest.approx(upright[name].raw, abs=0.03), name


@FINGERS
def test_a_white_frame_changes_the_place_of_the_print_and_nothing_else(seed: int) -> None:
    capture = touch(seed).pixels
    wide = np.pad(capture, ((20, 100), (160, 40)), constant_values=255)
    plain, framed = scores(described(capture)), scores(described(wide))
    row, column = np.nonzero(touch(seed).contact)
    offset_mm = PX_MM * np.hypot(row.mean() + 20.5 - wide.shape[0] / 2, column.mean() + 160.5 - wide.shape[1] / 2)
    assert framed["centring"].raw == pytest.approx(offset_mm, abs=0.3)
    assert framed["border_cut"].raw < plain["border_cut"].raw
    placed = {"centring", "border_cut"}
    assert {name for name in plain if framed[name] != plain[name]} == placed


@FINGERS
@pytest.mark.parametrize("partial", [0.0, 0.4, 0.7])
def test_ridge_area_is_that_of_the_contact(seed: int, partial: float) -> None:
    capture = touch(seed, WHOLE, partial=partial)
    measured = scores(described(capture.pixels))
    contact_mm2 = capture.contact.sum() * PX_MM**2
    assert measured["usable_ridge_area"].raw == pytest.approx(contact_mm2, rel=0.2)
    assert measured["partial_print"].raw == pytest.approx(max(0.0, 1 - contact_mm2 / 250), abs=0.12)


@pytest.mark.parametrize("period_px", [7.0, 8.5, 11.0, 13.0])
def test_ridge_period_is_the_fingers(period_px: float) -> None:
    """In the mean of fingers, whose ridges are wider here and narrower there."""
    shown = [impression(grown(seed, period_px), seed).pixels for seed in SEEDS]
    measured = [scores(described(pixels))["ridge_period"].raw for pixels in shown]
    assert np.mean(measured) == pytest.approx(period_px * 50.8, rel=0.07)


@pytest.mark.parametrize("seed", SEEDS)
def test_ridge_period_is_the_same_at_any_resolution(seed: int) -> None:
    capture = touch(seed, WHOLE).pixels
    wide = cv2.resize(capture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    at_500, at_1000 = bc.assess(capture, "fingerprint"), bc.assess(wide, "fingerprint", ppi=1000)
    expected_um = grown(seed).period_px * 50.8
    for report in (at_500, at_1000):
        assert report.measures["fingerprint.ridge_period"].raw == pytest.approx(expected_um, rel=0.05)
        assert "image.ppi_implausible" not in report.notes
        assert report.measures["fingerprint.ridge_period"].score == 100
    assert at_1000.quality == pytest.approx(at_500.quality, abs=5)


@pytest.mark.parametrize("stated_ppi", [250, 1000])
def test_a_resolution_wrong_by_two_is_noted(stated_ppi: float) -> None:
    reports = [bc.assess(touch(seed, WHOLE).pixels, "fingerprint", ppi=stated_ppi) for seed in SEEDS]
    assert "READY" not in [report.verdict for report in reports]
    assert [report.notes for report in reports] == [("image.ppi_implausible",)] * len(SEEDS)


@FINGERS
def test_white_ridges_on_black_are_noted(seed: int) -> None:
    upright = touch(seed).pixels
    assert described(upright).notes == ((),)
    assert described(255 - upright).notes == (("image.inverted",),)


@FINGERS
@pytest.mark.parametrize(("effect", "strength"), [("blur_px", 3.5), ("noise", 70.0), ("dry", 0.9), ("partial", 0.75)])
def test_quality_falls_with_strong_faults(seed: int, effect: str, strength: float) -> None:
    clean, faulty = (scores(described(touch(seed, **given).pixels)) for given in ({}, {effect: strength}))
    assert faulty["quality"].raw < clean["quality"].raw - 12
    assert faulty["nfiq2_estimate"].raw < clean["nfiq2_estimate"].raw


def flat_wave(period_px: float) -> np.ndarray:
    """Stripes of one direction."""
    return np.rint(128 + 90 * np.sin(2 * np.pi * np.arange(320) / period_px))[None].repeat(400, 0).astype(np.uint8)


def textured(scale_px: float) -> np.ndarray:
    field = cv2.GaussianBlur(np.random.default_rng(4).standard_normal((400, 320)), (0, 0), scale_px)
    return np.clip(128 + 50 * field / field.std(), 0, 255).astype(np.uint8)


def checkerboard(side_px: int) -> np.ndarray:
    row, column = np.mgrid[0:400, 0:320] // side_px
    return ((row + column) % 2 * 255).astype(np.uint8)


def portrait() -> np.ndarray:
    """An oval face with hair, eyes, mouth and shoulders, softly drawn."""
    drawn = np.full((400, 320), 200, np.uint8)
    for centre, axes, grey in (
        ((160, 400), (150, 90), 80),
        ((160, 130), (105, 110), 40),
        ((160, 200), (88, 120), 150),
        ((125, 175), (18, 9), 60),
        ((195, 175), (18, 9), 60),
        ((160, 260), (35, 10), 90),
    ):
        cv2.ellipse(drawn, centre, axes, 0, 0, 360, grey, cv2.FILLED)
    noise = np.random.default_rng(8).normal(0, 3, drawn.shape)
    return np.clip(cv2.GaussianBlur(drawn, (0, 0), 2) + noise, 0, 255).astype(np.uint8)


def page() -> np.ndarray:
    written = np.full((400, 320), 245, np.uint8)
    for line in range(20, 400, 24):
        cv2.putText(written, "Kartu Tanda Penduduk", (8, line), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 20, 1, cv2.LINE_AA)
    return written


NO_PRINTS = {
    "black": np.zeros((400, 320), np.uint8),
    "grey": np.full((400, 320), 128, np.uint8),
    "noise": np.random.default_rng(2).integers(0, 256, (400, 320), dtype=np.uint8),
    "faint noise": np.clip(np.random.default_rng(3).normal(128, 20, (400, 320)), 0, 255).astype(np.uint8),
    "gradient": np.linspace(0, 255, 400).astype(np.uint8)[:, None].repeat(320, 1),
    **{f"blobs of {scale} px": textured(scale) for scale in (2, 3, 5, 8, 12)},
    **{f"squares of {side} px": checkerboard(side) for side in (2, 5, 8, 16, 32)},
    **{f"stripes of {period} px": flat_wave(period) for period in (3, 30, 60)},
    "portrait": portrait(),
    "page": page(),
}


@pytest.mark.parametrize("name", NO_PRINTS)
def test_what_is_no_print_is_a_failure_not_a_low_score(name: str) -> None:
    report = bc.assess(NO_PRINTS[name], "fingerprint")
    assert report.failure == "fingerprint.no_print"
    assert np.isnan(report.quality)
    assert report.verdict == "RETAKE"
    assert report.reasons[0].key == "fingerprint.no_print"
