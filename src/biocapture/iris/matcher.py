"""What irises offer for comparison; see :mod:`biocapture.matcher`."""

import numpy as np

from biocapture.iris.comparison import THRESHOLDS, Comparison, compare
from biocapture.iris.comparison import turned as prepared
from biocapture.iris.search import promise, sketch
from biocapture.iris.template import MAGIC, Template, template_of
from biocapture.types import Image, Modality, Sample

READERS = {MAGIC: Template.from_bytes}
WRITERS = {"own": Template.to_bytes}

SHOWN_PX = (480, 640)


def stand_in(template: Template) -> Sample:
    """A white image of the usual size."""
    return Sample(Image(np.full(SHOWN_PX, 255, np.uint8)), Modality.IRIS, template.position)


def is_empty(template: Template) -> bool:
    """Whether no bit of the code counts: no eye was found, or all of the iris is covered."""
    return len(template) == 0


def summary(templates: tuple[Template, Template], comparison: Comparison) -> str:
    """How many bits agree, and how the eyes are turned to one another."""
    seen = f"{comparison.common} bits compared, distance {comparison.distance:.3f}"
    return f"{seen}; turned {comparison.rotation_deg:.0f}°"


__all__ = [
    "READERS",
    "THRESHOLDS",
    "WRITERS",
    "Template",
    "compare",
    "is_empty",
    "prepared",
    "promise",
    "sketch",
    "stand_in",
    "summary",
    "template_of",
]
