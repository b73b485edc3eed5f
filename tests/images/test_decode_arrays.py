import numpy as np
import pytest

from biocapture.errors import DecodeError
from biocapture.images.decode import decode
from biocapture.types import Modality

FINGERPRINT, FACE = Modality.FINGERPRINT, Modality.FACE
ROW, COLUMN = np.mgrid[0:30, 0:40]
GREY = (6 * COLUMN).astype(np.uint8)
COLOUR = np.stack([6 * COLUMN, 8 * ROW, 200 - 3 * COLUMN], axis=2).astype(np.uint8)
OPAQUE = np.full_like(GREY, 255)

GREY_ARRAYS = {
    "(H, W)": GREY,
    "(H, W, 1)": GREY[:, :, None],
    "(H, W, 3)": np.dstack([GREY] * 3),
    "(H, W, 4)": np.dstack([GREY, GREY, GREY, OPAQUE]),
    "uint16": GREY.astype(np.uint16) * 257,
    "uint16 (H, W, 3)": np.dstack([GREY.astype(np.uint16) * 257] * 3),
    "columns first in memory": np.asfortranarray(GREY),
    "every other column": np.repeat(GREY, 2, axis=1)[:, ::2],
}


@pytest.mark.parametrize("kind", GREY_ARRAYS)
def test_grey_arrays_become_the_same_print(kind: str) -> None:
    image = decode(GREY_ARRAYS[kind], modality=FINGERPRINT)
    assert image.pixels.dtype == np.uint8
    assert image.pixels.flags.c_contiguous
    np.testing.assert_array_equal(image.pixels, GREY)


@pytest.mark.parametrize("kind", GREY_ARRAYS)
def test_grey_arrays_become_faces_of_three_equal_channels(kind: str) -> None:
    np.testing.assert_array_equal(decode(GREY_ARRAYS[kind], modality=FACE).pixels, np.dstack([GREY] * 3))


def test_true_is_white() -> None:
    pixels = decode(GREY > 100, modality=FINGERPRINT).pixels
    np.testing.assert_array_equal(pixels, np.where(GREY > 100, 255, 0))


def test_uint16_is_rounded_to_the_nearest_grey() -> None:
    wide = np.arange(0, 65536, 7, dtype=np.uint16).reshape(-1, 1)
    assert np.abs(decode(wide, modality=FINGERPRINT).pixels - wide / 257).max() <= 0.5


def test_colour_arrays_are_rgb() -> None:
    np.testing.assert_array_equal(decode(COLOUR, modality=FACE).pixels, COLOUR)


def test_red_green_and_blue_have_their_own_weight_in_grey() -> None:
    primaries = np.eye(3, dtype=np.uint8)[None] * 255
    assert decode(primaries, modality=FINGERPRINT).pixels.tolist() == [[76, 150, 29]]


def test_transparency_is_laid_over_white() -> None:
    alpha = np.where(COLUMN < 20, 0, 128).astype(np.uint8)
    pixels = decode(np.dstack([COLOUR, alpha]), modality=FACE).pixels
    assert (pixels[:, :20] == 255).all()
    assert np.abs(pixels[:, 20:] - (COLOUR[:, 20:] * 128.0 + 255 * 127) / 255).max() <= 0.5


@pytest.mark.parametrize("shape", [(5,), (5, 5, 2), (5, 5, 5), (0, 5), (5, 0, 3), (1, 5, 5, 3), ()])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(DecodeError, match=r"array: shape \(.*\); expected \(H, W\)"):
        decode(np.zeros(shape, np.uint8), modality=FINGERPRINT)


@pytest.mark.parametrize(
    "dtype", [np.int8, np.int16, np.int32, np.uint32, np.float32, np.float64, complex, object, "U1"]
)
def test_other_dtypes_are_refused(dtype: type) -> None:
    with pytest.raises(DecodeError, match=r"array: dtype .*; expected uint8, uint16 or bool"):
        decode(np.zeros((5, 5), dtype), modality=FINGERPRINT)


def test_the_digest_tells_arrays_apart() -> None:
    digests = [decode(array, modality=FINGERPRINT).sha256 for array in (GREY, GREY.copy(), 255 - GREY)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("kind", GREY_ARRAYS)
@pytest.mark.parametrize("modality", [FINGERPRINT, FACE])
def test_a_camera_may_reuse_its_buffer(kind: str, modality: Modality) -> None:
    buffer = GREY_ARRAYS[kind].copy(order="K")
    pixels = decode(buffer, modality=modality).pixels
    before = pixels.copy()
    buffer[:] = 0
    np.testing.assert_array_equal(pixels, before)
