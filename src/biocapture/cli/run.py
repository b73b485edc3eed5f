"""``biocapture run``: folders of any size."""

import shlex
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.exit_status import INTERRUPTED, answer
from biocapture.cli.options import (
    AnyModality,
    FaceBackend,
    MaxPixels,
    Native,
    Ppi,
    ProfileName,
    Workers,
    out_option,
    report_option,
)
from biocapture.cli.score import write_page
from biocapture.cli.terminal.door import Terminal
from biocapture.images.limits import MAX_PIXELS
from biocapture.runs import LIMIT_S, ROWS_PER_PART

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
    out: Annotated[Path, out_option(help="Folder of the run.", show_default=False)],
    page: Annotated[Path | None, report_option(help="Write a page about the run: .html.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was ended, or add new files.")
    ] = False,
    modality: AnyModality = "auto",
    ppi: Ppi = None,
    native: Native = False,
    workers: Workers = 0,
    engine: Annotated[str, typer.Option(help="local, or ray: a cluster (see docs/cluster.md).")] = "local",
    since: Annotated[str, typer.Option(help="Only files changed since then, e.g. 2026-03-31.")] = "",
    sample: Annotated[int, typer.Option(help="Number of files, drawn at random; 0 = all.", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="Of the draw: the same seed draws the same files.", min=0)] = 0,
    limit: Annotated[float, typer.Option(help="Seconds a file may take; then it is an error row.", min=0.1)] = LIMIT_S,
    face_backend: FaceBackend = "default",
    profile: ProfileName = "default",
    max_pixels: MaxPixels = MAX_PIXELS,
    rows_per_part: Annotated[int, typer.Option(help="Rows of a part of the table.", min=1)] = ROWS_PER_PART,
) -> None:
    """Score folders of any size into a run: a folder of Parquet parts and `run.json`, resumable after any interruption.

    Files that cannot be read, take too long or kill their worker are rows with an error. Files of the same content are
    scored once. Ctrl-C, `kill -9` or a power failure lose nothing but the files in work: repeat the command with
    `--resume`. It refuses to go on with other options, versions or models.

    Exit status: 0 all assessed, 1 some rows have errors, 2 wrong usage, 130 interrupted.

    For example:

    `biocapture run archive/ backlog.zip --out RUN`

    `biocapture run archive/ --out RUN --resume`

    `biocapture run 's3://bucket/2026/**/*.wsq' --modality fingerprint --sample 5000 --out RUN`
    """
    from biocapture.assessment.options import options_of
    from biocapture.assessment.verdict import ERROR
    from biocapture.cli.terminal.progress import RunProgress, passed_over_line
    from biocapture.runs.engines import engine_of
    from biocapture.runs.run import Plan, carry_out, chosen_entries, open_store
    from biocapture.runs.run_record import Choice, utc_now, write_run_record

    options = options_of(modality, ppi=ppi, profile=profile, native=native, max_pixels=max_pixels, backend=face_backend)
    plan = Plan(Choice(tuple(inputs), since, sample, seed), options, limit, rows_per_part)
    chosen_engine = engine_of(engine, plan, workers)
    store, record = open_store(plan, out, resume)
    console = Terminal(stderr=True)
    # A run ended from outside (kill, shutdown) ends as if by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress = RunProgress(
        console, store.verdicts, lambda: sum(1 for _ in chosen_entries(plan.choice, record["highest_lot"]))
    )
    passed_over = Counter[str]()
    try:
        with store, progress:
            carry_out(plan, store, record, chosen_engine, progress.step, lambda kind: passed_over.update([kind]))
        facts = {"rows": len(store), "verdicts": dict(store.verdicts), "passed_over": dict(passed_over)}
        write_run_record(out, record, status="complete", ended=utc_now(), **facts)
    except KeyboardInterrupt:
        write_run_record(out, record, status="interrupted", rows=len(store), verdicts=dict(store.verdicts))
        again = shlex.join(["biocapture", *sys.argv[1:], *([] if resume else ["--resume"])])
        console.print(f"interrupted; {progress.summary(str(out))}\nGo on with: {again}")
        raise typer.Exit(INTERRUPTED) from None
    if passed_over:
        console.print(passed_over_line(passed_over))
    if not len(store):
        raise typer.BadParameter("no image files there", param_hint="INPUTS")
    console.print(progress.summary(str(out)))
    if page:
        write_page(out, page, options.profile, options.profile.language)
    raise answer(not store.verdicts[ERROR])
