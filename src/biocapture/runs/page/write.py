"""From a run to its page: open, count, lay out, write."""

from collections.abc import Callable
from pathlib import Path

from biocapture.assessment.modalities import measures
from biocapture.errors import UsageError
from biocapture.guidance import vocabulary
from biocapture.profile.load import Profile, load_profile
from biocapture.runs.page.content import Facts, page
from biocapture.runs.page.kept import Case
from biocapture.runs.page.reference import SHIPPED, read_reference, reference_of, write_reference
from biocapture.runs.page.rows import Run, open_run
from biocapture.runs.page.tally import tally

NO_PICTURE: Callable[[Case, bool], str] = lambda case, drawn: ""  # noqa: E731


def write_report(
    run: Path,
    out: Path,
    *,
    language: str = "en",
    profile: str | Path | Profile = "",
    against: Path | None = None,
    reference: Path | None = None,
    save_reference: Path | None = None,
    picture: Callable[[Case, bool], str] = NO_PICTURE,
) -> int:
    """Write the report of a run; bytes written.

    Parameters
    ----------
    run : Path
        Folder of ``part-*.parquet`` with ``run.json``, or a .parquet, .csv or .jsonl table of ``score --out``.
    out : Path
        The page, HTML.
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.
    profile : str, Path or Profile
        Whose minima are shown; default: the one the manifest names, else ``default``.
    against : Path, optional
        Another run: the page says what got better or worse, and that run is the reference population.
    reference : Path, optional
        A reference population as ``save_reference`` writes it; default: our synthetic one.
    save_reference : Path, optional
        Write this run as a reference population.
    picture : callable
        Gives the picture of a case as a data URI, "" for none, with what was seen in it or as it is, such as
        :class:`biocapture.runs.page.thumbnails.Thumbnails`. Images are personal data: the default gives none.

    Raises
    ------
    UsageError
        No run there, a damaged table, no such language, or an output that cannot be written.
    ProfileError
        There is no such profile.
    """
    vocabulary(language)
    opened = open_run(run)
    chosen = load_profile(profile or _named(opened), measures())
    found = tally(opened, chosen.retake)
    before = None if against is None else tally(open_run(against), chosen.retake)
    if save_reference is not None:
        write_reference(reference_of(found, run.name), save_reference)
    population = (
        reference_of(before, str(against)) if before and not reference else read_reference(reference or SHIPPED)
    )
    facts = Facts(opened, found, chosen, population, language, before, str(against or ""), picture)
    content = page(facts)
    try:
        return out.write_bytes(content.encode("utf8", "replace"))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(out)) from error


def _named(run: Run) -> str:
    """The profile of a manifest, if it is one that is shipped."""
    from biocapture.profile.load import shipped

    name = run.manifest.get("profile", "default")
    name = name.get("name") if isinstance(name, dict) else name
    return name if isinstance(name, str) and name in shipped() else "default"
