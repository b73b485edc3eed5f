"""Parts as turned boxes: joined fingers cut apart, fingers cut at the crease, second phalanges and palms put aside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biocapture.fingerprint.slap.axes import Outline, common_angle_deg, frame, outline_of
from biocapture.fingerprint.slap.blobs import Blob
from biocapture.fingerprint.slap.foreground import CELL_MM
from biocapture.types import Field, Mask, Values

JOINED_BREADTH, MIN_JOINED_MM = 1.45, 21.0
"""A part this many times as broad as the others, and this broad, is two fingers side by side."""

PIECE_BESIDE, MAX_GAP_CELLS, MAX_WIDER, PIECE_SHAPE = 0.6, 4.0, 1.3, 2.0
"""Pieces of one phalanx: how far beside one another, in breadths, and apart; how much broader, and how long for their
breadth, both together may be."""

SEAM_TURNS_DEG = (-24, -16, -8, 0, 8, 16, 24)
"""Directions of the line between two fingers, from that of the hand."""

LONG_SHAPE, MIN_LONG_MM = 1.95, 30.0
"""A part this many times as long as broad, and this long, is more than one phalanx."""

CREASE_FROM, CREASE_TO = 1.0, 2.1
"""Breadths below the tip between which the crease lies."""

MIN_BREADTH_MM, MAX_BREADTH_MM, MIN_HEIGHT_MM, MIN_AREA_MM2 = 6.5, 29.0, 7.5, 65.0
"""Of a fingertip; thumbs have 26 mm at most."""

BESIDE_BREADTHS, BELOW_MM, MAX_BELOW_MM = 0.55, 7.0, 75.0
"""A part no farther to the side of another than this many breadths, and this far below it, is not a tip."""

MAX_DROP_MM = 52.0
"""No tip lies farther below the highest one: little fingers end 44 mm below at most."""

TRIM = 0.004
"""Share of the cells at either end that do not count for the extent of a part."""


@dataclass(frozen=True, slots=True)
class Phalanx:
    """One part and its extent in the frame of an angle.

    Attributes
    ----------
    angle_deg : float
        Counter-clockwise from upright.
    up, right : float
        Centre of the box in that frame, cells.
    height, width : float
        Cells.
    is_joined : bool
        Cut from a part too broad for one finger.
    """

    blob: Blob
    outline: Outline
    angle_deg: float
    up: float
    right: float
    height: float
    width: float
    is_joined: bool = False

    @property
    def centre(self) -> Values:
        """(2,) row and column of the centre of the box, cells."""
        up, right = frame(self.angle_deg)
        return self.up * up + self.right * right


def phalanx(blob: Blob, angle_deg: float, is_joined: bool = False, outline: Outline | None = None) -> Phalanx:
    """Extent of a part in the frame of an angle.

    Parameters
    ----------
    blob : Blob
    angle_deg : float
    is_joined : bool
    outline : Outline, optional
        Of the blob, where it is known.

    Returns
    -------
    Phalanx
    """
    return Phalanx(blob, outline or outline_of(blob), angle_deg, *_box(blob, angle_deg), is_joined)


def _box(blob: Blob, angle_deg: float) -> tuple[float, float, float, float]:
    """Centre up and right, height and width in the frame of an angle, cells."""
    up, right = _coordinates(blob, angle_deg)
    (low, high), (left, end) = _extent(up), _extent(right)
    return (low + high) / 2, (left + end) / 2, high - low + 1, end - left + 1


def _extent(axis: Values) -> tuple[float, float]:
    """Least and largest value without the outermost ones."""
    trimmed = int(TRIM * len(axis))
    ordered = np.partition(axis, (trimmed, len(axis) - 1 - trimmed))
    return float(ordered[trimmed]), float(ordered[len(axis) - 1 - trimmed])


def fingertips(blobs: Sequence[Blob], strength: Field) -> list[Phalanx]:
    """The parts that are distal phalanges, in the frame of the hand.

    Parameters
    ----------
    blobs : sequence of Blob
    strength : (R, C) float32
        Of ridges.

    Returns
    -------
    list of Phalanx
        Each in the frame of the common direction.
    """
    if not blobs:
        return []
    outlines = [outline_of(blob) for blob in blobs]
    hand_deg = common_angle_deg(outlines)
    pairs = zip(blobs, outlines, strict=True)
    parts = _whole([phalanx(blob, hand_deg, outline=outline) for blob, outline in pairs])
    parts = _apart(parts, hand_deg, strength)
    parts = [piece for part in parts for piece in _at_crease(part, strength)]
    parts = [part for part in parts if _is_phalanx(part)]
    tips = [part for part in parts if not any(_is_below(part, other) for other in parts)]
    tips = [tip for tip in tips if not (tip.is_joined and _ends_below(tip, strength.shape))]
    highest = max((tip.up + tip.height / 2 for tip in tips), default=0.0)
    return [tip for tip in tips if highest - tip.up - tip.height / 2 < MAX_DROP_MM / CELL_MM]


def _whole(parts: Sequence[Phalanx]) -> list[Phalanx]:
    """Pieces that lie above one another and together are no longer than one phalanx are pieces of it."""
    done: list[Phalanx] = []
    for part in sorted(parts, key=lambda each: -each.up):
        for number, other in enumerate(done):
            beside = abs(other.right - part.right) < PIECE_BESIDE * max(part.width, other.width)
            gap = other.up - other.height / 2 - part.up - part.height / 2
            if not beside or gap > MAX_GAP_CELLS:
                continue
            both, broader = _joined(part.blob, other.blob), max(part.width, other.width)
            _, _, height, width = _box(both, part.angle_deg)
            if width < MAX_WIDER * broader and height < PIECE_SHAPE * broader:
                done[number] = phalanx(both, part.angle_deg)
                break
        else:
            done.append(part)
    return done


def _joined(one: Blob, other: Blob) -> Blob:
    """The cells of two parts."""
    return Blob(np.concatenate([one.rows, other.rows]), np.concatenate([one.columns, other.columns]))


def _apart(parts: Sequence[Phalanx], angle_deg: float, strength: Field) -> list[Phalanx]:
    """Fingers that touch side by side are cut where the foreground is least between them."""
    usual = float(np.median([np.clip(part.width, 12 / CELL_MM, 19 / CELL_MM) for part in parts]))
    waiting = list(parts)
    done: list[Phalanx] = []
    while waiting:
        part = waiting.pop()
        if part.width < max(JOINED_BREADTH * usual, MIN_JOINED_MM / CELL_MM) or len(done) + len(waiting) > 16:
            done.append(part)
            continue
        seams = [_seam(part.blob, angle_deg + turn, strength) for turn in SEAM_TURNS_DEG]
        left = min(seams, key=lambda seam: seam[0])[1]
        pieces = (part.blob.part(left), part.blob.part(~left))
        waiting += [phalanx(piece, angle_deg, is_joined=True) for piece in pieces if len(piece.rows) > 20]
    return done


def _seam(blob: Blob, angle_deg: float, strength: Field) -> tuple[float, Mask]:
    """Sum of the ridges along the weakest line of a direction near the middle, and which cells lie to its left."""
    _, middle, _, width = _box(blob, angle_deg)
    _, right = _coordinates(blob, angle_deg)
    at, least = _weakest(blob, right, strength, (middle - 0.22 * width, middle + 0.22 * width))
    return least, right < at


def _at_crease(part: Phalanx, strength: Field) -> list[Phalanx]:
    """A part that is too long for one phalanx is cut at its crease."""
    if part.height < max(LONG_SHAPE * part.width, MIN_LONG_MM / CELL_MM):
        return [part]
    up, _ = _coordinates(part.blob, part.angle_deg)
    tip = part.up + part.height / 2
    least = tip - min(CREASE_TO * part.width, part.height - 5)
    at, _ = _weakest(part.blob, up, strength, (least, tip - CREASE_FROM * part.width))
    pieces = (part.blob.part(up >= at), part.blob.part(up < at))
    return [phalanx(piece, part.angle_deg, part.is_joined) for piece in pieces if len(piece.rows) > 20]


def _weakest(blob: Blob, along: Values, strength: Field, within: tuple[float, float]) -> tuple[float, float]:
    """Where along an axis there is least of the ridges, cells, and how much."""
    first, last = int(np.floor(within[0])), int(np.ceil(within[1]))
    at = np.clip(np.rint(along).astype(np.int64) - first, -1, last - first + 1) + 1
    values = strength[blob.rows.astype(np.int64), blob.columns.astype(np.int64)]
    profile = np.bincount(at, values, minlength=last - first + 3)[1:-1]
    smooth = np.convolve(np.pad(profile, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
    return float(first + smooth.argmin()), float(smooth.min())


def _is_phalanx(part: Phalanx) -> bool:
    breadth, height = part.width * CELL_MM, part.height * CELL_MM
    fits = MIN_BREADTH_MM <= breadth <= MAX_BREADTH_MM and height >= MIN_HEIGHT_MM
    return fits and part.outline.area_mm2 >= MIN_AREA_MM2


def _ends_below(part: Phalanx, shape: tuple[int, ...]) -> bool:
    """Whether the lower side of a part lies on the border: a piece of a palm, of which no more is seen."""
    rows, columns = part.blob.rows, part.blob.columns
    up, _ = _coordinates(part.blob, part.angle_deg)
    border = (rows < 1) | (columns < 1) | (rows > shape[0] - 2) | (columns > shape[1] - 2)
    lower = up < part.up - 0.3 * part.height
    return int((border & lower).sum()) > 0.5 * part.width


def _is_below(part: Phalanx, other: Phalanx) -> bool:
    """Whether the other one lies above, on the same finger."""
    if other is part:
        return False
    # The finger above tells its direction better than the hand does, where it is long enough to point anywhere.
    own = other.outline.angle_deg
    trusted = other.outline.elongation > 1.25 and abs(own - part.angle_deg) < 20
    up, right = frame((own + part.angle_deg) / 2 if trusted else part.angle_deg)
    offset = other.centre - part.centre
    beside, above = abs(float(offset @ right)), float(offset @ up) * CELL_MM
    near = beside < BESIDE_BREADTHS * max(part.width, other.width)
    return near and BELOW_MM < above < MAX_BELOW_MM


def _coordinates(blob: Blob, angle_deg: float) -> tuple[Values, Values]:
    """Up and right of each cell in the frame of an angle."""
    up, right = frame(angle_deg)
    return blob.rows * up[0] + blob.columns * up[1], blob.rows * right[0] + blob.columns * right[1]
