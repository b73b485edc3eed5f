"""Make synthetic eyes of any camera, far more varied than those of an enrolment station.

usage: python -m models.iris_segmentation.synthetic --out FILE.npz [--eyes N] [--seed N]

Ten captures of each eye; 0.03 s a capture.
"""

import argparse
import dataclasses
from typing import Any

import cv2
import numpy as np
from models.iris_segmentation.canvas import NO_EYE, UNKNOWN, Kept, ellipse, reduce, rescale, save

from biocapture.synthetic.eye import capture as rendering
from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.eye import Eye, eye

SHAPES = ((240, 320), (240, 320), (280, 320), (256, 256), (192, 320), (320, 256))
CAPTURES = 10

MIN_SHARE, SURE_SHARE = 0.03, 0.15
"""Of the iris that must be seen: below the first there is no eye, below the second nothing is asked of the network."""


def look(random: np.random.Generator, drawn: Eye) -> Eye:
    """The eye in the greys of some camera, with other hairs, and steps of brightness around its pupil."""
    u = random.uniform
    pupil = u(0, 60)
    iris = pupil + 12 + u(0, 1) ** 1.5 * (190 - pupil)
    rows = np.linspace(0, 1, drawn.texture.shape[0], dtype=np.float32)[:, None]
    steps = np.zeros_like(rows)
    for _ in range(int(random.integers(0, 4))):
        steps += random.normal(0, 2.0) / (1 + np.exp((rows - u(0.1, 0.9)) / u(0.02, 0.08)))
    return dataclasses.replace(
        drawn,
        texture=(drawn.texture * u(0.3, 1.6) + steps).astype(np.float32),
        pupil_grey=pupil,
        iris_grey=iris,
        iris_contrast=u(0.01, 0.12) * max(iris - pupil, 30),
        sclera_grey=float(np.clip(iris + random.normal(45, 40), 5, 255)),
        skin_grey=u(40, 255),
        limbus_width=u(0.01, 0.09),
        pupil_nasal=random.normal(0.03, 0.03),
        pupil_down=random.normal(0.01, 0.03),
        lash_length=u(0.3, 1.2),
        lash_density=u(0.3, 1.0),
        lash_droop=u(0.0, 0.9),
        crease=u(0, 0.7),
        brow=u(1.3, 3.2),
        upper_lid=u(0.75, 1.2),
        lower_lid=u(0.8, 1.25),
        nasal_canthus=u(1.7, 2.7),
        temporal_canthus=u(1.9, 3.0),
    )


def conditions(random: np.random.Generator) -> Conditions:
    """Any placement, light and camera."""
    u, often = random.uniform, lambda share: random.random() < share
    shape = SHAPES[random.integers(len(SHAPES))]
    smallest = 12.5 if often(0.15) else 22
    radius = float(np.exp(u(np.log(smallest), np.log(0.47 * min(shape)))))
    turn, angle = u(0, 2 * np.pi), abs(random.normal(0, 12))
    angle = min(angle, 38.0)
    room = [max(side / 2 - 0.55 * radius, 0) for side in shape]
    shift = [float(np.clip(random.normal(0, 0.45), -1, 1) * side) for side in room]
    some: dict[str, Any] = {}
    if often(0.12):
        some["pupil_glare"] = u(0.1, 1)
    if often(0.2):
        some["glasses_glare"] = u(0.2, 1)
    if often(0.25):
        some["glasses_frame"] = u(0.2, 1)
    if often(0.15):
        some |= {"motion_px": u(0, 0.12) * radius, "motion_deg": u(0, 360)}
    if often(0.1):
        some["interlace_px"] = u(-4, 4)
    if often(0.3):
        some["jpeg_quality"] = int(u(15, 95))
    if often(0.3):
        some["soft_lens"] = u(0, 1)
    if often(0.04):
        some["cosmetic_lens"] = u(0, 0.7)
    if often(0.4):
        some |= {"light_gradient": u(0, 0.9), "light_deg": u(0, 360)}
    return Conditions(
        dilation=u(0.14, 0.86) if often(0.3) else u(0.22, 0.65),
        gaze_deg=(float(angle * np.cos(turn)), float(angle * np.sin(turn))),
        roll_deg=u(165, 180) * random.choice((-1, 1)) if often(0.05) else float(random.normal(0, 9)),
        lid_opening=u(0, 0.15) if often(0.06) else float(np.clip(random.normal(0.75, 0.2), 0.2, 1)),
        lashes=u(0, 1),
        makeup=u(0, 1) if often(0.4) else 0.0,
        defocus_px=float(u(0, 1) ** 2 * 0.09 * radius),
        noise=float(min(random.exponential(5), 40)),
        exposure_ev=float(np.clip(random.normal(0, 0.7), -2.5, 1)),
        contrast_loss=float(min(abs(random.normal(0, 0.12)), 0.7)),
        leds=int(random.choice((0, 1, 1, 2, 2, 3, 4, 6, 8, 8, 12))),
        led_spread=u(0.03, 0.6),
        led_radius=u(0.015, 0.12),
        led_at=(random.normal(0, 0.18), random.normal(0, 0.18)),
        iris_radius_px=radius,
        shift_row_px=shift[0],
        shift_column_px=shift[1],
        shape=shape,
        **some,
    )


def photograph(drawn: Eye, random: np.random.Generator, name: str) -> Kept:
    """One capture, reduced, with its truth."""
    rendering.LASH_GREY, rendering.FRAME_GREY = float(random.uniform(0, 70)), float(random.uniform(0, 120))
    seen = rendering.capture(look(random, drawn), conditions(random), int(random.integers(2**31)))
    truth = seen.truth
    small, factor = reduce(seen.pixels)
    full = np.pi * truth.limbus.major_px * truth.limbus.minor_px * (1 - truth.dilation**2)
    share = truth.usable.sum() / full
    pupil, limbus = (
        rescale(ellipse(e.row_px, e.column_px, e.major_px, e.minor_px, e.tilt_rad), factor)
        for e in (truth.pupil, truth.limbus)
    )
    if share < SURE_SHARE:
        pupil = limbus = NO_EYE if share < MIN_SHARE else UNKNOWN
    return Kept(small, pupil, limbus, "synthetic", name, random.random() < 0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--eyes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    kept = []
    for number in range(arguments.eyes):
        random = np.random.default_rng([arguments.seed, number])
        drawn = eye(10_000_000 + 100_000 * arguments.seed + number, bool(number % 2))
        kept += [photograph(drawn, random, f"{number}_{k}") for k in range(CAPTURES)]
    save(arguments.out, kept)


if __name__ == "__main__":
    main()
