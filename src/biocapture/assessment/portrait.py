"""From a photograph to a portrait file in the geometry of a profile."""

from pathlib import Path

from biocapture.assessment.capabilities import Portrait, PortraitCutting
from biocapture.assessment.modalities import DEFAULT_BACKEND, packages_with
from biocapture.errors import ProfileError, UsageError
from biocapture.images.codecs.compressed import JPEG_QUALITY
from biocapture.images.decode import decode
from biocapture.images.private_files import private
from biocapture.profile.load import Profile
from biocapture.types import Failure

SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


def make_portrait(source: str | Path | bytes, profile: Profile, backend: str = DEFAULT_BACKEND) -> Portrait | Failure:
    """Cut the largest face of a photograph to the geometry of a profile.

    Parameters
    ----------
    source : path or bytes
    profile : Profile
    backend : str
        What finds the face.

    Returns
    -------
    Portrait or Failure
        Why there is no portrait, where no face is found.

    Raises
    ------
    ProfileError
        The profile says nothing of portraits.
    DecodeError
        The photograph cannot be read.
    """
    if profile.portrait is None:
        raise ProfileError("has no [portrait]", profile.name)
    ((modality, package),) = packages_with(PortraitCutting).items()
    return package.cut_portrait(decode(source, modality=modality).pixels, profile.portrait, backend)


def write_portrait(portrait: Portrait, path: Path, ppi: float) -> None:
    """Write a portrait as .png or .jpg with its resolution.

    Parameters
    ----------
    portrait : Portrait
    path : Path
    ppi : float
        Pixels per inch in print.

    Raises
    ------
    UsageError
        Another suffix, or the file cannot be written.
    """
    from PIL import Image as Pillow

    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"a portrait is one of {', '.join(SUFFIXES)}", str(path))
    try:
        Pillow.fromarray(portrait.pixels).save(private(path), kind, dpi=(ppi, ppi), quality=JPEG_QUALITY)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error
