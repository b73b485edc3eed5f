import csv
import functools
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.eyes import eye_image, outline_of, sample

from biocapture.images.decode import decode
from biocapture.iris.comparison import false_match_model
from biocapture.iris.comparison.compare import (
    CHANCE_DISTANCE,
    FAR_TURN_DEVIATIONS,
    MAX_SHIFT,
    MIN_BITS,
    THRESHOLDS,
    USUAL_INDEPENDENT_BITS,
    compare,
    normalised_distance,
    prepare,
    score_of,
    scores_of_many,
)
from biocapture.iris.comparison.false_match_model import false_match_rate
from biocapture.iris.comparison.independence import EXCESS, PARTS, dependence
from biocapture.iris.comparison.template import Template, pack, template_of, unpack
from biocapture.iris.features.iris_code import PLACES, IrisCode
from biocapture.synthetic.eye.capture import EyeImage
from biocapture.types import Modality, Sample

SAMPLES = Path(__file__).parents[3] / "sample_data" / "iris"


@functools.cache
def eye(seed: int = 1, left: bool = False, capture_seed: int = 7, **conditions: object) -> Template:
    return template_of(sample(eye_image(seed, left, capture_seed, **conditions).pixels))


def rolled(template: Template, places: int) -> Template:
    return replace(template, code=np.roll(template.code, places, 1), mask=np.roll(template.mask, places, 1))


