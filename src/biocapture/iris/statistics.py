"""Statistics of a batch of irises, kept when their pixels are gone."""

from dataclasses import dataclass

from biocapture.measure import Batch, Column


@dataclass(frozen=True, slots=True)
class IrisBatch(Batch):
    """Statistics of N irises. Columns are (N,) float64, NaN where not assessable.

    Attributes
    ----------
    confidence : Column
        0..1 that the boundaries are right.
    upright : Column
        Evidence of lids above and below less that of lids left and right; see ``segmentation/lids.py``.
    half_turn : Column
        Logarithm of the odds that the eye does not stand on its head.
    quarter_turn : Column
        How much surer it is that lid and lashes lie above or below than left or right, in logarithms of odds.
    code_bits : Column
        0..1 share of the bits of the iris code that are uncovered and not fragile.
    radius_px … gaze_rad : Column
        See :class:`biocapture.iris.features.geometry.Geometry`.
    pupil_grey … skin_grey : Column
        See :class:`biocapture.iris.features.contrast.Contrast`.
    usable … pupil_glare : Column
        See :class:`biocapture.iris.features.cover.Cover`.
    across_px, motion_px : Column
        See :class:`biocapture.iris.features.focus.EdgeBlur`.
    effective_px, block_grid : Column
        See :class:`biocapture.iris.features.resolution.Resolution`.
    field_shift_px : Column
        Columns between the two fields of an interlaced image.
    mean_grey … clipped : Column
        See :class:`biocapture.iris.features.texture.Texture`.
    noise_greys : Column
        Standard deviation of the sensor's noise in the pupil, greys.
    lens_edge : Column
        Height of the ring of a contact lens on the sclera, greys.
    lattice_peak_db : Column
        Strongest regular pattern on the iris over its surroundings in the spectrum, dB.
    stated_right : Column
        1 where the stated position is the right eye, -1 where it is the left one; NaN where none is stated.
    """

    confidence: Column
    upright: Column
    half_turn: Column
    quarter_turn: Column
    code_bits: Column
    radius_px: Column
    dilation: Column
    offset: Column
    offset_right: Column
    margin: Column
    inside: Column
    ripple: Column
    gaze_rad: Column
    pupil_grey: Column
    inner_iris_grey: Column
    outer_iris_grey: Column
    sclera_grey: Column
    skin_grey: Column
    usable: Column
    lid: Column
    lash: Column
    specular: Column
    glare: Column
    pupil_glare: Column
    across_px: Column
    motion_px: Column
    effective_px: Column
    block_grid: Column
    field_shift_px: Column
    mean_grey: Column
    entropy_bits: Column
    detail: Column
    clipped: Column
    noise_greys: Column
    lens_edge: Column
    lattice_peak_db: Column
    stated_right: Column
