"""The door to the modality packages: what each offers, and that nothing goes around it."""

import pytest

from biocapture.assessment.modalities import AVAILABLE, live_capture
from biocapture.guidance import text
from biocapture.types import Modality


@pytest.mark.parametrize("modality", AVAILABLE)
def test_every_modality_can_be_captured_live(modality: Modality) -> None:
    offered = live_capture(modality)
    assert offered is not None
    assert text(offered.PROMPTS.place)
    assert text(offered.PROMPTS.another)
