"""Resolution of an image: which of the stated values counts, and what is assumed where none is credible."""

import math
from dataclasses import replace

import numpy as np

from biocapture.types import Image, Modality, PpiSource

WORKING_PPI = 500.0
"""Resolution at which prints are measured; also assumed where a file states none that is credible."""

PLAUSIBLE_PPI_RANGE = (150.0, 4000.0)
"""Fingerprint scanners lie within this range; 72 and 96 are what image editors write where they know no resolution."""

GIVEN_PPI_RANGE = (50, 5000)
"""What a caller may state; anything else is a mistake, such as pixels per millimetre or per metre."""

TOLERANCE = 0.02
"""Relative difference up to which two stated resolutions, or those across and down, count as the same."""

MAX_ROUNDING_PPI = 0.02
"""Files keep resolution per metre in whole numbers: 19685 per metre is meant as 500 per inch, and off by 0.001."""


def with_resolution(
    image: Image, stated: dict[str, tuple[float, float]], modality: Modality, given: float | None
) -> Image:
    """Settle which resolution of an image counts, and note what is contradictory or implausible.

    Parameters
    ----------
    image : Image
    stated : dict
        Source name → (across, down) in pixels per inch, the most trusted first.
    modality : Modality
        For a print without a credible resolution 500 ppi is assumed; other modalities keep what the file states, for
        information.
    given : float or None
        What the caller states; it counts before everything else, and settles what is contradictory.

    Returns
    -------
    Image
        With ``ppi``, ``ppi_source``, ``other_ppi`` and the notes ``image.ppi_implausible`` and ``image.ppi_conflict``.
    """
    notes = list(image.notes)
    credible = [pair for pair in stated.values() if not modality.by_contact or _is_plausible(pair)]
    claims = [pair[0] for pair in credible] if given is None else []
    others = tuple(dict.fromkeys(claim for claim in claims if not _is_same(claim, claims[0])))
    if others or (claims and len(credible) < len(stated)):
        notes.append("image.ppi_conflict")
    elif stated and not credible and given is None:
        notes.append("image.ppi_implausible")
    if given is not None:
        value, origin = given, PpiSource.GIVEN
    elif credible:
        value, origin = credible[0][0], PpiSource.METADATA
    elif modality.by_contact:
        value, origin = WORKING_PPI, PpiSource.ASSUMED
    else:
        value, origin = math.nan, PpiSource.NONE
    others = tuple(_rounded(claim) for claim in others)
    return replace(image, ppi=_rounded(value), ppi_source=origin, notes=tuple(notes), other_ppi=others)


def _rounded(value: float) -> float:
    whole = float(np.rint(value))
    return whole if abs(value - whole) < MAX_ROUNDING_PPI else float(value)


def _is_same(one: float, other: float) -> bool:
    return max(one, other) <= (1 + TOLERANCE) * min(one, other)


def _is_plausible(pair: tuple[float, float]) -> bool:
    low, high = PLAUSIBLE_PPI_RANGE
    return all(low <= side <= high for side in pair) and abs(pair[0] - pair[1]) <= TOLERANCE * max(pair)
