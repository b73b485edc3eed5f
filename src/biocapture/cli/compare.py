"""Templates and their comparison."""

from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.exit_status import answer
from biocapture.cli.options import (
    FALSE_MATCH_RATES,
    KINDS,
    ComparedModality,
    Ppi,
    PpiOfOne,
    Workers,
    fmr_option,
    modality_option,
    out_option,
    position_option,
    ppi_option,
)
from biocapture.cli.terminal.door import say

commands = typer.Typer()


@commands.command()
def compare(
    probe: Annotated[Path, typer.Argument(help="An image, or a stored template.", show_default=False)],
    reference: Annotated[Path, typer.Argument(help="Another.", show_default=False)],
    modality: ComparedModality = "fingerprint",
    fmr: Annotated[float, fmr_option(help=f"False match rate of the verdict: {FALSE_MATCH_RATES}.")] = 0.001,
    ppi: Annotated[float | None, ppi_option(help="Resolution of both images, overriding their metadata.")] = None,
    overlay: Annotated[Path | None, typer.Option(help="Draw both captures and what agrees between them; .png.")] = None,
) -> None:
    """Compare two captures: score 0..100, and whether they show the same finger or eye at the chosen false match rate.

    Exit status: 0 the same, 1 not the same or undecided, 2 wrong usage or unreadable file.
    """
    from biocapture.comparison.compare import compare as compare_sources
    from biocapture.comparison.picture import write_overlay

    comparison = compare_sources(probe, reference, modality, ppi=ppi)
    same = comparison.is_match(fmr)
    say(f"{'SAME' if same else 'not the same'} at FMR {fmr:g}: score {comparison.comparison.score:.1f}")
    say(comparison.summary)
    if overlay:
        write_overlay(comparison, overlay)
    raise answer(same)


@commands.command()
def template(
    source: Annotated[Path, typer.Argument(metavar="IMAGE", help="An image, or a stored template.")],
    out: Annotated[Path, out_option(help="The template.")],
    format: Annotated[str, typer.Option("--format", "-f", help="own, or for fingerprints iso2005 or iso2011.")] = "own",
    modality: ComparedModality = "fingerprint",
    position: Annotated[
        str | None, position_option(help="Of an image, e.g. right_index; default: from its name.")
    ] = None,
    ppi: PpiOfOne = None,
) -> None:
    """Write the template of a capture: in our own format, or as an ISO/IEC 19794-2 finger minutiae record.

    `compare` and `evaluate` take such files beside images. A record has no ridge directions: comparison of records is
    less accurate than of images or of templates in our own format.

    Exit status: 0 written, 2 wrong usage or unreadable file.
    """
    from biocapture.assessment.options import options_of
    from biocapture.comparison.compare import write_template

    size = write_template(source, options_of(modality, position=position, ppi=ppi), format, out)
    say(f"{size} bytes → {out}")


@commands.command()
def evaluate(
    images: Annotated[Path, typer.Option(help="Folder the file names in the pair list are relative to.")],
    pairs: Annotated[Path, typer.Option(help="CSV with file1, file2 and, for error rates, genuine (1 or 0).")],
    out: Annotated[Path, out_option(help="The same table with a column biocapture: our score.")],
    modality: Annotated[str, modality_option(help=f"{KINDS}.")] = "fingerprint",
    ppi: Ppi = None,
    workers: Workers = 0,
    plot: Annotated[Path | None, typer.Option(help="Draw DET and EDC curves; .png. Adds our quality.")] = None,
    tables: Annotated[
        Path | None, typer.Option(help="Folder for det.csv, edc.csv, thresholds.csv. Adds our quality.")
    ] = None,
    fmr: Annotated[float, fmr_option(help="Of the decision in the tables.", min=1e-9, max=0.5)] = 0.001,
    scores: Annotated[
        str, typer.Option(help="Column with another comparison's scores; default: ours. Faces need it.")
    ] = "",
) -> None:
    """Score a list of pairs with our comparison, or judge our quality by yours; print error rates and speed.

    `--tables` also says what thresholds on quality would do: which share of the captures is taken again, which share of
    the false non-matches is avoided, with 95 % intervals of a bootstrap over fingers, eyes or faces.

    `--scores` judges our quality by a recognition system of yours, whose scores the list holds, higher = more alike. It
    is the only way for faces, which biocapture does not compare itself.

    Exit status: 0 all pairs scored, 1 some files cannot be read, 2 wrong usage.
    """
    from biocapture.cli.terminal.progress import with_progress
    from biocapture.comparison.evaluation.evaluate import evaluate as evaluate_pairs
    from biocapture.workers.maps import default_workers

    # Forking is safe: the pool starts on the first file, before any thread exists.
    evaluation = evaluate_pairs(
        images,
        pairs,
        out,
        modality,
        ppi=ppi,
        workers=workers or default_workers(),
        fork=True,
        plot=plot,
        tables=tables,
        fmr=fmr,
        scores_from=scores,
        progress=with_progress,
    )
    for line in evaluation.lines:
        say(line)
    raise answer(not evaluation.unreadable)
