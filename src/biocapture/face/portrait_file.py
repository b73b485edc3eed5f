"""From a photograph to a portrait file in the geometry of a profile."""

from pathlib import Path

from biocapture.errors import ProfileError, UsageError
from biocapture.face import largest_face
from biocapture.face.portrait import Portrait, cut_portrait
from biocapture.images.decode import decode
from biocapture.profile.load import Profile
from biocapture.types import Failure, Modality

SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
JPEG_QUALITY = 95


def make_portrait(source: str | Path | bytes, profile: Profile, backend: str = "default") -> Portrait | Failure:
    """Cut the largest face of a photograph; without a face, the reason.

    Raises
    ------
    ProfileError
        The profile says nothing of portraits.
    """
    if profile.portrait is None:
        raise ProfileError("has no [portrait]", profile.name)
    pixels = decode(source, modality=Modality.FACE).pixels
    points = largest_face(pixels, backend)
    return points if isinstance(points, Failure) else cut_portrait(pixels, points, profile.portrait)


def write_portrait(made: Portrait, path: Path, ppi: float) -> None:
    """Write as .png or .jpg with its resolution.

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
        Pillow.fromarray(made.pixels).save(path, kind, dpi=(ppi, ppi), quality=JPEG_QUALITY)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error
