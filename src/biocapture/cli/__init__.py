"""The ``biocapture`` command: options in, tables out; no logic. A file per group of commands."""

import os

import typer
from rich.console import Console

from biocapture.cli import bench, catalogue, compare, devices, draw, enrolment, portrait, report, run, score, sim
from biocapture.errors import BiocaptureError

# Parallelism is over images; threads inside a small matrix product cost more than the product.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="markdown")
for group in (score, run, report, draw, compare, enrolment, portrait, devices, catalogue, sim, bench):
    app.add_typer(group.commands)


@app.callback()
def biocapture() -> None:
    """Scores fingerprint, face and iris captures for quality and deduplication-readiness, offline.

    Start with `biocapture score FOLDER`; `biocapture explain COLUMN` tells what any number means.
    """


def main() -> None:
    """Entry point: our own errors become one line on stderr and exit status 2."""
    try:
        app()
    except BiocaptureError as error:
        Console(stderr=True).print(f"[bold red]error:[/] {error}", highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
