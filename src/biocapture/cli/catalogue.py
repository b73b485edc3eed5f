"""What there is: measures, columns, models, profiles, version."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.terminal.door import say, say_json

commands = typer.Typer()


@commands.command()
def measures(modality: Annotated[str, typer.Argument(help="fingerprint, iris or face; default: all.")] = "") -> None:
    """List every measure: id, unit, what it is."""
    from biocapture.assessment.modalities import measures as catalogue
    from biocapture.cli.terminal.table import print_rows
    from biocapture.types import Modality

    kinds = (Modality(modality),) if modality in set(Modality) else ()
    if modality and not kinds:
        raise typer.BadParameter(f"{modality!r} is none of {', '.join(Modality)}", param_hint="MODALITY")
    print_rows(("id", "unit", "what it is"), [(m.id, m.unit, m.summary) for m in catalogue(*kinds).values()])


@commands.command()
def explain(
    column: Annotated[str, typer.Argument(help="A column of the output, e.g. fingerprint.ridge_period.")],
) -> None:
    """Explain any column: what it is, unit, range, ISO name, curve, where it is computed, what to do about it."""
    from biocapture.runs.explanation import explanation

    say(explanation(column))


models_app = typer.Typer(no_args_is_help=False, help="List the models, or add your own file of a third-party one.")
commands.add_typer(models_app, name="models", invoke_without_command=True)


@models_app.callback()
def models(context: typer.Context) -> None:
    """List the models present with origin, licence and whether their bytes match their card."""
    if context.invoked_subcommand:
        return
    from biocapture.cli.terminal.table import print_rows
    from biocapture.errors import ModelError
    from biocapture.models import cards, checked_path, faults

    rows = []
    for card in cards():
        try:
            checked_path(card.name)
            state = "ok"
        except ModelError as error:
            state = str(error)
        rows.append((card.name, card.origin, card.licence, card.task, state))
    print_rows(("name", "origin", "licence", "task", "checksum"), rows)
    for fault in faults():
        say(f"not used: {fault}", err=True)


@models_app.command("add")
def add_model(
    name: Annotated[str, typer.Argument(help="nfiq2 or ofiq")],
    file: Annotated[Path, typer.Argument(help="nist_plain_tir-ink.yaml of NIST, or OFIQ-MODELS.zip")],
) -> None:
    """Check a third-party model file or package and keep a copy for later runs."""
    from biocapture import models
    from biocapture.assessment.capabilities import ModelPackages
    from biocapture.assessment.modalities import packages_with

    packages = {key: add for part in packages_with(ModelPackages).values() for key, add in part.MODEL_PACKAGES.items()}
    for card in packages[name](file) if name in packages else (models.add(name, file),):
        say(f"added {card.path}")


@commands.command()
def profiles(
    show: Annotated[str, typer.Argument(help="A profile to print, or `check`; default: list them.")] = "",
    file: Annotated[str, typer.Argument(help="With `check`: your own .toml, or a shipped profile.")] = "",
) -> None:
    """List the profiles, print one, or check your own: `biocapture profiles check mine.toml`.

    Exit status: 0 good, 2 the profile names something unknown or is malformed (and says what).
    """
    from biocapture.assessment.modalities import measures as catalogue
    from biocapture.cli.terminal.table import print_rows
    from biocapture.profile.load import SHIPPED_DIRECTORY, load_profile, shipped_profiles

    if (show == "check") != bool(file):
        raise typer.BadParameter("give a file to check" if show == "check" else "one profile at a time")
    if file:
        rules = load_profile(file, catalogue())
        minima = len(rules.retake) + len(rules.review) + len(rules.record.means)
        say(f"{file}: good: {rules.title!r}, {len(rules.required)} required slots, {minima} minima")
        return
    if show:
        load_profile(show, catalogue())
        path = Path(show) if show.endswith(".toml") else SHIPPED_DIRECTORY / f"{show}.toml"
        say(path.read_text(encoding="utf8").removesuffix("\n"))
        return
    print_rows(("name", "title"), [(name, load_profile(name, catalogue()).title) for name in shipped_profiles()])


@commands.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    say_json({"biocapture": installed("biocapture"), "python": sys.version.split()[0]}, indent=None)
