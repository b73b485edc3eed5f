from pathlib import Path

import numpy as np
import pytest
from tests.support.prints import sample, touch

import biocapture
from biocapture.assessment.options import options_of
from biocapture.comparison.compare import compare, template, write_template
from biocapture.comparison.protocol import matcher_for
from biocapture.errors import DecodeError, ResolutionError, UsageError
from biocapture.fingerprint import matcher as fingerprints
from biocapture.types import Modality, Sample

ONE, TURNED, OTHER = touch(1).pixels, touch(1, rotation_deg=15.0).pixels, touch(2).pixels
WITHOUT = [each for each in Modality if not (Path(biocapture.__file__).parent / each / "matcher.py").exists()]


def test_same_finger_and_another() -> None:
    same, different = compare(ONE, TURNED), compare(ONE, OTHER)
    for fmr in fingerprints.THRESHOLDS:
        assert same.is_match(fmr)
        assert not different.is_match(fmr)
    assert same.modality is Modality.FINGERPRINT
    one, other = map(len, same.templates)
    assert same.summary.startswith(f"{len(same.comparison.paired)} minutiae agree, of {one} and {other}; turned ")


def test_only_the_documented_false_match_rates() -> None:
    with pytest.raises(UsageError, match=r"0\.05: false match rate must be one of 0\.01, 0\.001, 0\.0001"):
        compare(ONE, OTHER).is_match(0.05)


def test_resolution_is_settled_before() -> None:
    doubled = np.kron(ONE, np.ones((2, 2), np.uint8))
    matched = compare(doubled, doubled, ppi=1000.0)
    assert [each.image.pixels.shape for each in matched.samples] == [ONE.shape] * 2
    found = template(doubled, ppi=1000.0)
    assert abs(len(found) - len(template(ONE))) < 10
    assert (found.height_px, found.width_px) == ONE.shape


def test_different_modalities_are_not_compared() -> None:
    iris = Sample(sample(OTHER).image, Modality.IRIS)
    with pytest.raises(UsageError):
        compare(sample(ONE), iris)


@pytest.mark.parametrize("modality", WITHOUT)
def test_a_modality_without_comparison_says_so(modality: Modality) -> None:
    with pytest.raises(UsageError, match=f"{modality}: cannot be compared in this version"):
        matcher_for(modality)


def test_bad_input_raises_and_a_bad_capture_does_not(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(DecodeError, match=r"text\.png"):
        compare(ONE, tmp_path / "text.png")
    assert compare(ONE, np.full((50, 50), 255, np.uint8)).comparison.score < 1


@pytest.mark.parametrize("ppi", [180.0, 250.0, 349.0])
def test_prints_of_low_resolution_are_not_compared(ppi: float, tmp_path: Path) -> None:
    """Neither with another, nor with themselves: the error says what they have and what they need."""
    pixels = np.random.default_rng(3).integers(0, 256, (120, 110), np.uint8)
    with pytest.raises(ResolutionError, match=f"{ppi:.0f} ppi, expected at least 350"):
        compare(pixels, pixels, ppi=ppi)
    with pytest.raises(ResolutionError, match="expected at least 350"):
        template(pixels, ppi=ppi)
    with pytest.raises(ResolutionError):
        write_template(pixels, options_of("fingerprint", ppi=ppi), "own", tmp_path / "template")
    assert not list(tmp_path.iterdir())
    compare(pixels, pixels, ppi=350.0)
