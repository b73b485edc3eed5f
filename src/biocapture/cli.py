"""The ``biocapture`` command: options in, tables out; no logic."""

import json
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from biocapture.errors import BiocaptureError

# Parallelism is over images; threads inside a small matrix product cost more than the product.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="markdown")
Paths = Annotated[list[Path], typer.Argument(help="Image files or folders; folders are walked.", show_default=False)]
Language = Annotated[str, typer.Option("--lang", help="Language of the guidance: en or id; default: the profile's.")]
ProfileName = Annotated[str, typer.Option("--profile", "-p", help="default, e-ktp, or a path to your own .toml.")]


@app.callback()
def biocapture() -> None:
    """Scores fingerprint, face and iris captures for quality and deduplication-readiness, offline.

    Start with `biocapture score FOLDER`; `biocapture explain COLUMN` tells what any number means.
    """


@app.command()
def score(
    paths: Paths,
    modality: Annotated[str, typer.Option("--modality", "-m", help="auto, fingerprint, face or iris.")] = "auto",
    ppi: Annotated[float | None, typer.Option(help="Resolution of the images, overriding their metadata.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write a table: .csv, .jsonl or .parquet.")] = None,
    native: Annotated[bool, typer.Option("--native", help="Add every NFIQ 2 measure as nfiq2.<name>.")] = False,
    workers: Annotated[int, typer.Option("--workers", "-w", help="Processes; 0 = one per core.", min=0)] = 0,
    profile: ProfileName = "default",
    lang: Language = "",
    max_pixels: Annotated[int, typer.Option(help="Refuse larger images before decoding.", min=1)] = 64_000_000,
) -> None:
    """Score images: one row per file, including the files that cannot be read.

    Without `--out`, prints a table with a quality bar and what to do about the worst fault.

    Exit status: 0 all assessed, 1 some rows have errors, 2 wrong usage.

    For example:

    `biocapture score prints/ --out scores.csv`

    `biocapture score right_index.png --profile e-ktp --lang id`

    `biocapture score scan.wsq --modality fingerprint --ppi 500 --native --out scan.jsonl`
    """
    from biocapture.folder import walk
    from biocapture.modality import measures
    from biocapture.pipeline import assess_many, native_names, options
    from biocapture.report import header, open_writer
    from biocapture.show import Progress, Table
    from biocapture.workers import default_workers

    wanted = options(modality, ppi=ppi, profile=profile, native=native, max_pixels=max_pixels)
    kinds = (wanted.modality,) if wanted.modality else ()
    columns = header(tuple(measures(*kinds)), native_names(wanted))
    how = {"ppi": ppi, "profile": wanted.profile, "native": native, "max_pixels": max_pixels}
    # Forking is safe: the pool starts on the first report, before any thread exists.
    found = assess_many(walk(paths), modality, workers=workers or default_workers(), fork=True, **how)
    errors = 0
    language = lang or wanted.profile.language
    console = Console(stderr=out is None)
    total = sum(1 for _ in walk(paths)) if console.is_terminal else None  # for the time left
    with (
        open_writer(out, columns) if out else nullcontext(Table(language)) as table,
        Progress(console, total) as progress,
    ):
        for report in found:
            table.write(report)
            progress.step(report)
            errors += bool(report.error)
    if progress.count == 0:
        raise typer.BadParameter("no image files there", param_hint="PATHS")
    progress.summary(out)
    raise typer.Exit(1 if errors else 0)


@app.command()
def measures(modality: Annotated[str, typer.Argument(help="fingerprint, iris or face; default: all.")] = "") -> None:
    """List every measure: id, unit, what it is."""
    from biocapture.modality import measures as catalogue
    from biocapture.show import print_rows
    from biocapture.types import Modality

    kinds = (Modality(modality),) if modality in set(Modality) else ()
    if modality and not kinds:
        raise typer.BadParameter(f"{modality!r} is none of {', '.join(Modality)}", param_hint="MODALITY")
    print_rows(("id", "unit", "what it is"), [(m.id, m.unit, m.summary) for m in catalogue(*kinds).values()])


@app.command()
def explain(
    column: Annotated[str, typer.Argument(help="A column of the output, e.g. fingerprint.ridge_period.")],
) -> None:
    """Explain any column: what it is, unit, range, ISO name, curve, where it is computed, what to do about it."""
    from biocapture.explain import explain as explained

    typer.echo(explained(column))


models_app = typer.Typer(no_args_is_help=False, help="List the models, or add your own file of a third-party one.")
app.add_typer(models_app, name="models", invoke_without_command=True)


@models_app.callback()
def models(context: typer.Context) -> None:
    """List the models present with origin, licence and whether their bytes match their card."""
    if context.invoked_subcommand:
        return
    from biocapture.errors import ModelError
    from biocapture.models import cards, checked_path
    from biocapture.show import print_rows

    rows = []
    for card in cards():
        try:
            checked_path(card.name)
            state = "ok"
        except ModelError as error:
            state = str(error)
        rows.append((card.name, card.origin, card.licence, card.task, state))
    print_rows(("name", "origin", "licence", "task", "checksum"), rows)


