"""The straight line for ONE eye: pixels in, statistics out."""

from biocapture.iris.features.contrast import contrast
from biocapture.iris.features.cover import cover
from biocapture.iris.features.focus import edge_blur
from biocapture.iris.features.geometry import geometry
from biocapture.iris.features.interlace import field_shift
from biocapture.iris.features.iris_code import iris_code, usable_bits
from biocapture.iris.features.lens_edge import lens_edge
from biocapture.iris.features.noise import pupil_noise
from biocapture.iris.features.printed_lens import lattice_peak_db
from biocapture.iris.features.rubber_sheet import unwrap
from biocapture.iris.features.texture import texture
from biocapture.iris.outline import Outline
from biocapture.iris.segmentation.segment import segment
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import values_of
from biocapture.types import Failure, GreyPixels, Position, Sample, Trace, no_trace

MAX_PX = 4096
"""Larger pictures show more than one eye; so large an iris is no camera's."""

MIN_CONFIDENCE = 0.25
"""Below, what was found is hardly an eye, or not where it was found: numbers of it would mislead."""

MIN_USABLE = 0.02
"""Share of the iris below which the eye is closed or covered: nothing to be measured."""

OCCLUSION_REASONS = {"lid": "iris.open_eyes", "lash": "iris.lift_lashes", "specular": "iris.check_exposure"}
"""What may cover all of an iris → what to do about it."""

STATED_SIDES = {Position.RIGHT_EYE: 1.0, Position.LEFT_EYE: -1.0}


def describe(sample: Sample, trace: Trace = no_trace) -> IrisBatch:
    """Measure one eye lit by near infrared; a batch of one.

    A capture without an open eye is a failure, never an exception.
    """
    pixels = sample.image.pixels
    if "image.colour" in sample.image.notes or pixels.ndim != 2:
        return IrisBatch.of_failure(Failure("iris.visible_light", "colours: not taken in near infrared"))
    if max(pixels.shape) > MAX_PX:
        return IrisBatch.of_failure(Failure("iris.no_eye", f"{max(pixels.shape)} px, most {MAX_PX}"))
    outline = segment(pixels, trace)
    if isinstance(outline, Failure):
        return IrisBatch.of_failure(outline)
    if outline.confidence < MIN_CONFIDENCE:
        why = f"confidence {outline.confidence:.2f} that an eye was found, least {MIN_CONFIDENCE}"
        return IrisBatch.of_failure(Failure("iris.no_eye", why))
    columns = columns_of(pixels, outline, trace) | {"stated_right": STATED_SIDES.get(sample.position, float("nan"))}
    if columns["usable"] < MIN_USABLE:
        why = f"usable share of the iris {columns['usable']:.3f}, least {MIN_USABLE}"
        return IrisBatch.of_failure(Failure(OCCLUSION_REASONS[max(OCCLUSION_REASONS, key=columns.__getitem__)], why))
    return IrisBatch.of_one(columns)


def columns_of(pixels: GreyPixels, outline: Outline, trace: Trace = no_trace) -> dict[str, float]:
    """All that is measured of the pixels within one outline; what is told with the capture is not among it."""
    strip = unwrap(pixels, outline, trace)
    greys = contrast(pixels, outline)
    return {
        "confidence": outline.confidence,
        "upright": outline.upright,
        "code_bits": usable_bits(iris_code(strip)),
        **values_of(geometry(outline, pixels.shape)),
        **values_of(greys),
        **values_of(cover(pixels, outline, strip, greys.sclera_grey)),
        **values_of(edge_blur(pixels, outline)),
        "field_shift_px": field_shift(pixels, outline),
        **values_of(texture(strip)),
        "noise_greys": pupil_noise(pixels, outline),
        "lens_edge": lens_edge(pixels, outline),
        "lattice_peak_db": lattice_peak_db(pixels, outline),
    }
