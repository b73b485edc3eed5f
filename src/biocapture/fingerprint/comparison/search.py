"""What a search knows of each print: its minutiae by short codes of their surroundings, and its ridge directions."""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import TemplateError
from biocapture.fingerprint.comparison.structure import (
    cylinders,
    directions_of,
    minutiae_of,
    surroundings_of,
    weights_of,
)
from biocapture.fingerprint.comparison.template import MAX_MINUTIAE, Template
from biocapture.types import Field

MAX_KEPT = 64
"""Minutiae of a print that take part: the clearest, with most of the print about them."""

UNIT_SCALE = 127
"""Unit vectors are kept as whole 127ths: their products are whole numbers, the same in any order of summation."""

MIN_LENGTH = 1e-6
"""Below it a vector has no direction."""

PROJECTION = Path(__file__).with_name("minutia_projection.npy")
"""(473, 32) float32: weights of the ridge directions and neighbours about a minutia, and in the last row what is taken
off: linear discriminants of mated minutiae, from models/fingerprint_comparison/projection.py."""


@dataclass(frozen=True, slots=True)
class IndexFeatures:
    """The part of a template that a search needs, the clearest minutiae first.

    Attributes
    ----------
    code : (M, 32) int8
        Unit vectors in 127ths: the surroundings of each minutia.
    place : (M,) complex64
        Column - i · row.
    angle : (M,) float32
        Radians.
    orientation : (R, C) uint8
        Ridge directions as a template has them.
    """

    code: NDArray[np.int8]
    place: NDArray[np.complex64]
    angle: Field
    orientation: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.angle)


def index_features(template: Template, projection: Field | None = None) -> IndexFeatures:
    """Features of a template by which a gallery is searched; 44 bytes per minutia, of 64 at most, and 1 per cell.

    Parameters
    ----------
    template : Template
    projection : (473, 32) float32, optional
        As :func:`minutia_codes` takes it; default: ours.

    Returns
    -------
    IndexFeatures
        Without rows for a template without minutiae.

    Raises
    ------
    TemplateError
        The template has more minutiae than extraction gives.
    """
    if len(template) > MAX_MINUTIAE:
        raise TemplateError(f"{len(template)} minutiae, expected at most {MAX_MINUTIAE}")
    place, angle = minutiae_of(template)
    surroundings, on_print = surroundings_of(place, angle, np.pad(directions_of(template), ((0, 1), (0, 1))))
    clearest = np.argsort(-on_print.mean(axis=1) * weights_of(template), kind="stable")[:MAX_KEPT]
    about = np.concatenate([surroundings, cylinders(place, angle)], axis=1)[clearest]
    code = minutia_codes(about, _projection() if projection is None else projection)
    return IndexFeatures(
        code, place[clearest].astype(np.complex64), angle[clearest].astype(np.float32), template.orientation
    )


def minutia_codes(about: Field, projection: Field) -> NDArray[np.int8]:
    """Short codes of the surroundings of minutiae.

    Parameters
    ----------
    about : (M, 472) float32
        Ridge directions on rings and neighbours of each, as a prepared template has them.
    projection : (473, 32) float32
        Weights, then what is taken off.

    Returns
    -------
    (M, 32) int8
        Unit vectors in 127ths.
    """
    code = about @ projection[:-1] - projection[-1]
    code /= np.maximum(np.linalg.norm(code, axis=1, keepdims=True), MIN_LENGTH)
    return np.rint(UNIT_SCALE * code).astype(np.int8)


@functools.cache
def _projection() -> Field:
    weights: Field = np.load(PROJECTION).astype(np.float32)
    return weights
