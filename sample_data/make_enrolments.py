"""Write the sample enrolments: synthetic people, clean ones and one for every fault. Same code, same pixels.

usage: python sample_data/make_enrolments.py [--out DIR]
"""

import argparse
import csv
import dataclasses
import functools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from biocapture.synthetic.fingerprint.finger import Finger, finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import FINGERS, Position

SLOTS = FINGERS[1:]
PEOPLE = {"ayu": 700, "budi": 710, "sari": 720}
"""Name → seed of the right thumb; Sari is the operator."""

SHAPE_PX, JPEG_QUALITY = (520, 400), 80

INDONESIAN = (
    *("ibu_jari_kanan", "telunjuk_kanan", "jari_tengah_kanan", "jari_manis_kanan", "kelingking_kanan"),
    *("ibu_jari_kiri", "telunjuk_kiri", "jari_tengah_kiri", "jari_manis_kiri", "kelingking_kiri"),
)

EYES = {Position.RIGHT_EYE: "../../iris/{}/right_eye_1.jpg", Position.LEFT_EYE: "../../iris/{}/left_eye_1.jpg"}
EYES_OF = {"ayu": "person01", "budi": "person03"}

Samples = dict[Position, list[str]]


@functools.cache
def grown(person: str, position: Position) -> Finger:
    """One finger of a person."""
    return finger(PEOPLE[person] + SLOTS.index(position))


def touch(person: str, position: Position, number: int) -> Effects:
    """A good touch, a little different each time."""
    turn = (4.0 - SLOTS.index(position)) * (-1) ** number
    wet = 0.05 * (number % 3)
    return Effects(rotation_deg=turn, shift_row_px=5.0 * number, distortion_px=3.0, wet=wet, noise=1.0)


class Album:
    """The images, each written once."""

    def __init__(self, out: Path) -> None:
        self.out = out
        (out / "images").mkdir(parents=True, exist_ok=True)

    def print_of(self, person: str, position: Position, number: int = 1, **faults: float) -> str:
        """File of one touch, relative to an enrolment's folder; faults override the touch."""
        words = "".join(f"_{name}{value:g}".replace(".", "") for name, value in faults.items())
        name = f"{person}_{position}_{number}{words}.jpg"
        if not (self.out / "images" / name).exists():
            effects = dataclasses.replace(touch(person, position, number), **faults)
            under = grown("ayu" if person == "budi" else "budi", position) if "ghost" in faults else None
            seed = 100 * SLOTS.index(position) + number
            made = impression(grown(person, position), seed, effects, SHAPE_PX, ghost_of=under)
            save(made.pixels, self.out / "images" / name)
        return f"../images/{name}"

    def changed(self, source: str, name: str, pixels: np.ndarray) -> str:
        """File of an image made from another one."""
        save(pixels, self.out / "images" / name)
        return f"../images/{name}"

    def pixels(self, file: str) -> np.ndarray:
        """Pixels of a file already written."""
        return np.asarray(Image.open(self.out / "images" / Path(file).name))

    def person(self, name: str, number: int = 1) -> Samples:
        """All ten fingers of a person and both eyes."""
        prints: Samples = {position: [self.print_of(name, position, number)] for position in SLOTS}
        eyes = {position: [file.format(EYES_OF[name])] for position, file in EYES.items()} if name in EYES_OF else {}
        return prints | eyes


def save(pixels: np.ndarray, path: Path) -> None:
    """JPEG at 500 ppi."""
    Image.fromarray(pixels).save(path, quality=JPEG_QUALITY, dpi=(500, 500), optimize=True)


@dataclasses.dataclass
class Case:
    """One sample enrolment and what is to be found in it.

    Attributes
    ----------
    finding : str
        Id of the finding; empty for clean ones.
    slots : tuple of Position
        That the finding must name.
    verdict : str
    needs : str
        ``station`` where the station must know Ayu (as the previous person) and the operator Sari.
    """

    name: str
    samples: Samples
    finding: str = ""
    slots: tuple[Position, ...] = ()
    verdict: str = "RETAKE"
    needs: str = ""
    exceptions: dict[Position, str] = dataclasses.field(default_factory=dict)


THUMB, INDEX, MIDDLE, RING = SLOTS[:4]
LEFT_INDEX, LEFT_RING = SLOTS[6], SLOTS[8]


def cases(album: Album) -> Iterator[Case]:
    """Clean enrolments, then one for every fault."""
    ayu, budi = album.person("ayu"), album.person("budi")
    yield Case("clean_ayu", ayu, verdict="READY")
    yield Case("clean_budi", budi, verdict="READY")
    tries = [album.print_of("ayu", INDEX, 1), album.print_of("ayu", INDEX, 3, dry=0.9), album.print_of("ayu", INDEX, 2)]
    yield Case("clean_attempts", ayu | {INDEX: tries[1:] + tries[:1]}, verdict="READY")
    amputated = {position: files for position, files in ayu.items() if position is not LEFT_RING}
    yield Case("clean_exception", amputated, verdict="READY", exceptions={LEFT_RING: "amputated"})
    yield from _incomplete(album, ayu)
    yield from _repeated(album, ayu)
    yield from _foreign(album, budi)


