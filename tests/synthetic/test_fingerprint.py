"""The generator keeps its word: same seed, same pixels, and a truth that is true. So does the minutiae extractor."""

import dataclasses

import numpy as np
import pytest
from tests.support.prints import SEEDS, apart, described, grown, touch

from biocapture.fingerprint.describe import MIN_MINUTIA_QUALITY
from biocapture.fingerprint.features.minutiae import Minutiae, extract_minutiae
from biocapture.fingerprint.features.ridge_field import ridge_field
from biocapture.fingerprint.features.ridge_flow import follow_ridges
from biocapture.synthetic.fingerprint.finger import HEIGHT_PX, WIDTH_PX, Pattern, finger
from biocapture.synthetic.fingerprint.impression import Effects, Impression, impression

WHOLE = (560, 416)
EVERY_SEED = pytest.mark.parametrize("seed", SEEDS)
FAULTS = {
    "rotation_deg": 5.0,
    "shift_row_px": 9.0,
    "shift_column_px": -9.0,
    "distortion_px": 5.0,
    "wet": 0.5,
    "dry": 0.5,
    "partial": 0.5,
    "ghost": 0.5,
    "noise": 20.0,
    "blur_px": 2.0,
    "low_contrast": 0.5,
    "shading": 0.5,
    "creases": 3,
}


def test_same_seed_same_finger() -> None:
    one, other = grown(1), finger(1)
    assert one is not other
    for field in dataclasses.fields(one):
        if field.name != "minutiae":
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
    for field in dataclasses.fields(one.minutiae):
        np.testing.assert_array_equal(getattr(one.minutiae, field.name), getattr(other.minutiae, field.name))


def test_fingers_differ() -> None:
    correlation = np.corrcoef(grown(1).ridges.ravel(), grown(2).ridges.ravel())[0, 1]
    assert abs(correlation) < 0.1


def test_same_arguments_same_pixels() -> None:
    faults = {"distortion_px": 4.0, "dry": 0.4, "noise": 9.0, "creases": 2, "partial": 0.3, "ghost": 0.4}
    np.testing.assert_array_equal(touch(1, **faults).pixels, touch(1, **faults).pixels)
    other = impression(grown(1), 77, Effects(**faults), touch(1).pixels.shape, grown(2))
    assert (other.pixels != touch(1, **faults).pixels).mean() > 0.5


@pytest.mark.parametrize("effect", FAULTS)
def test_every_effect_changes_the_pixels(effect: str) -> None:
    image = touch(1, **{effect: FAULTS[effect]})
    assert image.pixels.dtype == np.uint8
    assert (image.pixels != touch(1).pixels).mean() > 0.01
    assert set(FAULTS) == {field.name for field in dataclasses.fields(Effects)}


@pytest.mark.parametrize("shape", [(300, 260), (433, 301), WHOLE])
def test_size_is_as_asked(shape: tuple[int, int]) -> None:
    image = touch(1, shape)
    assert image.pixels.shape == image.contact.shape == shape


def measured_period_px(ridges: np.ndarray) -> float:
    """One over the mean frequency of the power between 4.5 and 25 px, in the middle 256 × 256."""
    top, left = (HEIGHT_PX - 256) // 2, (WIDTH_PX - 256) // 2
    window = np.hanning(256)
    middle = ridges[top : top + 256, left : left + 256].astype(np.float64)
    power = np.abs(np.fft.rfft2((middle - middle.mean()) * np.outer(window, window))) ** 2
    frequency = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.rfftfreq(256)[None])
    ring = (frequency > 1 / 25) & (frequency < 1 / 4.5)
    return float(power[ring].sum() / (power * frequency)[ring].sum())


@pytest.mark.parametrize("period_px", [7.0, 8.5, 11.0, 13.0])
def test_period_is_as_asked(period_px: float) -> None:
    assert grown(1, period_px).period_px == period_px
    assert measured_period_px(grown(1, period_px).ridges) == pytest.approx(period_px, rel=0.05)


@EVERY_SEED
def test_period_of_an_adult_and_true_where_not_asked(seed: int) -> None:
    assert 8.4 <= grown(seed).period_px <= 11.0
    assert measured_period_px(grown(seed).ridges) == pytest.approx(grown(seed).period_px, rel=0.05)


CORES = {Pattern.ARCH: 0, Pattern.WHORL: 2, Pattern.DOUBLE_LOOP: 2}


@pytest.mark.parametrize("pattern", list(Pattern))
@pytest.mark.parametrize("seed", range(3))
def test_patterns_have_their_cores_and_deltas(pattern: Pattern, seed: int) -> None:
    """Around a core the orientation turns half a turn, around a delta half a turn the other way (Poincaré index)."""
    at = finger(seed, pattern).orientation.astype(np.float64)
    corners = [at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]]
    turn = sum(
        np.mod(after - before + np.pi / 2, np.pi) - np.pi / 2
        for before, after in zip(corners, corners[1:] + corners[:1], strict=True)
    )
    wanted = CORES.get(pattern, 1)
    assert ((turn > 1).sum(), (turn < -1).sum()) == (wanted, wanted)


