"""Irises compared as their user meets them: the library's compare, the commands, the picture."""

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.eyes import eye_image, outline_of, sample

from biocapture import cli
from biocapture.comparison.compare import PairComparison, compare
from biocapture.comparison.protocol import Prefilter, TemplateExchange, matcher_for
from biocapture.errors import TemplateError, UsageError
from biocapture.iris.comparison.compare import MIN_BITS, THRESHOLDS
from biocapture.iris.comparison.compare import compare as iris_compare
from biocapture.iris.comparison.picture import (
    AGREEING,
    DIFFERING,
    EYE_PX,
    MIXED,
    NOT_COUNTED,
    OUTLINE,
    agreement,
    picture,
)
from biocapture.iris.comparison.template import pack, template_of
from biocapture.iris.features.iris_code import iris_code
from biocapture.iris.features.rubber_sheet import unwrap
from biocapture.iris.matcher import READERS, WRITERS, is_empty, placeholder_image, summary
from biocapture.types import Modality, Position

ONE, TURNED = eye_image(1).pixels, eye_image(1, capture_seed=9, roll_deg=12.0).pixels
OTHER, LEFT = eye_image(2).pixels, eye_image(1, left=True).pixels
BLANK = np.full((480, 640), 128, np.uint8)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")

    def command(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["biocapture", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two captures of one eye, one of another, and a blank."""
    folder = tmp_path_factory.mktemp("eyes")
    for name, pixels in (("a1", ONE), ("a2", TURNED), ("b1", OTHER), ("blank", BLANK)):
        cv2.imwrite(str(folder / f"{name}.png"), pixels)
    (folder / "pairs.csv").write_text(
        "file1,file2,genuine\na1.png,a2.png,1\na1.png,b1.png,0\na2.png,b1.png,0\na1.png,blank.png,0\n"
    )
    return folder


def between(one: np.ndarray, other: np.ndarray) -> PairComparison:
    return compare(one, other, "iris")


def test_the_matcher_offers_what_galleries_and_files_need() -> None:
    part = matcher_for(Modality.IRIS)
    assert isinstance(part, Prefilter)
    assert isinstance(part, TemplateExchange)
    assert list(WRITERS) == ["own"]
    template = template_of(sample(ONE))
    written = WRITERS["own"](template)
    assert READERS[written[:4]](written).to_bytes() == written
    assert placeholder_image(template).image.pixels.min() == 255
    assert is_empty(template_of(sample(BLANK)))
    assert not is_empty(template)


def test_same_eye_and_another() -> None:
    same, different = between(ONE, TURNED), between(ONE, OTHER)
    for fmr in THRESHOLDS:
        assert same.is_match(fmr)
        assert not different.is_match(fmr)
    assert same.modality is Modality.IRIS
    assert "so alike (binomial model); turned -12°" in same.summary
    assert "fewer than 1 in 1,000,000,000,000 pairs" in same.summary
    assert "as usual for different eyes" in different.summary


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ((BLANK, ONE), "no open eye is found in the first image"),
        ((ONE, BLANK), "no open eye is found in the second image"),
        ((BLANK, BLANK), "no open eye is found in the first image; no open eye is found in the second image"),
    ],
)
def test_what_cannot_be_told_is_said(pair: tuple[np.ndarray, np.ndarray], says: str) -> None:
    matched = between(*pair)
    assert matched.summary.startswith(says)
    assert not matched.is_match(1e-2)


def test_too_little_in_common_is_said() -> None:
    image = eye_image(1)
    strip = unwrap(image.pixels, outline_of(image.truth))
    strip.usable[:, 64:] = False
    closing = pack(iris_code(strip))
    whole = template_of(sample(ONE))
    found = iris_compare(whole, closing)
    assert 0 < found.common < MIN_BITS
    assert summary((whole, closing), found).startswith(
        f"too little of the iris is free in both to tell: {found.common} bits, {MIN_BITS} needed"
    )
    assert "turned" not in summary((whole, closing), found)


def test_turned_cameras_are_said() -> None:
    assert between(ONE, np.ascontiguousarray(ONE[::-1, ::-1])).summary.endswith(
        "turned 180°, as by a camera that is upside down"
    )
    assert between(ONE, np.ascontiguousarray(ONE.T[::-1])).summary.endswith("turned 90°, farther than a head turns")
    assert "camera" not in between(ONE, TURNED).summary
    for capture in (OTHER, LEFT):
        assert "camera" not in between(ONE, capture[::-1, ::-1].copy()).summary


def test_swapped_sides_are_said() -> None:
    right, left = sample(ONE, Position.RIGHT_EYE), sample(LEFT, Position.LEFT_EYE)
    assert compare(right, left, "iris").summary.endswith("; right against left eye")
    assert "against" not in compare(right, sample(TURNED), "iris").summary
    assert "against" not in compare(right, sample(TURNED, Position.RIGHT_EYE), "iris").summary


def colours_of(shown: np.ndarray) -> dict[tuple[int, ...], float]:
    return {colour: float((shown == colour).all(axis=2).mean()) for colour in (AGREEING, MIXED, DIFFERING, NOT_COUNTED)}


def test_the_map_shows_what_agrees_and_what_does_not() -> None:
    same, different = between(ONE, TURNED), between(ONE, OTHER)
    maps = [colours_of(agreement(each.templates, each.comparison.shift)) for each in (same, different)]
    for each in maps:
        assert sum(each.values()) == pytest.approx(1)
    assert maps[0][AGREEING] > 10 * (maps[0][DIFFERING] + 0.01)
    assert maps[1][DIFFERING] > 0.1


def test_the_map_counts_what_the_comparison_counted() -> None:
    """Of one eye against itself no place differs; places that count in both parts, or one, are green."""
    template = template_of(sample(ONE))
    shown = colours_of(agreement((template, template), 0))
    assert shown[DIFFERING] == shown[MIXED] == 0
    assert shown[AGREEING] == pytest.approx(1 - shown[NOT_COUNTED])


def test_picture_has_eyes_with_outlines_strips_and_map() -> None:
    matched = between(ONE, TURNED)
    shown = picture(matched.samples, matched.templates, matched.comparison)
    assert shown.dtype == np.uint8
    assert shown.shape[1] > 2 * EYE_PX[1]
    eyes, rest = shown[: EYE_PX[0]], shown[EYE_PX[0] :]
    assert (eyes == OUTLINE).all(axis=2).sum() > 500
    assert colours_of(rest)[AGREEING] > 0.1


@pytest.mark.parametrize(
    "other", [BLANK, ONE[:100, :70], np.zeros((90, 640), np.uint8), np.dstack([ONE, BLANK, TURNED])]
)
def test_pictures_of_what_is_no_eye(other: np.ndarray) -> None:
    matched = between(ONE, other)
    shown = picture(matched.samples, matched.templates, matched.comparison)
    assert (
        shown.shape
        == picture(*[(each, each) for each in (matched.samples[0], matched.templates[0])], matched.comparison).shape
    )


def test_commands_compare_images_and_stored_templates(run: Run, folder: Path, tmp_path: Path) -> None:
    for name in ("a1", "a2"):
        said = run("template", folder / f"{name}.png", "--out", tmp_path / f"{name}.bci", "--modality", "iris")
        assert said[:2] == (0, f"1051 bytes → {tmp_path / f'{name}.bci'}\n")
    stored = run("compare", tmp_path / "a1.bci", tmp_path / "a2.bci", "-m", "iris", "--overlay", tmp_path / "both.png")
    images = run("compare", folder / "a1.png", folder / "a2.png", "-m", "iris")
    assert stored == images
    assert images[0] == 0
    assert images[1].startswith("SAME at FMR 0.001: score 100.0\ndistance 0.")
    assert cv2.imread(str(tmp_path / "both.png")) is not None
    status, out, _ = run("compare", folder / "a1.png", folder / "blank.png", "-m", "iris", "--fmr", 0.0001)
    assert status == 1
    assert out.startswith("not the same at FMR 0.0001: score ")
    assert "no open eye is found in the second image" in out


def test_evaluate_scores_pairs_of_eyes(run: Run, folder: Path, tmp_path: Path) -> None:
    words = ("--images", folder, "--pairs", folder / "pairs.csv", "--out", tmp_path / "out.csv", "-m", "iris", "-w", 1)
    status, out, err = run("evaluate", *words)
    assert status == 0, err
    assert "EER: 0.00 % (1 mated and 3 non-mated scores)" in out
    assert "1 failures to extract" in out
    with (tmp_path / "out.csv").open(newline="") as handle:
        scores = [float(row["biocapture"]) for row in csv.DictReader(handle)]
    assert scores[0] > THRESHOLDS[1e-4] > max(scores[1:])


def test_other_formats_and_damaged_files_say_so(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.bci").write_bytes(template_of(sample(ONE)).to_bytes()[:-3])
    with pytest.raises(TemplateError, match=r"cut\.bci: damaged template"):
        compare(tmp_path / "cut.bci", folder / "a1.png", "iris")
    with pytest.raises(UsageError, match="cannot be compared with"):
        compare(sample(ONE), folder / "a1.png", "fingerprint")
