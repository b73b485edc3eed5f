"""From a run to its page: open, gather, lay out, write."""

from collections.abc import Callable
from pathlib import Path

from biocapture.assessment.modalities import measures
from biocapture.errors import UsageError
from biocapture.guidance import vocabulary
from biocapture.images.private_files import private
from biocapture.profile.load import Profile, load_profile
from biocapture.runs.page.gather import gather_statistics
from biocapture.runs.page.reference import SHIPPED, read_reference, reference_population, write_reference
from biocapture.runs.page.render import PageContent, render_page
from biocapture.runs.page.run_table import RunTable, open_run_table
from biocapture.runs.page.samples import ExampleRow

NO_PICTURE: Callable[[ExampleRow, bool], str] = lambda row, drawn: ""  # noqa: E731


def write_run_page(
    run: Path,
    out: Path,
    *,
    language: str = "en",
    profile: str | Path | Profile = "",
    against: Path | None = None,
    reference: Path | None = None,
    save_reference: Path | None = None,
    picture: Callable[[ExampleRow, bool], str] = NO_PICTURE,
) -> int:
    """Write a page about a run.

    Parameters
    ----------
    run : Path
        Folder of ``part-*.parquet`` with ``run.json``, or a .parquet, .csv or .jsonl table of ``score --out``.
    out : Path
        The page, HTML.
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.
    profile : str, Path or Profile
        Whose minima are shown; default: the one that ``run.json`` names if it is a shipped one, otherwise ``default``.
    against : Path, optional
        An earlier run: the page says what got better or worse, and that run is the reference population.
    reference : Path, optional
        A reference population as ``save_reference`` writes it; default: the shipped, synthetic one.
    save_reference : Path, optional
        Write this run as a reference population.
    picture : callable
        Takes a row and whether to draw what was found in the capture; returns a data URI, "" for none, such as
        :class:`biocapture.runs.page.thumbnails.Thumbnails`. Images are personal data: the default shows none.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    UsageError
        No run there, a damaged table, no such language, or an output that cannot be written.
    ProfileError
        There is no such profile.
    """
    vocabulary(language)
    table = open_run_table(run)
    rules = load_profile(profile or _named_profile(table), measures())
    statistics = gather_statistics(table, rules.retake)
    before = None if against is None else gather_statistics(open_run_table(against), rules.retake)
    if save_reference is not None:
        write_reference(reference_population(statistics, run.name), save_reference)
    population = (
        reference_population(before, str(against)) if before and not reference else read_reference(reference or SHIPPED)
    )
    content = PageContent(table, statistics, rules, population, language, before, str(against or ""), picture)
    html = render_page(content)
    try:
        return private(out).write_bytes(html.encode("utf8", "replace"))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(out)) from error


def _named_profile(run: RunTable) -> str:
    """Name of the profile in ``run.json`` if it is a shipped one, otherwise ``default``."""
    from biocapture.profile.load import shipped_profiles

    name = run.manifest.get("profile", "default")
    name = name.get("name") if isinstance(name, dict) else name
    return name if isinstance(name, str) and name in shipped_profiles() else "default"
