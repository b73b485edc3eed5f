"""``biocapture draw`` and ``biocapture segment``: what was found in a capture, as pictures."""

from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.exit_status import answer
from biocapture.cli.options import (
    FACE_BACKENDS,
    LANGUAGE_CODES,
    AnyModality,
    CaptureProfile,
    PpiOfOne,
    ProfileName,
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
    deltas; several fingers at once: a box, position and quality for each. Irises: pupil, limbus, lids, and what covers
    the iris. Faces: box, landmarks, lines of the geometry.

    Exit status: 0 drawn, 2 wrong usage or unreadable file.
    """
    from biocapture.assessment.options import options_of
    from biocapture.assessment.picture import write_drawing

    options = options_of(modality, position=position, ppi=ppi, profile=profile, backend=face_backend)
    target = out or Path(f"{image.stem}.seen.png")
    report = write_drawing(image, target, options, lang)
    say(f"{report.verdict} → {target}")


@commands.command()
def segment(
    slaps: Annotated[list[Path], typer.Argument(help="Pictures of several fingers.", show_default=False)],
    out: Annotated[Path, out_option(help="Folder for the fingers and fingers.csv.")],
    position: Annotated[
        str | None, position_option(help="right_slap, left_slap or thumbs; default: from the name.")
    ] = None,
    ppi: PpiOfOne = None,
    kind: Annotated[str, typer.Option("--format", help="png or wsq.")] = "png",
    profile: ProfileName = "default",
) -> None:
    """Cut slaps into fingers: each upright in a file of its own, and a table of boxes, positions and quality.

    Exit status: 0 all expected fingers found, 1 some are missing, too many or cut, 2 wrong usage or unreadable file.

    For example:

    `biocapture segment right_slap.png --out fingers/`
    """
    from biocapture.assessment.options import options_of
    from biocapture.assessment.segmenting import write_fingers, write_table
    from biocapture.cli.terminal.table import print_rows
    from biocapture.guidance import text

    options = options_of("fingerprint", position=position, ppi=ppi, profile=profile)
    found = [pair for path in slaps for pair in write_fingers(path, out, options, kind)]
    rows = [row for _, own in found for row in own]
    table = write_table(rows, out)
    cells = [
        (row.file, row.position, f"{row.row:.0f}", f"{row.column:.0f}", f"{row.angle_deg:.0f}", f"{row.quality:.0f}")
        for row in rows
    ]
    print_rows(("file", "position", "row", "column", "angle", "quality"), cells)
    language = options.profile.language
    faults = [(report.path, fault) for report, _ in found if report.slap for fault in report.slap.faults]
    for path, fault in faults:
        say(f"{path}: {text(fault, language)}", err=True)
    say(f"{len(rows)} fingers → {table}", err=True)
    raise answer(not faults)
