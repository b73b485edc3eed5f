"""Faults planted into eyes of real cameras: each is why an eye that is there cannot be outlined."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Outline

Grey = NDArray[np.uint8]
Random = np.random.Generator
MAX_COVER = 0.6
"""Share of the picture that is covered at most: the eye can still be seen to be one."""

WHITE, MIN_LEFT = 250, 0.005
"""Grey that counts as white; share of the picture that is darker, at least."""

Plant = Callable[[Grey, Outline, Random], Grey | None]


def _warp(pixels: Grey, rows: NDArray[np.floating], columns: NDArray[np.floating]) -> Grey:
    way = cv2.INTER_LINEAR
    moved = cv2.remap(pixels, columns.astype(np.float32), rows.astype(np.float32), way, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _byte(values: NDArray[np.floating], random: Random, noise: float = 0.0) -> Grey:
    if noise:
        values = values + random.normal(0, noise, values.shape)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def closed(pixels: Grey, outline: Outline, random: Random) -> Grey | None:
    """The upper lid, with its lashes, is drawn down to the lower one: what lies above its rim is stretched."""
    width = pixels.shape[1]
    limbus, across = outline.limbus, np.arange(width)
    off = (across - limbus.column_px) / limbus.radius_px
    usual = limbus.row_px + limbus.radius_px * (-0.95 + 0.12 * off**2)
    upper = np.minimum(usual, 1e9)
    # A lid is the wider of what was found and of what is usual; beyond two radii the eye ends.
    found = outline.upper_lid
    upper = np.where(found > 0, np.minimum(found, limbus.row_px), usual)
    upper = cv2.GaussianBlur(upper[None], (0, 0), 0.15 * limbus.radius_px)[0]
    if np.median(upper[np.abs(off) < 1]) < 0.15 * limbus.radius_px:
        return None
    ends = np.clip(1 - (np.abs(off) / random.uniform(1.7, 2.4)) ** 2, 0, 1)
    lower = limbus.row_px + limbus.radius_px * random.uniform(0.55, 1.0) * ends
    opening = random.uniform(0.0, 0.14) if random.random() < 0.5 else 0.0
    rim = np.where(ends > 0, np.maximum(upper, lower - opening * np.maximum(lower - upper, 0)), upper)
    rim = np.maximum(rim, 2.0)
    rows = np.indices(pixels.shape)[0].astype(np.float64)
    lash = random.uniform(0.0, 0.12) * limbus.radius_px
    source = np.maximum(upper + lash, 1.0)
    above = rows * source / rim
    # Of the open eye, a little may be left between the rims; below the lower one nothing moves.
    gap = np.maximum(lower - rim, 1e-3)
    between = source + (rows - rim) / gap * np.minimum(gap, np.maximum(lower - source, 0.0))
    place = np.where(rows < rim, above, np.where(rows < np.maximum(lower, rim), between, rows))
    drawn = _warp(pixels, place, np.indices(pixels.shape)[1])
    if opening == 0.0:  # where the rims meet, lashes make a dark seam
        seam = np.exp(-0.5 * ((rows - rim) / (random.uniform(0.02, 0.07) * limbus.radius_px)) ** 2) * (ends > 0)
        comb = 0.6 + 0.4 * cv2.GaussianBlur(random.normal(0, 1, (1, width)), (0, 0), 1.2)[0] * 2
        drawn = _byte(drawn * (1 - random.uniform(0.2, 0.85) * seam * np.clip(comb, 0, 1)), random)
    return drawn


def covered(pixels: Grey, outline: Outline, random: Random) -> Grey | None:
    """A hand, hair, or a mask over nearly all of the iris; None where nothing of the eye would be left."""
    limbus, radius = outline.limbus, outline.limbus.radius_px
    height, width = pixels.shape
    cover = np.zeros(pixels.shape, np.float32)
    at = np.array([limbus.column_px, limbus.row_px]) + random.normal(0, 0.15, 2) * radius
    kind = random.random()
    if kind < 0.6:  # a smooth patch with a blurred rim
        turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        reach = radius * random.uniform(1.0, 1.5) * (1 + 0.15 * random.normal(0, 1, 24))
        room = max(1.0, 0.35 * width / radius)
        stretch = np.array([random.uniform(1.0, min(3.0, room)), random.uniform(0.9, 1.3)])
        polygon = at + np.stack([np.cos(turn), np.sin(turn)], 1) * reach[:, None] * stretch
        cv2.fillPoly(cover, [np.rint(polygon).astype(np.int32)], 1.0)
    elif kind < 0.8:  # the edge of a mask, a frame or a hand from one side
        slope, side = random.normal(0, 0.3), random.choice((-1, 1))
        rows, columns = np.indices(pixels.shape)
        line = at[1] - side * random.uniform(0.6, 1.2) * radius + slope * (columns - at[0])
        cover = (side * (rows - line) > 0).astype(np.float32)
    else:  # strands of hair
        for _ in range(int(random.integers(60, 160))):
            root = at + random.normal(0, (1.2, 0.3)) * radius - (0, 2 * radius)
            tip = root + random.normal(0, (0.5, 0.1)) * radius + (0, 4 * radius)
            line = np.rint(np.array([root, tip])).astype(np.int32)
            cv2.polylines(cover, [line], False, 1.0, max(1, int(radius * random.uniform(0.01, 0.06))))
    if cover.mean() > MAX_COVER:
        return None
    cover = cv2.GaussianBlur(cover, (0, 0), max(0.6, random.uniform(0.005, 0.12) * radius))
    tone = random.uniform(5, 250)
    shade = random.uniform(-40, 40) * np.linspace(-1, 1, width)[None] + np.zeros((height, 1))
    grain = cv2.GaussianBlur(random.normal(0, 1, pixels.shape), (0, 0), random.uniform(0.7, 4))
    grain *= random.uniform(0, 10) / max(float(grain.std()), 1e-6)
    return _byte(pixels * (1 - cover) + cover * (tone + shade + grain), random)


def cut(pixels: Grey, outline: Outline, random: Random) -> Grey | None:
    """The border of the picture runs through the iris, beyond its middle or not far before it."""
    limbus, radius = outline.limbus, outline.limbus.radius_px
    shown = random.uniform(-0.6, 0.35) * radius
    side = int(random.integers(4))
    height, width = pixels.shape
    row, column = round(limbus.row_px), round(limbus.column_px)
    keep = (
        (slice(None), slice(max(0, round(column - shown)), None)),
        (slice(None), slice(None, round(column + shown))),
        (slice(max(0, round(row - shown)), None), slice(None)),
        (slice(None, round(row + shown)), slice(None)),
    )[side]
    rows, columns = (np.arange(length)[part] for length, part in zip(pixels.shape, keep, strict=True))
    if random.random() < 0.7:  # the camera's frame, of the same proportions
        tall, wide = (
            min(len(rows), round(len(columns) * height / width)),
            min(len(columns), round(len(rows) * width / height)),
        )
        first_row, first_column = (
            int(np.clip(at - random.uniform(0.3, 0.7) * size, 0, len(of) - size))
            for at, size, of in ((row - rows[0], tall, rows), (column - columns[0], wide, columns))
        )
        # Along the cut the border stays where it is.
        first_row = {2: 0, 3: len(rows) - tall}.get(side, first_row)
        first_column = {0: 0, 1: len(columns) - wide}.get(side, first_column)
        rows, columns = rows[first_row : first_row + tall], columns[first_column : first_column + wide]
    if min(len(rows), len(columns)) < max(0.8 * radius, 64):
        return None
    return np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def blurred(pixels: Grey, outline: Outline, random: Random) -> Grey:
    """Out of focus, or moved, by a good share of the iris."""
    radius = outline.limbus.radius_px
    if random.random() < 0.7:
        soft = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), random.uniform(0.1, 0.4) * radius)
    else:
        length = max(3, int(random.uniform(0.5, 1.6) * radius))
        kernel = np.zeros((length, length), np.float32)
        turn = random.uniform(0, np.pi)
        half = (length - 1) / 2
        ends = [np.array([half, half]) + sign * half * np.array([np.cos(turn), np.sin(turn)]) for sign in (-1, 1)]
        cv2.line(kernel, *(tuple(np.rint(end).astype(int).tolist()) for end in ends), 1.0)
        soft = cv2.filter2D(pixels.astype(np.float32), -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return _byte(soft, random, random.uniform(0, 2))


def small(pixels: Grey, outline: Outline, random: Random) -> Grey:
    """From far away: an iris of 4 to 11 pixels in a frame of the same size, the rest of the face blurred skin."""
    factor = random.uniform(4, 11) / outline.limbus.radius_px
    tiny = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    height, width = pixels.shape
    room = [max(0, side - inner) for side, inner in zip((height, width), tiny.shape, strict=True)]
    top, left = (int(random.integers(each // 8, 7 * each // 8 + 1)) for each in room)
    edges = (top, room[0] - top), (left, room[1] - left)
    skin = float(np.median(np.concatenate([tiny[0], tiny[-1]]))) + random.normal(0, 10)
    shade = random.normal(0, random.uniform(2, 25), (int(random.integers(2, 6)), int(random.integers(2, 6))))
    size = tiny.shape[1] + room[1], tiny.shape[0] + room[0]
    face = skin + cv2.resize(shade.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    patch = cv2.copyMakeBorder(np.ones(tiny.shape, np.float32), *edges[0], *edges[1], cv2.BORDER_CONSTANT, value=0)
    soft = max(1.0, random.uniform(0.06, 0.15) * min(tiny.shape))
    patch = cv2.GaussianBlur(cv2.erode(patch, np.ones((int(2 * soft) | 1,) * 2)), (0, 0), soft)
    grown = np.pad(tiny, edges, "edge").astype(np.float32)
    return _byte(patch * grown + (1 - patch) * face, random, random.uniform(0.5, 2.5))


def dark(pixels: Grey, outline: Outline, random: Random) -> Grey:
    """So little light that few greys are left, in noise."""
    gain = np.exp(random.uniform(np.log(0.01), np.log(0.08)))
    noise = random.uniform(0.3, 1.2) * max(0.8, gain * float(pixels.std()))
    return _byte(pixels * gain + random.uniform(0, 8), random, noise)


def bright(pixels: Grey, outline: Outline, random: Random) -> Grey | None:
    """So much light that all but the darkest is white; None where nothing is left."""
    low = float(np.percentile(pixels, 1))
    seen = (pixels - low * random.uniform(0, 0.4)) * random.uniform(4, 14) + random.uniform(30, 140)
    return _byte(seen, random, random.uniform(0, 2)) if (seen < WHITE).mean() > MIN_LEFT else None


def glare(pixels: Grey, outline: Outline, random: Random) -> Grey:
    """A lamp or a window, mirrored in glasses, over all of the pupil and more."""
    pupil, limbus = outline.pupil, outline.limbus
    patch = np.zeros(pixels.shape, np.float32)
    reach = pupil.radius_px + random.uniform(0.0, 0.6) * (limbus.radius_px - pupil.radius_px)
    at = np.array([pupil.column_px, pupil.row_px]) + random.normal(0, 0.12, 2) * limbus.radius_px
    axes = reach * np.array([random.uniform(0.9, 1.6), random.uniform(0.9, 1.4)])
    turn = random.uniform(-30, 30)
    if random.random() < 0.5:
        cv2.ellipse(
            patch, tuple(at.round().astype(int).tolist()), tuple(axes.astype(int).tolist()), turn, 0, 360, 1, -1
        )
    else:
        corners = cv2.boxPoints((at.tolist(), (2 * axes).tolist(), turn))
        cv2.fillPoly(patch, [np.rint(corners).astype(np.int32)], 1.0)
    for _ in range(int(random.integers(0, 3))):
        spot = at + random.normal(0, 1.2, 2) * limbus.radius_px
        cv2.circle(
            patch, tuple(spot.round().astype(int).tolist()), int(random.uniform(0.05, 0.4) * limbus.radius_px), 1, -1
        )
    patch = cv2.GaussianBlur(patch, (0, 0), max(0.7, random.uniform(0.01, 0.08) * limbus.radius_px))
    halo = cv2.GaussianBlur(patch, (0, 0), 0.6 * limbus.radius_px) * random.uniform(0, 60)
    return _byte(pixels * (1 - patch) + 255 * patch + halo, random)


def pupil_size(pixels: Grey, outline: Outline, random: Random) -> Grey:
    """The pupil of bright, or of no light: the iris is pressed together, or stretched."""
    pupil, limbus = outline.pupil, outline.limbus
    wide = random.random() < 0.6
    target = random.uniform(0.82, 0.95) if wide else random.uniform(0.03, 0.09)
    now = pupil.radius_px / limbus.radius_px
    rows, columns = np.indices(pixels.shape, np.float32)
    right, down = columns - limbus.column_px, rows - limbus.row_px
    away = np.hypot(right, down) / limbus.radius_px
    turn = np.arctan2(down, right)
    from_inner = away / target * now
    from_iris = now + (away - target) / (1 - target) * (1 - now)
    source = np.where(away < target, from_inner, np.where(away < 1, from_iris, away))
    ratio = np.clip((1 - source) / (1 - now), 0, 1)  # 1 at the pupil's centre, 0 on the limbus and beyond
    shift = (
        (pupil.row_px - limbus.row_px) * ratio * (away < 1),
        (pupil.column_px - limbus.column_px) * ratio * (away < 1),
    )
    back = source * limbus.radius_px
    return _warp(
        pixels, limbus.row_px + back * np.sin(turn) + shift[0], limbus.column_px + back * np.cos(turn) + shift[1]
    )


def turned(pixels: Grey, outline: Outline, random: Random) -> Grey:
    """Lying on its side."""
    return np.ascontiguousarray(np.rot90(pixels, int(random.choice((1, 3)))))


def plain(pixels: Grey, outline: Outline, random: Random) -> Grey:
    """Nothing planted."""
    return pixels


PLANTS: dict[str, Plant] = {
    "open": plain,
    "closed": closed,
    "covered": covered,
    "cut": cut,
    "blurred": blurred,
    "small": small,
    "dark": dark,
    "bright": bright,
    "glare": glare,
    "pupil": pupil_size,
    "turned": turned,
}
"""Kind of fault → how it is planted; None where it cannot be planted into this picture."""
