import dataclasses
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.eyes import eye_image, sample

from biocapture.errors import TemplateError
from biocapture.iris.comparison.template import (
    CODE_SIZE,
    HEADER,
    MAGIC,
    MAGIC_WITHOUT_GRAIN,
    SIZE,
    Template,
    template_of,
)
from biocapture.iris.describe import MAX_PX
from biocapture.types import Position

EYE = template_of(sample(eye_image(1).pixels, Position.LEFT_EYE))
STORED = EYE.to_bytes()


def test_stored_and_read_is_the_same() -> None:
    again = Template.from_bytes(STORED)
    assert len(STORED) == SIZE == 1051
    for field in dataclasses.fields(EYE):
        one, other = getattr(EYE, field.name), getattr(again, field.name)
        assert np.array_equal(one, other), field.name
        assert np.asarray(one).dtype == np.asarray(other).dtype, field.name
    assert len(again) == len(EYE) > 2000


def test_templates_of_the_first_version_are_read() -> None:
    body = STORED[HEADER.size : HEADER.size + CODE_SIZE]
    old = HEADER.pack(MAGIC_WITHOUT_GRAIN, *HEADER.unpack_from(STORED)[1:5], zlib.crc32(body)) + body
    assert Template.from_bytes(old).to_bytes() == STORED


def test_upside_down_is_known_and_stored() -> None:
    assert not EYE.half_turned
    turned = template_of(sample(np.ascontiguousarray(eye_image(1).pixels[::-1, ::-1]), Position.LEFT_EYE))
    again = Template.from_bytes(turned.to_bytes())
    assert (again.half_turned, again.position) == (True, Position.LEFT_EYE)
    assert len(turned.to_bytes()) == SIZE


def test_same_eye_same_bytes() -> None:
    assert template_of(sample(eye_image(1).pixels, Position.LEFT_EYE)).to_bytes() == STORED
    assert template_of(sample(eye_image(2).pixels, Position.LEFT_EYE)).to_bytes() != STORED


@pytest.mark.parametrize("position", list(Position))
def test_eyes_have_sides_and_nothing_else(position: Position) -> None:
    """A file name may be taken for that of a finger."""
    template = template_of(sample(eye_image(1).pixels, position))
    kept = position if position in (Position.LEFT_EYE, Position.RIGHT_EYE) else Position.UNKNOWN
    assert Template.from_bytes(template.to_bytes()).position is template.position is kept


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((480, 640), 128, np.uint8),
        np.zeros((480, 640), np.uint8),
        np.full((20, 20), 255, np.uint8),
        np.full((100, MAX_PX + 1), 128, np.uint8),
    ],
)
def test_captures_without_an_eye_have_no_bits(pixels: np.ndarray) -> None:
    template = template_of(sample(pixels))
    assert len(template) == 0
    assert template.confidence == 0
    assert Template.from_bytes(template.to_bytes()).to_bytes() == template.to_bytes()


def test_colour_is_no_iris() -> None:
    shown = sample(eye_image(1).pixels)
    coloured = dataclasses.replace(shown, image=dataclasses.replace(shown.image, notes=("image.colour",)))
    assert len(template_of(coloured)) == 0


BODY = STORED[HEADER.size :]


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "begins with nothing"),
        (b"BCF1" + STORED[4:], "begins with 42 43 46 31"),
        (b"BCI3" + STORED[4:], "not an iris template"),
        (b"BCI1" + STORED[4:], "1051 bytes, 1038 expected"),
        (MAGIC, "not an iris template"),
        (STORED[: HEADER.size], "damaged template: 14 bytes, 1051 expected"),
        (STORED[:-1], "1050 bytes, 1051 expected"),
        (STORED + b"\0", "1052 bytes, 1051 expected"),
        (STORED[:6] + b"\xff\xff" + STORED[8:], "65535 bands of 128"),
        (STORED[:4] + b"\x07" + STORED[5:], "eye 7"),
        (STORED[:5] + b"\x65" + STORED[6:], "confidence 101 %"),
        (STORED[:-1] + bytes([STORED[-1] ^ 1]), "wrong checksum"),
    ],
)
def test_damaged_templates_say_so(data: bytes, match: str) -> None:
    with pytest.raises(TemplateError, match=match):
        Template.from_bytes(data)


def test_bits_outside_the_mask_are_refused() -> None:
    template = dataclasses.replace(EYE, code=EYE.code | ~EYE.mask)
    with pytest.raises(TemplateError, match="bits of the code outside the mask"):
        Template.from_bytes(template.to_bytes())


@given(st.binary(max_size=1200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_template_or_our_error(data: bytes) -> None:
    for candidate in (data, MAGIC + data, STORED[: HEADER.size] + data, STORED[: HEADER.size] + data[: len(BODY)]):
        with pytest.raises(TemplateError):
            Template.from_bytes(candidate)


@given(st.integers(0, SIZE - 1), st.integers(1, 255))
@settings(max_examples=300, deadline=None)
def test_every_altered_byte_is_noticed_or_harmless(at: int, change: int) -> None:
    """What the checksum does not cover is the eye and the confidence: they may become others."""
    data = STORED[:at] + bytes([STORED[at] ^ change]) + STORED[at + 1 :]
    try:
        template = Template.from_bytes(data)
    except TemplateError:
        return
    assert at in (4, 5)
    assert template.to_bytes() == data
