"""Write the synthetic sample eyes and their index. The same code gives the same pixels.

usage: python sample_data/make_iris.py [--out DIR]
"""

import argparse
import csv
import dataclasses
from pathlib import Path
from typing import Any

import cv2

from biocapture.synthetic.eye.capture import EyeTruth, capture
from biocapture.synthetic.eye.conditions import Conditions, everyday_conditions
from biocapture.synthetic.eye.eye import Eye, eye

FAULTS: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("closing", {"lid_opening": 0.5}, {"lid_opening": 0.0}),
    ("glasses", {"glasses_glare": 0.35, "glasses_frame": 0.4}, {"glasses_glare": 1.0, "glasses_frame": 1.0}),
    ("defocus", {"defocus_px": 2.5}, {"defocus_px": 7.0}),
    ("cosmetic_lens", {"cosmetic_lens": 0.35}, {"cosmetic_lens": 0.95, "soft_lens": 0.6}),
    ("gaze", {"gaze_deg": (15.0, 3.0)}, {"gaze_deg": (-30.0, 6.0)}),
    ("cut_off", {"shift_column_px": 190.0}, {"shift_column_px": -300.0, "shift_row_px": 90.0}),
    ("motion", {"motion_px": 8.0, "motion_deg": 10.0}, {"motion_px": 26.0, "motion_deg": 35.0}),
    ("makeup", {"makeup": 0.5, "lashes": 0.9}, {"makeup": 1.0, "lashes": 1.0, "lid_opening": 0.6}),
    ("dark", {"exposure_ev": -1.2}, {"exposure_ev": -3.2}),
    ("bright", {"exposure_ev": 0.5}, {"exposure_ev": 1.3}),
    ("pupil_glare", {"pupil_glare": 0.35}, {"pupil_glare": 1.0}),
    ("light_gradient", {"light_gradient": 0.6}, {"light_gradient": 1.0, "exposure_ev": -0.5}),
    ("low_contrast", {"contrast_loss": 0.35}, {"contrast_loss": 0.8}),
    ("soft_lens", {"soft_lens": 0.5}, {"soft_lens": 1.0}),
    ("dilated", {"dilation": 0.62}, {"dilation": 0.78}),
    ("small_pupil", {"dilation": 0.22, "leds": 4}, {"dilation": 0.14, "leds": 8, "led_spread": 0.1}),
    ("noise", {"noise": 8.0}, {"noise": 22.0}),
    ("compression", {"jpeg_quality": 40}, {"jpeg_quality": 8}),
    ("interlace", {"interlace_px": 2.0}, {"interlace_px": 6.0}),
    ("far_away", {"iris_radius_px": 75.0, "roll_deg": 12.0}, {"iris_radius_px": 38.0, "roll_deg": 28.0}),
)
"""One fault per eye, mild for the third image and severe for the fourth."""

QUIET = 1.0
"""Sensor noise in greys where noise is not the fault: keeps the files small."""

JPEG_QUALITY = 95


def images_of(index: int) -> list[tuple[str, Conditions]]:
    """Label and conditions of the four images of one eye: good, everyday, mild fault, severe fault."""
    label, mild, severe = FAULTS[index]
    calm = {"noise": QUIET, "jpeg_quality": 0, "makeup": 0.0, "soft_lens": 0.0}
    good = {"lid_opening": 0.92, "gaze_deg": (0.0, 0.0), "defocus_px": 0.0, "light_gradient": 0.05, "dilation": 0.4}
    usual = [dataclasses.replace(everyday_conditions(500 + 4 * index + number), **calm) for number in range(4)]
    labels = ("", "", f"mild {label}", f"severe {label}")
    changes = (good, {}, mild, severe)
    return [
        (name, dataclasses.replace(conditions, **change))
        for name, conditions, change in zip(labels, usual, changes, strict=True)
    ]


def write(out: Path) -> None:
    """Write ten people × two eyes × four images and ``iris/index.csv``."""
    rows = [row for index in range(len(FAULTS)) for row in _write_eye(out, index)]
    with (out / "iris" / "index.csv").open("w", newline="", encoding="utf8") as handle:
        table = csv.DictWriter(handle, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def _write_eye(out: Path, index: int) -> list[dict[str, object]]:
    shown: Eye = eye(100 + index // 2, left=index % 2 == 1)
    person = f"person{index // 2 + 1:02}"
    rows = []
    for number, (label, conditions) in enumerate(images_of(index), 1):
        made = capture(shown, conditions, seed=10 * index + number)
        path = Path("iris", person, f"{shown.side}_{number}.jpg")
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(out / path), made.pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        facts = {"path": path.as_posix(), "person": person, "position": str(shown.side)}
        facts |= {"impression": number, "fault": label}
        rows.append(facts | _truth(made.truth) | _parts(dataclasses.asdict(conditions)))
    return rows


def _truth(truth: EyeTruth) -> dict[str, object]:
    """Both ellipses (semi-axes; tilt of the major one from the columns towards the rows) and the usable share."""
    ellipses = {"pupil": truth.pupil, "limbus": truth.limbus}
    facts = {
        f"{name}_{field}": round(value, 3)
        for name, ellipse in ellipses.items()
        for field, value in dataclasses.asdict(ellipse).items()
    }
    return facts | {"usable_share": round(truth.usable_share, 4)}


def _parts(conditions: dict[str, Any]) -> dict[str, object]:
    """A column for every number; pairs in two."""
    flat: dict[str, object] = {}
    for name, value in conditions.items():
        for part, number in zip(("_1", "_2"), value, strict=True) if isinstance(value, tuple) else (("", value),):
            flat[name + part] = round(number, 3)
    return flat


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    write(parser.parse_args().out)
