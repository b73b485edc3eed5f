"""What any column of the output is, and where it comes from."""

import difflib

from biocapture.assessment.modalities import measures, native_columns
from biocapture.assessment.report import COLUMNS
from biocapture.errors import UnknownMeasureError
from biocapture.guidance import LANGUAGES, text
from biocapture.measure import Measure
from biocapture.runs.entry import MANIFEST_COLUMNS


def explanation(column: str) -> str:
    """Text about one column of the output table.

    Parameters
    ----------
    column : str
        Name, e.g. ``fingerprint.ridge_period.score``.

    Returns
    -------
    str
        Several lines.

    Raises
    ------
    UnknownMeasureError
        There is no such column; it names the nearest one.
    """
    catalogue, native = measures(), native_columns()
    base = column.removesuffix(".score")
    if base in catalogue:
        head = f"{column}: the calibrated 0..100 score of the measure below.\n\n" if column != base else ""
        return head + _measure_text(catalogue[base])
    for table in (COLUMNS, MANIFEST_COLUMNS, native):
        if column in table:
            return f"{column}\n  {table[column]}"
    near = difflib.get_close_matches(column, [*catalogue, *native, *COLUMNS, *MANIFEST_COLUMNS], n=1, cutoff=0.3)
    raise UnknownMeasureError("no such column" + (f"; did you mean {near[0]!r}?" if near else ""), column)


def _measure_text(item: Measure) -> str:
    low, high = item.range
    facts = [
        ("unit", item.unit),
        ("range", f"{low:g} .. {high:g}"),
        ("ISO name", item.iso or "none"),
        ("curve", f"{item.curve!r} → 0..100, higher is better"),
        ("source", item.location),
        *((f"guidance {language}", text(item.guidance, language)) for language in LANGUAGES),
    ]
    return "\n".join([item.id, *(f"  {name:<11} {value}" for name, value in facts), "", item.description])
