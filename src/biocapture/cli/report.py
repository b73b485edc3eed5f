"""``biocapture report``."""

from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.options import LANGUAGE_CODES, language_option, out_option, profile_option
from biocapture.cli.terminal.door import say

commands = typer.Typer()


@commands.command()
def report(
    run: Annotated[Path, typer.Argument(help="Folder of a run (part-*.parquet), or a .parquet, .csv or .jsonl table.")],
    out: Annotated[Path, out_option(help="The page.")] = Path("report.html"),
    against: Annotated[Path | None, typer.Option(help="An earlier run: what got better or worse.")] = None,
    thumbnails: Annotated[
        bool, typer.Option("--thumbnails", help="Show example captures: the page is then personal data.")
    ] = False,
    images: Annotated[Path, typer.Option(help="Folder that relative paths in the table start from.")] = Path(),
    profile: Annotated[str, profile_option(help="Minima that are shown; default: the run's.")] = "",
    lang: Annotated[str, language_option(help=f"Language of the page: {LANGUAGE_CODES}.")] = "en",
    reference: Annotated[
        Path | None, typer.Option(help="Reference population (.json); default: our synthetic one.")
    ] = None,
    save_reference: Annotated[
        Path | None, typer.Option(help="Write this run's distributions as a reference population (.json).")
    ] = None,
) -> None:
    """Write a run as one HTML page: shares of verdicts, what to do, distributions, cases to look at, errors, versions.

    The page needs no network and holds no images unless `--thumbnails` is given.

    Exit status: 0 written, 2 wrong usage or unreadable table.
    """
    from biocapture.assessment.options import options_of
    from biocapture.runs.page import write_run_page
    from biocapture.runs.page.thumbnails import Thumbnails
    from biocapture.runs.page.write import NO_PICTURE

    size = write_run_page(
        run,
        out,
        language=lang,
        profile=profile,
        against=against,
        reference=reference,
        save_reference=save_reference,
        picture=Thumbnails(options_of(), images) if thumbnails else NO_PICTURE,
    )
    say(f"{size} bytes → {out}")
