"""Whole enrolments: ``check``, ``dedup``, ``station``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.score import Language, ProfileName

commands = typer.Typer()
JsonOut = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@commands.command()
def check(
    enrolment: Annotated[Path, typer.Argument(help="Folder of one person's images, or a manifest (.csv, .json).")],
    profile: ProfileName = "default",
    lang: Language = "",
    as_json: JsonOut = False,
) -> None:
    """Is one person's enrolment ready to upload? Complete, readable, distinct.

    Exit status: 0 READY, 1 RETAKE or REVIEW, 2 wrong usage or damaged manifest.

    For example:

    `biocapture check enrolments/budi --profile e-ktp --lang id`
    """
    from biocapture.readiness import check as checked
    from biocapture.show_record import print_record

    record = checked(enrolment, profile=profile)
    if as_json:
        typer.echo(json.dumps(record.to_dict(lang), ensure_ascii=False, indent=2))
    else:
        print_record(record, lang)
    raise typer.Exit(0 if record.verdict == "READY" else 1)
