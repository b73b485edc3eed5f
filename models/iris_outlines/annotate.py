"""Circles of pupil and limbus of other cameras, proposed by a search and accepted or done again by eye.

usage: python -m models.iris_outlines.annotate propose --images DIR [--sets NAME=COUNT ...] --out FILE.csv
       python -m models.iris_outlines.annotate sheet FILE.csv --images DIR --out FOLDER
       python -m models.iris_outlines.annotate again FILE.csv --images DIR --seeds SEEDS.csv --out FILE.csv
       python -m models.iris_outlines.annotate strips FILE.csv --images DIR --out FOLDER
       python -m models.iris_outlines.annotate read FILE.csv --images DIR --seeds ENDS.csv --out FILE.csv
       python -m models.iris_outlines.annotate set FILE.csv --images DIR --seeds CIRCLES.csv --out FILE.csv

--images DIR   a folder per camera, in it pictures of eyes (*.pgm)
--sets         cameras and how many eyes of each, persons in turn
--seeds        row of the table (from 0), then row, column and radius in px of the pupil (or nothing: as it is) and
               the radius of the limbus (or nothing). A line with the row alone takes its circles away.
               For read: row of the table, columns of the left and right end of the limbus as read off the strips.
               For set: row of the table, then the six numbers of its circles (or nothing: as it is)

The limbus is drawn blind: read off strips on which nothing is drawn (``strips.py``); the sheets are for looking at it
afterwards. The table has the columns set, file, pupil_row, pupil_col, pupil_r, limbus_row, limbus_col, limbus_r, in px;
a field is empty where nothing is to be seen. Look at every sheet before the table is used; it stays outside the
repository.
"""

import argparse
import csv
import itertools
import random
from pathlib import Path

import cv2
import numpy as np
from models.iris_outlines import strips
from models.iris_outlines.search import find_limbus, fit_pupil, search, without_glare
from numpy.typing import NDArray

COLUMNS = ["set", "file", "pupil_row", "pupil_col", "pupil_r", "limbus_row", "limbus_col", "limbus_r"]
SETS = {"iitd_odd": 100, "mmu2": 100, "casia_thousand_6": 50, "inp_iris": 100}

Row = list[str]


def person_of(camera: str, name: str) -> str:
    """Who an eye is of, by the name of its file.

    Parameters
    ----------
    camera, name : str

    Returns
    -------
    str
    """
    if camera == "iitd_odd":
        return name.split("__")[1]
    if camera == "mmu2":
        return name.split("__")[1].removesuffix(".pgm")[:-4]
    return name[:6] if camera == "casia_interval" else name.split("_", maxsplit=1)[0]


def sample(images: Path, camera: str, count: int) -> list[str]:
    """Names of some eyes of a camera, one of each person in turn.

    Parameters
    ----------
    images : Path
    camera : str
    count : int

    Returns
    -------
    list of str
    """
    chance = random.Random(1)
    of: dict[str, list[str]] = {}
    for path in sorted((images / camera).glob("*.pgm")):
        if not path.stem.endswith("m"):  # drawn masks of inp_iris
            of.setdefault(person_of(camera, path.name), []).append(path.name)
    persons = sorted(of)
    chance.shuffle(persons)
    for names in of.values():
        chance.shuffle(names)
    turns = itertools.zip_longest(*(of[person] for person in persons))
    return [name for turn in turns for name in turn if name is not None][:count]


def propose(images: Path, sets: dict[str, int]) -> list[Row]:
    """A row for each eye, with the circles that the search finds.

    Parameters
    ----------
    images : Path
    sets : dict of str to int

    Returns
    -------
    list of list of str
    """
    rows = []
    for camera, count in sets.items():
        for name in sample(images, camera, count):
            pupil, limbus = search(_grey(images / camera / name))
            rows.append([camera, name, *_text((*pupil, *limbus))])
    return rows


def again(rows: list[Row], images: Path, seeds: list[Row]) -> list[Row]:
    """The rows with those of the seeds fitted again.

    Parameters
    ----------
    rows, seeds : list of list of str
    images : Path

    Returns
    -------
    list of list of str
    """
    rows = list(rows)
    for index, *fields in seeds:
        camera, name, *circles = rows[int(index)]
        if not any(fields):
            rows[int(index)] = [camera, name, *[""] * 6]
            continue
        clean = without_glare(_grey(images / camera / name))
        row, column, radius, limbus = (float(field) if field else None for field in (*fields, "", "", "")[:4])
        known = float(circles[0]), float(circles[1]), float(circles[2])
        seeded = row is not None and column is not None and radius is not None
        pupil = fit_pupil(clean, (row, column, radius)) if seeded else known  # type: ignore[arg-type]
        around = find_limbus(clean, pupil, None if limbus is None else (0.88 * limbus, 1.1 * limbus))
        rows[int(index)] = [camera, name, *_text((*pupil, *around))]
    return rows


