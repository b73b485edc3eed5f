"""Synthetic eyes keep their word: same seed, same pixels; a truth that is true; every condition does what it says."""

import csv
import dataclasses
import functools
import hashlib
import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from biocapture.errors import UsageError
from biocapture.images.naming import position_of
from biocapture.synthetic.eye.capture import EyeImage, capture
from biocapture.synthetic.eye.conditions import LIMITS, Conditions, everyday_conditions
from biocapture.synthetic.eye.eye import Eye, eye
from biocapture.synthetic.eye.gaze import CORNEA_DEPTH, LIMBUS_DEPTH, Ellipse
from biocapture.synthetic.eye.iris_texture import COLUMNS, ROWS
from biocapture.types import Position

SEEDS = (1, 2, 3)
EVERY_SEED = pytest.mark.parametrize("seed", SEEDS)
GAZES = ((0.0, 0.0), (20.0, 0.0), (-30.0, 0.0), (0.0, 15.0), (18.0, -12.0))

cached_eye = functools.cache(eye)


@functools.cache
def eye_image(seed: int = 1, left: bool = False, capture_seed: int = 7, **conditions: object) -> EyeImage:
    return capture(cached_eye(seed, left), Conditions(**conditions), capture_seed)


def digest(image: EyeImage) -> str:
    return hashlib.sha256(image.pixels.tobytes() + image.truth.usable.tobytes()).hexdigest()


def test_same_arguments_same_pixels() -> None:
    one, other = (capture(eye(5, left=True), everyday_conditions(6), 7) for _ in range(2))
    assert digest(one) == digest(other)
    assert digest(capture(eye(5, left=True), everyday_conditions(6), 8)) != digest(one)


def test_another_process_gives_the_same_pixels() -> None:
    code = (
        "import hashlib; from biocapture.synthetic.eye import capture, conditions, eye;"
        "image = capture.capture(eye.eye(5, left=True), conditions.everyday_conditions(6), 7);"
        "print(hashlib.sha256(image.pixels.tobytes() + image.truth.usable.tobytes()).hexdigest())"
    )
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert printed.strip() == digest(capture(eye(5, left=True), everyday_conditions(6), 7))


def test_two_eyes_of_a_person_share_the_lids_not_the_iris() -> None:
    right, left = cached_eye(1, False), cached_eye(1, True)
    assert (right.side, left.side) == (Position.RIGHT_EYE, Position.LEFT_EYE)
    assert abs(np.corrcoef(right.texture.ravel(), left.texture.ravel())[0, 1]) < 0.15
    assert left.upper_lid == pytest.approx(right.upper_lid, abs=0.05)
    assert left.skin_grey == pytest.approx(right.skin_grey, abs=12)


@EVERY_SEED
def test_the_nose_is_on_the_other_side_of_a_left_eye(seed: int) -> None:
    for left, towards_the_nose in ((False, 1), (True, -1)):
        truth = eye_image(seed, left).truth
        offset = towards_the_nose * (truth.pupil.column_px - truth.limbus.column_px) / truth.limbus.major_px
        assert offset == pytest.approx(cached_eye(seed, left).pupil_nasal, abs=1e-6)
        flesh = [
            np.abs(cv2.Laplacian(eye_image(seed, left, shape=(480, 800)).pixels, cv2.CV_32F))[
                round(truth.limbus.row_px + 20) : round(truth.limbus.row_px + 36),
                round(399.5 + way * (cached_eye(seed, left).nasal_canthus - 0.28) * 115) - np.arange(8),
            ].mean()
            for way in (towards_the_nose, -towards_the_nose)
        ]
        assert flesh[0] > 1.5 * flesh[1]


