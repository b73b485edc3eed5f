"""How sources are read and judged: plain arguments, checked once."""

from dataclasses import dataclass
from pathlib import Path

from biocapture.assessment.modalities import DEFAULT_BACKEND, backends, measures
from biocapture.errors import UsageError
from biocapture.images.limits import MAX_PIXELS
from biocapture.profile.load import Profile, load_profile
from biocapture.types import Modality, Position


@dataclass(frozen=True, slots=True)
class Options:
    """How sources are read and judged; the same for every image of a run.

    Attributes
    ----------
    modality : Modality or None
        None = from the file name, else guessed from the image.
    position : Position or None
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
    position: Position | None = None
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

    Raises
    ------
    UsageError
        Unknown modality or position, resolution out of range.
    ProfileError
        The profile is unreadable or names something unknown.
    """
    if ppi is not None and not 50 <= ppi <= 5000:
        raise UsageError("resolution must lie in 50..5000 ppi", str(ppi))
    profile = load_profile(profile, measures())
    try:
        kind = None if modality in (None, "auto") else Modality(modality)
        slot = None if position is None else Position(position)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if backend != DEFAULT_BACKEND and backend not in (known := backends()):
        raise UsageError(f"no such backend; there are: {', '.join(known)}", backend)
    return Options(profile, kind, slot, ppi, native, max_pixels, backend)
