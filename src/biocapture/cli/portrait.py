"""``biocapture portrait``."""

from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.exit_status import answer
from biocapture.cli.options import Language, ProfileName, out_option
from biocapture.cli.terminal.door import say

commands = typer.Typer()


@commands.command()
def portrait(
    image: Annotated[Path, typer.Argument(help="A photograph with a face.", show_default=False)],
    out: Annotated[Path, out_option(help="The portrait: .png or .jpg.")],
    profile: ProfileName = "default",
    lang: Language = "",
) -> None:
    """Turn, scale and cut a photograph to the portrait of a profile, and say what was changed.

    Exit status: 0 written, 1 no face, 2 wrong usage.

    For example:

    `biocapture portrait photo.jpg --profile e-ktp --out portrait.png`
    """
    from biocapture.assessment.modalities import measures
    from biocapture.assessment.portrait import make_portrait, write_portrait
    from biocapture.guidance import text
    from biocapture.profile.load import load_profile
    from biocapture.types import Failure

    rules = load_profile(profile, measures())
    cropped = make_portrait(image, rules)
    if isinstance(cropped, Failure):
        say(text(cropped.reason, lang or rules.language), err=True)
        raise answer(False)
    assert rules.portrait is not None
    write_portrait(cropped, out, rules.portrait.ppi)
    say(f"{out}: {'; '.join(cropped.changes)}")
