import io
import math
import struct

import numpy as np
import pytest
import wsq  # noqa: F401  registers the format with Pillow
from PIL import Image as Pillow

from biocapture.errors import DecodeError, UsageError
from biocapture.images.decode import decode
from biocapture.images.resample import to_500_ppi
from biocapture.types import Image, Modality, PpiSource

FINGERPRINT, FACE, IRIS = Modality.FINGERPRINT, Modality.FACE, Modality.IRIS
ROW, COLUMN = np.mgrid[0:48, 0:60]
GREY = np.rint(127.5 + 100 * np.sin(2 * np.pi * (COLUMN + 0.3 * ROW) / 12)).astype(np.uint8)


def encoded(pixels: np.ndarray, format: str, **options) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, format, **options)
    return buffer.getvalue()


def jp2_stating(**boxes: int) -> bytes:
    """JPEG 2000 with resolution boxes ``resc`` / ``resd``, in pixels per metre."""
    data = encoded(GREY, "JPEG2000")
    body = b"".join(
        struct.pack(">I4sHHHHbb", 18, kind.encode(), value, 1, value, 1, 0, 0) for kind, value in boxes.items()
    )
    box = struct.pack(">I4s", 8 + len(body), b"res ") + body
    start = data.index(b"jp2h") - 4
    (length,) = struct.unpack_from(">I", data, start)
    header = struct.pack(">I", length + len(box)) + data[start + 4 : start + length] + box
    return data[:start] + header + data[start + length :]


def jpeg_stating(unit: int, density: int) -> bytes:
    data = bytearray(encoded(GREY, "JPEG"))
    struct.pack_into(">BHH", data, 13, unit, density, density)
    return bytes(data)


def exif_stating(unit: int, density: float, **options) -> bytes:
    exif = Pillow.Exif()
    exif[0x011A], exif[0x011B], exif[0x0128] = density, density, unit
    return encoded(GREY, "JPEG", exif=exif, **options)


def wsq_stating(comment: bytes) -> bytes:
    data = encoded(GREY, "WSQ")
    assert b"PPI 500" in data
    return data.replace(b"PPI 500", comment)


STATING_1000 = {
    "pHYs": encoded(GREY, "PNG", dpi=(1000, 1000)),
    "JFIF": encoded(GREY, "JPEG", dpi=(1000, 1000)),
    "JFIF per centimetre": jpeg_stating(2, 394),
    "EXIF": exif_stating(2, 1000.0),
    "EXIF per centimetre": exif_stating(3, 393.7),
    "BMP": encoded(GREY, "BMP", dpi=(1000, 1000)),
    "TIFF": encoded(GREY, "TIFF", dpi=(1000, 1000)),
    "TIFF per centimetre": encoded(GREY, "TIFF", x_resolution=393.7, y_resolution=393.7, resolution_unit=3),
    "JP2 capture box": jp2_stating(resc=39370),
    "JP2 display box": jp2_stating(resd=39370),
    "WSQ comment": wsq_stating(b"PPI 999"),
}


@pytest.mark.parametrize("source", STATING_1000)
def test_resolution_comes_from_the_file(source: str) -> None:
    image = decode(STATING_1000[source], modality=FINGERPRINT)
    assert image.ppi == pytest.approx(1000, rel=0.0011)
    assert image.ppi_source is PpiSource.METADATA
    assert image.notes == ()


def test_500_per_inch_kept_per_metre_is_500() -> None:
    assert decode(encoded(GREY, "PNG", dpi=(500, 500)), modality=FINGERPRINT).ppi == 500.0


