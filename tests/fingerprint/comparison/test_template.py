import functools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.prints import apart, grown

from biocapture.errors import TemplateError
from biocapture.fingerprint.comparison.template import Template, template_of
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import Image, Modality, Position, Sample


def template_from(seed: int, effects: Effects | None = None, impression_seed: int = 0) -> Template:
    pixels = impression(grown(seed), impression_seed, effects).pixels
    return template_of(Sample(Image(pixels, 500.0), Modality.FINGERPRINT, Position.LEFT_RING))


def test_stored_form_is_small_and_gives_the_same_template_back() -> None:
    template = template_from(41)
    stored = template.to_bytes()
    cells = np.count_nonzero(template.orientation)
    assert len(stored) == 16 + 6 * len(template) + template.orientation.size + 8 * cells < 8000
    assert template.ridges.shape == (cells, 8)
    again = Template.from_bytes(stored)
    assert again.to_bytes() == stored
    assert again.position is Position.LEFT_RING
    assert (again.height_px, again.width_px) == (560, 416)
    for name in ("row", "column", "angle", "ending", "quality", "orientation", "ridges"):
        assert np.array_equal(getattr(again, name), getattr(template, name)), name
        assert getattr(again, name).dtype == getattr(template, name).dtype, name


def test_same_print_same_bytes() -> None:
    assert template_from(41).to_bytes() == template_from(41).to_bytes()
    assert template_from(41).to_bytes() != template_from(42).to_bytes()


def test_minutiae_are_those_of_the_finger_wherever_the_frame_is() -> None:
    """White margins move the coordinates, nothing else; the truth is met within 8 px."""
    shown = impression(grown(42), 3)
    alone = apart(shown.minutiae, 1.5 * grown(42).period_px)
    for margin in (0, 21, 64):
        pixels = np.pad(shown.pixels, margin, constant_values=255)
        template = template_of(Sample(Image(pixels, 500.0), Modality.FINGERPRINT))
        gap = np.hypot(
            template.row[:, None] - margin - shown.minutiae.row,
            template.column[:, None] - margin - shown.minutiae.column,
        )
        assert (gap.min(axis=0) < 8)[alone].mean() > 0.85
        assert (gap.min(axis=1) < 8).mean() > 0.8


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_blank_captures_have_no_minutiae(grey: int) -> None:
    template = template_of(Sample(Image(np.full((200, 200), grey, np.uint8), 500.0), Modality.FINGERPRINT))
    assert len(template) == 0
    assert Template.from_bytes(template.to_bytes()).to_bytes() == template.to_bytes()


@functools.cache
def stored() -> bytes:
    return template_from(41).to_bytes()


@pytest.mark.parametrize(
    ("damaged", "match"),
    [
        (lambda stored: b"", "begins with nothing"),
        (lambda stored: b"FMR\0 20\0" + bytes(40), "begins with 46 4d 52 00"),
        (lambda stored: b"BCF2" + stored[4:], "not a fingerprint template"),
        (lambda stored: stored[:-1], "damaged template"),
        (lambda stored: stored + b"\0", "damaged template"),
        (lambda stored: stored[:4] + b"\x63" + stored[5:], "finger code 99"),
    ],
)
def test_damaged_templates_say_so(damaged: Callable[[bytes], bytes], match: str) -> None:
    with pytest.raises(TemplateError, match=match):
        Template.from_bytes(damaged(stored()))


@given(st.integers(0, 15), st.integers(0, 255))
@settings(max_examples=200, deadline=None)
def test_altered_headers_never_crash(at: int, value: int) -> None:
    data = stored()[:at] + bytes([value]) + stored()[at + 1 :]
    try:
        Template.from_bytes(data)
    except TemplateError:
        return
    assert data[:4] == stored()[:4]


def test_most_minutiae_are_found_and_most_found_are_true() -> None:
    """Clean impressions: within 8 px and 15°, each once, those at the rim of the print included; of true ones that
    stand in a crowd, fewer are found.
    """
    extracted = right = true = alone = found_alone = 0
    for seed in (41, 42):
        shown = impression(grown(seed), seed).minutiae
        template = template_from(seed, impression_seed=seed)
        gap = np.hypot(template.row[:, None] - shown.row, template.column[:, None] - shown.column)
        turn = template.angle[:, None] * (2 * np.pi / 256) - shown.angle
        gap[np.abs(np.mod(turn + np.pi, 2 * np.pi) - np.pi) > np.deg2rad(15)] = np.inf
        mutual = (gap.argmin(axis=0)[gap.argmin(axis=1)] == np.arange(len(template))) & (gap.min(axis=1) <= 8)
        extracted, right, true = extracted + len(template), right + int(mutual.sum()), true + len(shown.row)
        is_alone = apart(shown, 1.5 * grown(seed).period_px)
        alone, found_alone = alone + int(is_alone.sum()), found_alone + int(is_alone[gap.argmin(axis=1)[mutual]].sum())
    assert right / true >= 0.72
    assert found_alone / alone >= 0.84
    assert right / extracted >= 0.85
