"""What was seen is drawn where it is, on captures with known truth; the card holds the measures."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support import eyes
from tests.support.prints import touch

from biocapture.assessment.measure_card import COLUMN, MARGIN, RETAKE, card
from biocapture.assessment.options import options_of
from biocapture.assessment.picture import GAP_PX, draw, write_drawing
from biocapture.assessment.pipeline import assess
from biocapture.errors import BiocaptureError, UsageError
from biocapture.face import drawing as face_seen
from biocapture.fingerprint import drawing as print_seen
from biocapture.iris import drawing as iris_seen
from biocapture.iris.comparison.picture import OUTLINE
from biocapture.synthetic.portrait import portrait
from biocapture.types import Failure, Image, Modality, Sample

PRINT = touch(1)
EYE = eyes.eye_image(1)
FACE = portrait(0, (720, 600), {})
NOISE = np.random.default_rng(0).integers(0, 255, (300, 300), dtype=np.uint8)


def sample(pixels: np.ndarray, modality: Modality) -> Sample:
    return Sample(Image(pixels, 500.0 if modality is Modality.FINGERPRINT else float("nan")), modality)


def of_colour(picture: np.ndarray, *colours: tuple[int, int, int], within: int = 40) -> np.ndarray:
    return np.any([np.abs(picture.astype(int) - colour).max(axis=2) <= within for colour in colours], axis=0)


def test_minutiae_are_drawn_where_the_true_ones_are() -> None:
    picture, failure = print_seen.draw(sample(PRINT.pixels, Modality.FINGERPRINT))
    assert failure is None
    assert picture.shape == (*(print_seen.SCALE * side for side in PRINT.pixels.shape), 3)
    marks = of_colour(picture, print_seen.CLEAR, print_seen.FAIR, print_seen.POOR)
    near = cv2.distanceTransform((~marks).astype(np.uint8), cv2.DIST_L2, 5)
    rows, columns = (
        np.rint(print_seen.SCALE * np.asarray(part)).astype(int) for part in (PRINT.minutiae.row, PRINT.minutiae.column)
    )
    inside = (rows > 60) & (rows < picture.shape[0] - 60) & (columns > 60) & (columns < picture.shape[1] - 60)
    assert inside.sum() > 15
    assert np.mean(near[rows[inside], columns[inside]] < 12 * print_seen.SCALE) > 0.85


def test_the_outline_encloses_the_contact() -> None:
    small = touch(2, (500, 420), shift_column_px=60.0, noise=1.0)
    picture, _ = print_seen.draw(sample(small.pixels, Modality.FINGERPRINT))
    line = of_colour(picture, print_seen.OUTLINE, within=45).astype(np.uint8)
    filled = cv2.morphologyEx(line, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))  # strokes of the ridges cross it
    contours, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(filled, contours, -1, 1, -1)
    contact = cv2.resize(small.contact.astype(np.uint8), filled.shape[::-1], interpolation=cv2.INTER_NEAREST)
    both, either = (filled & contact).sum(), (filled | contact).sum()
    assert both / either > 0.75


def test_boundaries_of_the_iris_are_the_true_ones() -> None:
    picture, failure = iris_seen.draw(sample(EYE.pixels, Modality.IRIS))
    assert failure is None
    scale = picture.shape[0] // EYE.pixels.shape[0]
    line = of_colour(picture, OUTLINE, within=60)
    away = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 5)
    for part in (EYE.truth.pupil, EYE.truth.limbus):
        angle = np.linspace(0, 2 * np.pi, 90)
        ellipse = eyes.outline_of(EYE.truth)
        row, column = (ellipse.pupil if part is EYE.truth.pupil else ellipse.limbus).points(angle)
        at = np.rint(scale * row).astype(int), np.rint(scale * column).astype(int)
        assert np.median(away[at]) < 4 * scale


def test_covered_iris_is_tinted_and_the_free_is_not() -> None:
    open_eye, half = eyes.eye_image(1, lid_opening=1.0, lashes=0.0), eyes.eye_image(1, lid_opening=0.55, lashes=0.0)
    shares = []
    for shown in (open_eye, half):
        picture, _ = iris_seen.draw(sample(shown.pixels, Modality.IRIS))
        red, _, blue = (picture[:, :, i].astype(int) for i in range(3))
        shares.append(((red - blue) > 40).mean())
    assert shares[1] > shares[0] + 0.005


def test_a_face_has_box_landmarks_and_lines() -> None:
    picture, failure = face_seen.draw(sample(FACE, Modality.FACE))
    assert failure is None
    assert max(picture.shape) == face_seen.DRAWN_PX
    for colour in (face_seen.BOX, face_seen.POINT, face_seen.LINE):
        assert of_colour(picture, colour, within=25).sum() > 300


@pytest.mark.parametrize("modality", list(Modality))
def test_nothing_seen_is_shown_as_it_is(modality: Modality) -> None:
    part = {Modality.FINGERPRINT: print_seen, Modality.IRIS: iris_seen, Modality.FACE: face_seen}[modality]
    pixels = np.full((300, 300), 250, np.uint8) if modality is not Modality.IRIS else NOISE
    picture, failure = part.draw(sample(pixels, modality))
    assert isinstance(failure, Failure)
    colours = picture.max(axis=2).astype(int) - picture.min(axis=2)
    assert colours.max() == 0


def test_the_card_stands_beside_the_capture(tmp_path: Path) -> None:
    picture, report = draw(sample(PRINT.pixels, Modality.FINGERPRINT), options_of("fingerprint"))
    assert picture.shape[1] > COLUMN + 2 * MARGIN + 300
    bare = card(report, options_of("fingerprint").profile, "en")
    assert (picture[: bare.shape[0], -bare.shape[1] :] == bare).all()
    assert (picture[:GAP_PX, :200] == 255).all()
    for suffix in (".png", ".JPG", ".webp"):
        path = tmp_path / f"drawn{suffix}"
        made = write_drawing(sample(PRINT.pixels, Modality.FINGERPRINT), path, options_of("fingerprint"), "id")
        assert made == report
        assert cv2.imread(str(path)).shape == picture.shape


def test_faults_are_red_and_named() -> None:
    cut = touch(1, partial=0.85).pixels
    report = assess(sample(cut, Modality.FINGERPRINT))
    assert report.verdict == "RETAKE"
    profile = options_of("fingerprint").profile
    faulty = card(report, profile, "en")
    fine = card(assess(sample(PRINT.pixels, Modality.FINGERPRINT)), profile, "en")
    red = [of_colour(each[110:, MARGIN + 100 :], RETAKE, within=5).sum() for each in (faulty, fine)]
    assert red[0] > 30
    assert red[1] == 0
    assert faulty.shape[0] > fine.shape[0]


def test_bad_input_and_bad_output_are_said(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    with pytest.raises(BiocaptureError, match="not an image"):
        draw(bad, options_of("fingerprint"))
    with pytest.raises(UsageError, match="ends in"):
        write_drawing(sample(PRINT.pixels, Modality.FINGERPRINT), tmp_path / "a.svg", options_of("fingerprint"))
    with pytest.raises(UsageError, match="cannot be written"):
        write_drawing(sample(PRINT.pixels, Modality.FINGERPRINT), tmp_path / "no" / "a.png", options_of("fingerprint"))