def put(rows: list[Row], circles: list[Row]) -> list[Row]:
    """The rows with circles as they are given.

    Parameters
    ----------
    rows, circles : list of list of str

    Returns
    -------
    list of list of str
    """
    rows = [list(row) for row in rows]
    for index, *fields in circles:
        row = rows[int(index)]
        row[2:] = [field or known for field, known in zip(fields, row[2:], strict=True)]
    return rows


def sheets(rows: list[Row], images: Path, out: Path, across: int = 5, down: int = 4, side_px: int = 320) -> None:
    """Write pictures of many eyes each, with their circles and rows of the table.

    Parameters
    ----------
    rows : list of list of str
    images, out : Path
    across, down : int
        Eyes of a picture.
    side_px : int
        Width of an eye in it.
    """
    out.mkdir(parents=True, exist_ok=True)
    numbered = sorted(enumerate(rows), key=lambda pair: (pair[1][0], pair[0]))
    for camera, group in itertools.groupby(numbered, key=lambda pair: pair[1][0]):
        of_camera = list(group)
        for number, start in enumerate(range(0, len(of_camera), across * down)):
            part = of_camera[start : start + across * down]
            tiles = [_tile(images, index, row, side_px) for index, row in part]
            tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % across)
            lines = [np.hstack(tiles[first : first + across]) for first in range(0, len(tiles), across)]
            cv2.imwrite(str(out / f"{camera}_{number}.png"), np.vstack(lines))


def _tile(images: Path, index: int, row: Row, side_px: int) -> NDArray[np.uint8]:
    grey = _grey(images / row[0] / row[1])
    factor = side_px / grey.shape[1]
    tile = cv2.cvtColor(cv2.resize(grey, None, fx=factor, fy=factor), cv2.COLOR_GRAY2BGR)
    for fields, colour in ((row[2:5], (0, 255, 0)), (row[5:8], (0, 200, 255))):
        if all(fields):
            at, right, radius = (float(field) for field in fields)
            centre = round((right + 0.5) * factor * 8), round((at + 0.5) * factor * 8)
            height = strips.PIXEL_HEIGHT.get(row[0], 1.0)
            axes = round(radius * height**-0.5 * factor * 8), round(radius * height**0.5 * factor * 8)
            cv2.ellipse(tile, centre, axes, 0, 0, 360, colour, 1, cv2.LINE_AA, 3)
    cv2.putText(tile, str(index), (4, 16), 0, 0.55, (0, 0, 255), 2)
    return np.asarray(tile, np.uint8)


def _grey(path: Path) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)


def _text(numbers: tuple[float, ...]) -> list[str]:
    return [f"{number:.1f}" for number in numbers]


def _read(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf8") as handle:
        return [row for row in csv.reader(handle) if row and row[0] != "set"]


def _write(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="", encoding="utf8") as handle:
        csv.writer(handle).writerows([COLUMNS, *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("propose", "sheet", "again", "strips", "read", "set"))
    parser.add_argument("table", type=Path, nargs="?")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--sets", nargs="*", default=[f"{name}={count}" for name, count in SETS.items()])
    parser.add_argument("--seeds", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.step == "propose":
        sets = {name: int(count) for name, count in (item.split("=") for item in arguments.sets)}
        _write(arguments.out, propose(arguments.images, sets))
    elif arguments.step == "sheet":
        sheets(_read(arguments.table), arguments.images, arguments.out)
    elif arguments.step == "strips":
        strips.sheets(_read(arguments.table), arguments.images, arguments.out)
    elif arguments.step == "read":
        rows, far = strips.read(_read(arguments.table), arguments.images, _read(arguments.seeds))
        _write(arguments.out, rows)
        print("as they were read, to be looked at:", *far)
    elif arguments.step == "set":
        _write(arguments.out, put(_read(arguments.table), _read(arguments.seeds)))
    else:
        _write(arguments.out, again(_read(arguments.table), arguments.images, _read(arguments.seeds)))


if __name__ == "__main__":
    main()
