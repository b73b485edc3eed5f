"""What every iris measure should say of a synthetic eye: truth in closed form, tolerance, what moves it.

Shared by the tests and by ``docs/iris_components.py``, which writes the table of the documentation.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from tests.support.eyes import USUAL, cached_eye

from biocapture.synthetic.eye.camera import MIN_BLUR_PX, VEIL_GREY
from biocapture.synthetic.eye.capture import EyeImage, capture
from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.eye import Eye
from biocapture.synthetic.eye.eyeball import RIM_PX


@dataclass(frozen=True, slots=True)
class KnownCapture:
    """A capture with all that is known of it."""

    eye: Eye
    conditions: Conditions
    image: EyeImage

    def sensed(self, grey: float) -> float:
        """Grey of the image where the scene has a grey."""
        veiled = grey * (1 - self.conditions.contrast_loss) + VEIL_GREY * self.conditions.contrast_loss
        return float(np.clip(veiled * 2**self.conditions.exposure_ev, 0, 255))

    def share(self, mask: np.ndarray) -> float:
        """Hundredths of the iris."""
        return float(100 * (self.image.truth.iris & mask).sum() / max(1, self.image.truth.iris.sum()))


CAPTURE_SEED = 12
"""Of where lamps are mirrored in glasses, among others: here beside the pupil, so that it is still found."""

ANATOMY = {item.name for item in fields(Eye)}


def known_capture(seed: int, left: bool = False, **given: Any) -> KnownCapture:
    """A good capture of an eye, but for what is given of the one or the other."""
    eye = replace(cached_eye(seed, left), **{name: value for name, value in given.items() if name in ANATOMY})
    conditions = Conditions(**USUAL | {name: value for name, value in given.items() if name not in ANATOMY})
    return KnownCapture(eye, conditions, capture(eye, conditions, CAPTURE_SEED))


@dataclass(frozen=True, slots=True)
class Component:
    """One measure.

    Attributes
    ----------
    sweep : (str, tuple)
        The condition (or trait of the eye) that moves it, and values from none to severe.
    way : int
        1: rises along the sweep, -1: falls.
    truth : callable or None
        What it should be; None where there is no closed form.
    says : str
        The truth in words, for the table.
    tolerance : float
        Largest error with the true outline.
    end_to_end : float
        Largest error of nine in ten captures with the outline that is found.
    steady : float
        Largest change, of the median over some eyes, under what does not concern it.
    moved_by : tuple of str
        Further conditions that rightly move it.
    """

    sweep: tuple[str, tuple[Any, ...]]
    way: int
    truth: Callable[[KnownCapture], float] | None
    says: str
    tolerance: float
    end_to_end: float
    steady: float
    moved_by: tuple[str, ...] = field(default=())


def _concentricity(it: KnownCapture) -> float:
    return 100 * (1 - float(np.hypot(it.eye.pupil_nasal, it.eye.pupil_down)))


def _circularity(it: KnownCapture) -> float:
    third, _, fourth, _ = it.eye.pupil_ripple
    return 100 - 1000 * float(np.sqrt((it.eye.pupil_oval / 4) ** 2 + (third / 2) ** 2 + (fourth / 2) ** 2))


def _margin(it: KnownCapture) -> float:
    limbus, (rows, columns) = it.image.truth.limbus, it.image.pixels.shape
    radius = it.conditions.iris_radius_px
    beside = min(limbus.column_px, columns - 1 - limbus.column_px) - radius
    above = min(limbus.row_px, rows - 1 - limbus.row_px) - radius
    return float(100 * np.clip(min(beside / (0.6 * radius), above / (0.2 * radius)), 0, 1))


def _inside(it: KnownCapture) -> float:
    """The eye that looks into the camera, cut at the right border of the image."""
    radius, dilation = it.conditions.iris_radius_px, it.conditions.dilation
    columns = it.image.pixels.shape[1]
    row, column = (
        np.indices((480, 3 * columns))
        - np.array([it.image.truth.limbus.row_px, it.image.truth.limbus.column_px])[:, None, None]
    )
    pupil_row, pupil_column = it.image.truth.pupil.row_px, it.image.truth.pupil.column_px
    away = np.hypot(
        row + it.image.truth.limbus.row_px - pupil_row, column + it.image.truth.limbus.column_px - pupil_column
    )
    ring = (np.hypot(row, column) < radius) & (away > dilation * radius)
    return float(100 * ring[:, :columns].sum() / ring.sum())


def _sclera_contrast(it: KnownCapture) -> float:
    sclera, iris, pupil = (it.sensed(grey) for grey in (it.eye.sclera_grey, it.eye.iris_grey, it.eye.pupil_grey))
    return 100 * (sclera - iris) / (sclera + iris - 2 * pupil)


def _pupil_contrast(it: KnownCapture) -> float:
    iris, pupil = it.sensed(it.eye.iris_grey), it.sensed(it.eye.pupil_grey)
    weber = (iris - pupil) / (20 + pupil)
    return 100 * weber / (0.75 + weber)


def _entropy(it: KnownCapture) -> float:
    share = np.bincount(it.image.pixels[it.image.truth.usable], minlength=256) / it.image.truth.usable.sum()
    return float(-(share[share > 0] * np.log2(share[share > 0])).sum())


LOGISTIC_VARIANCE = np.pi**2 / 3


def _sharpness(it: KnownCapture) -> float:
    variance = MIN_BLUR_PX**2 + LOGISTIC_VARIANCE * RIM_PX**2 + it.conditions.defocus_px**2 / 4
    return float(it.conditions.iris_radius_px / np.sqrt(variance))


def _gaze(it: KnownCapture) -> float:
    across, down = np.deg2rad(it.conditions.gaze_deg)
    return float(np.rad2deg(np.arccos(np.cos(across) * np.cos(down))))


def _clipped(it: KnownCapture) -> float:
    free = it.image.truth.iris & ~it.image.truth.lid & ~it.image.truth.lash
    grey = it.image.pixels[free]
    return float(100 * ((grey <= 5) | (grey >= 250)).mean())


def _glare(it: KnownCapture) -> float:
    limbus, radius = it.image.truth.limbus, it.conditions.iris_radius_px
    row, column = np.indices(it.image.pixels.shape)
    near = np.hypot(row - limbus.row_px, column - limbus.column_px) < 1.5 * radius
    bright = near & ~it.image.truth.lid & (it.image.pixels >= 245)
    return float(100 * bright.sum() / (np.pi * radius**2))


def _noise(it: KnownCapture) -> float:
    iris, pupil = it.sensed(it.eye.iris_grey), it.sensed(it.eye.pupil_grey)
    return 100 * it.conditions.noise * float(np.sqrt(0.25 + 0.75 * pupil / 128)) / (iris - pupil)


LIGHT = ("exposure_ev", "contrast_loss", "light_gradient")
BLUR = ("defocus_px", "motion_px", "interlace_px")
LENSES = ("cosmetic_lens",)
COVER = ("lid_opening", "lashes", "makeup")

COMPONENTS: dict[str, Component] = {
    "quality": Component(
        ("lid_opening", (1.0, 0.75, 0.55)), -1, None, "", 0.0, 0.0, 100.0,
    ),
    "usable_code_bits": Component(
        ("lid_opening", (1.0, 0.75, 0.55)), -1, None, "", 0.0, 0.0, 30.0,
    ),
    "usable_iris_area": Component(
        ("lid_opening", (1.0, 0.8, 0.65)), -1, lambda it: 100 * it.image.truth.usable_share,
        "usable pixels over iris pixels", 13.0, 14.0, 8.0, (*COVER, "glasses_glare", "leds"),
    ),
    "iris_sclera_contrast": Component(
        ("exposure_ev", (0.0, 0.5, 0.8)), -1, _sclera_contrast, "from the eye's greys, exposure and veil", 5.0, 5.0,
        3.0, ("light_gradient", "glasses_glare", *LENSES),
    ),
    "iris_pupil_contrast": Component(
        ("contrast_loss", (0.0, 0.3, 0.6)), -1, _pupil_contrast, "from the eye's greys, exposure and veil", 4.0, 4.0,
        3.0, (*LIGHT, *LENSES, "glasses_glare"),
    ),
    "pupil_circularity": Component(
        ("pupil_oval", (0.0, 0.06, 0.12, 0.18)), -1, _circularity, "from oval and ripple of the pupil", 5.0, 12.0, 5.0,
        ("iris_radius_px", "dilation", "lid_opening", "glasses_glare"),
    ),
    "greyscale_utilisation": Component(
        ("exposure_ev", (0.5, 0.0, -1.0, -2.0)), -1, _entropy, "entropy of the usable pixels", 0.75, 0.75, 0.25,
        (*LIGHT, *LENSES, "noise", "glasses_glare", "defocus_px"),
    ),
    "iris_radius": Component(
        ("iris_radius_px", (140.0, 115.0, 90.0, 60.0)), -1, lambda it: it.conditions.iris_radius_px, "as drawn", 0.1,
        2.0, 2.0, ("gaze_deg", "glasses_glare", *LENSES),
    ),
    "dilation": Component(
        ("dilation", (0.2, 0.4, 0.6, 0.7)), 1, lambda it: 100 * it.conditions.dilation, "as drawn", 0.1, 1.5, 1.5,
        ("glasses_glare", *LENSES),
    ),
    "concentricity": Component(
        ("pupil_nasal", (0.0, 0.05, 0.1, 0.15)), -1, _concentricity, "from the pupil's offset", 0.1, 2.0, 1.5,
        ("glasses_glare",),
    ),
    "margin_adequacy": Component(
        ("shift_column_px", (0.0, 150.0, 190.0, 205.0)), -1, _margin, "from place and size", 1.0, 4.0, 1.0,
        ("glasses_glare",),
    ),
    "sharpness": Component(
        ("defocus_px", (0.0, 1.5, 3.0, 6.0)), -1, _sharpness,
        "R / √(0.7² + 0.82 + r²/4): lens, rim of the pupil, disc of radius r", 25.0, 25.0, 20.0,
        (*BLUR, *LENSES, "iris_radius_px"),
    ),
    "motion_blur": Component(
        ("motion_px", (4.0, 10.0, 18.0, 26.0)), 1,
        lambda it: 100 * it.conditions.motion_px / it.conditions.iris_radius_px, "length as drawn", 5.0, 5.0, 3.0,
        ("interlace_px", "iris_radius_px"),
    ),
    "gaze_angle": Component(
        ("gaze_deg", ((8.0, 0.0), (16.0, 0.0), (24.0, 0.0), (30.0, 0.0))), 1, _gaze,
        "as drawn; from 15°", 6.0, 6.0, 4.0, ("motion_px", "glasses_glare"),
    ),
    "interlace": Component(
        ("interlace_px", (0.0, 1.0, 3.0, 6.0)), 1, lambda it: abs(it.conditions.interlace_px), "as drawn", 0.1, 0.1,
        0.1,
    ),
    "exposure": Component(
        ("exposure_ev", (-2.0, -1.0, 0.0, 0.5)), 1,
        lambda it: float(it.image.pixels[it.image.truth.usable].mean()), "mean of the usable pixels", 7.0, 5.0, 6.0,
        (*LIGHT, *LENSES, "glasses_glare"),
    ),
    "saturation": Component(
        ("exposure_ev", (0.0, 0.8, 1.0)), 1, _clipped, "clipped pixels over those not under lids or lashes", 13.0, 13.0,
        1.5, ("exposure_ev", "glasses_glare"),
    ),
    "specular_load": Component(
        ("led_spread", (0.1, 0.45, 0.6)), 1, lambda it: it.share(it.image.truth.specular),
        "pixels to which lamps add 40 greys", 2.0, 2.5, 1.5, ("glasses_glare", "led_spread"),
    ),
    "inside_image": Component(
        ("shift_column_px", (180.0, 240.0, 280.0)), -1, _inside, "pixels of the iris over those of a whole one", 3.0,
        4.0, 1.0, ("glasses_glare",),
    ),
    "near_infrared": Component(
        ("skin_grey", (220.0, 150.0, 90.0)), -1, None, "", 0.0, 0.0, 0.15,
        (*LIGHT, *LENSES, "glasses_glare", "iris_radius_px", "makeup", "lashes", "lid_opening"),
    ),
    "lash_cover": Component(
        ("lashes", (0.0, 0.5, 1.0)), 1, lambda it: it.share(it.image.truth.lash),
        "pixels that lashes cover by 30 %", 11.0, 11.0, 7.0, (*COVER, "interlace_px"),
    ),
    "lid_cover": Component(
        ("lid_opening", (1.0, 0.8, 0.65)), 1, lambda it: it.share(it.image.truth.lid), "pixels under lids", 4.0, 8.0,
        4.0, ("lid_opening",),
    ),
    "glasses_glare": Component(
        ("glasses_glare", (0.0, 0.35, 0.7)), 1, _glare,
        "pixels from 245 within 1.5 R, without lamps", 4.0, 8.0, 1.0, ("glasses_glare",),
    ),
    "pupil_glare": Component(
        ("pupil_glare", (0.0, 0.3, 0.6)), 1, None, "", 0.0, 0.0, 1.0, ("glasses_glare",),
    ),
    "noise": Component(
        ("noise", (1.0, 3.0, 8.0, 16.0)), 1, _noise, "from the noise and the greys", 5.0, 3.0, 1.0,
        (*LIGHT, "noise", "jpeg_quality", "glasses_glare", "leds"),
    ),
    "texture_detail": Component(
        ("defocus_px", (0.0, 1.5, 3.0, 6.0)), -1, None, "", 0.0, 0.0, 0.35,
        (*BLUR, *LENSES, "iris_radius_px", "noise", "glasses_glare", "lid_opening"),
    ),
    "resolved_detail": Component(
        ("defocus_px", (0.0, 5.0, 8.0)), -1, None, "", 0.0, 0.0, 0.0, BLUR,
    ),
    "block_grid": Component(
        ("jpeg_quality", (50, 15, 8, 4)), 1, None, "", 0.0, 0.0, 3.0, ("interlace_px",),
    ),
    "segmentation_confidence": Component(
        ("lid_opening", (0.8, 0.6, 0.45)), -1, None, "", 0.0, 0.0, 100.0,
    ),
    "upright": Component(
        ("roll_deg", (0.0, 45.0, 90.0)), -1, None, "", 0.0, 0.0, 3.0, ("lid_opening", "lashes", "makeup"),
    ),
    "right_way_up": Component(
        ("roll_deg", (0.0, 90.0, 180.0)), -1, None, "", 0.0, 0.0, 8.0, ("lid_opening", "lashes", "makeup"),
    ),
    "printed_lens": Component(
        ("cosmetic_lens", (0.0, 0.3, 0.9)), 1, None, "", 0.0, 0.0, 7.0, ("cosmetic_lens",),
    ),
    "lens_edge": Component(
        ("soft_lens", (0.0, 0.3, 0.6, 1.0)), 1, None, "", 0.0, 0.0, 0.5, ("soft_lens", "cosmetic_lens", "noise"),
    ),
    "stated_side": Component(
        ("pupil_nasal", (-0.03, -0.01, 0.01, 0.03)), 1, None, "", 0.0, 0.0, 0.5, ("glasses_glare",),
    ),
}  # fmt: skip
"""By the part of the id after the modality, in the order of the measures."""

DEGRADATIONS: dict[str, Any] = {
    "defocus_px": 3.0,
    "motion_px": 10.0,
    "lid_opening": 0.7,
    "lashes": 0.8,
    "makeup": 0.8,
    "noise": 6.0,
    "exposure_ev": -1.0,
    "contrast_loss": 0.3,
    "jpeg_quality": 50,
    "interlace_px": 2.0,
    "leds": 8,
    "glasses_glare": 0.2,
    "light_gradient": 0.4,
    "cosmetic_lens": 0.5,
    "soft_lens": 0.8,
    "gaze_deg": (12.0, 4.0),
    "dilation": 0.55,
    "iris_radius_px": 85.0,
    "shift_column_px": 100.0,
    "roll_deg": 15.0,
}
"""Everything that is tried on everything: to an extent at which the boundaries are still found."""

assert set(DEGRADATIONS) <= {item.name for item in fields(Conditions)}
