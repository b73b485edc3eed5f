import hashlib
import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import wsq  # noqa: F401  registers the format with Pillow
from PIL import Image as Pillow

from biocapture.errors import DecodeError
from biocapture.images.codecs import raster
from biocapture.images.decode import decode
from biocapture.types import Modality

FINGERPRINT, FACE, IRIS = Modality.FINGERPRINT, Modality.FACE, Modality.IRIS
ROW, COLUMN = np.mgrid[0:96, 0:120]
GREY = np.rint(127.5 + 100 * np.sin(2 * np.pi * (COLUMN + 0.3 * ROW) / 12)).astype(np.uint8)
WIDE = np.linspace(0, 65535, GREY.size).reshape(GREY.shape).astype(np.uint16)
COLOUR = np.stack([2 * COLUMN, 2 * ROW, 255 - COLUMN - ROW], axis=2).astype(np.uint8)
LOSSLESS = ["PNG", "BMP", "TIFF", "PPM", "JPEG2000", "GIF"]
LOSSY = ["JPEG", "WSQ", "WEBP"]


def encoded(pixels: np.ndarray | Pillow.Image, format: str, **options) -> bytes:
    image = pixels if isinstance(pixels, Pillow.Image) else Pillow.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A header without pixels: reading further than the header fails as damaged."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", b"none"), (b"IEND", b""))
    parts = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def mean_difference(one: np.ndarray, other: np.ndarray) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize("format", LOSSLESS)
@pytest.mark.parametrize("modality", [FINGERPRINT, IRIS])
def test_lossless_greys_come_back_exactly(format: str, modality: Modality) -> None:
    image = decode(encoded(GREY, format), modality=modality)
    assert image.pixels.dtype == np.uint8
    np.testing.assert_array_equal(image.pixels, GREY)


@pytest.mark.parametrize("format", LOSSY)
def test_lossy_greys_come_back_nearly(format: str) -> None:
    assert mean_difference(decode(encoded(GREY, format), modality=FINGERPRINT).pixels, GREY) < 3


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF", "PPM", "JPEG2000"])
def test_colours_come_back_exactly_as_rgb(format: str) -> None:
    np.testing.assert_array_equal(decode(encoded(COLOUR, format), modality=FACE).pixels, COLOUR)


@pytest.mark.parametrize("format", [*LOSSLESS, "JPEG", "WSQ"])
def test_a_grey_file_asked_for_as_a_face_has_three_equal_channels(format: str) -> None:
    pixels = decode(encoded(GREY, format), modality=FACE).pixels
    assert pixels.shape == (*GREY.shape, 3)
    assert (pixels == pixels[:, :, :1]).all()
    assert mean_difference(pixels[:, :, 0], GREY) < 3


@pytest.mark.parametrize("format", ["PNG", "TIFF", "PPM", "JPEG2000"])
def test_16_bit_greys_use_the_whole_8_bit_range(format: str) -> None:
    pixels = decode(encoded(WIDE, format), modality=FINGERPRINT).pixels
    assert np.abs(pixels - WIDE / 257).max() <= 0.5
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_big_endian_16_bit_tiff() -> None:
    data = encoded(WIDE.astype(">u2"), "TIFF")
    assert data.startswith(b"MM")
    assert np.abs(decode(data, modality=FINGERPRINT).pixels - WIDE / 257).max() <= 0.5


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0])
def test_floating_point_pixels_are_refused_since_their_white_is_unknown(white: float) -> None:
    data = encoded((COLUMN / COLUMN.max() * white).astype(np.float32), "TIFF")
    with pytest.raises(DecodeError, match=rf"floating-point pixels \(mode F, 0..{white:g}\); expected 8 or 16 bit"):
        decode(data, modality=FINGERPRINT)


def test_bilevel_is_black_and_white() -> None:
    pixels = decode(encoded(GREY > 127, "PNG"), modality=FINGERPRINT).pixels
    np.testing.assert_array_equal(pixels, np.where(GREY > 127, 255, 0))


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_is_not_inverted(format: str) -> None:
    data = encoded(Pillow.fromarray(COLOUR).convert("CMYK"), format)
    assert mean_difference(decode(data, modality=FACE).pixels, COLOUR) < 6


