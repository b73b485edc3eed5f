"""``biocapture draw``."""

from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.options import (
    FACE_BACKENDS,
    LANGUAGE_CODES,
    AnyModality,
    CaptureProfile,
    PpiOfOne,
    face_backend_option,
    language_option,
    out_option,
    position_option,
)
from biocapture.cli.terminal.door import say

commands = typer.Typer()


@commands.command()
def draw(
    image: Annotated[Path, typer.Argument(help="A capture.", show_default=False)],
    out: Annotated[Path | None, out_option(help="Default: NAME.seen.png, here.")] = None,
    modality: AnyModality = "auto",
    position: Annotated[str | None, position_option(help="E.g. right_index; default: from its name.")] = None,
    ppi: PpiOfOne = None,
    profile: CaptureProfile = "default",
    lang: Annotated[str, language_option(help=f"{LANGUAGE_CODES}; default: the profile's.")] = "",
    face_backend: Annotated[str, face_backend_option(help=f"What finds the face: {FACE_BACKENDS}.")] = "default",
) -> None:
    """Draw what was found in a capture, beside its measures and what to do about its faults.

    Fingerprints: where ridges are and how they run, minutiae coloured by quality (rings end, squares fork), cores and
    deltas. Irises: pupil, limbus, lids, and what covers the iris. Faces: box, landmarks, lines of the geometry.

    Exit status: 0 drawn, 2 wrong usage or unreadable file.
    """
    from biocapture.assessment.options import options_of
    from biocapture.assessment.picture import write_drawing

    options = options_of(modality, position=position, ppi=ppi, profile=profile, backend=face_backend)
    target = out or Path(f"{image.stem}.seen.png")
    report = write_drawing(image, target, options, lang)
    say(f"{report.verdict} → {target}")
