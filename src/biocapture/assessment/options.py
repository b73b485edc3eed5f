"""How sources are read and judged: plain arguments, checked once."""

from dataclasses import dataclass
from pathlib import Path

from biocapture.assessment.modalities import DEFAULT_BACKEND, backends, measures
from biocapture.errors import UsageError
from biocapture.images.limits import MAX_PIXELS
from biocapture.images.ppi import GIVEN_PPI_RANGE
from biocapture.profile.load import Profile, load_profile
from biocapture.types import FingerGroup, Modality, Position, place_named


@dataclass(frozen=True, slots=True)
class Options:
    """How sources are read and judged; the same for every image of a run.

    Attributes
    ----------
    profile : Profile
        Minima of scores, notes that count as faults, language.
    modality : Modality or None
        None = from the file name, else guessed from the image.
    position : Position, FingerGroup or None
        None = from the file name.
    ppi : float or None
        Overrides the resolution in the file.
    native : bool
        Also compute the native columns.
    max_pixels : int
        Larger images are refused before their pixels are allocated.
    backend : str
        What finds faces, landmarks, pose and parts: ``"default"``, or ``"ofiq"`` for the user's own OFIQ package.
        Modalities that have one way only take no notice of it.
    """

    profile: Profile
    modality: Modality | None = None
    position: Position | FingerGroup | None = None
    ppi: float | None = None
    native: bool = False
    max_pixels: int = MAX_PIXELS
    backend: str = DEFAULT_BACKEND


def options_of(
    modality: str | None = "auto",
    *,
    position: str | None = None,
    ppi: float | None = None,
    profile: str | Path | Profile = "default",
    native: bool = False,
    max_pixels: int = MAX_PIXELS,
    backend: str = DEFAULT_BACKEND,
) -> Options:
    """Check plain arguments and gather them in :class:`Options`.

    Parameters
    ----------
    modality, position : str, optional
        Names of a modality (``None`` or ``"auto"`` = not stated) and of a position.
    ppi : float, optional
        50..5000 pixels per inch.
    profile : str, Path or Profile
        Name of a shipped profile, path of a ``.toml``, or a loaded one.
    native, max_pixels, backend
        As :class:`Options` has them.

    Returns
    -------
    Options

    Raises
    ------
    UsageError
        Unknown modality, position or backend, resolution out of range.
    ProfileError
        The profile is unreadable or names something unknown.
    """
    low, high = GIVEN_PPI_RANGE
    if ppi is not None and not low <= ppi <= high:
        raise UsageError(f"resolution must lie in {low}..{high} ppi", str(ppi))
    profile = load_profile(profile, measures())
    try:
        kind = None if modality in (None, "auto") else Modality(modality)
        slot = None if position is None else place_named(position)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if backend != DEFAULT_BACKEND and backend not in (known := backends()):
        raise UsageError(f"no such backend; there are: {', '.join(known)}", backend)
    return Options(profile, kind, slot, ppi, native, max_pixels, backend)
