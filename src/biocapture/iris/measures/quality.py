"""Unified quality of an iris: the product of what comparison is likely to lose by each fault."""

import numpy as np

from biocapture.iris.measures import integrity, iso, operational
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Column, Identity, Measure, Ramp, logarithms, measure

MIN_COMPONENT_SCORE = 5.0
"""A quality component's score counts as this much at least: one fault lowers a good eye, it does not zero it."""


@measure(
    iso="ISO/IEC 29794-6 unified quality score",
    unit="1",
    range=(0.0, 100.0),
    curve=Identity(),
    guidance="iris.poor_quality",
)
def quality(batch: IrisBatch) -> Column:
    """Predicted usefulness for comparison. Higher is better.

    100 Π (max(s, 5) / 100)^w over the scores s of the components below and their weights w, which were fitted
    (models/iris_quality) to what mated comparisons of synthetic eyes lose by degradations of the image. What is not
    assessed does not count.
    """
    total = np.zeros(len(batch))
    for item, weight in WEIGHTS.items():
        total += weight * logarithms(item.curve(item(batch)), MIN_COMPONENT_SCORE)
    return np.where([failure is None for failure in batch.failure], 100 * np.exp(total), np.nan)


@measure(unit="%", range=(0.0, 100.0), curve=Ramp(5.0, 60.0), guidance="iris.open_eyes")
def usable_code_bits(batch: IrisBatch) -> Column:
    """Share of the bits of the iris code that can be compared. Higher is better.

    Neither covered nor near the change of their sign; see `iris_code.py`. An iris that nothing covers has about 70.
    """
    return 100 * batch.code_bits


WEIGHTS: dict[Measure, float] = {
    usable_code_bits: 0.18,
    iso.usable_iris_area: 0.41,
    iso.iris_sclera_contrast: 0.03,
    iso.iris_pupil_contrast: 0.03,
    iso.pupil_circularity: 0.04,
    iso.greyscale_utilisation: 0.19,
    iso.iris_radius: 0.10,
    iso.dilation: 0.04,
    iso.concentricity: 0.80,
    iso.margin_adequacy: 0.03,
    iso.sharpness: 0.05,
    iso.motion_blur: 0.07,
    iso.gaze_angle: 0.07,
    iso.interlace: 0.03,
    operational.exposure: 0.03,
    operational.saturation: 0.27,
    operational.specular_load: 0.03,
    operational.glasses_glare: 0.03,
    operational.noise: 0.03,
    operational.texture_detail: 0.03,
    operational.resolved_detail: 0.10,
    operational.block_grid: 0.10,
    operational.inside_image: 0.03,
    operational.pupil_glare: 0.05,
    integrity.segmentation_confidence: 0.03,
    integrity.printed_lens: 0.05,
}
"""From models/iris_quality/cameras.py, which starts from those of train.py; ``resolved_detail``, ``block_grid`` and
``pupil_glare`` by hand: cameras' own images have 100 in them."""