@models_app.command("add")
def add_model(
    name: Annotated[str, typer.Argument(help="nfiq2")],
    file: Annotated[Path, typer.Argument(help="nist_plain_tir-ink.yaml, as published by NIST")],
) -> None:
    """Check a third-party model file and keep a copy for later runs."""
    from biocapture.models import add

    typer.echo(f"added {add(name, file).path}")


@app.command()
def profiles(show: Annotated[str, typer.Argument(help="Print one profile; default: list them.")] = "") -> None:
    """List the profiles, or print one: what it requires and the least score of each measure."""
    from biocapture.modality import measures as catalogue
    from biocapture.profile import SHIPPED, load_profile, shipped
    from biocapture.show import print_rows

    if show:
        load_profile(show, catalogue())
        path = Path(show) if show.endswith(".toml") else SHIPPED / f"{show}.toml"
        typer.echo(path.read_text(encoding="utf8"), nl=False)
        return
    print_rows(("name", "title"), [(name, load_profile(name, catalogue()).title) for name in shipped()])


@app.command()
def compare(
    one: Annotated[Path, typer.Argument(help="An image, or a stored template.", show_default=False)],
    other: Annotated[Path, typer.Argument(help="Another.", show_default=False)],
    modality: Annotated[str, typer.Option("--modality", "-m", help="fingerprint, face, iris or auto.")] = "fingerprint",
    fmr: Annotated[float, typer.Option(help="False match rate of the verdict: 0.01, 0.001 or 0.0001.")] = 0.001,
    ppi: Annotated[float | None, typer.Option(help="Resolution of both images, overriding their metadata.")] = None,
    overlay: Annotated[Path | None, typer.Option(help="Draw both captures and what agrees between them; .png.")] = None,
) -> None:
    """Compare two captures: score 0..100, and whether they show the same finger or eye at the chosen false match rate.

    Exit status: 0 the same, 1 not the same or not to be told, 2 wrong usage or unreadable file.
    """
    from biocapture.matching import compare as compared
    from biocapture.overlay import write_overlay

    matched = compared(one, other, modality, ppi=ppi)
    same = matched.is_match(fmr)
    typer.echo(f"{'SAME' if same else 'not the same'} at FMR {fmr:g}: score {matched.comparison.score:.1f}")
    typer.echo(matched.summary)
    if overlay:
        write_overlay(matched, overlay)
    raise typer.Exit(0 if same else 1)


@app.command()
def template(
    source: Annotated[Path, typer.Argument(metavar="IMAGE", help="An image, or a stored template.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The template.")],
    format: Annotated[str, typer.Option("--format", "-f", help="own, or for fingerprints iso2005 or iso2011.")] = "own",
    modality: Annotated[str, typer.Option("--modality", "-m", help="fingerprint, face, iris or auto.")] = "fingerprint",
    position: Annotated[str | None, typer.Option(help="Of an image, e.g. right_index; default: from its name.")] = None,
    ppi: Annotated[float | None, typer.Option(help="Resolution of the image, overriding its metadata.")] = None,
) -> None:
    """Write the template of a capture: in our own format, or as an ISO/IEC 19794-2 finger minutiae record.

    `compare` and `evaluate` take such files beside images. A record has no ridge directions: comparison of records is
    less accurate than of images or of templates in our own format.

    Exit status: 0 written, 2 wrong usage or unreadable file.
    """
    from biocapture.matching import write_template
    from biocapture.pipeline import options

    size = write_template(source, options(modality, position=position, ppi=ppi), format, out)
    typer.echo(f"{size} bytes → {out}")


@app.command()
def evaluate(
    images: Annotated[Path, typer.Option(help="Folder the file names in the pair list are relative to.")],
    pairs: Annotated[Path, typer.Option(help="CSV with file1, file2 and, for error rates, genuine (1 or 0).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The same table with a column biocapture: our score.")],
    modality: Annotated[str, typer.Option("--modality", "-m", help="fingerprint, face or iris.")] = "fingerprint",
    ppi: Annotated[float | None, typer.Option(help="Resolution of the images, overriding their metadata.")] = None,
    workers: Annotated[int, typer.Option("--workers", "-w", help="Processes; 0 = one per core.", min=0)] = 0,
    plot: Annotated[Path | None, typer.Option(help="Draw DET and EDC curves; .png. Adds our quality.")] = None,
) -> None:
    """Score a list of pairs with our comparison and print error rates and speed.

    Exit status: 0 all pairs scored, 1 some files cannot be read, 2 wrong usage.
    """
    from biocapture.evaluation import evaluate as evaluated
    from biocapture.show import watched
    from biocapture.workers import default_workers

    how = {"ppi": ppi, "workers": workers or default_workers(), "plot": plot}
    # Forking is safe: the pool starts on the first file, before any thread exists.
    done = evaluated(images, pairs, out, modality, **how, fork=True, watch=watched)  # type: ignore[arg-type]
    for line in done.lines:
        typer.echo(line)
    raise typer.Exit(1 if done.unreadable else 0)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(json.dumps({"biocapture": installed("biocapture"), "python": sys.version.split()[0]}))


def main() -> None:
    """Entry point: our own errors become one line on stderr and exit status 2."""
    try:
        app()
    except BiocaptureError as error:
        Console(stderr=True).print(f"[bold red]error:[/] {error}", highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
