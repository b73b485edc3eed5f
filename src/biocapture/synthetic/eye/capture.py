"""One capture of a synthetic eye in near infrared, with every fault on demand and the truth kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.synthetic.eye.camera import blur_by_lens, sensor_image
from biocapture.synthetic.eye.conditions import Conditions, check_seed
from biocapture.synthetic.eye.eye import Eye
from biocapture.synthetic.eye.eyeball import eyeball, iris_sheet
from biocapture.synthetic.eye.eyelids import add_lids, lid_rims
from biocapture.synthetic.eye.gaze import Ellipse, View, limbus, pupil, view
from biocapture.synthetic.eye.lashes import lashes
from biocapture.synthetic.eye.lights import lights
from biocapture.types import Mask, Position

MIN_COVER_SHARE = 0.3
"""Share of a pixel that lashes or a frame have to cover to count."""

MIN_SPECULAR_GREYS = 40.0
"""Greys that reflections have to add to count."""

LASH_GREY, FRAME_GREY = 34.0, 48.0


@dataclass(frozen=True, slots=True)
class EyeTruth:
    """What the image shows.

    Attributes
    ----------
    pupil, limbus : Ellipse
    upper_lid_row_px, lower_lid_row_px : (W,) float64
        First and last open row of every column, on pixel edges (k ± 0.5); NaN where the eye is closed there. The
        image's own edge where a lid lies outside.
    iris, usable, lid, lash, specular : (H, W) bool
        Between pupil and limbus, seen or not; of that what nothing covers; skin; lashes; mirrored light. A glasses
        frame is in none of the last three, but not usable.
    gaze_deg : (float, float)
    side : Position
    dilation : float
    """

    pupil: Ellipse
    limbus: Ellipse
    upper_lid_row_px: NDArray[np.float64]
    lower_lid_row_px: NDArray[np.float64]
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
        """Usable iris pixels over iris pixels; of the part inside the image."""
        return float(self.usable.sum() / max(1, self.iris.sum()))


@dataclass(frozen=True, slots=True)
class EyeImage:
    """A synthetic capture and its truth.

    Attributes
    ----------
    pixels : (H, W) uint8
    truth : EyeTruth
    """

    pixels: NDArray[np.uint8]
    truth: EyeTruth


def capture(eye: Eye, conditions: Conditions | None = None, seed: int = 0) -> EyeImage:
    """Look at an eye; the same arguments give the same pixels.

    Parameters
    ----------
    eye : Eye
    conditions : Conditions, optional
    seed : int
        Of skin, lashes, the scatter of lights, noise: what differs between captures under the same conditions.

    Raises
    ------
    UsageError
        The seed is negative or not a whole number.
    """
    wanted = conditions or Conditions()
    check_seed(seed)
    skin, hair, lamps, sensor, stroma = (np.random.default_rng([seed, 0xCA9, layer]) for layer in range(5))
    seen = view(eye, wanted)
    unrolled = iris_sheet(eye, wanted.dilation, seen)
    rims = lid_rims(eye, wanted.lid_opening, seen)
    opened = rims.opened > 0
    lash = lashes(eye, wanted, rims, seen, hair)
    light = lights(eye, wanted, rims, seen, opened * (1 - lash), lamps)
    grey = add_lids(eyeball(eye, wanted, seen, unrolled, stroma), eye, rims, seen, skin)
    grey += lash * (LASH_GREY - grey)
    grey += light.frame * (FRAME_GREY - grey)
    mirrored = blur_by_lens(light.mirrored, wanted)
    pixels = sensor_image(blur_by_lens(grey * light.lit, wanted) + mirrored, wanted, sensor)
    iris = (np.hypot(*seen.iris) <= 1) & (unrolled.beyond > 0)
    free = opened & (lash < MIN_COVER_SHARE) & (mirrored < MIN_SPECULAR_GREYS) & (light.frame < MIN_COVER_SHARE)
    masks = {
        "iris": iris,
        "usable": iris & free,
        "lid": ~opened,
        "lash": lash >= MIN_COVER_SHARE,
        "specular": mirrored >= MIN_SPECULAR_GREYS,
    }
    return EyeImage(pixels, _truth(eye, wanted, seen, masks))


def _truth(eye: Eye, wanted: Conditions, seen: View, masks: dict[str, Mask]) -> EyeTruth:
    upper, lower = _lid_rows(~masks["lid"])
    return EyeTruth(
        pupil=pupil(eye, wanted.dilation, seen),
        limbus=limbus(seen),
        upper_lid_row_px=upper,
        lower_lid_row_px=lower,
        **masks,
        gaze_deg=wanted.gaze_deg,
        side=eye.side,
        dilation=wanted.dilation,
    )


def _lid_rows(opened: Mask) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Edges of the open part of every column."""
    first, last = opened.argmax(axis=0), opened.shape[0] - 1 - opened[::-1].argmax(axis=0)
    closed = ~opened.any(axis=0)
    return np.where(closed, np.nan, first - 0.5), np.where(closed, np.nan, last + 0.5)
