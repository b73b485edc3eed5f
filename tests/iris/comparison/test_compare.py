import csv
import functools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.eyes import eye_image, sample

from biocapture.images.decode import decode
from biocapture.iris.comparison import false_match_model
from biocapture.iris.comparison.compare import (
    CHANCE_DISTANCE,
    MAX_SHIFT,
    MIN_BITS,
    THRESHOLDS,
    USUAL_BITS,
    compare,
    normalised_distance,
    prepare,
    score_of,
)
from biocapture.iris.comparison.false_match_model import false_match_rate
from biocapture.iris.comparison.template import Template, pack, template_of, unpack
from biocapture.iris.features.iris_code import PLACES, IrisCode
from biocapture.types import Modality, Sample

SAMPLES = Path(__file__).parents[3] / "sample_data" / "iris"


@functools.cache
def eye(seed: int = 1, left: bool = False, capture_seed: int = 7, **conditions: object) -> Template:
    return template_of(sample(eye_image(seed, left, capture_seed, **conditions).pixels))


def rolled(template: Template, places: int) -> Template:
    return replace(template, code=np.roll(template.code, places, 1), mask=np.roll(template.mask, places, 1))


def drawn(seed: int, share: float = 1.0) -> Template:
    """Independent bits, of which a share counts."""
    random = np.random.default_rng(seed)
    counts = random.random((2, 16, PLACES)) < share
    return pack(IrisCode((random.random((2, 16, PLACES)) < 0.5) & counts, counts))


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


@pytest.mark.parametrize("places", [MAX_SHIFT + 3, 40, 64])
def test_turned_farther_is_not_found(places: int) -> None:
    found = compare(eye(), rolled(eye(), places))
    assert abs(found.shift) <= MAX_SHIFT
    assert found.score < THRESHOLDS[1e-3]


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


def test_made_ready_or_not_is_the_same() -> None:
    one, other = eye(1), eye(2)
    assert compare(one, other) == compare(prepare(one), other) == compare(prepare(one), prepare(other))


def test_order_changes_the_direction_of_the_turn_only() -> None:
    for seed in (2, 3, 4):
        forth, back = compare(eye(1), eye(seed)), compare(eye(seed), eye(1))
        assert (forth.distance, forth.common, forth.shift) == (back.distance, back.common, -back.shift)
        assert forth.rotation_deg == pytest.approx(-back.rotation_deg)


def test_two_steps_find_what_all_turns_of_all_bits_find() -> None:
    """The distance by its definition, on bits of their own."""
    one, other = eye(1), eye(1, capture_seed=9, roll_deg=7.0)
    a, b = unpack(one), unpack(other)
    best = 1.0
    for places in range(-MAX_SHIFT, MAX_SHIFT + 1):
        bits, counts = (np.roll(each, places, axis=2) for each in (a.bits, a.counts))
        both = counts & b.counts
        share = float((bits ^ b.bits)[both].mean())
        best = min(best, CHANCE_DISTANCE - (CHANCE_DISTANCE - share) * min(1, both.sum() / USUAL_BITS) ** 0.5)
    assert compare(one, other).distance == pytest.approx(best)


def test_fewer_bits_draw_towards_unlike() -> None:
    count = np.array([MIN_BITS - 1, MIN_BITS, USUAL_BITS // 4, USUAL_BITS, 2 * USUAL_BITS])
    found = normalised_distance(count // 5, count)
    assert found[0] == CHANCE_DISTANCE
    assert np.all(np.diff(found) <= 0)
    assert found[2] == pytest.approx(CHANCE_DISTANCE - 0.3 / 2, abs=2e-3)
    assert found[3] == pytest.approx(0.2, abs=2e-3)
    assert found[4] == pytest.approx(0.2, abs=2e-3)


def test_nothing_in_common_is_nothing_alike() -> None:
    blank = drawn(0, share=0.0)
    for other in (blank, eye(), drawn(1)):
        found = compare(blank, other)
        assert (found.distance, found.common) == (CHANCE_DISTANCE, 0)
        assert found.score < THRESHOLDS[1e-2]


def test_independent_codes_are_half_alike() -> None:
    found = [compare(drawn(seed), drawn(seed + 100)).distance for seed in range(20)]
    assert 0.46 < min(found) < max(found) < 0.5


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
