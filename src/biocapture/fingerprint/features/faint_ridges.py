"""Faint ridges beside a print: the latent print that the previous person left on the platen.

A latent print has ridges of its own: several, evenly strong, where a scratch, a stripe or the edge of a window is one
line; and it begins with a step, where a print's own pale part carries on its ridges and fades by and by.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.features.ridge_field import RidgeField, cell_means
from biocapture.types import Mask, Values

RIM_CELLS = 2
"""Ridges fade over this many cells at the rim of a print; only faint ridges beyond it are a latent print's."""

MIN_COHERENCE = 0.6
"""Coherence, 0..1, of cells that show a latent print."""

MIN_CONTRAST_SHARE = 0.05
"""Of the print's own median contrast: what a latent print on the platen shows at least."""

NOISE_GREYS = 1.5
"""Contrast that sensor noise reaches by itself."""

MIN_EVENNESS = 0.5
"""Least over largest contrast of a cell and its eight neighbours, 24 px across, which are two to three ridges."""

MIN_RIM_COHERENCE, MIN_RISE = 0.85, 1.4
"""Mean coherence of the rim between a patch and the print, and ratio of the contrasts of rim and patch (harmonic means)
from which the print's own ridges run through, ever paler: of 60 generated pale halves 56, of 36 latent prints none."""

SQUARE = np.ones((3, 3), np.uint8)


def away_from(ridges: Mask, padding: Mask) -> Mask:
    """Cells beyond the fading rim of the print and not beside padding.

    Parameters
    ----------
    ridges : (R, C) bool
        Cells of the print.
    padding : (R, C) bool
        Cells that hold padding.

    Returns
    -------
    (R, C) bool
    """
    print_and_rim = cv2.dilate(ridges.astype(np.uint8), SQUARE, iterations=RIM_CELLS)
    return (print_and_rim == 0) & (cv2.dilate(padding.astype(np.uint8), SQUARE) == 0)


def faint_ridges(field: RidgeField, apart: Mask) -> Mask:
    """Cells away from the print that show ridges of another one.

    Parameters
    ----------
    field : RidgeField
        With ridges.
    apart : (R, C) bool
        Cells that are looked at, see :func:`away_from`.

    Returns
    -------
    (R, C) bool
        Patches of 3 × 3 cells or more.
    """
    contrast = float(np.median(field.contrast[field.foreground]))
    visible = field.contrast > max(NOISE_GREYS, MIN_CONTRAST_SHARE * contrast)
    strength = np.sqrt(cell_means(field.wave * field.wave))
    even = cv2.erode(strength, SQUARE) > MIN_EVENNESS * cv2.dilate(strength, SQUARE)
    ridged = (apart & visible & even & (field.coherence > MIN_COHERENCE)).astype(np.uint8)
    closed = cv2.morphologyEx(ridged, cv2.MORPH_CLOSE, SQUARE) & apart.astype(np.uint8)
    patches = cv2.morphologyEx(closed, cv2.MORPH_OPEN, SQUARE)
    return patches.astype(bool) & ~_own_pale_part(patches, field)


def _own_pale_part(patches: NDArray[np.uint8], field: RidgeField) -> Mask:
    """Patches that the print reaches through its rim, without a break in direction or a step in contrast."""
    count, label = cv2.connectedComponents(patches, connectivity=4, ltype=cv2.CV_16U)
    around = cv2.dilate(label, SQUARE, iterations=RIM_CELLS)
    print_and_rim = cv2.dilate(field.foreground.astype(np.uint8), SQUARE, iterations=RIM_CELLS) > 0
    rim = np.where(print_and_rim & ~field.foreground, around, 0).ravel()
    pale = 1 / np.maximum(field.contrast.ravel(), np.float32(1e-3))

    def means(values: NDArray[Any], owner: NDArray[np.uint16]) -> Values:
        return np.bincount(owner, values, count) / np.maximum(np.bincount(owner, minlength=count), 1)

    rise = means(pale, label.ravel()) / np.maximum(means(pale, rim), 1e-9)
    own = (means(field.coherence.ravel(), rim) > MIN_RIM_COHERENCE) & (rise > MIN_RISE)
    own[0] = False
    return own[label]