def _incomplete(album: Album, ayu: Samples) -> Iterator[Case]:
    without = {position: files for position, files in ayu.items() if position is not LEFT_RING}
    yield Case("missing_slot", without, "complete.missing_slot", (LEFT_RING,))
    yield Case("bandaged", without, "complete.bandaged", (LEFT_RING,), "REVIEW", exceptions={LEFT_RING: "bandaged"})
    amputated = {LEFT_RING: "amputated"}
    yield Case("filled_exception", ayu, "complete.filled_exception", (LEFT_RING,), "REVIEW", exceptions=amputated)
    lost = ayu | {INDEX: ["../images/never_written.jpg"]}
    yield Case("missing_image", lost, "complete.unreadable_file", (INDEX,))
    cut = album.out / "images" / "truncated.jpg"
    whole = (album.out / "images" / Path(ayu[INDEX][0]).name).read_bytes()
    cut.write_bytes(whole[: len(whole) // 3])
    yield Case("damaged_image", ayu | {INDEX: ["../images/truncated.jpg"]}, "complete.unreadable_file", (INDEX,))
    eye = ayu | {INDEX: ["../../iris/person02/left_eye_1.jpg"]}
    yield Case("eye_in_finger_slot", eye, "complete.wrong_modality", (INDEX,))
    swapped = ayu | {Position.RIGHT_EYE: ayu[Position.LEFT_EYE], Position.LEFT_EYE: ayu[Position.RIGHT_EYE]}
    yield Case("exchanged_eyes", swapped, "complete.wrong_eye", (Position.RIGHT_EYE, Position.LEFT_EYE))
    blurred = album.print_of("ayu", MIDDLE, 1, blur_px=4.5)
    yield Case("poor_print", ayu | {MIDDLE: [blurred]}, "readable.slot", (MIDDLE,))


def _repeated(album: Album, ayu: Samples) -> Iterator[Case]:
    again = album.print_of("ayu", INDEX, 2)
    yield Case("same_finger", ayu | {MIDDLE: [again]}, "distinct.same_finger", (INDEX, MIDDLE))
    yield Case("same_file", ayu | {MIDDLE: ayu[INDEX]}, "distinct.same_file", (INDEX, MIDDLE))
    pixels = album.pixels(ayu[INDEX][0])
    mirrored = album.changed(ayu[INDEX][0], "ayu_right_index_mirrored.jpg", np.ascontiguousarray(pixels[:, ::-1]))
    yield Case("mirrored_copy", ayu | {MIDDLE: [mirrored]}, "distinct.copied_image", (INDEX, MIDDLE))
    turned = np.asarray(Image.fromarray(pixels).rotate(17, fillcolor=235))[60:460, 50:350]
    cropped = album.changed(ayu[INDEX][0], "ayu_right_index_cropped.jpg", turned)
    yield Case("turned_crop", ayu | {MIDDLE: [cropped]}, "distinct.same_finger", (INDEX, MIDDLE))
    eye = "../../iris/person01/right_eye_2.jpg"
    both = (Position.RIGHT_EYE, Position.LEFT_EYE)
    yield Case("same_eye", ayu | {Position.LEFT_EYE: [eye]}, "distinct.same_eye", both)
    stranger = album.print_of("sari", RING, 1)
    weak = [album.print_of("ayu", position, 3, dry=0.8) for position in (INDEX, MIDDLE)]
    exchanged = {INDEX: [*ayu[INDEX], weak[1]], MIDDLE: [*ayu[MIDDLE], weak[0]]}
    yield Case("attempts_exchanged", ayu | exchanged, "attempts.exchanged", (INDEX, MIDDLE))
    yield Case("attempts_disagree", ayu | {RING: [*ayu[RING], stranger]}, "attempts.disagree", (RING,), "REVIEW")


def _foreign(album: Album, budi: Samples) -> Iterator[Case]:
    residue = album.print_of("ayu", LEFT_INDEX, 4, low_contrast=0.4)
    yield Case("previous_print", budi | {LEFT_INDEX: [residue]}, "ghost.previous_print", (LEFT_INDEX,), needs="station")
    under = album.print_of("budi", THUMB, 1, ghost=0.5)
    yield Case("ghost_under", budi | {THUMB: [under]}, "ghost.second_ridges", (THUMB,))
    another = {position: [album.print_of("ayu", position, 2)] for position in SLOTS}
    yield Case("other_person", another, "person.other_person", (), "REVIEW", "station")
    yield Case("operator", album.person("sari"), "person.operator", (), "REVIEW", "station")


def write(out: Path) -> None:
    """Write images, manifests and ``labels.csv``; a folder without manifest whose names tell the slots."""
    root = out / "enrolments"
    shutil.rmtree(root, ignore_errors=True)
    album = Album(root)
    rows = [_write_case(root, case) for case in cases(album)]
    named = root / "clean_names"
    named.mkdir()
    for position, name in zip(SLOTS, INDONESIAN, strict=True):
        shutil.copy(root / "images" / f"budi_{position}_1.jpg", named / f"{name}.jpg")
    rows.append({"enrolment": "clean_names", "finding": "", "slots": "", "verdict": "READY", "needs": ""})
    with (root / "labels.csv").open("w", newline="", encoding="utf8") as handle:
        table = csv.DictWriter(handle, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def _write_case(root: Path, case: Case) -> dict[str, str]:
    folder = root / case.name
    folder.mkdir()
    samples = [{"position": str(position), "path": path} for position, files in case.samples.items() for path in files]
    document: dict[str, object] = {"person": case.name, "samples": samples}
    if case.exceptions:
        document["exceptions"] = {str(position): why for position, why in case.exceptions.items()}
    (folder / "manifest.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf8")
    slots = ";".join(map(str, case.slots))
    return {
        "enrolment": case.name,
        "finding": case.finding,
        "slots": slots,
        "verdict": case.verdict,
        "needs": case.needs,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    write(parser.parse_args().out)
