"""A second ridge system under a print, on synthetic prints."""

import numpy as np
import pytest
from tests.support.prints import grown, sample
from tests.support.records_of_people import ROOT

from biocapture.assessment.options import options_of
from biocapture.assessment.samples import sample_of
from biocapture.enrolment.readiness.checks.latent_residue import MAX_RESIDUE_SHARE
from biocapture.fingerprint.features.latent_residue import latent_residue
from biocapture.synthetic.fingerprint.impression import Effects, impression


def share(seed: int, **effects: float) -> float:
    made = impression(grown(seed), seed, Effects(**effects), (480, 360), ghost_of=grown(seed % 4 + 1))
    return latent_residue(sample(made.pixels)).share


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_latent_print_is_seen_and_nothing_where_there_is_none(seed: int) -> None:
    clean = [share(seed), share(seed, wet=0.3, noise=6.0), share(seed, dry=0.3), share(seed, creases=4)]
    assert max(clean) < MAX_RESIDUE_SHARE / 2
    assert share(seed, ghost=0.5) > MAX_RESIDUE_SHARE
    assert share(seed, ghost=0.8) > MAX_RESIDUE_SHARE


def test_area_and_share_agree() -> None:
    residue = latent_residue(sample_of(ROOT / "images" / "budi_right_thumb_1_ghost05.jpg", options_of("fingerprint")))
    assert residue.share > MAX_RESIDUE_SHARE
    assert residue.area_mm2 == pytest.approx(residue.cells.sum() * (8 * 25.4 / 500) ** 2)


@pytest.mark.parametrize(
    "pixels", [np.full((300, 300), 255, np.uint8), np.full((300, 300), 9, np.uint8), np.zeros((20, 9), np.uint8)]
)
def test_nothing_to_look_at(pixels: np.ndarray) -> None:
    assert np.isnan(latent_residue(sample(pixels)).share)


def test_traced() -> None:
    stages: list[str] = []
    latent_residue(sample(impression(grown(1), 1).pixels), lambda name, array: stages.append(name))
    assert stages == ["residual", "residue"]
