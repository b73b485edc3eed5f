import numpy as np
import pytest
from tests.support.eyes import eye_image, outline_of, sample

from biocapture.iris.comparison.compare import compare
from biocapture.iris.comparison.template import pack, template_of, unpack
from biocapture.iris.features.iris_code import BANDS, PLACES, IrisCode, iris_code, usable_bits
from biocapture.iris.features.rubber_sheet import COLUMNS, ROWS, Strip, unwrap

WIDTH = COLUMNS // PLACES
NOTHING = np.zeros((ROWS, COLUMNS), bool)


def bare(grey: np.ndarray, usable: np.ndarray | None = None) -> Strip:
    usable = ~NOTHING if usable is None else usable
    return Strip(grey.astype(np.uint8), usable, NOTHING, NOTHING, NOTHING)


def strip(seed: int = 1, **conditions: object) -> Strip:
    image = eye_image(seed, **conditions)
    return unwrap(image.pixels, outline_of(image.truth))


def agreeing(one: IrisCode, other: IrisCode) -> float:
    both = one.counts & other.counts
    assert both.sum() > 500
    return float((one.bits == other.bits)[both].mean())


def waves(phase: float) -> np.ndarray:
    around = np.arange(COLUMNS) * (2 * np.pi / COLUMNS)
    return np.tile(128 + 50 * np.cos(18 * around + phase), (ROWS, 1))


def test_responses_are_in_greys() -> None:
    told: dict[str, np.ndarray] = {}
    iris_code(bare(waves(0.5)), lambda name, array: told.update({name: array}))
    assert np.abs(told["response"]) == pytest.approx(50, abs=0.5)


@pytest.mark.parametrize("phase", [0.3, 1.9, 4.0])
def test_bits_of_waves_are_their_quadrants(phase: float) -> None:
    """The response to cos θ is exp(iθ): bits are the signs of cosine and sine."""
    code = iris_code(bare(waves(phase)))
    angle = 18 * np.arange(PLACES) * (2 * np.pi / PLACES) + phase
    for bits, counts, part in zip(code.bits, code.counts, (np.cos(angle), np.sin(angle)), strict=True):
        assert counts.mean() > 0.7
        assert (bits == (part > 0))[counts].all()
        assert not counts[:, np.abs(part) < 0.2].any()  # near the change of sign


def test_a_turned_strip_is_a_rolled_code() -> None:
    unrolled = strip()
    code = iris_code(unrolled)
    for places in (1, -5, 40):
        grey, usable = (np.roll(each, places * WIDTH, axis=1) for each in (unrolled.grey, unrolled.usable))
        again = iris_code(bare(grey, usable))
        assert (again.bits == np.roll(code.bits, places, axis=2)).mean() > 0.999
        assert (again.counts == np.roll(code.counts, places, axis=2)).mean() > 0.999


def test_light_does_not_change_the_code() -> None:
    unrolled = strip()
    darker = bare(unrolled.grey * 0.5 + 20, unrolled.usable)
    assert agreeing(iris_code(unrolled), iris_code(darker)) > 0.98


def test_what_is_covered_does_not_count_and_hardly_disturbs_the_rest() -> None:
    unrolled = strip(lashes=0.0)
    whole = iris_code(unrolled)
    usable, grey = unrolled.usable.copy(), unrolled.grey.copy()
    usable[:, 100:180], grey[:, 100:180] = False, 255
    code = iris_code(bare(grey, usable))
    assert not code.counts[:, :, 25:45].any()
    assert agreeing(whole, code) > 0.97
    assert usable_bits(code) < usable_bits(whole) - 0.08


def test_usable_bits_fall_as_the_lid_does() -> None:
    """A bit that counts is uncovered: their share follows the usable share of the iris."""
    shares = [usable_bits(iris_code(strip(lid_opening=opening))) for opening in (0.9, 0.6, 0.45, 0.3)]
    assert shares == sorted(shares, reverse=True)
    assert 0.5 < shares[0] < 0.75
    assert shares[-1] < 0.3


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_strip_without_texture_or_without_view_has_no_bits(grey: int) -> None:
    even = np.full((ROWS, COLUMNS), grey)
    assert usable_bits(iris_code(bare(even, NOTHING))) == 0
    assert usable_bits(iris_code(bare(even))) == 0
    noise = np.clip(even + np.random.default_rng(5).normal(0, 1, even.shape), 0, 255)
    assert usable_bits(iris_code(bare(noise))) < 0.1


def test_codes_have_no_bits_outside_their_mask_and_survive_packing() -> None:
    code = iris_code(strip(2))
    assert code.bits.shape == code.counts.shape == (2, BANDS, PLACES)
    assert not (code.bits & ~code.counts).any()
    again = unpack(pack(code))
    assert np.array_equal(again.bits, code.bits)
    assert np.array_equal(again.counts, code.counts)


def test_stages_are_told() -> None:
    told: dict[str, np.ndarray] = {}
    iris_code(strip(), lambda name, array: told.update({name: array}))
    shapes = {name: array.shape for name, array in told.items()}
    assert shapes == {"bands": (BANDS, COLUMNS), "cover": (BANDS, COLUMNS), "response": (BANDS, PLACES)}


def test_gaze_and_pupil_leave_the_code_what_it_is() -> None:
    """Unrolled between ellipses, an eye that looks aside or has a wider pupil gives nearly the same code."""
    straight = pack(iris_code(strip(3)))
    for conditions in ({"gaze_deg": (15.0, 0.0)}, {"gaze_deg": (0.0, -12.0)}, {"dilation": 0.5}):
        assert compare(straight, pack(iris_code(strip(3, **conditions)))).distance < 0.2
    assert compare(straight, pack(iris_code(strip(4)))).distance > 0.35


def test_order_of_eyes_does_not_matter() -> None:
    samples = [sample(eye_image(seed).pixels) for seed in (1, 2, 3)]
    forth = [template_of(each).to_bytes() for each in samples]
    back = [template_of(each).to_bytes() for each in reversed(samples)]
    assert forth == back[::-1]
    assert len(set(forth)) == 3
