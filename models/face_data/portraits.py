"""Portraits with labelled landmarks: read, split by person, turned a little in depth.

Two sets may be used (see README.md): official portraits of the US Congress (public domain) and the Face Research Lab
London Set (CC-BY 4.0, DeBruine and Jones 2017). Every second person of the London set and every tenth member of
Congress is held out of all training.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from models.face_data.points import Places, of_mesh
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import distance_transform_edt

Rgb = NDArray[np.uint8]

SIDE_PX = 300
"""Largest side of the portraits in memory: their landmarks span about 130 px."""

CELL_PX = 4
"""Of the grid on which depth and displacement are kept."""

RECEDING_PER_PX, MAX_RECEDING = 0.8, 0.35
"""Beyond the mesh the head recedes by so much per pixel, up to a share of the face's extent."""


@dataclass(frozen=True)
class Portrait:
    """One portrait at training size.

    Attributes
    ----------
    pixels : (H, W, 3) uint8
        RGB, the larger side ``SIDE_PX``.
    places : (98, 3) float32
        WFLW landmarks: column, row and depth in pixels.
    depth : (H / 4, W / 4) float32
        Depth of everything in the picture, in pixels, growing away from the camera.
    name : str
        folder/file
    """

    pixels: Rgb
    places: Places
    depth: NDArray[np.float32]
    name: str

    @property
    def extent(self) -> float:
        """Larger side of the box around the landmarks, in pixels."""
        return float(np.ptp(self.places[:, :2], axis=0).max())


def is_held_out(name: str) -> bool:
    """Whether the person of this file belongs to the evaluation split (both pictures of a person do)."""
    stem = Path(name).stem
    if name.startswith(("neutral_front", "smiling_front")):
        return int(stem.split("_")[0]) % 2 == 1
    return name.startswith("canada") or int(stem[1:]) % 10 == 3


def portraits(root: Path, labels: Path, held_out: bool) -> list[Portrait]:
    """All labelled portraits of one split; ``root`` holds the folders that ``label.py`` was given."""
    table = np.load(labels)
    rows = zip(table["names"], table["places"], strict=True)
    return [_read(root, str(name), mesh) for name, mesh in rows if is_held_out(str(name)) == held_out]


def _read(root: Path, name: str, mesh: Places) -> Portrait:
    picture = cv2.imread(str(root / name))
    scale = SIDE_PX / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    mesh = mesh * np.float32(scale)
    return Portrait(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), of_mesh(mesh), depth_map(mesh, small.shape), name)


def depth_map(mesh: Places, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Depth on a grid of ``CELL_PX``: the mesh where it is, a head that recedes behind it elsewhere."""
    rows, columns = (np.arange(0, side, CELL_PX) + CELL_PX / 2 for side in shape[:2])
    grid = np.meshgrid(columns, rows)
    depth = LinearNDInterpolator(mesh[:468, :2], mesh[:468, 2] - mesh[:468, 2].mean())(*grid)
    outside = np.isnan(depth)
    away, nearest = distance_transform_edt(outside, return_indices=True)
    extent = float(np.ptp(mesh[:, :2], axis=0).max())
    depth = depth[tuple(nearest)] + np.minimum(RECEDING_PER_PX * away * CELL_PX, MAX_RECEDING * extent)
    return cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 1.0)


def turn(portrait: Portrait, yaw_deg: float, pitch_deg: float) -> tuple[Rgb, Places]:
    """The portrait as if the head were turned: pixels move by their depth. Good to about 25 degrees.

    Returns
    -------
    pixels : (H, W, 3) uint8
    places : (98, 2) float32
    """
    height, width = portrait.pixels.shape[:2]
    centre = portrait.places.mean(axis=0)
    size = portrait.depth.shape
    columns, rows = np.meshgrid(*((np.arange(n, dtype=np.float32) + 0.5) * CELL_PX for n in size[::-1]))
    shift = np.zeros((2, *size), np.float32)
    for _ in range(3):  # where a pixel comes from depends on the depth there
        at = columns - shift[0], rows - shift[1]
        depth = cv2.remap(portrait.depth, at[0] / CELL_PX - 0.5, at[1] / CELL_PX - 0.5, cv2.INTER_LINEAR, borderMode=1)
        moved = rotate(np.stack((at[0] - centre[0], at[1] - centre[1], depth), axis=-1), yaw_deg, pitch_deg)
        shift = np.stack((moved[..., 0] + centre[0] - at[0], moved[..., 1] + centre[1] - at[1]))
    full = [cv2.resize(part, (size[1] * CELL_PX, size[0] * CELL_PX))[:height, :width] for part in shift]
    column, row = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    pixels = cv2.remap(portrait.pixels, column - full[0], row - full[1], cv2.INTER_LINEAR, borderMode=1)
    relative = portrait.places - centre
    relative[:, 2] = portrait.places[:, 2] - portrait.places[:, 2].mean()
    return pixels, rotate(relative, yaw_deg, pitch_deg)[:, :2] + centre[:2]


def rotate(places: Places, yaw_deg: float, pitch_deg: float) -> Places:
    """(..., 2) columns and rows of (..., 3) points about the origin, seen after the rotation."""
    yaw, pitch = np.radians(yaw_deg), np.radians(pitch_deg)
    column = places[..., 0] * np.cos(yaw) + places[..., 2] * np.sin(yaw)
    depth = places[..., 2] * np.cos(yaw) - places[..., 0] * np.sin(yaw)
    row = places[..., 1] * np.cos(pitch) + depth * np.sin(pitch)
    return np.stack((column, row), axis=-1).astype(np.float32)
