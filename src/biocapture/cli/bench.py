"""``biocapture bench``."""

from typing import Annotated

import typer

from biocapture.cli.options import json_option, modality_option, workers_option
from biocapture.cli.terminal.door import say, say_json

commands = typer.Typer()


@commands.command()
def bench(
    modality: Annotated[str, modality_option(help="fingerprint, iris or face; default: all.")] = "",
    workers: Annotated[str, workers_option(help="Numbers of processes, e.g. 1,2,4; default: up to one per core.")] = "",
    seconds: Annotated[float, typer.Option("--seconds", "-s", help="How long each is measured.")] = 3.0,
    as_json: Annotated[bool, json_option(help="Figures and machine as JSON.")] = False,
) -> None:
    """Measure how many images a second this machine assesses, per modality and number of workers.

    The images are synthetic, made for the purpose and deleted. Files are read, assessed and judged as `score` does.

    For example:

    `biocapture bench`

    `biocapture bench -m fingerprint -w 1,2 --json`
    """
    from biocapture.assessment.modalities import AVAILABLE
    from biocapture.cli.terminal.progress import with_progress
    from biocapture.cli.terminal.table import print_rows
    from biocapture.cli.throughput import machine_facts, measure_all, worker_counts
    from biocapture.types import Modality

    if modality and modality not in set(Modality):
        raise typer.BadParameter(f"{modality!r} is none of {', '.join(Modality)}", param_hint="--modality")
    try:
        counts = tuple(map(int, workers.split(","))) if workers else worker_counts()
    except ValueError:
        raise typer.BadParameter("whole numbers with commas between", param_hint="--workers") from None
    kinds = (Modality(modality),) if modality else AVAILABLE
    measured = list(with_progress(measure_all(kinds, counts, seconds), len(kinds) * len(counts), "measuring"))
    if as_json:
        rows = [
            {
                "modality": str(each.modality),
                "workers": each.workers,
                "images_per_s": each.per_s,
                "worker_ms": each.worker_ms,
                "images": each.images,
                "elapsed_s": each.elapsed_s,
                "start_s": each.start_s,
            }
            for each in measured
        ]
        say_json({"machine": machine_facts(), "rates": rows}, indent=1)
        return
    print_rows(
        ("modality", "workers", "images/s", "ms per image and worker", "start s"),
        [
            (str(r.modality), str(r.workers), f"{r.per_s:.1f}", f"{r.worker_ms:.1f}", f"{r.start_s:.1f}")
            for r in measured
        ],
    )
    say(", ".join(f"{name} {value}" for name, value in machine_facts().items()))
