"""What fingerprints offer for comparison; see :mod:`biocapture.matcher`."""

from biocapture.fingerprint.comparison import THRESHOLDS, Comparison, compare
from biocapture.fingerprint.overlay import picture
from biocapture.fingerprint.ranking import promise, sketch
from biocapture.fingerprint.structure import structure_of as prepared
from biocapture.fingerprint.template import Template, template_of


def is_empty(template: Template) -> bool:
    """Whether no minutia was found."""
    return len(template) == 0


def summary(templates: tuple[Template, Template], comparison: Comparison) -> str:
    """How many minutiae agree, and how the prints are turned to one another."""
    one, other = map(len, templates)
    paired, turn = len(comparison.paired), comparison.rotation_deg
    return f"{paired} minutiae agree, of {one} and {other}; turned {turn:.0f}°"


__all__ = [
    "THRESHOLDS",
    "Template",
    "compare",
    "is_empty",
    "picture",
    "prepared",
    "promise",
    "sketch",
    "summary",
    "template_of",
]
