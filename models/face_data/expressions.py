"""Closed eyes, eyes that look aside and open mouths made from portraits: pixels are stretched along columns and rows.

All functions change picture and landmarks in place and leave faces alone that are turned too far for it.
"""

import cv2
import numpy as np
from models.face_data.points import Places
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

LEFT_EYE, RIGHT_EYE = slice(60, 68), slice(68, 76)

IRIS = 0.21
"""Radius of the iris in widths of the eye."""


def lids(rim: Places, columns: NDArray[np.integer]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows of the upper and of the lower lid at columns of the eye with this outline."""
    return np.interp(columns, *rim[[0, 1, 2, 3, 4]].T), np.interp(columns, *rim[[0, 7, 6, 5, 4]].T)


def close_eye(picture: Rgb, places: Places, eye: slice, share: float) -> None:
    """Lower the upper lid by a share of the opening, 0..1; the lid's skin is stretched from below the brow."""
    rim = places[eye]
    first, last = int(rim[0, 0]), int(rim[4, 0])
    if first < 0 or last >= picture.shape[1] or last - first < 5:
        return
    columns = np.arange(first, last + 1)
    upper, lower = lids(rim, columns)
    crease = upper - 0.32 * (last - first)
    lid = upper + share * (lower - upper) * 0.97
    top, bottom = max(int(crease.min()) - 1, 0), min(int(lower.max()) + 2, picture.shape[0])
    rows = np.arange(top, bottom, dtype=np.float32)[:, None]
    stretched = crease + (rows - crease) * (upper - crease) / np.maximum(lid - crease, 1e-3)
    squeezed = upper + (rows - lid) * (lower - upper) / np.maximum(lower - lid, 1e-3)
    source = np.where((rows < crease) | (rows >= lower), rows, np.where(rows < lid, stretched, squeezed))
    across = np.broadcast_to(columns.astype(np.float32), source.shape)
    picture[top:bottom, first : last + 1] = cv2.remap(picture, across, source.astype(np.float32), cv2.INTER_LINEAR)
    if share > 0.7:
        lashes = np.stack((columns, lid), axis=1).astype(np.int32)
        tone = picture[np.clip(lid.astype(int), 0, picture.shape[0] - 1), columns].mean(axis=0) * 0.45
        cv2.polylines(picture, [lashes], False, tone.tolist(), 1, cv2.LINE_AA)
    for above, below in ((1, 7), (2, 6), (3, 5)):
        rim[above, 1] += share * (rim[below, 1] - rim[above, 1]) * 0.97


def look_aside(picture: Rgb, places: Places, eye: slice, pupil: int, shift: float) -> None:
    """Move the iris along the eye by a share of its width; the white is squeezed before it and stretched behind it."""
    rim = places[eye]
    first, last = float(rim[0, 0]), float(rim[4, 0])
    columns = np.arange(int(np.ceil(first)), int(last) + 1)
    if first < 0 or last >= picture.shape[1] or len(columns) < 5:
        return
    iris, moved = IRIS * (last - first), shift * (last - first)
    at = places[pupil, 0]
    low, high = max(at + moved - iris, first), min(at + moved + iris, last)
    source = np.interp(columns, (first, low, high, last), (first, low - moved, high - moved, last))
    upper, lower = lids(rim, columns)
    top, bottom = max(int(upper.min()) - 1, 0), min(int(lower.max()) + 2, picture.shape[0])
    rows = np.arange(top, bottom, dtype=np.float32)[:, None]
    share = np.clip(np.minimum(rows - upper, lower - rows) + 0.5, 0, 1)[..., None]
    down, across = np.broadcast_arrays(rows, source.astype(np.float32))
    seen = cv2.remap(picture, np.ascontiguousarray(across), np.ascontiguousarray(down), cv2.INTER_LINEAR)
    here = picture[top:bottom, columns[0] : columns[-1] + 1]
    here[:] = (here * (1 - share) + seen * share).round().astype(np.uint8)
    places[pupil, 0] = at + moved


def open_mouth(picture: Rgb, places: Places, gap_px: float, rng: np.random.Generator) -> None:
    """Move everything below the lips' line down, at the middle by ``gap_px``; the gap shows dark, or teeth."""
    left, right = places[88, 0], places[92, 0]
    first, last = max(int(places[76, 0]) - 4, 0), min(int(places[82, 0]) + 4, picture.shape[1] - 1)
    if right - left < 8 or last - first < 8:
        return
    line = places[[88, 95, 94, 93, 92]].copy()
    end = min(places[16, 1] + 0.15 * (places[16, 1] - line[:, 1].mean()), picture.shape[0] - 2)
    columns = np.arange(first, last + 1)

    def drop(at: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.clip(1 - ((at - (left + right) / 2) / ((right - left) / 2)) ** 2, 0, 1) * gap_px

    lips, down = np.interp(columns, *line.T), drop(columns)
    top, bottom = int(lips.min()) - 1, int(end)
    if top < 0 or bottom - top < gap_px + 8:
        return
    rows = np.arange(top, bottom, dtype=np.float32)[:, None]
    jaw = lips + (rows - lips - down) * (end - lips) / np.maximum(end - lips - down, 1)
    inside = (rows >= lips) & (rows < lips + down)
    source = np.where(rows < lips, rows, np.where(inside, lips, jaw)).astype(np.float32)
    across = np.broadcast_to(columns.astype(np.float32), source.shape)
    moved = cv2.remap(picture, across, source, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    moved[inside] = _mouth((rows - lips) / np.maximum(down, 1e-3), rng)[inside]
    picture[top:bottom, first : last + 1] = cv2.GaussianBlur(moved, (3, 3), 0.6)
    for point in (*range(8, 25), *range(83, 88), 93, 94, 95):
        here, above = drop(places[point, 0]), np.interp(places[point, 0], *line.T)
        if places[point, 1] >= above - 0.5:
            places[point, 1] = above + here + (places[point, 1] - above) * (end - above - here) / max(end - above, 1)


def _mouth(depth: NDArray[np.floating], rng: np.random.Generator) -> Rgb:
    """Colours between the lips: dark, redder downwards, teeth along the top half of the time."""
    dark = rng.integers((30, 8, 10), (110, 45, 60))
    colours = dark * (0.5 + 0.7 * np.clip(depth, 0, 1))[..., None]
    if rng.random() < 0.5:
        teeth = depth < rng.uniform(0.15, 0.4)
        colours[teeth] = np.array((200, 190, 170)) * rng.uniform(0.6, 1.1)
    return np.clip(colours, 0, 255).astype(np.uint8)
