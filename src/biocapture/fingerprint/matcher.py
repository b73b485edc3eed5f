"""What fingerprints offer for comparison; see :mod:`biocapture.comparison.protocol`."""

from functools import partial

import numpy as np

from biocapture.fingerprint.comparison.compare import THRESHOLDS, Comparison, compare
from biocapture.fingerprint.comparison.index import Index, prefilter_scores
from biocapture.fingerprint.comparison.picture import picture
from biocapture.fingerprint.comparison.records import from_own, from_record, to_record
from biocapture.fingerprint.comparison.search import IndexFeatures, index_features
from biocapture.fingerprint.comparison.structure import structure_of as prepare
from biocapture.fingerprint.comparison.template import MAGIC, Template, template_of
from biocapture.images.ppi import WORKING_PPI
from biocapture.types import Image, Modality, Sample

READERS = {MAGIC: from_own, b"FMR\0": from_record}
WRITERS = {
    "own": Template.to_bytes,
    "iso2005": partial(to_record, version=2005),
    "iso2011": partial(to_record, version=2011),
}


MIN_PPI = 350.0
"""Resolution below which prints are not compared: of pairs of different people at 180 ppi, 2.9 % reached the threshold
for 10⁻³."""


def placeholder_image(template: Template) -> Sample:
    """A white image of the size of the template's print.

    Parameters
    ----------
    template : Template

    Returns
    -------
    Sample
        At 500 ppi.
    """
    image = Image(np.full((template.height_px, template.width_px), 255, np.uint8), WORKING_PPI)
    return Sample(image, Modality.FINGERPRINT, template.position)


def is_empty(template: Template) -> bool:
    """Whether no minutia was found: a failure to extract.

    Parameters
    ----------
    template : Template

    Returns
    -------
    bool
    """
    return len(template) == 0


def summary(templates: tuple[Template, Template], comparison: Comparison) -> str:
    """How many minutiae agree, and how the prints are turned to one another.

    Parameters
    ----------
    templates : (Template, Template)
        Probe and reference.
    comparison : Comparison
        Of these templates.

    Returns
    -------
    str
        One line.
    """
    probe, reference = map(len, templates)
    paired, turn = len(comparison.paired), comparison.rotation_deg
    return f"{paired} minutiae agree, of {probe} and {reference}; turned {turn:.0f}°"


__all__ = [
    "MIN_PPI",
    "READERS",
    "THRESHOLDS",
    "WRITERS",
    "Index",
    "IndexFeatures",
    "Template",
    "compare",
    "index_features",
    "is_empty",
    "picture",
    "placeholder_image",
    "prefilter_scores",
    "prepare",
    "summary",
    "template_of",
]
