"""Write the synthetic sample portraits and their index: rendered heads, nobody's. The same code gives the same pixels.

usage: PYTHONPATH=. python sample_data/make_faces.py --makehuman REPOSITORY [--out DIR]

--makehuman DIR  git directory of github.com/makehumancommunity/makehuman, whose CC0 assets the heads are made of
"""

import argparse
import csv
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from models.face_data import covers
from models.face_data.heads import Anchors, Assets, Kind, Units, anchors, assets
from models.face_data.lighting import Light, lamp
from models.face_data.render import Sitting, head_outline, render, sitting
from models.face_data.shells import Outline, Shell, hair, scarf
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Places = NDArray[np.float32]
After = Callable[[Rgb, Places], Rgb]

ROWS, COLUMNS, SIDE = 800, 600, 1000
"""Of a portrait, and of the square that is rendered."""

WALL = (205, 206, 210)
RED, BLUE = (190, 30, 36), (28, 66, 176)
JPEG_QUALITY = 92

SOFT = Light(
    np.full(3, 0.6),
    np.full(3, 0.35),
    0.08,
    20.0,
    [lamp(-25, 35, np.full(3, 0.45)), lamp(30, 25, np.full(3, 0.35), shadow=False)],
)
ASIDE = Light(np.full(3, 0.07), np.full(3, 0.04), 0.08, 20.0, [lamp(80, 15, np.full(3, 1.0))])


@dataclass(frozen=True)
class Sitter:
    """Somebody: the seed of all that is not said, what they are, what covers their head, and how long is exposed."""

    seed: int
    kind: Kind
    worn: Callable[[Outline, np.random.Generator], Shell] | None = None
    worn_seed: int = 0
    exposure: float = 0.28


SITTERS = {
    "sari": Sitter(2, Kind(np.array((0.05, 0.9, 0.05)), 2.1, 0.0)),
    "budi": Sitter(5, Kind(np.array((0.05, 0.9, 0.05)), 2.1, 1.0), exposure=1.5),
    "nur": Sitter(4, Kind(np.array((0.25, 0.7, 0.05)), 2.0, 0.0), scarf, 7),
    "yos": Sitter(1, Kind(np.array((0.9, 0.1, 0.0)), 2.2, 1.0), exposure=0.55),
    "wati": Sitter(8, Kind(np.array((0.05, 0.9, 0.05)), 2.8, 0.0)),
    "nur_veiled": Sitter(4, Kind(np.array((0.25, 0.7, 0.05)), 2.0, 0.0), scarf, 11),
    "agus": Sitter(9, Kind(np.array((0.0, 0.6, 0.4)), 2.1, 1.0), hair, 23),
}
"""Of Java, Papua and further places, young and old, bareheaded and in a head scarf."""


@dataclass(frozen=True)
class Portrait:
    """One picture.

    Attributes
    ----------
    sitter : str
        Key of :data:`SITTERS`.
    fault : str
        Empty for a good one.
    expected : str
        Measure or failure that must be named.
    change : dict
        Fields of the sitting that differ from a good one's.
    acts : dict
        Units of expression.
    gaze : (3,)
        Right, up, front.
    at : (2,)
        Row and column that the middle of the rendered square comes to, less those of the picture's.
    wall : (3,)
    after : callable
        What is done to the picture, given the landmarks.
    """

    sitter: str
    fault: str = ""
    expected: str = ""
    change: dict[str, Any] = field(default_factory=dict)
    acts: Units = field(default_factory=dict)
    gaze: tuple[float, float, float] = (0.0, 0.0, 1.0)
    at: tuple[int, int] = (40, 0)
    wall: tuple[int, int, int] = WALL
    after: After = lambda picture, places: picture


def turned(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> dict[str, Any]:
    """The head so many degrees to its left, chin down, and leaning."""
    return {"angles": np.array((yaw, pitch, roll), np.float32)}


def blurred(sigma: float) -> After:
    """Out of focus by so many pixels."""
    return lambda picture, places: cv2.GaussianBlur(picture, (0, 0), sigma)


def compressed(quality: int) -> After:
    """Written as JPEG of this quality before."""

    def after(picture: Rgb, places: Places) -> Rgb:
        return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)

    return after


