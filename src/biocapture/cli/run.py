"""``biocapture run``: folders of any size."""

import shlex
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from biocapture.cli.score import ProfileName, write_page

commands = typer.Typer()
Inputs = Annotated[
    list[str],
    typer.Argument(
        help="Folders, files, patterns ('**/*.png'), archives (.zip, .tar, .tar.gz), manifests (.csv), URLs.",
        show_default=False,
    ),
]


@commands.command()
def run(
    inputs: Inputs,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the run.", show_default=False)],
    page: Annotated[Path | None, typer.Option("--report", help="Write a page about the run: .html.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was ended, or add new files.")
    ] = False,
    modality: Annotated[str, typer.Option("--modality", "-m", help="auto, fingerprint, face or iris.")] = "auto",
    ppi: Annotated[float | None, typer.Option(help="Resolution of the images, overriding their metadata.")] = None,
    native: Annotated[bool, typer.Option("--native", help="Add every NFIQ 2 measure as nfiq2.<name>.")] = False,
    workers: Annotated[int, typer.Option("--workers", "-w", help="Processes; 0 = one per core.", min=0)] = 0,
    engine: Annotated[str, typer.Option(help="local, or ray: a cluster (see docs/cluster.md).")] = "local",
    since: Annotated[str, typer.Option(help="Only files changed since then, e.g. 2026-03-31.")] = "",
    sample: Annotated[int, typer.Option(help="Only so many files, drawn by lot; 0 = all.", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="Of the draw: the same seed draws the same files.", min=0)] = 0,
    limit: Annotated[float, typer.Option(help="Seconds a file may take; then it is an error row.", min=0.1)] = 60.0,
    supplier: Annotated[
        str, typer.Option(help="Who finds the face: default, or ofiq (your own OFIQ package).")
    ] = "default",
    profile: ProfileName = "default",
    max_pixels: Annotated[int, typer.Option(help="Refuse larger images before decoding.", min=1)] = 64_000_000,
    rows_per_part: Annotated[int, typer.Option(help="Rows of a part of the table.", min=1)] = 10_000,
) -> None:
    """Score folders of any size into a run: a folder of Parquet parts and `run.json`, resumable after any end.

    Files that cannot be read, take too long or kill their worker are rows with an error. Files of the same content are
    scored once. Ctrl-C, `kill -9` or a power failure lose nothing but the files in work: repeat the command with
    `--resume`. It refuses to go on with other options, versions or models.

    Exit status: 0 all assessed, 1 some rows have errors, 2 wrong usage, 130 interrupted.

    For example:

    `biocapture run archive/ backlog.zip --out RUN`

    `biocapture run archive/ --out RUN --resume`

    `biocapture run 's3://bucket/2026/**/*.wsq' --modality fingerprint --sample 5000 --out RUN`
    """
    from biocapture.assessment.pipeline import options
    from biocapture.cli.terminal.run import RunProgress
    from biocapture.runs.engines import engine_of
    from biocapture.runs.record import Choice, now, write
    from biocapture.runs.run import Plan, carry_out, chosen, opened

    wanted = options(modality, ppi=ppi, profile=profile, native=native, max_pixels=max_pixels, supplier=supplier)
    plan = Plan(Choice(tuple(inputs), since, sample, seed), wanted, limit, rows_per_part)
    chosen_engine = engine_of(engine, plan, workers)
    store, facts = opened(plan, out, resume)
    console = Console(stderr=True)
    # A run ended from outside (kill, shutdown) ends as if by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress = RunProgress(console, store.verdicts, lambda: sum(1 for _ in chosen(plan.choice, facts["highest_lot"])))
    try:
        with store, progress:
            carry_out(plan, store, facts, chosen_engine, progress.step)
        write(out, facts, status="complete", ended=now(), rows=len(store), verdicts=dict(store.verdicts))
    except KeyboardInterrupt:
        write(out, facts, status="interrupted", rows=len(store), verdicts=dict(store.verdicts))
        again = shlex.join(["biocapture", *sys.argv[1:], *([] if resume else ["--resume"])])
        console.print(
            f"interrupted; {progress.summary(str(out))}\nGo on with: {again}", highlight=False, soft_wrap=True
        )
        raise typer.Exit(130) from None
    if not len(store):
        raise typer.BadParameter("no image files there", param_hint="INPUTS")
    console.print(progress.summary(str(out)), highlight=False, soft_wrap=True)
    if page:
        write_page(out, page, wanted.profile, wanted.profile.language)
    raise typer.Exit(1 if store.verdicts["ERROR"] else 0)