def test_palettes_are_resolved() -> None:
    picture = Pillow.fromarray(GREY).convert("P")
    picture.putpalette([value for i in range(256) for value in (255 - i, i, 7)])
    expected = np.stack([255 - GREY, GREY, np.full_like(GREY, 7)], axis=2)
    np.testing.assert_array_equal(decode(encoded(picture, "PNG"), modality=FACE).pixels, expected)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_transparency_is_laid_over_white(format: str) -> None:
    alpha = np.where(COLUMN < 40, 255, np.where(COLUMN < 80, 128, 0)).astype(np.uint8)
    pixels = decode(encoded(np.dstack([COLOUR, alpha]), format), modality=FACE).pixels
    np.testing.assert_array_equal(pixels[:, :40], COLOUR[:, :40])
    assert np.abs(pixels[:, 40:80] - (COLOUR[:, 40:80] * 128.0 + 255 * 127) / 255).max() <= 1
    assert (pixels[:, 80:] == 255).all()


def test_a_transparent_palette_entry_is_white() -> None:
    picture = Pillow.fromarray(np.where(GREY > 127, 1, 0).astype(np.uint8)).convert("P")
    picture.putpalette([0, 0, 0, 90, 90, 90])
    pixels = decode(encoded(picture, "PNG", transparency=0), modality=FINGERPRINT).pixels
    np.testing.assert_array_equal(pixels, np.where(GREY > 127, 90, 255))


ORIENTED = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].transpose(1, 0, 2),
    8: lambda stored: np.rot90(stored, 1),
}


