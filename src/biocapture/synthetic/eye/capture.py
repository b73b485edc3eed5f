"""One capture of a synthetic eye in near infrared, with every fault on demand and known truth."""

from dataclasses import dataclass

import numpy as np

from biocapture.synthetic.eye.camera import blur_by_lens, sensor_image
from biocapture.synthetic.eye.conditions import Conditions, check_seed
from biocapture.synthetic.eye.eye import Eye
from biocapture.synthetic.eye.eyeball import eyeball, iris_sheet
from biocapture.synthetic.eye.eyelids import add_lids, lid_rims
from biocapture.synthetic.eye.gaze import Ellipse, View, limbus, pupil, view_of
from biocapture.synthetic.eye.lashes import lashes
from biocapture.synthetic.eye.lights import lights
from biocapture.types import GreyPixels, Mask, Position, Values

MIN_COVER_SHARE = 0.3
"""Share of a pixel from which lashes or a glasses frame count as covering it."""

MIN_SPECULAR_GREYS = 40.0
"""Greys that a reflection adds from which it counts as covering a pixel."""

LASH_GREY, FRAME_GREY = 34.0, 48.0
"""Of hair and of a glasses frame."""


@dataclass(frozen=True, slots=True)
class EyeTruth:
    """Truth of a capture.

    Attributes
    ----------
    pupil, limbus : Ellipse
        In pixels.
    upper_lid_row_px, lower_lid_row_px : (W,) float64
        First and last open row of every column, on pixel edges (k ± 0.5); NaN where the eye is closed there. The
        image's own edge where a lid lies outside.
    iris, usable, lid, lash, specular : (H, W) bool
        Between pupil and limbus, visible or not; of that what nothing covers; skin; lashes; mirrored light. A glasses
        frame is in none of the last three, but not usable.
    gaze_deg : (float, float)
        As in :class:`biocapture.synthetic.eye.conditions.Conditions`.
    side : Position
        ``RIGHT_EYE`` or ``LEFT_EYE``.
    dilation : float
        Pupil radius over iris radius.
    """

    pupil: Ellipse
    limbus: Ellipse
    upper_lid_row_px: Values
    lower_lid_row_px: Values
    iris: Mask
    usable: Mask
    lid: Mask
    lash: Mask
    specular: Mask
    gaze_deg: tuple[float, float]
    side: Position
    dilation: float

    @property
    def usable_share(self) -> float:
        """0..1: usable iris pixels over iris pixels, of the part inside the image."""
        return float(self.usable.sum() / max(1, self.iris.sum()))


@dataclass(frozen=True, slots=True)
class EyeImage:
    """A synthetic capture and its truth.

    Attributes
    ----------
    pixels : (H, W) uint8
    truth : EyeTruth
    """

    pixels: GreyPixels
    truth: EyeTruth


def capture(eye: Eye, conditions: Conditions | None = None, seed: int = 0) -> EyeImage:
    """Render a capture of an eye; the same arguments give the same pixels.

    Parameters
    ----------
    eye : Eye
    conditions : Conditions, optional
        Default: ideal ones.
    seed : int
        Of skin, lashes, the scatter of lights, noise: what differs between captures under the same conditions.

    Returns
    -------
    EyeImage

    Raises
    ------
    UsageError
        The seed is negative or not a whole number.
    """
    conditions = conditions or Conditions()
    check_seed(seed)
    skin, hair, lamps, sensor, stroma = (np.random.default_rng([seed, 0xCA9, layer]) for layer in range(5))
    view = view_of(eye, conditions)
    unrolled = iris_sheet(eye, conditions.dilation, view)
    rims = lid_rims(eye, conditions.lid_opening, view)
    opened = rims.inside > 0
    lash = lashes(eye, conditions, rims, view, hair)
    light = lights(eye, conditions, rims, view, opened * (1 - lash), lamps)
    grey = add_lids(eyeball(eye, conditions, view, unrolled, stroma), eye, rims, view, skin)
    grey += lash * (LASH_GREY - grey)
    grey += light.frame * (FRAME_GREY - grey)
    mirrored = blur_by_lens(light.mirrored, conditions)
    pixels = sensor_image(blur_by_lens(grey * light.lit, conditions) + mirrored, conditions, sensor)
    iris = (np.hypot(*view.iris) <= 1) & (unrolled.beyond > 0)
    free = opened & (lash < MIN_COVER_SHARE) & (mirrored < MIN_SPECULAR_GREYS) & (light.frame < MIN_COVER_SHARE)
    masks = {
        "iris": iris,
        "usable": iris & free,
        "lid": ~opened,
        "lash": lash >= MIN_COVER_SHARE,
        "specular": mirrored >= MIN_SPECULAR_GREYS,
    }
    return EyeImage(pixels, _truth(eye, conditions, view, masks))


def _truth(eye: Eye, conditions: Conditions, view: View, masks: dict[str, Mask]) -> EyeTruth:
    upper, lower = _lid_rows(~masks["lid"])
    return EyeTruth(
        pupil=pupil(eye, conditions.dilation, view),
        limbus=limbus(view),
        upper_lid_row_px=upper,
        lower_lid_row_px=lower,
        **masks,
        gaze_deg=conditions.gaze_deg,
        side=eye.side,
        dilation=conditions.dilation,
    )


def _lid_rows(opened: Mask) -> tuple[Values, Values]:
    """Upper and lower edge of the open part of every column; NaN where it is closed."""
    first, last = opened.argmax(axis=0), opened.shape[0] - 1 - opened[::-1].argmax(axis=0)
    closed = ~opened.any(axis=0)
    return np.where(closed, np.nan, first - 0.5), np.where(closed, np.nan, last + 0.5)
