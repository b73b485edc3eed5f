"""Pictures as phones give them: JPEG with a second picture, mirrored, huge, cut out; AVIF and HEIC."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from biocapture.errors import DecodeError
from biocapture.images.decode import decode
from biocapture.images.walk import walk
from biocapture.types import Modality

FACE, PRINT = Modality.FACE, Modality.FINGERPRINT
HEIC_HEAD = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)


def gradient(height: int = 60, width: int = 80) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 4 % 256, columns * 3 % 256, rows + columns], axis=2).astype(np.uint8)


def encoded(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    sink = io.BytesIO()
    Pillow.fromarray(pixels).save(sink, kind, **options)
    return sink.getvalue()


def test_of_a_jpeg_with_a_second_picture_the_first_is_read_without_a_note() -> None:
    preview = Pillow.fromarray(255 - gradient(30, 40))
    data = encoded(gradient(), "MPO", save_all=True, append_images=[preview], quality=95)
    image = decode(data, modality=FACE)
    assert image.notes == ()
    assert np.abs(image.pixels.astype(int) - gradient()).mean() < 4


@pytest.mark.parametrize("orientation", [2, 4, 5, 7])
def test_a_mirrored_selfie_gets_no_advice_about_scanners(orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    data = encoded(gradient(), "JPEG", exif=exif)
    assert decode(data, modality=FACE).notes == ()
    assert decode(data, modality=PRINT).notes == ("image.mirrored",)


def test_a_picture_that_is_partly_transparent_is_noted() -> None:
    opacity = np.full((60, 80, 1), 255, np.uint8)
    whole, cut_out = (np.concatenate([gradient(), layer], axis=2) for layer in (opacity, opacity.copy()))
    cut_out[:20, :, 3] = 0
    assert decode(encoded(whole, "PNG"), modality=FACE).notes == ()
    assert decode(encoded(cut_out, "PNG"), modality=FACE).notes == ("image.transparent",)


def test_a_huge_jpeg_of_a_face_is_reduced_while_it_is_decoded() -> None:
    data = encoded(gradient(600, 800), "JPEG", quality=90)
    image = decode(data, modality=FACE, max_pixels=200_000)
    assert image.pixels.shape == (300, 400, 3)
    assert image.notes == ("image.reduced",)
    assert decode(data, modality=FACE, max_pixels=480_000).pixels.shape == (600, 800, 3)


@pytest.mark.parametrize(
    ("modality", "max_pixels", "options"),
    [(PRINT, 200_000, {}), (FACE, 100_000, {}), (FACE, 200_000, {"progressive": True})],
    ids=["print", "more than four times the limit", "progressive"],
)
def test_other_huge_jpegs_are_refused(modality: Modality, max_pixels: int, options: dict[str, bool]) -> None:
    data = encoded(gradient(600, 800), "JPEG", **options)
    with pytest.raises(DecodeError, match="800×600 px; the limit is"):
        decode(data, modality=modality, max_pixels=max_pixels)


def test_avif_is_read_upright_and_within_the_limit() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    image = decode(encoded(gradient(), "AVIF", quality=95, exif=exif), modality=FACE)
    assert image.pixels.shape == (80, 60, 3)
    assert np.abs(image.pixels.astype(int) - np.rot90(gradient(), -1)).mean() < 6
    with pytest.raises(DecodeError, match="80×60 px; the limit is 1000 pixels"):
        decode(encoded(gradient(), "AVIF"), modality=FACE, max_pixels=1000)


def test_heic_without_its_reader_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(DecodeError, match=r"biocapture\[heic\].*save the picture as JPEG"):
        decode(HEIC_HEAD, modality=FACE)


def test_heic_is_read_with_its_reader() -> None:
    heif = pytest.importorskip("pillow_heif")
    sink = io.BytesIO()
    heif.from_pillow(Pillow.fromarray(gradient(64, 80))).save(sink, quality=95)
    image = decode(sink.getvalue(), modality=FACE)
    assert image.pixels.shape == (64, 80, 3)
    assert np.abs(image.pixels.astype(int) - gradient(64, 80)).mean() < 6
    with pytest.raises(DecodeError, match="80×64 px; the limit is 1000 pixels"):
        decode(sink.getvalue(), modality=FACE, max_pixels=1000)


def test_they_are_found_in_a_folder_by_ending_and_by_content(tmp_path: Path) -> None:
    for name, data in (("a.heic", b""), ("b.avif", b""), ("c", HEIC_HEAD), ("d.bin", encoded(gradient(), "AVIF"))):
        (tmp_path / name).write_bytes(data)
    assert [path.name for path in walk([tmp_path])] == ["a.heic", "b.avif", "c", "d.bin"]
