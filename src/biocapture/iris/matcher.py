"""What irises offer for comparison; see :mod:`biocapture.comparison.protocol`."""

import numpy as np

from biocapture.iris.comparison.compare import (
    MAX_SHIFT,
    MIN_BITS,
    THRESHOLDS,
    Comparison,
    compare,
    prepare,
    scores_of_many,
)
from biocapture.iris.comparison.false_match_model import MIN_RATE, false_match_rate
from biocapture.iris.comparison.picture import picture
from biocapture.iris.comparison.search import index_features, prefilter_scores
from biocapture.iris.comparison.template import MAGIC, MAGIC_WITHOUT_GRAIN, Template, template_of
from biocapture.types import Image, Modality, Position, Sample

READERS = {MAGIC: Template.from_bytes, MAGIC_WITHOUT_GRAIN: Template.from_bytes}
WRITERS = {"own": Template.to_bytes}

PLACEHOLDER_PX = (480, 640)
"""Height and width of an image where only a template is there."""

UPSIDE_DOWN_DEG = 45
"""A turn that differs from a half turn by less is called that of a camera which is upside down."""

MAX_REPORTED_RATE = 0.05
"""False match rate above which a distance is called usual for different eyes, without a number."""


def placeholder_image(template: Template) -> Sample:
    """A white image of the usual size of a capture.

    Parameters
    ----------
    template : Template

    Returns
    -------
    Sample
        (480, 640) grey, of the template's position.
    """
    return Sample(Image(np.full(PLACEHOLDER_PX, 255, np.uint8)), Modality.IRIS, template.position)


def is_empty(template: Template) -> bool:
    """Whether no bit of the code counts: a failure to extract.

    Parameters
    ----------
    template : Template

    Returns
    -------
    bool
        True where no eye was found, or all of the iris is covered.
    """
    return len(template) == 0


def summary(templates: tuple[Template, Template], comparison: Comparison) -> str:
    """What an operator needs to believe the verdict, or to know why there is none.

    Parameters
    ----------
    templates : (Template, Template)
        Probe and reference.
    comparison : Comparison
        Of these templates.

    Returns
    -------
    str
        One line: distance, odds and turn, or which image shows no eye.
    """
    reasons = [_empty(which, template) for which, template in zip(("first", "second"), templates, strict=True)]
    if any(reasons):
        return "; ".join(filter(None, reasons))
    facts = [_alike(comparison)]
    if comparison.common >= MIN_BITS:
        facts.append(f"turned {round(comparison.rotation_deg)}°{_camera(comparison)}")
    probe, reference = (template.position for template in templates)
    if Position.UNKNOWN not in (probe, reference) and probe is not reference:
        facts.append(f"{probe.replace('_', ' ')} against {reference.replace('_', ' ')}".replace(" eye", "", 1))
    return "; ".join(facts)


def _camera(comparison: Comparison) -> str:
    """What a turn that is not that of a head says of the cameras, where the eyes are alike."""
    if abs(comparison.shift) <= MAX_SHIFT or comparison.score < THRESHOLDS[1e-2]:
        return ""
    upside_down = abs(comparison.rotation_deg) > 180 - UPSIDE_DOWN_DEG
    return ", as by a camera that is upside down" if upside_down else ", farther than a head turns"


def _empty(which: str, template: Template) -> str:
    return f"no open eye is found in the {which} image" if is_empty(template) else ""


def _alike(comparison: Comparison) -> str:
    if comparison.common < MIN_BITS:
        return f"too little of the iris is free in both to tell: {comparison.common} bits, {MIN_BITS} needed"
    rate = false_match_rate(comparison.distance)
    pairs = float(f"{1 / rate:.1e}")  # more digits would be false
    often = f"{'fewer than ' if rate <= MIN_RATE else ''}1 in {pairs:,.0f} pairs of different eyes are so alike"
    share = f"distance {comparison.distance:.3f} over {comparison.common} bits"
    return f"{share}, as usual for different eyes" if rate > MAX_REPORTED_RATE else f"{share}; {often} (binomial model)"


__all__ = [
    "READERS",
    "THRESHOLDS",
    "WRITERS",
    "Template",
    "compare",
    "index_features",
    "is_empty",
    "picture",
    "placeholder_image",
    "prefilter_scores",
    "prepare",
    "scores_of_many",
    "summary",
    "template_of",
]
