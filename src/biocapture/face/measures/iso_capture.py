"""Capture-related measures of ISO/IEC 29794-5 that need no network of their own, with OFIQ's numbers and mappings.

Methods: ISO/IEC 29794-5:2025 and BSI's OFIQ 1.1 (MIT), from a description in our own words. Which model supplied
landmarks, pose, parsing and occlusion decides how near a result is to OFIQ's; the arithmetic is equal.
"""

from biocapture.face.measures.curves import Arch, Line, Logistic, Plateau, Power, Reciprocal
from biocapture.face.statistics import FaceBatch
from biocapture.measure import Column, measure

SHARE = (0.0, 1.0)


@measure(
    iso="ISO/IEC 29794-5 background uniformity",
    unit="codes/px",
    range=(0.0, 6000.0),
    curve=Logistic(10.0, 100.0, height=190.0, offset=1.0, scale=-1.0),
    guidance="face.plain_background",
    step=6,
)
def background_uniformity(batch: FaceBatch) -> Column:
    """How uneven the background behind the head is: mean gradient of its luminance. Lower is better.

    Scharr gradient at 0.72 of the aligned frame, above the chin, 4 × 4 pixels away from person and picture border.
    """
    return batch.background_gradient


@measure(
    iso="ISO/IEC 29794-5 illumination uniformity",
    unit="1",
    range=SHARE,
    curve=Power(0.3),
    guidance="face.even_light",
    step=5,
)
def illumination_uniformity(batch: FaceBatch) -> Column:
    """How alike the light on both cheeks is: common area of their luminance histograms. Higher is better."""
    return batch.illumination_overlap


@measure(
    iso="ISO/IEC 29794-5 moments of the luminance distribution: mean",
    unit="1",
    range=SHARE,
    curve=Plateau(0.2, 0.8, 0.05),
    guidance="face.more_light",
    step=5,
)
def luminance_mean(batch: FaceBatch) -> Column:
    """Mean luminance of the face, white = 1. Best at 0.5.

    Dark skin lowers it as little light does: no ground to refuse a picture by itself.
    """
    return batch.luminance_mean


@measure(
    iso="ISO/IEC 29794-5 moments of the luminance distribution: variance",
    unit="1",
    range=(0.0, 0.25),
    curve=Arch(60.0),
    guidance="face.even_light",
    step=5,
)
def luminance_variance(batch: FaceBatch) -> Column:
    """Variance of the luminance of the face, white = 1. Best at 1/60; no ground to refuse a picture by itself."""
    return batch.luminance_variance


@measure(
    iso="ISO/IEC 29794-5 under-exposure prevention",
    unit="1",
    range=SHARE,
    curve=Logistic(0.92, 0.05, height=120.0, offset=0.832, scale=-1.0),
    guidance="face.more_light",
    step=5,
)
def under_exposure(batch: FaceBatch) -> Column:
    """Share of the visible face with luminance below 26 of 255. Lower is better."""
    return batch.dark_share


@measure(
    iso="ISO/IEC 29794-5 over-exposure prevention",
    unit="1",
    range=SHARE,
    curve=Reciprocal(0.01),
    guidance="face.less_light",
    step=5,
)
def over_exposure(batch: FaceBatch) -> Column:
    """Share of the visible face with luminance from 247 of 255. Lower is better."""
    return batch.bright_share


@measure(
    iso="ISO/IEC 29794-5 dynamic range",
    unit="bit",
    range=(0.0, 8.0),
    curve=Line(12.5),
    guidance="face.more_light",
    step=5,
)
def dynamic_range(batch: FaceBatch) -> Column:
    """Entropy of the luminance of the face. Higher is better."""
    return batch.entropy_bits


@measure(
    iso="ISO/IEC 29794-5 natural colour",
    unit="1",
    range=(0.0, 200.0),
    curve=Logistic(0.0, 10.0, height=200.0, offset=1.0, scale=-1.0),
    guidance="face.white_light",
    step=5,
)
def natural_colour(batch: FaceBatch) -> Column:
    """Distance of the cheeks' CIE a*, b* from those of skin (5..25, 5..35). Lower is better; 0 for grey pictures."""
    return batch.colour_distance