@pytest.mark.parametrize("format", ["PNG", "TIFF", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", ORIENTED)
def test_faces_are_turned_upright_by_exif(format: str, orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    image = decode(encoded(COLOUR, format, exif=exif), modality=FACE)
    assert mean_difference(image.pixels, ORIENTED[orientation](COLOUR)) < (4 if format in LOSSY else 1e-9)
    assert image.notes == ()


DAMAGED_EXIF = {
    "cut short": b"Exif\0\0MM\0*\0\0",
    "not a TIFF": b"Exif\0\0nonsense",
    "directory outside": b"Exif\0\0MM\0*\0\0\xff\xff\0\0",
    "endless": b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 40,
    "orientation 99": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0\0\0\0\0",
    "orientation in words": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x04top\0\0\0\0\0",
}


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("damage", DAMAGED_EXIF)
def test_damaged_exif_leaves_good_pixels_as_they_are(format: str, damage: str) -> None:
    image = decode(encoded(COLOUR, format, exif=DAMAGED_EXIF[damage]), modality=FACE)
    assert mean_difference(image.pixels, COLOUR) < (4 if format in LOSSY else 1e-9)
    assert image.notes == ()


def test_path_text_and_bytes_give_the_same_image(tmp_path: Path) -> None:
    path = tmp_path / "print.png"
    path.write_bytes(encoded(GREY, "PNG"))
    images = [decode(source, modality=FINGERPRINT) for source in (path, str(path), path.read_bytes())]
    assert [image.path for image in images] == [str(path), str(path), ""]
    assert {image.sha256 for image in images} == {hashlib.sha256(path.read_bytes()).hexdigest()}
    assert len({image.pixels.tobytes() for image in images}) == 1


@pytest.mark.parametrize("damage", ["half", "tail"])
@pytest.mark.parametrize("format", [*LOSSLESS, *LOSSY])
def test_truncated_files_are_refused(tmp_path: Path, format: str, damage: str) -> None:
    data = encoded(GREY, format)
    path = tmp_path / "cut"
    path.write_bytes(data[: len(data) // 2 if damage == "half" else -60])
    with pytest.raises(DecodeError, match="damaged") as caught:
        decode(path, modality=FINGERPRINT)
    assert caught.value.subject == str(path)


def test_what_is_not_an_image_is_refused_with_its_first_bytes() -> None:
    with pytest.raises(DecodeError, match=r"not an image we read \(begins with 68 65 6c 6c 6f"):
        decode(b"hello world", modality=FINGERPRINT)


def test_empty_input_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    path.touch()
    with pytest.raises(DecodeError, match=r"empty\.png: the file is empty"):
        decode(path, modality=FACE)
    with pytest.raises(DecodeError, match="begins with nothing"):
        decode(b"", modality=FACE)


def test_paths_that_are_no_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, why in ((tmp_path, "is a directory"), (tmp_path / "pipe", "is not a regular file")):
        with pytest.raises(DecodeError, match=why):
            decode(path, modality=FACE)


@pytest.mark.parametrize(
    ("name", "why"), [("missing.png", "No such file"), ("a\0b", "null byte|null character"), ("x" * 300, "too long")]
)
def test_paths_that_lead_nowhere_are_refused(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(DecodeError, match=f"cannot be read: .*({why})"):
        decode(tmp_path / name, modality=FACE)


def test_unreadable_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    path = tmp_path / "print.png"
    path.write_bytes(encoded(GREY, "PNG"))
    monkeypatch.setattr(Path, "read_bytes", forbidden)
    with pytest.raises(DecodeError, match="cannot be read: Permission denied"):
        decode(path, modality=FINGERPRINT)


@pytest.mark.parametrize("format", LOSSLESS)
def test_a_single_pixel_is_an_image(format: str) -> None:
    np.testing.assert_array_equal(decode(encoded(GREY[:1, :1], format), modality=FINGERPRINT).pixels, GREY[:1, :1])


@pytest.mark.parametrize(("width", "height"), [(9000, 9000), (30000, 30000)])
def test_a_header_claiming_too_many_pixels_is_refused_before_decoding(width: int, height: int) -> None:
    with pytest.raises(DecodeError, match=f"{width}×{height} px; the limit is 64000000 pixels"):
        decode(png_claiming(width, height), modality=FINGERPRINT)


@pytest.mark.parametrize(
    "chunk",
    [
        b"VP8X" + struct.pack("<IB3x", 10, 0) + (16382).to_bytes(3, "little") * 2,
        b"VP8L" + struct.pack("<IBI", 5, 0x2F, 16382 | 16382 << 14),
        b"VP8 " + struct.pack("<I3s3sHH", 10, b"", b"\x9d\x01\x2a", 16383, 16383),
    ],
)
def test_a_webp_claiming_too_many_pixels_is_refused_before_decoding(chunk: bytes) -> None:
    with pytest.raises(DecodeError, match="16383×16383 px; the limit is 64000000 pixels"):
        decode(b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk, modality=FACE)


@pytest.mark.parametrize("format", [*LOSSLESS, *LOSSY])
def test_a_raised_max_pixels_counts_more_than_pillows_limit(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(GREY, format)
    monkeypatch.setattr(raster, "PILLOW_MAX_PIXELS", GREY.size // 2)
    monkeypatch.setattr(Pillow, "MAX_IMAGE_PIXELS", GREY.size // 4)
    assert decode(data, modality=FINGERPRINT, max_pixels=GREY.size).pixels.shape == GREY.shape
    with pytest.raises(DecodeError, match="damaged"):
        decode(data[:-60], modality=FINGERPRINT, max_pixels=GREY.size)
    assert GREY.size // 4 == Pillow.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("format", [*LOSSLESS, *LOSSY, "array"])
def test_max_pixels_is_the_largest_size_accepted(format: str) -> None:
    source = GREY if format == "array" else encoded(GREY, format)
    assert decode(source, modality=FINGERPRINT, max_pixels=GREY.size).pixels.shape == GREY.shape
    with pytest.raises(DecodeError, match="120×96 px; the limit is 11519 pixels"):
        decode(source, modality=FINGERPRINT, max_pixels=GREY.size - 1)


@pytest.mark.parametrize("kind", [Path, bytes])
def test_max_bytes_is_the_largest_file_accepted(tmp_path: Path, kind: type) -> None:
    data = encoded(GREY, "PNG")
    path = tmp_path / "print.png"
    path.write_bytes(data)
    source = path if kind is Path else data
    assert decode(source, modality=FINGERPRINT, max_bytes=len(data)).pixels.shape == GREY.shape
    with pytest.raises(DecodeError, match=f"{len(data)} bytes exceed the limit of {len(data) - 1}"):
        decode(source, modality=FINGERPRINT, max_bytes=len(data) - 1)


@pytest.mark.parametrize(
    ("name", "noted"),
    [("a.jpg", True), ("a.wsq", True), ("a.png", False), ("a.PNG", False), ("a.dat", False), ("a", False)],
)
def test_a_misleading_extension_is_noted(tmp_path: Path, name: str, noted: bool) -> None:
    path = tmp_path / name
    path.write_bytes(encoded(GREY, "PNG"))
    assert decode(path, modality=FINGERPRINT).notes == (("image.wrong_extension",) if noted else ())


@pytest.mark.parametrize("format", ["PNG", "GIF", "TIFF", "WEBP"])
def test_the_first_of_several_frames_is_taken_and_noted(format: str) -> None:
    more = {"save_all": True, "append_images": [Pillow.fromarray(255 - GREY)]}
    image = decode(encoded(GREY, format, **more, **({"lossless": True} if format == "WEBP" else {})), modality=IRIS)
    assert "image.multiple_frames" in image.notes
    np.testing.assert_array_equal(image.pixels, GREY)