def grey(picture: Rgb, places: Places) -> Rgb:
    """Without colour."""
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def narrowed(picture: Rgb, places: Places) -> Rgb:
    """Squeezed to two thirds of its width, and its border drawn out again."""
    squeezed = cv2.resize(picture, (COLUMNS * 2 // 3, ROWS), interpolation=cv2.INTER_AREA)
    missing = (COLUMNS - squeezed.shape[1]) // 2
    return cv2.copyMakeBorder(squeezed, 0, 0, missing, missing, cv2.BORDER_REPLICATE)


def red_eyes(picture: Rgb, places: Places) -> Rgb:
    """A flash beside the lens: pupil and iris shine red, where lids leave them free."""
    layer, discs = picture.copy(), np.zeros(picture.shape[:2], np.uint8)
    for pupil in places[96:98]:
        cv2.circle(discs, tuple(map(int, pupil)), 15, 255, -1)
    layer[(discs > 0) & (picture.max(axis=2) < 120)] = (205, 32, 26)
    return layer


def dark_glasses(picture: Rgb, places: Places) -> Rgb:
    """As against the sun."""
    layer = picture.copy()
    _, across, down = covers.frame_of(places)
    high = 0.34 * float(np.hypot(*across)) / float(np.hypot(*down))
    for corners in ((60, 64), (68, 72)):
        lens = covers.ellipse(places[list(corners)].mean(axis=0), across * 0.42, down * high)
        cv2.fillPoly(layer, [lens.astype(np.int32)], (22, 20, 24), cv2.LINE_AA)
    for one, other in ((64, 68), (60, 1), (72, 31)):
        cv2.line(layer, tuple(map(int, places[one])), tuple(map(int, places[other])), (22, 20, 24), 7, cv2.LINE_AA)
    return layer


def mask(picture: Rgb, places: Places) -> Rgb:
    """As doctors wear, over mouth and nose."""
    layer = picture.copy()
    outline = np.concatenate((places[4:29], places[53:54]))
    cv2.fillPoly(layer, [outline.astype(np.int32)], (150, 190, 205), cv2.LINE_AA)
    for share in (0.3, 0.5, 0.7):
        ends = places[[7, 25]] + share * (places[[14, 18]] - places[[7, 25]])
        cv2.line(layer, *(tuple(map(int, end)) for end in ends), (125, 165, 182), 3, cv2.LINE_AA)
    return layer


def from_a_screen(picture: Rgb, places: Places) -> Rgb:
    """The grid of a screen that was photographed a little askew."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    along, across = rows * np.cos(0.12) + columns * np.sin(0.12), columns * np.cos(0.12) - rows * np.sin(0.12)
    grid = 1 + 0.12 * (np.sin(2 * np.pi * along / 3.7) + np.sin(2 * np.pi * across / 3.7))
    return np.clip(picture * grid[..., None], 0, 255).astype(np.uint8)


PORTRAITS: dict[str, Portrait] = {
    "sari": Portrait("sari"),
    "budi": Portrait("budi"),
    "nur": Portrait("nur"),
    "yos": Portrait("yos"),
    "wati": Portrait("wati"),
    "agus": Portrait("agus"),
    "nur_red": Portrait("nur", wall=RED),
    "budi_blue": Portrait("budi", wall=BLUE),
    "turned": Portrait("sari", "turned to a side", "face.yaw", turned(yaw=27)),
    "chin_up": Portrait("budi", "chin up", "face.pitch", turned(pitch=-35)),
    "chin_down": Portrait("agus", "chin down", "face.pitch", turned(pitch=32)),
    "leaning": Portrait("nur", "head leans", "face.roll", turned(roll=16)),
    "eyes_closed": Portrait(
        "sari", "eyes closed", "face.eyes_open", acts={"eye-left-closure": 1.0, "eye-right-closure": 1.0}
    ),
    "mouth_open": Portrait("yos", "mouth open", "face.mouth_closed", acts={"mouth-open": 1.3}),
    "looks_aside": Portrait("budi", "looks aside", "face.gaze", gaze=(0.65, 0.0, 1.0)),
    "light_from_a_side": Portrait("agus", "light from one side", "face.face_shadow", {"light": ASIDE}),
    "too_bright": Portrait("sari", "too bright", "face.over_exposure", {"exposure": 2.6}),
    "out_of_focus": Portrait("budi", "out of focus", "face.sharpness", after=blurred(7.0)),
    "compressed": Portrait("wati", "too much compression", "face.compression_blocks", after=compressed(4)),
    "far_away": Portrait("yos", "too far away", "face.inter_eye_distance", {"scale": 0.06}, at=(240, 0)),
    "cut_below": Portrait("agus", "chin cut off", "face.chin_room", at=(265, 0)),
    "cut_left": Portrait("sari", "half outside the picture", "face.cut_off", at=(40, -240)),
    "dark_glasses": Portrait("budi", "dark glasses", "face.eyes_visible", after=dark_glasses),
    "mask": Portrait("nur", "mask", "face.mouth_occlusion", after=mask),
    "covered_cheeks": Portrait("nur_veiled", "a scarf over the cheeks", "face.face_occlusion"),
    "red_eyes": Portrait("agus", "red eyes", "face.red_eye", after=red_eyes),
    "narrowed": Portrait("yos", "proportions changed", "face.face_proportion", after=narrowed),
    "grey": Portrait("wati", "without colour", "face.colour_depth", after=grey),
    "from_a_screen": Portrait("sari", "photographed from a screen", "face.screen_pattern", after=from_a_screen),
    "two_faces": Portrait("budi", "two faces", "face.single_face", {"scale": 0.2}, at=(40, -130)),
    "no_face": Portrait("sari", "no face", "face.no_face"),
}


class Studio:
    """The assets, and pictures of sitters."""

    def __init__(self, makehuman: Path) -> None:
        self.source: Assets = assets(makehuman)
        self.marks: Anchors = anchors(self.source.mesh)

    def sat(self, wanted: Portrait) -> Sitting:
        """The sitter, calm in soft light, with the portrait's changes."""
        who = SITTERS[wanted.sitter]
        usual = sitting(self.source, self.marks, np.random.default_rng((who.seed, 77)), who.kind, wanted.acts)
        if who.worn:
            around = head_outline(self.source, usual.shape)
            usual = replace(usual, worn=[who.worn(around, np.random.default_rng((who.worn_seed, 5)))])
        gaze = np.array(wanted.gaze, np.float32)
        calm = {"angles": np.zeros(3, np.float32), "share": 0.4, "scale": 0.235, "distance": 15.0}
        calm |= {"light": SOFT, "exposure": who.exposure, "look": replace(usual.look, gaze=gaze / np.linalg.norm(gaze))}
        return replace(usual, **(calm | wanted.change))

    def onto(self, picture: Rgb, wanted: Portrait) -> Places:
        """Lay the sitter onto a picture; where the landmarks come to lie."""
        made = render(self.source, self.marks, self.sat(wanted), SIDE)
        shift = np.array((COLUMNS - SIDE, ROWS - SIDE)) / 2 + np.array(wanted.at[::-1])
        moved = np.float32(((1, 0, shift[0]), (0, 1, shift[1])))
        size = COLUMNS, ROWS
        pixels = cv2.warpAffine(made.pixels, moved, size)
        share = cv2.warpAffine(made.mask, moved, size)[..., None] / 255
        picture[:] = np.round(pixels * share + picture * (1 - share)).astype(np.uint8)
        return (made.places + shift).astype(np.float32)

    def take(self, name: str) -> tuple[Rgb, Places]:
        """A picture, (800, 600, 3), and its 98 landmarks."""
        wanted = PORTRAITS[name]
        fall = np.linspace(1.03, 0.94, ROWS)[:, None, None]
        picture = np.round(np.clip(np.array(wanted.wall) * fall * np.ones((1, COLUMNS, 1)), 0, 255)).astype(np.uint8)
        if name == "two_faces":
            self.onto(picture, Portrait("wati", change={"scale": 0.17}, at=(90, 140)))
        places = np.zeros((98, 2), np.float32) if name == "no_face" else self.onto(picture, wanted)
        grain = np.random.default_rng(len(name)).normal(0, 1.2, picture.shape)
        return wanted.after(np.clip(picture + grain, 0, 255).astype(np.uint8), places), places


def write(makehuman: Path, out: Path) -> None:
    """Write the portraits and ``face/index.csv``: fault, what names it, and the landmarks' truth."""
    studio = Studio(makehuman)
    (out / "face").mkdir(parents=True, exist_ok=True)
    rows = []
    for name, wanted in PORTRAITS.items():
        picture, places = studio.take(name)
        path = Path("face", f"{name}.jpg")
        cv2.imwrite(str(out / path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        angles = wanted.change.get("angles", np.zeros(3))
        facts = {"path": path.as_posix(), "person": wanted.sitter, "fault": wanted.fault, "expected": wanted.expected}
        facts |= dict(zip(("yaw_deg", "pitch_deg", "roll_deg"), (float(angle) for angle in angles), strict=True))
        marks = {"right_pupil": 96, "left_pupil": 97, "nose_tip": 54, "chin": 16}
        for word, number in marks.items():
            facts |= {f"{word}_column_px": round(float(places[number, 0]), 1)}
            facts |= {f"{word}_row_px": round(float(places[number, 1]), 1)}
        rows.append(facts)
    with (out / "face" / "index.csv").open("w", newline="", encoding="utf8") as handle:
        table = csv.DictWriter(handle, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--makehuman", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    write(given.makehuman, given.out)
