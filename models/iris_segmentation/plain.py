"""Pupil and limbus where they are plain: a black disc that stays the same over many thresholds, and a rim around it."""

import cv2
import numpy as np
from models.iris_segmentation.canvas import Grey, Values, circle

STEP_GREYS, STEPS = 4, 16
"""Thresholds tried above the darkest greys."""

MIN_ROUND, MIN_FULL, MIN_AXES = 0.95, 0.9, 0.85
"""Of a blob's hull: 4π area / perimeter², the blob's share of it, the shorter axis over the longer one."""

MIN_STABLE = 3
"""Thresholds at which a disc is found."""

SIDES = np.deg2rad(np.r_[np.linspace(-25, 45, 24), np.linspace(135, 205, 24)])
"""Directions in which no lid lies, from rising columns towards rising rows."""

SHIFTS, MAX_SHIFT = 5, 0.1
"""Centres of the limbus tried along rows and columns, and how far from the pupil's, in iris radii."""


def plain_pupil(pixels: Grey) -> tuple[float, float, float] | None:
    """Row, column and radius of the disc that the most thresholds agree on."""
    grey = cv2.medianBlur(pixels, 5)
    found = []
    lowest = int(np.percentile(grey, 0.5))
    for level in range(lowest + STEP_GREYS, lowest + STEP_GREYS * (STEPS + 1), STEP_GREYS):
        found += [(level, *disc) for disc in discs((grey <= level).astype(np.uint8))]
    if not found:
        return None
    table = np.array(found)
    off = np.hypot(*(table[:, None, 1:3] - table[:, 1:3]).transpose(2, 0, 1))
    near = (off < 0.1 * table[:, 3] + 0.5) & (abs(table[:, None, 3] - table[:, 3]) < 0.06 * table[:, 3] + 0.5)
    votes = near.sum(axis=0) * np.minimum(1, table[:, 3] / 6)
    best = votes.argmax()
    if votes[best] < MIN_STABLE:
        return None
    row, column, radius = np.median(table[near[:, best], 1:], axis=0)
    return float(row), float(column), float(radius)


def discs(dark: Grey) -> list[tuple[float, float, float]]:
    """Row, column and radius of the round blobs of a mask."""
    opened = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    found = []
    for contour in cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        if len(contour) < 20:
            continue
        hull = cv2.convexHull(contour)
        area = cv2.contourArea(hull)
        if area < 60 or len(hull) < 5 or cv2.contourArea(contour) < MIN_FULL * area:
            continue
        _, axes, _ = cv2.fitEllipse(hull)
        if 4 * np.pi * area < MIN_ROUND * cv2.arcLength(hull, True) ** 2 or min(axes) < MIN_AXES * max(axes):
            continue
        moments = cv2.moments(hull)
        # The contour runs through the middles of the outermost pixels.
        radius = float(np.sqrt(area / np.pi)) + 0.5
        found.append((moments["m01"] / moments["m00"], moments["m10"] / moments["m00"], radius))
    return found


def plain_limbus(pixels: Grey, pupil: tuple[float, float, float]) -> tuple[float, float, float, float]:
    """Row, column and radius of the circle around a pupil at whose sides greys rise most, and by how much."""
    row, column, inner = pupil
    grey = cv2.medianBlur(pixels, 5).astype(np.float32)
    radii = np.arange(1.35 * inner, min(6.5 * inner, 0.75 * max(pixels.shape)), 0.5)
    half = np.maximum(2.0, 0.07 * radii)
    shift = np.linspace(-MAX_SHIFT, MAX_SHIFT, SHIFTS)
    best = (0.0, 0.0, 0.0, -np.inf)
    for down in shift:
        for right in shift:
            rows, columns = row + down * radii, column + right * radii

            def at(move: Values, rows: Values = rows, columns: Values = columns) -> Values:
                reach = radii + move
                y = (rows[:, None] + reach[:, None] * np.sin(SIDES)).astype(np.float32)
                x = (columns[:, None] + reach[:, None] * np.cos(SIDES)).astype(np.float32)
                inside = (x >= 0) & (x <= grey.shape[1] - 1) & (y >= 0) & (y <= grey.shape[0] - 1)
                seen = cv2.remap(grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                return np.where(inside, seen, np.nan)

            rise = np.clip((at(half) + at(0.5 * half) - at(-half) - at(-0.5 * half)) / 2, -8, 30)
            known = np.isfinite(rise).reshape(len(radii), 2, -1).mean(axis=2)
            score = np.nansum(rise, axis=1) / len(SIDES)
            score = np.where((known > 0.35).all(axis=1), score, -np.inf)
            most = int(score.argmax())
            if score[most] > best[3]:
                best = float(rows[most]), float(columns[most]), float(radii[most]), float(score[most])
    return best


def plain_eye(pixels: Grey) -> tuple[Values, Values] | None:
    """Pupil and limbus as in :class:`models.iris_segmentation.canvas.Kept`, or None where they are not plain."""
    pupil = plain_pupil(pixels)
    if pupil is None:
        return None
    limbus = plain_limbus(pixels, pupil)
    return (circle(*pupil), circle(*limbus[:3])) if limbus[3] > 4 else None
