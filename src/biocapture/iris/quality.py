"""The unified quality of an iris: what comparison is likely to lose by each fault, multiplied."""

import numpy as np

from biocapture.iris import booth, doubts, measures
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Column, Identity, Measure, Ramp, logarithms, measure

LOWEST = 5.0
"""A component's score counts as so much at least: one fault lowers a good eye, it does not zero it."""


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
    (models/iris_quality) to what genuine comparisons of synthetic eyes lose by degradations of the image. What is not
    assessed does not count.
    """
    total = np.zeros(len(batch))
    for item, weight in WEIGHTS.items():
        total += weight * logarithms(item.curve(item(batch)), LOWEST)
    return np.where([failure is None for failure in batch.failure], 100 * np.exp(total), np.nan)


@measure(unit="%", range=(0.0, 100.0), curve=Ramp(5.0, 60.0), guidance="iris.open_eyes")
def usable_code_bits(batch: IrisBatch) -> Column:
    """Share of the bits of the iris code that can be compared. Higher is better.

    Neither covered nor near the change of their sign; see `code.py`. An iris that nothing covers has about 70.
    """
    return 100 * batch.code_bits


WEIGHTS: dict[Measure, float] = {
    usable_code_bits: 0.40,
    measures.usable_iris_area: 0.03,
    measures.iris_sclera_contrast: 0.03,
    measures.iris_pupil_contrast: 0.03,
    measures.pupil_circularity: 0.16,
    measures.greyscale_utilisation: 0.21,
    measures.iris_radius: 0.03,
    measures.dilation: 0.04,
    measures.concentricity: 0.80,
    measures.margin_adequacy: 0.03,
    measures.sharpness: 0.03,
    measures.motion_blur: 0.07,
    measures.gaze_angle: 0.07,
    measures.interlace: 0.03,
    booth.exposure: 0.03,
    booth.saturation: 0.38,
    booth.specular_load: 0.03,
    booth.glasses_glare: 0.03,
    booth.noise: 0.03,
    booth.texture_detail: 0.03,
    doubts.segmentation_confidence: 0.03,
    doubts.printed_lens: 0.05,
}
"""From models/iris_quality/train.py."""