STATING_NOTHING = {kind: encoded(GREY, kind) for kind in ("PNG", "JPEG", "TIFF", "PPM", "JPEG2000", "GIF")} | {
    "JFIF aspect ratio": jpeg_stating(0, 500),
    "EXIF aspect ratio": exif_stating(1, 500.0),
    "EXIF unknown": exif_stating(2, 72.0),
    "EXIF without resolution": encoded(GREY, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
    "TIFF aspect ratio": encoded(GREY, "TIFF", x_resolution=500, y_resolution=500, resolution_unit=1),
    "WSQ without resolution": wsq_stating(b"PPI  -1"),
}


@pytest.mark.parametrize("source", STATING_NOTHING)
def test_without_a_stated_resolution_prints_are_assumed_to_be_500_ppi(source: str) -> None:
    image = decode(STATING_NOTHING[source], modality=FINGERPRINT)
    assert (image.ppi, image.ppi_source, image.notes) == (500.0, PpiSource.ASSUMED, ())


@pytest.mark.parametrize("stated", [(72, 72), (96, 96), (149, 149), (4100, 4100), (500, 1000)])
def test_an_implausible_resolution_is_noted_and_not_used_for_prints(stated: tuple[int, int]) -> None:
    image = decode(encoded(GREY, "PNG", dpi=stated), modality=FINGERPRINT)
    assert (image.ppi, image.ppi_source, image.notes) == (500.0, PpiSource.ASSUMED, ("image.ppi_implausible",))


@pytest.mark.parametrize("stated", [1000, 500, 505, 72])
def test_a_given_resolution_settles_what_the_file_states(stated: int) -> None:
    image = decode(encoded(GREY, "PNG", dpi=(stated, stated)), modality=FINGERPRINT, ppi=500)
    assert (image.ppi, image.ppi_source, image.notes) == (500.0, PpiSource.GIVEN, ())


def test_two_resolutions_in_one_file_are_noted_and_the_capture_resolution_wins() -> None:
    image = decode(jp2_stating(resc=19685, resd=39370), modality=FINGERPRINT)
    assert (image.ppi, image.notes, image.other_ppi) == (500.0, ("image.ppi_conflict",), (pytest.approx(1000, abs=1),))
    settled = decode(jp2_stating(resc=19685, resd=39370), modality=FINGERPRINT, ppi=1000)
    assert (settled.ppi, settled.notes, settled.other_ppi) == (1000.0, (), ())


def test_jfif_and_exif_that_disagree_are_noted_and_jfif_wins() -> None:
    image = decode(exif_stating(2, 1000.0, dpi=(500, 500)), modality=FINGERPRINT)
    assert (image.ppi, image.notes) == (500.0, ("image.ppi_conflict",))


@pytest.mark.parametrize("ppi", [math.nan, math.inf, -math.inf, -500.0, 0.0, 49.9, 5000.1])
@pytest.mark.parametrize("modality", [FINGERPRINT, FACE])
def test_a_senseless_given_resolution_is_refused(ppi: float, modality: Modality) -> None:
    with pytest.raises(UsageError, match=rf"^{ppi}: resolution must lie in 50\.\.5000 ppi"):
        decode(GREY, modality=modality, ppi=ppi)


@pytest.mark.parametrize("ppi", [50.0, 5000.0])
def test_the_limits_of_a_given_resolution_belong_to_it(ppi: float) -> None:
    assert decode(GREY, modality=FINGERPRINT, ppi=ppi).ppi == ppi


@pytest.mark.parametrize("modality", [FACE, IRIS])
def test_faces_and_irises_have_no_assumed_resolution(modality: Modality) -> None:
    image = decode(encoded(GREY, "PNG"), modality=modality)
    assert math.isnan(image.ppi)
    assert (image.ppi_source, image.notes) == (PpiSource.NONE, ())


def test_a_72_dpi_face_photo_is_unremarkable() -> None:
    assert decode(encoded(np.dstack([GREY] * 3), "JPEG", dpi=(72, 72)), modality=FACE).notes == ()


def stripes(period_px: float, ppi: float) -> Image:
    grey = 127.5 + 100 * np.sin(2 * np.pi * np.arange(600) / period_px)
    return Image(
        np.tile(np.rint(grey).astype(np.uint8), (300, 1)), ppi, PpiSource.METADATA, ("note",), "digest", "path"
    )


def period_mm(image: Image) -> float:
    """From the rising crossings of the mean, interpolated."""
    wave = image.pixels[image.pixels.shape[0] // 2].astype(float) - 127.5
    rising = np.flatnonzero((wave[:-1] < 0) & (wave[1:] >= 0))
    at = rising + wave[rising] / (wave[rising] - wave[rising + 1])
    return float(np.diff(at).mean()) * 25.4 / image.ppi


@pytest.mark.parametrize("ppi", [300.0, 400.0, 512.0, 800.0, 1000.0, 2000.0])
def test_resampling_keeps_the_ridge_period_in_millimetres(ppi: float) -> None:
    original = stripes(0.45 / 25.4 * ppi, ppi)
    resampled = to_500_ppi(original)
    assert resampled.ppi == 500.0
    assert resampled.pixels.dtype == np.uint8
    assert period_mm(resampled) == pytest.approx(0.45, rel=0.005)
    assert resampled.pixels.std() == pytest.approx(original.pixels.std(), rel=0.15)


def test_1000_ppi_is_halved_and_keeps_what_is_known() -> None:
    resampled = to_500_ppi(stripes(18, 1000.0))
    assert resampled.pixels.shape == (150, 300)
    assert (resampled.ppi_source, resampled.notes) == (PpiSource.METADATA, ("note",))
    assert (resampled.sha256, resampled.path) == ("digest", "path")


def test_downwards_does_not_alias() -> None:
    assert to_500_ppi(stripes(2.2, 2000.0)).pixels[:, 2:-2].std() < 15


@pytest.mark.parametrize("ppi", [500.0, 501.0, math.nan])
def test_what_needs_no_resampling_is_returned_as_it_is(ppi: float) -> None:
    image = stripes(9, ppi)
    assert to_500_ppi(image) is image


def test_resampling_beyond_the_pixel_limit_is_refused() -> None:
    with pytest.raises(DecodeError, match="path: 30000×15000 px at 500 ppi exceed the limit of 64000000"):
        to_500_ppi(stripes(9, 10.0))