def turned_picture(pixels: np.ndarray, clockwise_deg: float) -> np.ndarray:
    height, width = pixels.shape
    about = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), -clockwise_deg, 1.0)
    return cv2.warpAffine(pixels, about, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


def drawn(seed: int, share: float = 1.0, together: int = 1) -> Template:
    """Independent bits, or as many neighbouring places alike, of which a share counts."""
    random = np.random.default_rng(seed)
    counts = random.random((2, 16, PLACES)) < share
    bits = np.repeat(random.random((2, 16, PLACES // together)) < 0.5, together, axis=2)
    return pack(IrisCode(bits & counts, counts))


def test_thresholds_rise_as_the_false_match_rate_falls() -> None:
    rates = sorted(THRESHOLDS, reverse=True)
    assert [THRESHOLDS[rate] for rate in rates] == sorted(THRESHOLDS.values())
    assert 0 < THRESHOLDS[1e-2] < THRESHOLDS[1e-4] < 100


def test_the_more_alike_the_higher_the_score() -> None:
    scores = [score_of(distance) for distance in np.linspace(-1, 2, 50)]
    assert scores == sorted(scores, reverse=True)
    assert score_of(CHANCE_DISTANCE) < 1
    assert 99.9 < score_of(0.0) <= 100


@pytest.mark.parametrize("places", [0, 1, -5, MAX_SHIFT, -MAX_SHIFT])
def test_a_rolled_code_is_the_same_eye(places: int) -> None:
    found = compare(eye(), rolled(eye(), places))
    assert (found.shift, found.distance) == (places, 0)
    assert found.common == len(eye())
    assert found.rotation_deg == pytest.approx(-places * 360 / PLACES, abs=0.6)


@pytest.mark.parametrize("places", [MAX_SHIFT + 3, 40, -33, -64])
def test_turned_farther_is_found_with_a_handicap(places: int) -> None:
    found = compare(eye(), rolled(eye(), places))
    assert found.shift == places
    assert found.distance == pytest.approx(FAR_TURN_DEVIATIONS / (2 * USUAL_INDEPENDENT_BITS**0.5))
    assert found.score > THRESHOLDS[1e-4]


@pytest.mark.parametrize("roll", [-60.0, 35.0, 150.0, 180.0])
def test_turned_cameras_are_found(roll: float) -> None:
    """The picture turned as a whole, as a camera that is mounted on its side or upside down takes it."""
    for seed in (1, 2, 3):
        upright = eye_image(seed, capture_seed=9).pixels
        turned = template_of(sample(turned_picture(upright, roll)))
        found = compare(eye(seed), turned)
        assert found.score > THRESHOLDS[1e-4]
        assert abs((found.rotation_deg + roll + 180) % 360 - 180) < 3  # the picture is turned clockwise
        for other in (4, 5):
            assert compare(eye(other), turned).score < THRESHOLDS[1e-3]


@pytest.mark.parametrize("roll", [-19.0, -8.0, 3.0, 12.5, 20.0])
def test_rotation_of_a_head_is_found(roll: float) -> None:
    for seed in (1, 2):
        found = compare(eye(seed), eye(seed, capture_seed=9, roll_deg=roll))
        assert found.score > THRESHOLDS[1e-4]
        assert found.rotation_deg == pytest.approx(-roll, abs=1.5)  # a roll is clockwise in the image


@pytest.mark.parametrize(
    "conditions",
    [
        {"lid_opening": 0.55, "lashes": 0.8},
        {"gaze_deg": (10.0, -6.0)},
        {"dilation": 0.55},
        {"defocus_px": 1.5, "noise": 4.0},
        {"exposure_ev": -0.8},
    ],
)
def test_the_same_eye_matches_and_others_do_not(conditions: dict) -> None:
    for seed in (2, 3):
        probe = prepare(eye(seed, capture_seed=11, **conditions))
        assert compare(probe, eye(seed)).score > THRESHOLDS[1e-4]
        for other in (4, 5):
            assert compare(probe, eye(other)).score < THRESHOLDS[1e-3]
        assert compare(probe, eye(seed, left=True)).score < THRESHOLDS[1e-3]


def of_kind(image: EyeImage, masked: bool) -> np.ndarray:
    """Kind 3 or 7 of ISO/IEC 19794-6: cut at 0.6 and 0.2 iris radii beside it; sclera and lids painted 200 and 128."""
    outline = outline_of(image.truth)
    pixels, limbus = image.pixels, outline.limbus
    row, column = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    down, right = (row - limbus.row_px) / limbus.radius_px, (column - limbus.column_px) / limbus.radius_px
    if masked:
        seen = outline.between_lids(row, column)
        iris = (down**2 + right**2 <= 1) & seen
        painted = np.where(seen, 200, 128).astype(np.uint8)
        pixels = np.where(iris, pixels, cv2.GaussianBlur(np.where(iris, pixels, painted), (0, 0), 2.0))
    return pixels[np.abs(down[:, 0]) < 1.2][:, np.abs(right[0]) < 1.6]


@pytest.mark.parametrize("masked", [False, True])
def test_cropped_and_masked_eyes_are_compared(masked: bool) -> None:
    for seed in (1, 2, 3):
        kept = template_of(sample(of_kind(eye_image(seed, capture_seed=9), masked)))
        assert len(kept) > 0.85 * len(eye(seed))
        assert compare(kept, eye(seed)).score > THRESHOLDS[1e-4]
        assert compare(kept, eye(seed + 1)).score < THRESHOLDS[1e-3]


def test_made_ready_or_not_is_the_same() -> None:
    one, other = eye(1), eye(2)
    assert compare(one, other) == compare(prepare(one), other) == compare(prepare(one), prepare(other))


def test_order_changes_the_direction_of_the_turn_only() -> None:
    for seed in (2, 3, 4):
        forth, back = compare(eye(1), eye(seed)), compare(eye(seed), eye(1))
        assert (forth.distance, forth.common, forth.shift) == (back.distance, back.common, -back.shift)
        assert forth.rotation_deg == pytest.approx(-back.rotation_deg)


def test_the_best_turn_of_all_bits_is_found() -> None:
    """The distance by its definition, on bits of their own."""
    one, other = eye(1), eye(1, capture_seed=9, roll_deg=7.0)
    a, b = unpack(one), unpack(other)
    best, distance = -1, 1.0
    for places in range(-MAX_SHIFT, MAX_SHIFT + 1):
        bits, counts = (np.roll(each, places, axis=2) for each in (a.bits, a.counts))
        both = counts & b.counts
        differing, common = int((bits ^ b.bits)[both].sum()), int(both.sum())
        if common - 2 * differing > best:
            independent = common / float(dependence(one.grain, other.grain))
            best = common - 2 * differing
            distance = 0.5 - (0.5 - differing / common) * (independent / USUAL_INDEPENDENT_BITS) ** 0.5
    assert compare(one, other).distance == pytest.approx(distance)


def test_fewer_independent_bits_draw_towards_unlike() -> None:
    count = np.array([MIN_BITS - 1, MIN_BITS, 400, 1600, 3200])
    found = normalised_distance(count // 5, count, count / 8)
    assert found[0] == CHANCE_DISTANCE
    assert np.all(np.diff(found) <= 0)
    assert found[2] == pytest.approx(CHANCE_DISTANCE - 0.3 / 2, abs=2e-3)
    assert found[3] == pytest.approx(0.2, abs=2e-3)
    assert found[4] == pytest.approx(CHANCE_DISTANCE - 0.3 * 2**0.5, abs=2e-3)
    assert normalised_distance(np.array(0), np.array(4000), np.array(900.0)) == 0


def test_many_at_once_are_as_one_by_one() -> None:
    known = [eye(seed) for seed in (1, 2, 3)] + [rolled(eye(1), 50), drawn(0, share=0.0), drawn(1)]
    for probe in (eye(1, capture_seed=9, roll_deg=7.0), drawn(2), drawn(0, share=0.0)):
        assert scores_of_many(probe, known).tolist() == [compare(probe, each).score for each in known]
        assert scores_of_many(prepare(probe), known).tolist() == scores_of_many(probe, known).tolist()
    assert scores_of_many(eye(1), []).shape == (0,)


def test_nothing_in_common_is_nothing_alike() -> None:
    blank = drawn(0, share=0.0)
    for other in (blank, eye(), drawn(1)):
        found = compare(blank, other)
        assert (found.distance, found.common) == (CHANCE_DISTANCE, 0)
        assert found.score < THRESHOLDS[1e-2]


@pytest.mark.parametrize(("share", "together"), [(1.0, 1), (0.5, 1), (1.0, 4), (0.6, 8)])
def test_chance_makes_as_much_alike_however_many_bits_are_independent(share: float, together: int) -> None:
    """Of 40 pairs none has odds of a match; by common bits alone, codes of eight alike would reach 10⁻⁹."""
    found = [compare(*(drawn(seed + by, share, together) for by in (0, 100))) for seed in range(40)]
    assert false_match_rate(min(each.distance for each in found)) > 2e-4
    apart = np.arange(1 - together, together)
    expected = 4096 * share**2 / (EXCESS * PARTS * ((1 - np.abs(apart) / together) ** 2).sum())
    assert np.mean([each.independent for each in found]) == pytest.approx(expected, rel=0.1)


def test_odds_are_those_of_the_best_of_some_series_of_tosses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(false_match_model, "INDEPENDENT_TURNS", 4)
    tosses = (
        np.random.default_rng(3)
        .binomial(false_match_model.DEGREES_OF_FREEDOM, false_match_model.MEAN_DISTANCE, (100_000, 4))
        .min(axis=1)
    )
    for heads in np.quantile(tosses, [0.01, 0.1, 0.5, 0.9]).astype(int):
        share = (tosses <= heads).mean()
        assert false_match_rate(heads / false_match_model.DEGREES_OF_FREEDOM) == pytest.approx(share, rel=0.1)


def test_odds_fall_with_distance_down_to_the_least() -> None:
    rates = [false_match_rate(distance) for distance in np.linspace(-0.2, 1.2, 300)]
    assert rates == sorted(rates)
    assert rates[0] == false_match_model.MIN_RATE
    assert rates[-1] == pytest.approx(1.0)


def test_thresholds_and_odds_agree() -> None:
    """The model is laid on the measured rate at 10⁻³ and tells the others within a factor of three."""
    grid = np.linspace(0, 0.5, 5001)
    scores = np.array([score_of(distance) for distance in grid])
    for rate, threshold in THRESHOLDS.items():
        assert rate / 3 < false_match_rate(float(grid[scores >= threshold].max())) < rate * 3


def test_sample_eyes_are_told_apart() -> None:
    """Good and everyday captures of all twenty sample eyes, none of them used for any threshold."""
    with (SAMPLES / "index.csv").open(newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["impression"] in "12"]
    images = [decode(SAMPLES.parent / row["path"], modality=Modality.IRIS) for row in rows]
    ready = [prepare(template_of(Sample(image, Modality.IRIS))) for image in images]
    owner = [(row["person"], row["position"]) for row in rows]
    pairs = [(i, j) for i in range(len(rows)) for j in range(i)]
    scores = np.array([compare(ready[i], ready[j]).score for i, j in pairs])
    genuine = np.array([owner[i] == owner[j] for i, j in pairs])
    assert (genuine.sum(), (~genuine).sum()) == (20, 760)
    assert scores[genuine].min() > max(scores[~genuine].max(), THRESHOLDS[1e-4])
    # Drawn textures are coarser than real ones: different eyes are more alike than the thresholds say.
    assert (scores[~genuine] >= THRESHOLDS[1e-3]).mean() < 0.02
