"""Options that several commands have: name, letter, limits and help stand here once, defaults at the commands.

The functions return an option with a help text of the command's own.
"""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.terminal.door import say
from biocapture.guidance import LANGUAGES

KINDS = "fingerprint, face or iris"
LANGUAGE_CODES = " or ".join(LANGUAGES)
FACE_BACKENDS = "default, or ofiq"
FALSE_MATCH_RATES = "0.01, 0.001 or 0.0001"
EXAMPLE_PROFILES = "default, e-ktp"
"""Facts of other modules, which take too long to import for ``--help``; tests compare them with their owners."""

HEALTH_VARIABLE = "BIOCAPTURE_HEALTH"
KEY_FILE_VARIABLE = "BIOCAPTURE_KEY_FILE"
"""Environment variables that stand for an option."""

RENAMED = {"supplier": "face-backend", "slot": "position"}
"""Former names of options, without dashes → what they are called now. They work and are in no help."""


def known_language(language: str) -> str:
    """The language, if there is such a one; it is checked before any work begins.

    Parameters
    ----------
    language : str
        Empty = the profile's.

    Returns
    -------
    str

    Raises
    ------
    typer.BadParameter
        There is no such language.
    """
    if language and language not in LANGUAGES:
        raise typer.BadParameter(f"no such language; there are: {', '.join(LANGUAGES)}", param_hint="--lang")
    return language


modality_option = partial(typer.Option, "--modality", "-m")
position_option = partial(typer.Option, "--position")
ppi_option = partial(typer.Option, "--ppi")
profile_option = partial(typer.Option, "--profile", "-p")
language_option = partial(typer.Option, "--lang", callback=known_language)
fmr_option = partial(typer.Option, "--fmr")
face_backend_option = partial(typer.Option, "--face-backend")
device_option = partial(typer.Option, "--device", "-d")
out_option = partial(typer.Option, "--out", "-o")
workers_option = partial(typer.Option, "--workers", "-w")
report_option = partial(typer.Option, "--report")
json_option = partial(typer.Option, "--json")

AnyModality = Annotated[str, modality_option(help=f"auto, {KINDS}.")]
ComparedModality = Annotated[str, modality_option(help="fingerprint, face, iris or auto.")]
Ppi = Annotated[float | None, ppi_option(help="Resolution of the images, overriding their metadata.")]
PpiOfOne = Annotated[float | None, ppi_option(help="Resolution of the image, overriding its metadata.")]
ProfileName = Annotated[str, profile_option(help=f"{EXAMPLE_PROFILES}, or a path to your own .toml.")]
CaptureProfile = Annotated[str, profile_option(help=f"{EXAMPLE_PROFILES}, or your own .toml.")]
Language = Annotated[str, language_option(help=f"Language of the guidance: {LANGUAGE_CODES}; default: the profile's.")]
FaceBackend = Annotated[str, face_backend_option(help=f"What finds the face: {FACE_BACKENDS} (your own OFIQ package).")]
Native = Annotated[bool, typer.Option("--native", help="Add every NFIQ 2 measure as nfiq2.NAME.")]
MaxPixels = Annotated[int, typer.Option("--max-pixels", help="Refuse larger images before decoding.", min=1)]
Workers = Annotated[int, workers_option(help="Processes; 0 = one per core.", min=0)]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", envvar=KEY_FILE_VARIABLE, help="Key of the memory: 64 hexadecimal digits."),
]


def current_name(name: str) -> str:
    """Name of an option today; a former one is accepted, with a warning on stderr.

    Parameters
    ----------
    name : str
        As on the command line, without dashes.

    Returns
    -------
    str
    """
    if name not in RENAMED:
        return name
    say(f"--{name} is deprecated: it is --{RENAMED[name]} now", err=True)
    return RENAMED[name]
