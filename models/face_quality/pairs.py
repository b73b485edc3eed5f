"""Pairs of public portraits with planted faults, to judge the quality of faces by a recognition system of one's own.

usage: python -m models.face_quality.pairs --prepared FILE --out DIR [--each N] [--seed N]

--prepared FILE  written by models.face_data.prepare; of it the London set, 102 people neutral and smiling
--out DIR        portraits and probes as PNG, and pairs.csv: file1, file2, genuine, person, fault, severity
--each N         probes of a person (default 30), each the smiling portrait with one fault or two
--seed N         of what is planted (default 1)

A probe is compared with the neutral portrait of its person and with those of ten others. How hard a fault is, is drawn
evenly between none and what ruins a portrait. The pictures show people: they stay on this machine.
"""

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from models.face_data import covers
from models.face_data.conditions import streak
from models.face_data.expressions import LEFT_EYE, RIGHT_EYE, close_eye
from models.face_data.points import Places
from models.face_data.portraits import Portrait, turn
from models.face_data.prepare import load_training_data
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Fault = Callable[[Rgb, float, np.random.Generator], Rgb]

OTHERS = 10
"""Other people that each probe is compared with."""


def bytes_of(picture: NDArray[np.floating]) -> Rgb:
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def out_of_focus(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    return cv2.GaussianBlur(picture, (0, 0), 0.01 + 12 * severity**1.5)


def shaken(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    return cv2.filter2D(picture, -1, streak(1 + 2 * round(20 * severity), rng.uniform(0, 180)))


def dark(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    """Less light, the same noise of the sensor."""
    light = (picture / 255.0) ** 2.2 * 10 ** (-2.5 * severity) + rng.normal(0, 0.002, picture.shape)
    return bytes_of(255 * np.clip(light, 0, 1) ** (1 / 2.2))


def bright(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    return bytes_of(255 * np.clip((picture / 255.0) ** 2.2 * 10 ** (1.8 * severity), 0, 1) ** (1 / 2.2))


def noisy(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    return bytes_of(picture + rng.normal(0, 110 * severity**1.5 + 1e-3, picture.shape))


def small(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    share = 1 - 0.95 * severity**0.5
    return cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)


def compressed(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    """Written as JPEG, the worse the smaller, too."""
    share = 1 - 0.75 * severity
    less = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    quality = [cv2.IMWRITE_JPEG_QUALITY, round(60 - 58 * severity)]
    return cv2.resize(cv2.imdecode(cv2.imencode(".jpg", less, quality)[1], 1), picture.shape[1::-1])


def lit_from_a_side(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    across = np.linspace(-4, 4, picture.shape[1]) * rng.choice((-1, 1)) + rng.uniform(-1, 1)
    share = 1 / (1 + np.exp(-across))
    light = (picture / 255.0) ** 2.2 * (1 - severity + severity * share**3)[None, :, None]
    return bytes_of(255 * light ** (1 / 2.2))


def leaning(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.choice((-1, 1)) * 60 * severity, 1)
    return cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def cut_off(picture: Rgb, severity: float, rng: np.random.Generator) -> Rgb:
    """By one of the borders, at most to the middle of the picture."""
    height, width = picture.shape[:2]
    cut = 0.2 + 0.35 * severity
    rows, columns = round(cut * height), round(cut * width)
    sides = (picture[rows:], picture[: height - rows], picture[:, columns:], picture[:, : width - columns])
    return np.ascontiguousarray(sides[rng.integers(4)])


FAULTS: dict[str, Fault] = {
    each.__name__: each
    for each in (out_of_focus, shaken, dark, bright, noisy, small, compressed, lit_from_a_side, leaning, cut_off)
}
WORN = (covers.glasses, covers.mask, covers.scarf, covers.hair, covers.hand, covers.hat)
"""What covers a face; how much of it, is theirs to draw."""

HELD = ("turned", "bent", "covered", "eyes_closed")
"""Faults that need to know where the face is: they come before all others."""


def with_fault_on_face(portrait: Portrait, fault: str, severity: float, rng: np.random.Generator) -> tuple[Rgb, Places]:
    """A portrait with one of :data:`HELD`, or as it is; and its landmarks."""
    side = rng.choice((-1, 1))
    if fault == "turned":
        return turn(portrait, side * 45 * severity, 0.0)
    if fault == "bent":
        return turn(portrait, 0.0, side * 35 * severity)
    picture, places = portrait.pixels.copy(), portrait.places[:, :2].copy()
    if fault == "covered":
        for cover in rng.choice(np.array(WORN, object), 1 + int(3 * severity)):
            cover(picture, places, rng)
    elif fault == "eyes_closed":
        for eye in (LEFT_EYE, RIGHT_EYE):
            close_eye(picture, places, eye, severity)
    return picture, places


def probe(portrait: Portrait, rng: np.random.Generator) -> tuple[Rgb, str, float]:
    """The picture with one fault or, in a third of the cases, two; their names and the larger severity."""
    faults = rng.choice((*HELD, *FAULTS), 2 if rng.random() < 1 / 3 else 1, replace=False).tolist()
    severity = {fault: float(rng.uniform()) for fault in faults}
    first = next((fault for fault in faults if fault in HELD), "")
    picture, _ = with_fault_on_face(portrait, first, severity.get(first, 0.0), rng)
    for fault in faults:
        if fault in FAULTS:
            picture = FAULTS[fault](picture, severity[fault], rng)
    return picture, "+".join(faults), max(severity.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--prepared", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--each", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    known = load_training_data(arguments.prepared)
    people: dict[str, dict[str, Portrait]] = {}
    for portrait in known.training + known.held_out:
        folder, file = portrait.name.split("/")
        if folder in ("neutral_front", "smiling_front"):
            people.setdefault(file.split("_")[0], {})[folder] = portrait
    people = {name: both for name, both in sorted(people.items()) if len(both) == 2}
    arguments.out.mkdir(parents=True, exist_ok=True)
    rng, rows = np.random.default_rng(arguments.seed), []
    for name, both in people.items():
        cv2.imwrite(str(arguments.out / f"{name}.png"), both["neutral_front"].pixels[..., ::-1])
        others = [other for other in people if other != name]
        for number in range(arguments.each):
            picture, fault, severity = probe(both["smiling_front"], rng)
            file = f"{name}_{number:02d}.png"
            cv2.imwrite(str(arguments.out / file), picture[..., ::-1])
            met = (name, *rng.choice(others, OTHERS, replace=False))
            rows += [(file, f"{other}.png", int(other == name), name, fault, f"{severity:.3f}") for other in met]
    with (arguments.out / "pairs.csv").open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("file1", "file2", "genuine", "person", "fault", "severity"))
        writer.writerows(rows)
    print(f"{len(people)} people, {len(rows)} pairs")


if __name__ == "__main__":
    main()
