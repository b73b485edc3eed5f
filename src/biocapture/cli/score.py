"""``biocapture score``."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from biocapture.cli.exit_status import answer
from biocapture.cli.options import (
    AnyModality,
    FaceBackend,
    Language,
    MaxPixels,
    Native,
    Ppi,
    ProfileName,
    Workers,
    out_option,
    report_option,
)
from biocapture.cli.terminal.door import Terminal, say
from biocapture.images.limits import MAX_PIXELS

if TYPE_CHECKING:
    from biocapture.profile.load import Profile

commands = typer.Typer()
Paths = Annotated[list[Path], typer.Argument(help="Image files or folders; folders are walked.", show_default=False)]


@commands.command()
def score(
    paths: Paths,
    modality: AnyModality = "auto",
    ppi: Ppi = None,
    out: Annotated[Path | None, out_option(help="Write a table: .csv, .jsonl or .parquet.")] = None,
    page: Annotated[Path | None, report_option(help="Write a page about all of them: .html.")] = None,
    native: Native = False,
    workers: Workers = 0,
    face_backend: FaceBackend = "default",
    profile: ProfileName = "default",
    lang: Language = "",
    max_pixels: MaxPixels = MAX_PIXELS,
) -> None:
    """Score images: one row per capture, including what cannot be read; a record has a row for each picture in it.

    Without `--out`, prints a table with a quality bar and what to do about the worst fault.

    Exit status: 0 all assessed, 1 some rows have errors, 2 wrong usage.

    For example:

    `biocapture score prints/ --out scores.csv --report scores.html`

    `biocapture score right_index.png --profile e-ktp --lang id`

    `biocapture score scan.wsq --modality fingerprint --ppi 500 --native --out scan.jsonl`
    """
    from biocapture.assessment.modalities import measures
    from biocapture.assessment.options import options_of
    from biocapture.assessment.pipeline import assess_many, native_names
    from biocapture.assessment.report import Writer, header, open_writer
    from biocapture.cli.terminal.progress import ScoreProgress, passed_over_line
    from biocapture.cli.terminal.table import ScoreTable
    from biocapture.images.walk import walk
    from biocapture.workers.maps import default_workers

    options = options_of(modality, ppi=ppi, profile=profile, native=native, max_pixels=max_pixels, backend=face_backend)
    kinds = (options.modality,) if options.modality else ()
    columns = header(tuple(measures(*kinds)), native_names(options))
    passed_over = Counter[str]()
    # Forking is safe: the pool starts on the first report, before any thread exists.
    reports = assess_many(
        walk(paths, passed_over=lambda kind: passed_over.update([kind])),
        modality,
        workers=workers or default_workers(),
        fork=True,
        ppi=ppi,
        profile=options.profile,
        native=native,
        max_pixels=max_pixels,
        backend=face_backend,
    )
    errors = 0
    language = lang or options.profile.language
    console = Terminal(stderr=out is None)
    total = sum(1 for _ in walk(paths)) if console.is_terminal else None  # for the time left
    with ExitStack() as temporary:
        path = out or (Path(temporary.enter_context(TemporaryDirectory()), "rows.parquet") if page else None)
        with ExitStack() as outputs:
            tables: list[Writer] = [outputs.enter_context(open_writer(path, columns))] if path else []
            tables += [] if out else [ScoreTable(language)]
            progress = outputs.enter_context(ScoreProgress(console, total))
            for report in reports:
                for table in tables:
                    table.write(report)
                progress.step(report)
                errors += bool(report.error)
        if page and path and progress.count:
            write_page(path, page, options.profile, language)
    if passed_over:
        console.print(passed_over_line(passed_over))
    if progress.count == 0:
        raise typer.BadParameter("no image files there", param_hint="PATHS")
    progress.summary(out)
    raise answer(not errors)


def write_page(rows: Path, page: Path, profile: "Profile", language: str) -> None:
    """Write the page of a table or run that has just been written, and say so on standard error.

    Parameters
    ----------
    rows : Path
        Table, or folder of a run.
    page : Path
        The page, .html.
    profile : Profile
        Whose minima are shown.
    language : str
    """
    from biocapture.runs.page import write_run_page

    size = write_run_page(rows, page, profile=profile, language=language)
    say(f"{size} bytes → {page}", err=True)
