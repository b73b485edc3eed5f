"""Faults of the picture planted into drawn faces and textures: enlarged, combed, noisy, washed out, stretched."""

import cv2
import numpy as np
import pytest
from tests.support import faces
from tests.support.faces import DARK_SKIN, SKIN

from biocapture import face
from biocapture.face.features.detail import detail_features
from biocapture.face.features.light import face_contrast
from biocapture.face.features.recapture import field_shift, noise_codes, pixel_blocks
from biocapture.face.features.region import face_region
from biocapture.face.measures import raster
from biocapture.face.proportion import stretch

SKINS = pytest.mark.parametrize("skin", [SKIN, DARK_SKIN], ids=["light skin", "dark skin"])


def textured(seed: int, shape: tuple[int, int] = (240, 260)) -> np.ndarray:
    """Structure of all sizes, as faces have."""
    rng = np.random.default_rng(seed)
    layers = sum(cv2.GaussianBlur(rng.normal(0, 30 * size, shape), (0, 0), size) for size in (0.8, 2.0, 5.0, 12.0))
    return np.clip(130 + layers, 0, 255).astype(np.uint8)


def enlarged(pixels: np.ndarray, factor: float, how: int) -> np.ndarray:
    small = cv2.resize(pixels, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, pixels.shape[1::-1], interpolation=how)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("factor", [2.3, 4.0, 9.0])
def test_enlarged_pixels_are_blocks_and_smooth_enlargement_is_none(seed: int, factor: float) -> None:
    image = textured(seed)
    curve = raster.pixel_blocks.curve
    blocks = pixel_blocks(enlarged(image, factor, cv2.INTER_NEAREST))
    assert curve(np.array([blocks]))[0] < 10
    assert curve(np.array([pixel_blocks(image), pixel_blocks(enlarged(image, factor, cv2.INTER_CUBIC))])).min() > 90


@pytest.mark.parametrize("shift", [2, 4, 8])
def test_fields_of_an_interlaced_camera_are_shifted(shift: int) -> None:
    image = textured(5)
    combed = image.copy()
    combed[1::2] = np.roll(image[1::2], shift, axis=1)
    assert field_shift(combed) == shift
    assert field_shift(image) == field_shift(np.repeat(image, 2, axis=0)) == 0


@pytest.mark.parametrize("deviation", [5.0, 12.0, 30.0])
def test_noise_is_measured_in_codes(deviation: float) -> None:
    smooth = cv2.GaussianBlur(textured(2), (0, 0), 4).astype(np.float64) / 2 + 64
    noisy = smooth + np.random.default_rng(3).normal(0, deviation, smooth.shape)
    assert noise_codes(np.clip(noisy, 0, 255).astype(np.uint8)) == pytest.approx(deviation, rel=0.1)


def test_traces_of_faces_too_small_are_not_assessed() -> None:
    assert np.isnan(pixel_blocks(textured(0, (47, 300))))
    assert np.isnan(field_shift(textured(0, (47, 300))))


@SKINS
@pytest.mark.parametrize("share", [0.2, 0.3])
def test_washed_out_faces_have_no_contrast_whatever_the_skin(skin: tuple[int, int, int], share: float) -> None:
    drawn = faces.face(skin=skin)
    given = face.inputs_from_arrays(**drawn.inputs())
    flat = (drawn.pixels * share + 128 * (1 - share)).astype(np.uint8)
    dim = (drawn.pixels * 0.5).astype(np.uint8)
    washed, plain, darker = (
        float(raster.face_contrast.curve(raster.face_contrast(face.describe_inputs(pixels, given)))[0])
        for pixels in (flat, drawn.pixels, dim)
    )
    assert washed < 36
    assert min(plain, darker) > 70


def test_contrast_of_a_histogram() -> None:
    counts = np.zeros(256)
    counts[[20, 100]] = 2, 98
    assert face_contrast(counts) == pytest.approx(0.8)
    assert np.isnan(face_contrast(np.zeros(256)))


@pytest.mark.parametrize("factor", [0.75, 1.0, 1.18, 4 / 3])
@pytest.mark.parametrize("turn_deg", [0.0, 20.0])
def test_stretching_one_side_is_read_from_the_shape_of_the_face(factor: float, turn_deg: float) -> None:
    """Stretched along the eyes; the weights nearly add up to 1 across, so that a factor is followed by nine tenths."""
    upright = faces.face((900, 700), 200.0).landmarks.astype(np.float64)
    wide = upright * (factor, 1.0)
    angle = np.radians(turn_deg)
    turned = wide @ np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    change = np.log(stretch(np.rint(turned).astype(np.int64)) / stretch(np.rint(upright).astype(np.int64)))
    assert change == pytest.approx(np.log(factor), abs=0.04)


def test_stretched_pictures_are_out_of_proportion_and_people_are_not() -> None:
    scores = raster.face_proportion.curve(np.array([0.75, 0.88, 1.0, 1.13, 4 / 3]))
    assert scores[[0, 4]].max() == 0
    assert scores[1:4].min() >= 65


@pytest.mark.parametrize("kernel", [(1, 15), (15, 1)], ids=["down", "across"])
def test_motion_either_way_and_blocks_are_blur(kernel: tuple[int, int]) -> None:
    """On a texture in place of a face: blocks and motion have less detail in what the model sees."""
    points = faces.frame_landmarks().astype(np.int64)
    region = face_region(points, (616, 616))
    image = np.repeat(textured(7, (616, 616))[..., None], 3, axis=2)
    plain, moved, blocks = (
        detail_features(pixels, region)
        for pixels in (image, cv2.blur(image, kernel), enlarged(image, 6.0, cv2.INTER_NEAREST))
    )
    assert plain is not None
    assert moved is not None
    assert blocks is not None
    along = 12 + (1 if kernel[0] == 1 else 0)
    assert moved[along] < plain[along] - 0.5
    medians = slice(18, 20)
    assert (blocks[medians] < plain[medians] - 1).all()