def code_of(relief: np.ndarray) -> np.ndarray:
    """Phase bits of 16 rows in two bands of angular frequency (as in Daugman 1993), mean 0 in every row."""
    rows = relief[: ROWS // 16 * 16].reshape(16, -1, relief.shape[1]).mean(axis=1)
    spectrum = np.fft.fft(rows - rows.mean(axis=1, keepdims=True), axis=1)
    wave = np.arange(relief.shape[1])
    bands = [np.fft.ifft(spectrum * np.exp(-((wave - peak) ** 2) / (0.3 * peak) ** 2), axis=1) for peak in (16, 36)]
    analytic = np.stack(bands)[..., :: relief.shape[1] // 128]
    return np.stack([analytic.real > 0, analytic.imag > 0])


def test_irises_are_independent() -> None:
    """Hamming distances of different eyes: mean ½ and as wide as of 100–600 coin tosses, as for real eyes."""
    codes = [code_of(cached_eye(seed, left).texture) for seed in range(8) for left in (False, True)]
    distance = np.array([(one ^ other).mean() for one, other in itertools.combinations(codes, 2)])
    tosses = distance.mean() * (1 - distance.mean()) / distance.var()
    assert distance.mean() == pytest.approx(0.5, abs=0.01)
    assert 100 < tosses < 600
    assert distance.min() > 0.38


def unroll(image: EyeImage, side: Position) -> np.ndarray:
    """Rubber sheet on the true ellipses of a facing eye, from the nasal horizontal over the lower lid."""
    angle = np.arange(COLUMNS) / COLUMNS * 2 * np.pi
    nasal = (1 if side is Position.RIGHT_EYE else -1) * np.cos(angle)
    inner, outer = image.truth.pupil, image.truth.limbus
    depth = ((np.arange(ROWS) + 0.5) / ROWS)[:, None]
    radius = (inner.major_px + inner.minor_px) / 2
    column = (inner.column_px + radius * nasal) * (1 - depth) + (outer.column_px + outer.major_px * nasal) * depth
    row = (inner.row_px + radius * np.sin(angle)) * (1 - depth) + (
        outer.row_px + outer.major_px * np.sin(angle)
    ) * depth
    return cv2.remap(image.pixels, column.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR).astype(float)


@EVERY_SEED
def test_captures_show_the_iris_of_their_eye(seed: int) -> None:
    lower = np.s_[:, COLUMNS // 16 : COLUMNS * 7 // 16]  # what the upper lid and the lamps leave free
    one, other, stranger = (
        unroll(eye_image(which, capture_seed=1 + which, leds=0, dilation=dilation, noise=2.0), Position.RIGHT_EYE)
        for which, dilation in ((seed, 0.38), (seed, 0.44), (seed + 1, 0.4))
    )
    texture = cached_eye(seed).texture
    assert np.corrcoef(one[lower].ravel(), texture[lower].ravel())[0, 1] > 0.5
    assert (code_of(one) ^ code_of(other))[..., 8:56].mean() < 0.3
    assert (code_of(one) ^ code_of(stranger))[..., 8:56].mean() > 0.36


def points_and_normals(ellipse: Ellipse, count: int = 360) -> tuple[np.ndarray, np.ndarray]:
    """(count, 2) points (row, column) and outward normals."""
    at = np.arange(count) / count * 2 * np.pi
    cosine, sine = np.cos(ellipse.tilt_rad), np.sin(ellipse.tilt_rad)
    turn = np.array([[sine, cosine], [cosine, -sine]])  # (along major, along minor) to (row, column)
    points = np.stack([ellipse.major_px * np.cos(at), ellipse.minor_px * np.sin(at)], axis=1) @ turn.T
    normals = np.stack([np.cos(at) / ellipse.major_px, np.sin(at) / ellipse.minor_px], axis=1) @ turn.T
    return points + np.array([ellipse.row_px, ellipse.column_px]), normals / np.hypot(*normals.T)[:, None]


REACH = np.arange(-14, 14.01, 0.25)


def profiles(image: EyeImage, ellipse: Ellipse) -> np.ndarray:
    """(360, S) grey along every normal, NaN where lids or the image's end come in between."""
    points, normals = points_and_normals(ellipse)
    row, column = (points[:, None] + normals[:, None] * REACH[None, :, None]).transpose(2, 0, 1).astype(np.float32)
    grey = cv2.remap(image.pixels, column, row, cv2.INTER_LINEAR).astype(float)
    lid = cv2.dilate(image.truth.lid.astype(np.uint8), np.ones((61, 5)))
    covered = cv2.remap(lid, column, row, cv2.INTER_NEAREST, borderValue=1).astype(bool)
    return np.where(covered.any(axis=1, keepdims=True), np.nan, grey)


def edge_px(grey: np.ndarray, soft_px: float) -> float:
    """Where the mean profile, smoothed by a window as wide as the edge is soft, rises most; from the true edge."""
    window = np.hanning(round(8 * soft_px) + 3)
    rise = np.convolve(np.gradient(np.nanmean(grey, axis=0)), window / window.sum(), "valid")
    return float(REACH[len(window) // 2 :][rise.argmax()])


@pytest.mark.parametrize("roll_deg", [0.0, 20.0])
@pytest.mark.parametrize("gaze_deg", GAZES)
@EVERY_SEED
def test_edges_are_where_the_truth_says(seed: int, gaze_deg: tuple[float, float], roll_deg: float) -> None:
    image = eye_image(seed, leds=0, gaze_deg=gaze_deg, roll_deg=roll_deg)
    for ellipse, soft_px in ((image.truth.pupil, 1.0), (image.truth.limbus, 115 * cached_eye(seed).limbus_width)):
        grey = profiles(image, ellipse)
        sectors = [part for part in np.split(grey, 12) if np.isfinite(part[:, 0]).sum() >= 15]
        assert len(sectors) >= 3
        assert np.median(np.abs([edge_px(part, soft_px) for part in sectors])) <= 1.0
        assert abs(edge_px(grey, soft_px)) <= 0.75


@pytest.mark.parametrize("gaze_deg", GAZES)
@EVERY_SEED
def test_an_ellipse_fitted_to_the_dark_pupil_is_the_true_one(seed: int, gaze_deg: tuple[float, float]) -> None:
    image = eye_image(seed, leds=0, gaze_deg=gaze_deg)
    middle = (cached_eye(seed).pupil_grey + cached_eye(seed).iris_grey) / 2
    _, parts = cv2.connectedComponents((image.pixels < middle).astype(np.uint8))
    truth = image.truth.pupil
    dark = (parts == parts[round(truth.row_px), round(truth.column_px)]).astype(np.uint8)
    (contour, *_), _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    (column, row), size, _ = cv2.fitEllipse(contour)
    assert (row, column) == pytest.approx((truth.row_px, truth.column_px), abs=1.0)
    assert sorted(size) == pytest.approx([2 * truth.minor_px - 1, 2 * truth.major_px - 1], abs=2.0)


@pytest.mark.parametrize("gaze_deg", GAZES)
def test_gaze_projects_a_turning_sphere(gaze_deg: tuple[float, float]) -> None:
    """The limbus foreshortens by the cosine along the gaze and moves by its depth times the sine; lamps move less."""
    across, down = np.deg2rad(gaze_deg)
    column, row = np.sin(across) * np.cos(down), np.sin(down)
    image = eye_image(1, leds=1, gaze_deg=gaze_deg)
    limbus = image.truth.limbus
    assert limbus.major_px == pytest.approx(115, abs=1e-6)
    assert limbus.minor_px / limbus.major_px == pytest.approx(np.cos(across) * np.cos(down))
    assert limbus.column_px - 319.5 == pytest.approx(115 * LIMBUS_DEPTH * column)
    assert limbus.row_px - 239.5 == pytest.approx(115 * LIMBUS_DEPTH * row)
    if any(gaze_deg):
        minor_axis = [np.cos(limbus.tilt_rad), -np.sin(limbus.tilt_rad)]  # row, column
        assert abs(np.dot(minor_axis, [row, column])) / np.hypot(row, column) == pytest.approx(1)
    lamp = np.argwhere(
        image.truth.specular & ~cv2.dilate(image.truth.lid.astype(np.uint8), np.ones((41, 41))).astype(bool)
    )
    wanted = 239.5 + 115 * CORNEA_DEPTH * row, 319.5 + 115 * CORNEA_DEPTH * column
    assert np.median(lamp, axis=0) == pytest.approx(wanted, abs=2.5)


def test_roll_turns_the_whole_eye_clockwise() -> None:
    upright, rolled = eye_image(2).truth, eye_image(2, roll_deg=30.0).truth
    before, after = (
        np.array([truth.pupil.column_px - truth.limbus.column_px, truth.pupil.row_px - truth.limbus.row_px])
        for truth in (upright, rolled)
    )
    turn = np.deg2rad(30)
    wanted = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]] @ before
    assert after == pytest.approx(wanted, abs=1e-6)
    left, right = rolled.upper_lid_row_px[200], rolled.upper_lid_row_px[440]
    assert right > left + 60


@EVERY_SEED
def test_masks_and_lid_rows_agree(seed: int) -> None:
    truth = capture(cached_eye(seed), everyday_conditions(seed), seed).truth
    assert not (truth.usable & ~truth.iris).any()
    assert not (truth.usable & (truth.lid | truth.lash | truth.specular)).any()
    assert 0.5 < truth.usable_share < 1
    row = np.arange(480)[:, None]
    between = (row > truth.upper_lid_row_px) & (row < truth.lower_lid_row_px)
    np.testing.assert_array_equal(between, ~truth.lid)
    limbus, pupil = truth.limbus, truth.pupil
    area = np.pi * (limbus.major_px * limbus.minor_px - pupil.major_px * pupil.minor_px)
    assert truth.iris.sum() == pytest.approx(area, rel=0.01)


def gradient_energy(image: EyeImage) -> float:
    return float((cv2.Sobel(image.pixels, cv2.CV_32F, 1, 0) ** 2).mean())


def directional(image: EyeImage) -> float:
    """Gradient across columns over that across rows, inside the iris."""
    across, down = (cv2.Sobel(image.pixels, cv2.CV_32F, *order)[image.truth.usable] for order in ((1, 0), (0, 1)))
    return float((across**2).mean() / (down**2).mean())


def combed(image: EyeImage) -> float:
    grey = image.pixels.astype(float)
    return float(np.abs(grey[:-2:2] + grey[2::2] - 2 * grey[1:-1:2]).mean())


def unlike_clean(image: EyeImage) -> float:
    return float(np.abs(image.pixels.astype(float) - eye_image().pixels).mean())


def bright_pupil(image: EyeImage) -> float:
    row, column = np.mgrid[0:480, 0:640]
    inside = np.hypot(row - image.truth.pupil.row_px, column - image.truth.pupil.column_px) < image.truth.pupil.minor_px
    return float((image.pixels[inside] > 200).mean())


def lens_edge(image: EyeImage) -> float:
    """Steepest rise and fall of grey around 1.21 iris radii, on the lateral sclera."""
    limbus = image.truth.limbus
    row, column = np.mgrid[0:480, 0:640].astype(float)
    radius = np.hypot(row - limbus.row_px, column - limbus.column_px) / limbus.major_px
    lateral = np.abs(row - limbus.row_px) < 0.4 * np.abs(column - limbus.column_px)
    rings = [image.pixels[lateral & (np.abs(radius - at) < 0.01)].mean() for at in np.arange(1.12, 1.32, 0.02)]
    return float(np.ptp(np.diff(rings)))


def mean_of(mask: str) -> Callable[[EyeImage], float]:
    return lambda image: float(getattr(image.truth, mask).mean())


def usable_share(image: EyeImage) -> float:
    return image.truth.usable_share


def mean_grey(image: EyeImage) -> float:
    return float(image.pixels.mean())


def iris_grey(image: EyeImage) -> float:
    return float(image.pixels[image.truth.usable].mean())


def lit_side(image: EyeImage) -> float:
    return float(image.pixels[:, 560:].mean() / image.pixels[:, :80].mean())


EFFECTS: list[tuple[str, tuple[object, ...], Callable[[EyeImage], float], int]] = [
    ("defocus_px", (0.0, 2.0, 5.0), gradient_energy, -1),
    ("motion_px", (0.0, 6.0, 20.0), directional, -1),
    ("lid_opening", (1.0, 0.7, 0.5, 0.3, 0.0), usable_share, -1),
    ("lashes", (0.0, 0.4, 1.0), mean_of("lash"), 1),
    ("lashes", (0.0, 0.4, 1.0), usable_share, -1),
    ("makeup", (0.0, 0.5, 1.0), mean_grey, -1),
    ("noise", (0.0, 3.0, 10.0), unlike_clean, 1),
    ("exposure_ev", (-3.0, -1.0, 0.0, 1.0), mean_grey, 1),
    ("contrast_loss", (0.0, 0.3, 0.8), lambda image: float(image.pixels.std()), -1),
    ("jpeg_quality", (0, 90, 50, 10), unlike_clean, 1),
    ("interlace_px", (0.0, 2.0, 6.0), combed, 1),
    ("leds", (0, 1, 2, 8), mean_of("specular"), 1),
    ("led_radius", (0.02, 0.05, 0.1), mean_of("specular"), 1),
    ("pupil_glare", (0.0, 0.4, 1.0), bright_pupil, 1),
    ("glasses_glare", (0.0, 0.4, 1.0), mean_of("specular"), 1),
    ("glasses_frame", (0.0, 0.4, 1.0), mean_grey, -1),
    ("light_gradient", (0.0, 0.4, 1.0), lit_side, 1),
    ("cosmetic_lens", (0.0, 0.4, 1.0), iris_grey, -1),
    ("soft_lens", (0.0, 0.4, 1.0), lens_edge, 1),
]


@pytest.mark.parametrize(
    ("name", "values", "property_of", "way"), EFFECTS, ids=[f"{e[0]}-{e[2].__name__}" for e in EFFECTS]
)
def test_a_condition_alone_does_what_it_says(
    name: str, values: tuple[object, ...], property_of: Callable[[EyeImage], float], way: int
) -> None:
    lashes = {"lashes": 0.5} if name == "makeup" else {}
    found = [way * property_of(eye_image(1, **{name: value}, **lashes)) for value in values]
    assert all(after > before for before, after in itertools.pairwise(found)), found


@pytest.mark.parametrize("gaze_deg", [(-15.0, 0.0), (15.0, 0.0)])
def test_motion_along_rows_blurs_rows(gaze_deg: tuple[float, float]) -> None:
    assert directional(eye_image(1, gaze_deg=gaze_deg, motion_px=12.0, motion_deg=90.0)) > 1.5 * directional(
        eye_image(1, gaze_deg=gaze_deg)
    )


CAMERA = {
    "defocus_px": 4.0,
    "motion_px": 9.0,
    "noise": 9.0,
    "exposure_ev": 0.5,
    "contrast_loss": 0.5,
    "jpeg_quality": 30,
    "interlace_px": 3.0,
    "light_gradient": 0.7,
}


@pytest.mark.parametrize("name", CAMERA)
def test_the_camera_does_not_change_the_truth(name: str) -> None:
    faulty, clean = eye_image(1, **{name: CAMERA[name]}).truth, eye_image(1).truth
    assert (faulty.pupil, faulty.limbus) == (clean.pupil, clean.limbus)
    for mask in ("iris", "lid", "lash"):
        np.testing.assert_array_equal(getattr(faulty, mask), getattr(clean, mask))


@pytest.mark.parametrize("wanted", [2.0, 6.0])
def test_noise_has_its_deviation_at_mid_grey(wanted: float) -> None:
    difference = eye_image(1, noise=wanted).pixels.astype(float) - eye_image(1).pixels
    around_mid = np.abs(eye_image(1).pixels.astype(float) - 128) < 12
    assert difference[around_mid].std() == pytest.approx(wanted, rel=0.1)


def test_place_and_size_are_as_asked() -> None:
    image = eye_image(1, shape=(300, 500), iris_radius_px=60.0, shift_row_px=20.0, shift_column_px=-90.0, dilation=0.5)
    assert image.pixels.shape == image.truth.usable.shape == (300, 500)
    assert image.truth.upper_lid_row_px.shape == (500,)
    limbus, pupil = image.truth.limbus, image.truth.pupil
    assert (limbus.row_px, limbus.column_px, limbus.major_px) == pytest.approx((169.5, 159.5, 60.0))
    assert pupil.major_px + pupil.minor_px == pytest.approx(60)


def test_an_eye_cut_off_has_the_usable_part_that_is_inside() -> None:
    truth = eye_image(1, shift_column_px=300.0).truth
    assert truth.limbus.column_px == pytest.approx(619.5)
    assert 0.2 < truth.iris.sum() / eye_image(1).truth.iris.sum() < 0.7


def test_a_closed_eye_shows_nothing() -> None:
    truth = eye_image(1, lid_opening=0.0, lashes=1.0).truth
    assert not truth.usable.any()
    assert truth.lid.all()
    assert np.isnan(truth.upper_lid_row_px).all()
    assert np.isnan(truth.lower_lid_row_px).all()


WRONG = [
    ("dilation", 0.0), ("dilation", 1.0), ("dilation", float("nan")), ("dilation", "wide"), ("dilation", None),
    ("noise", -1.0), ("noise", float("inf")), ("defocus_px", 1e9), ("gaze_deg", 3.0), ("gaze_deg", (1.0,)),
    ("gaze_deg", (1.0, 2.0, 3.0)), ("gaze_deg", (0.0, 90.0)), ("gaze_deg", [0.0, 0.0]), ("jpeg_quality", 101),
    ("jpeg_quality", 50.5), ("leds", -1), ("leds", 10**400), ("shape", (10, 640)), ("shape", (10**9, 640)),
    ("shape", (480.0, 640.0)), ("shape", 480), ("iris_radius_px", 0.0), ("iris_radius_px", 1j), ("dilation", (0.4,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_conditions_outside_the_limits_are_refused(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"^{name}: .*allowed: .*{LIMITS[name][0]}"):
        Conditions(**{name: value})


@pytest.mark.parametrize("seed", [-1, 0.5, "x", None])
@pytest.mark.parametrize("image", [eye, everyday_conditions, lambda seed: capture(cached_eye(1), seed=seed)])
def test_what_cannot_seed_is_refused(image: Callable[[object], object], seed: object) -> None:
    with pytest.raises(UsageError, match=r"^seed: .* whole numbers from 0"):
        image(seed)


def small(**conditions: object) -> Conditions:
    return Conditions(**{"shape": (96, 128), "iris_radius_px": 24.0} | conditions)


EXTREMES = [(name, end) for name in LIMITS if name not in ("shape", "iris_radius_px") for end in (0, 1)]


def at_the_end(name: str, end: int) -> object:
    value = LIMITS[name][end]
    return (value, value) if isinstance(getattr(Conditions(), name), tuple) else value


@pytest.mark.parametrize(("name", "end"), EXTREMES)
def test_the_limits_themselves_are_allowed(name: str, end: int) -> None:
    image = capture(cached_eye(1), small(**{name: at_the_end(name, end)}), 1)
    assert image.pixels.dtype == np.uint8
    assert image.pixels.shape == image.truth.usable.shape == (96, 128)
    assert all(np.isfinite(dataclasses.astuple(ellipse)).all() for ellipse in (image.truth.pupil, image.truth.limbus))


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("size", [{}, {"iris_radius_px": 12.0, "shape": (32, 32)}, {"iris_radius_px": 500.0}])
def test_all_limits_at_once_are_allowed(end: int, size: dict[str, object]) -> None:
    image: Eye = cached_eye(2, True)
    assert capture(image, small(**{name: at_the_end(name, end) for name, at in EXTREMES if at == end} | size), 2)


def test_every_condition_has_its_limits() -> None:
    assert set(LIMITS) == {field.name for field in dataclasses.fields(Conditions)}


@pytest.mark.parametrize("seed", range(30))
def test_everyday_captures_are_everyday(seed: int) -> None:
    wanted = everyday_conditions(seed)
    assert wanted == everyday_conditions(seed) != everyday_conditions(seed + 1)
    assert wanted.lid_opening >= 0.55
    assert wanted.glasses_glare == wanted.pupil_glare == wanted.cosmetic_lens == 0


SAMPLES = Path(__file__).parents[2] / "sample_data"
with (SAMPLES / "iris" / "index.csv").open(newline="", encoding="utf8") as handle:
    INDEX = list(csv.DictReader(handle))


def sample_of(row: dict[str, str]) -> np.ndarray:
    return cv2.imread(str(SAMPLES / row["path"]), cv2.IMREAD_UNCHANGED)


def test_sample_eyes_are_those_of_the_index() -> None:
    assert sorted(row["path"] for row in INDEX) == sorted(
        path.relative_to(SAMPLES).as_posix() for path in SAMPLES.glob("iris/*/*.jpg")
    )
    assert len({(row["person"], row["position"]) for row in INDEX}) == 20
    assert all(position_of(row["path"]) == row["position"] for row in INDEX)
    assert all(sample_of(row).shape == (480, 640) for row in INDEX)


@pytest.mark.parametrize("index", [0, 5, 30, 79])
def test_sample_eyes_are_what_the_generator_makes(index: int) -> None:
    row = INDEX[index]
    kinds = {field.name: type(field.default) for field in dataclasses.fields(Conditions)}
    parts = {"gaze_deg": float, "led_at": float, "shape": int}
    wanted = Conditions(
        **{name: tuple(kind(row[f"{name}_{part}"]) for part in (1, 2)) for name, kind in parts.items()},
        **{name: kind(row[name]) for name, kind in kinds.items() if kind is not tuple},
    )
    left = row["position"] == Position.LEFT_EYE
    image = capture(cached_eye(99 + int(row["person"][-2:]), left), wanted, 10 * (index // 4) + int(row["impression"]))
    assert np.abs(image.pixels.astype(float) - sample_of(row)).mean() < 2.5
    assert image.truth.usable_share == pytest.approx(float(row["usable_share"]), abs=0.01)
    assert image.truth.pupil.column_px == pytest.approx(float(row["pupil_column_px"]), abs=0.3)
