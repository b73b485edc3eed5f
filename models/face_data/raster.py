"""Triangles to pixels: far ones first, each pixel keeps the number of the triangle that is seen there."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]

SHIFT = 4
"""Binary places of the corners handed to OpenCV."""

EMPTY = -1


def visible_triangles(points: Floats, depth: Floats, triangles: Indices, side: int, both: NDArray[np.bool_]) -> Indices:
    """(side, side): the triangle seen at each pixel, ``EMPTY`` where there is none.

    ``points`` are (V, 2) columns and rows, ``depth`` (V,) grows towards the viewer; triangles turned away are left out
    but where ``both`` (T,) says that both sides count.
    """
    corners = points[triangles]
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    facing = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0] < 0
    inside = (corners.max(axis=1) > 0).all(axis=1) & (corners.min(axis=1) < side).all(axis=1)
    chosen = np.flatnonzero((facing | both) & inside)
    order = chosen[np.argsort(depth[triangles[chosen]].mean(axis=1), kind="stable")]
    fixed = np.round(np.clip(corners[order], -2 * side, 3 * side) * (1 << SHIFT)).astype(np.int32)
    found = np.full((side, side), EMPTY, np.int32)
    for number, corner in zip(order.tolist(), fixed, strict=True):
        cv2.fillConvexPoly(found, corner, number, cv2.LINE_8, SHIFT)
    return found


def interpolate(found: Indices, points: Floats, triangles: Indices, values: Floats) -> Floats:
    """(n, c): values of the vertices at the n pixels where a triangle is seen, in reading order."""
    rows, columns = np.nonzero(found != EMPTY)
    corners = triangles[found[rows, columns]]
    a, b, c = (points[corners[:, n]] for n in range(3))
    place = np.stack((columns, rows), axis=1).astype(np.float32)
    area = _cross(b - a, c - a)
    area = np.where(abs(area) < 1e-6, np.float32(1e-6), area)
    share = np.stack((_cross(b - place, c - place), _cross(c - place, a - place), _cross(a - place, b - place)), axis=1)
    share = np.clip(share / area[:, None], 0, 1)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-6)
    return np.einsum("nk,nkc->nc", share, values[corners])


def _cross(one: Floats, other: Floats) -> Floats:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]


def normals(vertices: Floats, triangles: Indices) -> Floats:
    """(V, 3) unit normals of the vertices."""
    corners = vertices[triangles]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    found = np.stack(
        [sum(np.bincount(triangles[:, k], flat[:, axis], len(vertices)) for k in range(3)) for axis in range(3)],
        axis=1,
    )
    return (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def hollows(vertices: Floats, triangles: Indices, normal: Floats, rounds: int) -> Floats:
    """(V,): how far each vertex lies below its neighbourhood, along its normal; above 0 in a hollow."""
    edges = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    count = np.maximum(np.bincount(edges[:, 0], minlength=len(vertices)), 1)[:, None]
    mean = vertices
    for _ in range(rounds):
        columns = [np.bincount(edges[:, 0], mean[edges[:, 1], axis], len(vertices)) for axis in range(3)]
        mean = (np.stack(columns, axis=1) / count + mean) / 2
    return ((mean - vertices) * normal).sum(axis=1).astype(np.float32)


def sample(picture: Floats, at: Floats, method: int = cv2.INTER_LINEAR) -> Floats:
    """(n, ...) values of a picture at (n, 2) columns and rows; its border goes on outside.

    OpenCV takes no more than 32767 rows, so the places are laid out in rows of a thousand.
    """
    rows = -(-len(at) // 1000)
    grid = np.zeros((rows * 1000, 2), np.float32)
    grid[: len(at)] = at
    grid = grid.reshape(rows, 1000, 2)
    found = cv2.remap(picture, grid, None, method, borderMode=cv2.BORDER_REPLICATE)
    return found.reshape(rows * 1000, *picture.shape[2:])[: len(at)]
