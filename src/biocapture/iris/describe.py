"""The straight line for one eye: pixels in, statistics out."""

from biocapture.iris.failure_reason import NO_EYE, failure_reason
from biocapture.iris.features.contrast import contrast
from biocapture.iris.features.cover import cover
from biocapture.iris.features.focus import edge_blur
from biocapture.iris.features.geometry import geometry
from biocapture.iris.features.half_turn import turns
from biocapture.iris.features.interlace import field_shift
from biocapture.iris.features.iris_code import iris_code, usable_bits
from biocapture.iris.features.lens_edge import lens_edge
from biocapture.iris.features.noise import pupil_noise
from biocapture.iris.features.printed_lens import lattice_peak_db
from biocapture.iris.features.resolution import resolution
from biocapture.iris.features.rubber_sheet import unwrap
from biocapture.iris.features.texture import texture
from biocapture.iris.outline import Outline
from biocapture.iris.segmentation.segment import segment
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import values_of
from biocapture.types import Failure, GreyPixels, Position, Sample, Trace, no_trace

MAX_PX = 4096
"""Longer side above which an image is refused: it shows more than one eye, as no camera makes so large an iris."""

MIN_CONFIDENCE = 0.25
"""Confidence below which the outline is probably wrong, or no eye at all: measures of it would mislead."""

MIN_USABLE = 0.02
"""Share of the iris below which the eye is closed or covered and nothing is measured."""

OCCLUSION_REASONS = {"lid": "iris.open_eyes", "lash": "iris.lift_lashes", "specular": "iris.check_exposure"}
"""What may cover all of an iris → reason key of the failure."""

STATED_SIDES = {Position.RIGHT_EYE: 1.0, Position.LEFT_EYE: -1.0}
"""Stated position → column ``stated_right``."""


def describe(sample: Sample, trace: Trace = no_trace) -> IrisBatch:
    """Describe one eye lit by near infrared.

    Parameters
    ----------
    sample : Sample
        Its image is (H, W) uint8.
    trace : callable
        Receives the stages of segmentation and unrolling.

    Returns
    -------
    IrisBatch
        A batch of one. A capture without an open eye is a failure in it, never an exception.
    """
    outline = find_outline(sample, trace)
    if isinstance(outline, Failure):
        return IrisBatch.of_failure(outline)
    columns = columns_of(sample.image.pixels, outline, trace)
    columns["stated_right"] = STATED_SIDES.get(sample.position, float("nan"))
    if columns["usable"] < MIN_USABLE:
        detail = f"usable share of the iris {columns['usable']:.3f}, least {MIN_USABLE}"
        return IrisBatch.of_failure(Failure(OCCLUSION_REASONS[max(OCCLUSION_REASONS, key=columns.__getitem__)], detail))
    return IrisBatch.of_one(columns)


def find_outline(sample: Sample, trace: Trace = no_trace) -> Outline | Failure:
    """Outline of the eye in a sample: what is measured, and what is compared.

    Parameters
    ----------
    sample : Sample
    trace : callable
        Receives the stages of the segmentation.

    Returns
    -------
    Outline or Failure
        ``iris.visible_light`` where the image has colours, ``iris.one_eye`` where it shows two eyes. Where
        :func:`biocapture.iris.segmentation.segment.segment` finds nothing, where the outline is less sure than
        :data:`MIN_CONFIDENCE`, and where the image is larger than :data:`MAX_PX`: ``iris.no_eye``, or why the eye
        cannot be outlined; see ``failure_reason.py``.
    """
    pixels = sample.image.pixels
    if "image.colour" in sample.image.notes or pixels.ndim != 2:
        return Failure("iris.visible_light", "colours: not taken in near infrared")
    if max(pixels.shape) > MAX_PX:
        return failure_reason(pixels, f"{max(pixels.shape)} px, most {MAX_PX}")
    outline = segment(pixels, trace)
    if isinstance(outline, Failure):
        return failure_reason(pixels, outline.detail) if outline.reason == NO_EYE else outline
    if outline.confidence < MIN_CONFIDENCE:
        detail = f"confidence {outline.confidence:.2f} that an eye was found, least {MIN_CONFIDENCE}"
        return failure_reason(pixels, detail)
    return outline


def columns_of(pixels: GreyPixels, outline: Outline, trace: Trace = no_trace) -> dict[str, float]:
    """Measure the pixels within one outline.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.
    trace : callable
        Receives ``strip`` and ``usable``.

    Returns
    -------
    dict of str to float
        Every column of :class:`IrisBatch` but ``stated_right``, which the pixels do not show.
    """
    strip, limbus = unwrap(pixels, outline, trace), outline.limbus
    greys = contrast(pixels, outline)
    half_turn, quarter_turn = turns(pixels, limbus.row_px, limbus.column_px, limbus.radius_px)
    return {
        "confidence": outline.confidence,
        "upright": outline.upright,
        "half_turn": half_turn,
        "quarter_turn": quarter_turn,
        "code_bits": usable_bits(iris_code(strip)),
        **values_of(geometry(outline, pixels.shape)),
        **values_of(greys),
        **values_of(cover(pixels, outline, strip, greys.sclera_grey)),
        **values_of(edge_blur(pixels, outline)),
        **values_of(resolution(pixels, outline)),
        "field_shift_px": field_shift(pixels, outline),
        **values_of(texture(strip)),
        "noise_greys": pupil_noise(pixels, outline),
        "lens_edge": lens_edge(pixels, outline),
        "lattice_peak_db": lattice_peak_db(pixels, outline),
    }
