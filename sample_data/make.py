"""Write the synthetic sample prints and their index. The same code gives the same pixels.

usage: python sample_data/make.py [--out DIR]
"""

import argparse
import csv
import dataclasses
from pathlib import Path

import numpy as np
from PIL import Image

from biocapture.synthetic.fingerprint.finger import Finger, finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import FINGERS, Position

FAULTS: tuple[tuple[str, Effects, Effects], ...] = (
    ("wet", Effects(wet=0.45), Effects(wet=0.95)),
    ("dry", Effects(dry=0.4), Effects(dry=0.9)),
    ("partial", Effects(partial=0.35), Effects(partial=0.8)),
    ("ghost", Effects(ghost=0.4, partial=0.2), Effects(ghost=0.7, partial=0.35)),
    ("blur", Effects(blur_px=1.8), Effects(blur_px=3.5)),
    ("noise", Effects(noise=18.0), Effects(noise=45.0)),
    ("low_contrast", Effects(low_contrast=0.6), Effects(low_contrast=0.93)),
    ("shading", Effects(shading=0.8, low_contrast=0.3), Effects(shading=1.0, low_contrast=0.75)),
    ("off_centre", Effects(shift_column_px=110.0), Effects(shift_column_px=190.0, shift_row_px=120.0)),
    ("creases", Effects(creases=4), Effects(creases=10, dry=0.3)),
)
"""One fault per finger, mild for the third impression and severe for the fourth."""

QUIET = 1.5
"""Sensor noise in greys where noise is not the fault: keeps the files small."""

EFFECTS = tuple(field.name for field in dataclasses.fields(Effects))


def impressions_of(index: int) -> list[tuple[str, Effects]]:
    """Label and effects of the four impressions of one finger: pristine, everyday, mild fault, severe fault."""
    label, mild, severe = FAULTS[index]
    everyday = Effects(rotation_deg=8.0 - 1.7 * index, distortion_px=4.0, shift_row_px=6.0, wet=0.1, noise=QUIET)
    placed = [("", Effects(noise=QUIET)), ("", everyday)]
    for strength, effects in (("mild", mild), ("severe", severe)):
        noise = effects.noise if label == "noise" else QUIET
        placed.append((f"{strength} {label}", dataclasses.replace(effects, noise=noise, rotation_deg=index - 5.0)))
    return placed


def write(out: Path) -> None:
    """Write ten fingers × four impressions and ``index.csv``."""
    fingers = [finger(100 + index) for index in range(len(FAULTS))]
    rows = [row for index in range(len(FAULTS)) for row in _write_finger(out, index, fingers)]
    with (out / "index.csv").open("w", newline="", encoding="utf8") as handle:
        table = csv.DictWriter(handle, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    damaged = out / "damaged" / "truncated.png"
    damaged.parent.mkdir(parents=True, exist_ok=True)
    damaged.write_bytes((out / str(rows[0]["path"])).read_bytes()[:20000])


def _write_finger(out: Path, index: int, fingers: list[Finger]) -> list[dict[str, object]]:
    position: Position = FINGERS[1 + index]
    person = "person01" if index < 5 else "person02"
    rows = []
    for number, (label, effects) in enumerate(impressions_of(index), 1):
        made = impression(fingers[index], seed=10 * index + number, effects=effects, ghost_of=fingers[index - 1])
        path = Path("fingerprint", person, f"{position}_{number}.png")
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(made.pixels).save(out / path, dpi=(500, 500), optimize=True)
        facts = {"path": str(path), "person": person, "position": str(position), "impression": number, "fault": label}
        facts |= {"minutiae": len(made.minutiae.row), "contact_mm2": round(made.contact.sum() * (25.4 / 500) ** 2, 1)}
        rows.append(facts | {name: np.round(getattr(effects, name), 3) for name in EFFECTS})
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    write(parser.parse_args().out)
