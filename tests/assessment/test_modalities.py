"""The door to the modality packages: what each offers, and that nothing goes around it."""

import pytest

from biocapture.assessment.capabilities import LiveCapture
from biocapture.assessment.modalities import AVAILABLE, capability
from biocapture.guidance import text
from biocapture.types import Modality


@pytest.mark.parametrize("modality", AVAILABLE)
def test_every_modality_can_be_captured_live(modality: Modality) -> None:
    part = capability(modality, LiveCapture)
    assert part is not None
    assert text(part.PROMPTS.place)
    assert text(part.PROMPTS.another)
