import io
from collections.abc import Iterator

import numpy as np
import pytest
import wsq  # noqa: F401  registers the format with Pillow
from PIL import Image as Pillow

from biocapture.errors import DecodeError
from biocapture.images.codecs import wsq as wsq_format
from biocapture.images.decode import decode
from biocapture.types import Image, Modality

FORMATS = ["PNG", "JPEG", "BMP", "TIFF", "PPM", "JPEG2000", "WSQ", "GIF", "WEBP"]
HEADER = 64
"""Half of the damage goes here, where it does most."""


def valid(format: str) -> bytes:
    row, column = np.mgrid[0:64, 0:80]
    grey = np.rint(127.5 + 100 * np.sin(2 * np.pi * (column + 0.3 * row) / 12)).astype(np.uint8)
    buffer = io.BytesIO()
    Pillow.fromarray(grey).save(buffer, format)
    return buffer.getvalue()


def damaged(data: bytes, seed: int) -> Iterator[bytes]:
    random = np.random.default_rng(seed)
    for i in range(20):
        reach = min(HEADER, len(data)) if i % 2 else len(data)
        flipped = bytearray(data)
        for at in random.integers(0, reach, random.integers(1, 6)):
            flipped[at] ^= int(random.integers(1, 256))
        yield bytes(flipped)
        at = int(random.integers(0, reach))
        yield data[:at]
        yield data[:at] + random.bytes(int(random.integers(1, 9))) + data[at:]


def outcome(data: bytes, modality: Modality) -> str:
    """Why it was refused, or ``decoded``; any other exception is passed on."""
    try:
        image = decode(data, modality=modality, max_pixels=1_000_000)
    except DecodeError as error:
        return str(error)
    assert isinstance(image, Image)
    assert image.pixels.dtype == np.uint8
    assert 0 < image.pixels.shape[0] * image.pixels.shape[1] <= 1_000_000
    assert image.pixels.ndim == (3 if modality is Modality.FACE else 2)
    return "decoded"


@pytest.mark.parametrize("modality", [Modality.FINGERPRINT, Modality.FACE])
@pytest.mark.parametrize("format", FORMATS)
def test_damaged_files_decode_or_are_refused(format: str, modality: Modality) -> None:
    data = valid(format)
    variants = list(damaged(data, seed=len(format)))
    assert len(variants) == 60
    outcomes = {outcome(variant, modality) for variant in variants}
    refusals = outcomes - {"decoded"}
    assert len(refusals) > 1
    assert all(refusal.startswith("image bytes: ") for refusal in refusals)
    assert outcome(data, modality) == "decoded"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("length", [0, 4, 40, 400])
def test_noise_behind_a_signature_is_refused(format: str, length: int) -> None:
    noise = np.random.default_rng(length).bytes(length)
    with pytest.raises(DecodeError, match=r"image bytes: ."):
        decode(valid(format)[:12] + noise, modality=Modality.FINGERPRINT)


@pytest.mark.parametrize(
    "program", ["raise SystemExit", "import time; time.sleep(60)", "print('nonsense', flush=True)"]
)
def test_a_wsq_decoder_that_fails_costs_one_file(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = valid("WSQ")
    wsq_format._stop_child()
    with monkeypatch.context() as broken:
        broken.setattr(wsq_format, "CHILD_PROGRAM", program)
        broken.setattr(wsq_format, "TIMEOUT_S", 0.5)
        assert outcome(data, Modality.FINGERPRINT).startswith("image bytes: damaged WSQ")
    assert outcome(data, Modality.FINGERPRINT) == "decoded"


def test_a_wsq_decoder_killed_between_files_is_replaced() -> None:
    data = valid("WSQ")
    assert outcome(data, Modality.FINGERPRINT) == "decoded"
    with wsq_format._running_child() as child:
        child.kill()
        child.wait()
        assert outcome(data, Modality.FINGERPRINT) == "decoded"
        assert wsq_format._running_child() is not child
        assert (child.stdin.closed, child.stdout.closed) == (True, True)


def test_a_wsq_decoder_interrupted_in_mid_answer_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(child: object, data: bytes, header: object) -> None:
        raise KeyboardInterrupt

    data = valid("WSQ")
    child = wsq_format._running_child()
    with monkeypatch.context() as broken:
        broken.setattr(wsq_format, "_decode_in_child", interrupted)
        with pytest.raises(KeyboardInterrupt):
            decode(data, modality=Modality.FINGERPRINT)
    assert child.poll() is not None
    assert (child.stdin.closed, child.stdout.closed) == (True, True)
    assert outcome(data, Modality.FINGERPRINT) == "decoded"