@EVERY_SEED
@pytest.mark.parametrize(
    "faults", [{}, {"shift_column_px": 150.0}, {"partial": 0.5, "rotation_deg": 10.0, "distortion_px": 6.0}]
)
def test_true_minutiae_lie_in_the_contact(seed: int, faults: dict[str, float]) -> None:
    image = touch(seed, WHOLE, **faults)
    row, column = (np.rint(part).astype(int) for part in (image.minutiae.row, image.minutiae.column))
    assert len(row) > 20
    assert image.contact[row, column].all()
    assert ((image.minutiae.angle >= 0) & (image.minutiae.angle < 2 * np.pi)).all()
    assert 0.2 < image.minutiae.ending.mean() < 0.8


@pytest.mark.parametrize("rotation_deg", [0.0, 20.0, -35.0])
def test_truth_moves_with_the_finger(rotation_deg: float) -> None:
    """Turned counter-clockwise about the image's centre, then shifted; directions turn too."""
    image = touch(1, WHOLE, rotation_deg=rotation_deg, shift_row_px=12.0, shift_column_px=-30.0).minutiae
    master, turn = grown(1).minutiae, np.deg2rad(rotation_deg)
    right, up = master.column - WIDTH_PX / 2, HEIGHT_PX / 2 - master.row
    row = WHOLE[0] / 2 + 12 - (right * np.sin(turn) + up * np.cos(turn))
    column = WHOLE[1] / 2 - 30 + (right * np.cos(turn) - up * np.sin(turn))
    gap = np.hypot(image.row[:, None] - row, image.column[:, None] - column)
    origin = gap.argmin(axis=1)
    assert gap.min(axis=1).max() < 0.01
    assert angle_between(image.angle, master.angle[origin] + turn).max() < 1e-3
    np.testing.assert_array_equal(image.ending, master.ending[origin])


def angle_between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(np.mod(one - other + np.pi, 2 * np.pi) - np.pi)


@EVERY_SEED
def test_contact_shrinks_by_the_share_that_is_lost(seed: int) -> None:
    whole = touch(seed).contact.sum()
    for partial in (0.25, 0.5, 0.75):
        kept = touch(seed, partial=partial).contact
        assert kept.sum() / whole == pytest.approx(1 - partial, abs=0.02)
        assert not (kept & ~touch(seed).contact).any()


def mean_grey(image: Impression, where: np.ndarray) -> float:
    return float(image.pixels[where].mean())


@EVERY_SEED
def test_moisture_darkens_and_dryness_brightens_the_contact_only(seed: int) -> None:
    plain, wet, dry = (touch(seed, **faults) for faults in ({}, {"wet": 0.8}, {"dry": 0.8}))
    assert mean_grey(wet, plain.contact) < mean_grey(plain, plain.contact) - 15
    assert mean_grey(dry, plain.contact) > mean_grey(plain, plain.contact) + 15
    corner = np.s_[:20, :20]
    assert mean_grey(wet, corner) == pytest.approx(mean_grey(dry, corner), abs=1)


@EVERY_SEED
def test_a_latent_print_shows_where_the_finger_does_not_touch(seed: int) -> None:
    without, slight, strong = (touch(seed, partial=0.5, ghost=ghost) for ghost in (0.0, 0.3, 0.8))
    away = ~without.contact
    assert mean_grey(strong, away) < mean_grey(slight, away) < mean_grey(without, away) - 2


def extract(image: Impression) -> Minutiae:
    field = ridge_field(image.pixels)
    return extract_minutiae(field, follow_ridges(field))


def pairs(found: Minutiae, image: Impression, within_px: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """Nearest pairs first, each minutia once: indices of found and of true ones."""
    gap = np.hypot(found.row[:, None] - image.minutiae.row, found.column[:, None] - image.minutiae.column)
    chosen = []
    while gap.min() <= within_px:
        one, other = np.unravel_index(gap.argmin(), gap.shape)
        chosen.append((one, other))
        gap[one], gap[:, other] = np.inf, np.inf
    one, other = np.array(chosen).T
    return one, other


@EVERY_SEED
@pytest.mark.parametrize("shape", [(400, 320), WHOLE])
def test_minutiae_are_found_where_they_are(seed: int, shape: tuple[int, int]) -> None:
    image = touch(seed, shape)
    found = extract(image)
    one, other = pairs(found, image)
    is_found = np.zeros(len(image.minutiae.row), bool)
    is_found[other] = True
    assert is_found.mean() >= 0.65
    assert is_found[apart(image.minutiae, 1.5 * grown(seed).period_px)].mean() >= 0.75
    assert (angle_between(found.angle[one], image.minutiae.angle[other]) < np.deg2rad(30)).mean() >= 0.95
    assert (found.ending[one] == image.minutiae.ending[other]).mean() >= 0.7


@EVERY_SEED
@pytest.mark.parametrize("shape", [(400, 320), WHOLE])
def test_what_is_counted_as_a_minutia_is_one(seed: int, shape: tuple[int, int]) -> None:
    image = touch(seed, shape)
    found = extract(image)
    counted, right = found.quality > MIN_MINUTIA_QUALITY, np.zeros(len(found), bool)
    right[pairs(found, image)[0]] = True
    assert right[counted].mean() >= 0.8


@EVERY_SEED
def test_minutia_counts_of_the_batch_are_those_extracted(seed: int) -> None:
    image = touch(seed)
    found, batch = extract(image), described(image.pixels)
    assert batch.minutiae[0] == (found.quality > MIN_MINUTIA_QUALITY).sum()
    np.testing.assert_array_equal(batch.minutia_quality.value, found.quality.astype(np.float64))
    assert ((found.quality >= 0) & (found.quality <= 1)).all()
