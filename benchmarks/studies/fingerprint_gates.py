"""What the minima of a profile do to prints that match, and to prints that do not.

usage: python -m benchmarks.studies.fingerprint_gates --images DIR --pairs DIR [--profile default e-ktp] [--every N]

The pairs folder holds ``<set>.csv`` with ``file1``, ``file2``, ``genuine`` and a column of comparison scores of an
independent matcher; the images folder ``<set>/`` with the prints at 500 ppi, one set a sensor. A print is *well
matched* where all its mated scores reach the matcher's threshold, *failing* where more than half do not. RETAKE of the
first is a false retake, RETAKE of the second is one caught, READY of the second is one missed. For each sensor, minima
are also set from the other sensors alone, by the rule of :func:`minima_of`, and judged on it.
"""

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from biocapture.assessment.modalities import measures
from biocapture.assessment.pipeline import assess_many
from biocapture.assessment.report import Report
from biocapture.profile.load import Profile, load_profile

MATCH = {"sourceafis": 40.0, "bozorth3_mindtct": 40.0}
"""Column of scores → threshold that its makers give for a match (false match rate of about 0.01 %)."""

MARGIN = {"default": 0.7, "e-ktp": 0.85}
"""A minimum stays below this share of the least score that a well matched print has."""

MOST = {"quality": 35.0, "partial_print": 45.0}
"""Highest minima that the rule may set; the other measures keep the profile's."""

LEAST_PRINTS = 3
"""Mated scores that a print must have."""


@dataclass(frozen=True)
class Print:
    """A print, how it was scored, and how it matches: ``well``, ``failing`` or neither."""

    sensor: str
    scores: Mapping[str, float]
    is_print: bool
    matching: str


def matching_of(path: Path, column: str) -> dict[str, str]:
    """How each print of a list of pairs matches.

    Parameters
    ----------
    path : Path
        Of the list.
    column : str
        Of :data:`MATCH`.

    Returns
    -------
    dict
        File → ``well``, ``failing`` or ``between``.
    """
    mated = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["genuine"] == "1":
                for side in ("file1", "file2"):
                    mated[row[side]].append(float(row[column]) >= MATCH[column])
    share = {file: float(np.mean(hits)) for file, hits in mated.items() if len(hits) >= LEAST_PRINTS}
    return {file: "well" if hit == 1 else "failing" if hit < 0.5 else "between" for file, hit in share.items()}


def prints_of(images: Path, pairs: Path, column: str, every: int, workers: int) -> list[Print]:
    """Every print of every set that has both a list of pairs and images.

    Parameters
    ----------
    images, pairs : Path
        Folders.
    column : str
        Of scores.
    every : int
        Only each n-th print.
    workers : int
        Processes.

    Returns
    -------
    list of Print
    """
    found = []
    for table in sorted(pairs.glob("*.csv")):
        matching = dict(islice(sorted(matching_of(table, column).items()), 0, None, every))
        files = [images / table.stem / name for name in matching]
        if files and files[0].is_file():
            reports = assess_many(files, "fingerprint", ppi=500, workers=workers)
            found += [_print(table.stem, report, matching[Path(report.path).name]) for report in reports]
    return found


def _print(sensor: str, report: Report, matching: str) -> Print:
    scores = {name: float(np.nan_to_num(value.score, nan=100.0)) for name, value in report.measures.items()}
    return Print(sensor, scores, not report.failure, matching)


def verdict(one: Print, retake: Mapping[str, float], review: Mapping[str, float]) -> str:
    """RETAKE, REVIEW or READY by minima alone, without notes.

    Parameters
    ----------
    one : Print
    retake, review : mapping
        Measure → minimum.

    Returns
    -------
    str
    """
    if not one.is_print or _below(one, retake):
        return "RETAKE"
    return "REVIEW" if _below(one, review) else "READY"


def _below(one: Print, minima: Mapping[str, float]) -> bool:
    return any(one.scores[name] < minimum for name, minimum in minima.items() if name in one.scores)


def minima_of(prints: Iterable[Print], profile: Profile, margin: float) -> dict[str, float]:
    """Minima of RETAKE by a rule: below a share of the least score that any well matched print has.

    Parameters
    ----------
    prints : iterable of Print
    profile : Profile
        Of which measures there are minima; they are also the highest that come out, but for :data:`MOST`.
    margin : float
        0..1.

    Returns
    -------
    dict
        Measure → minimum.
    """
    well = [one for one in prints if one.matching == "well"]
    fingers = {name: most for name, most in profile.retake.items() if name.startswith("fingerprint.")}
    return {
        name: min(MOST.get(name.split(".")[1], most), margin * min(one.scores[name] for one in well))
        for name, most in fingers.items()
    }


def share(prints: Sequence[Print], matching: str, wanted: str, *minima: Mapping[str, float]) -> float:
    """Percentage of prints of one kind that get a verdict.

    Parameters
    ----------
    prints : sequence of Print
    matching : str
        ``well`` or ``failing``.
    wanted : str
        Verdict.
    *minima : mapping
        Of RETAKE and of REVIEW.

    Returns
    -------
    float
        0..100; NaN without such prints.
    """
    chosen = [one for one in prints if one.matching == matching]
    return 100 * float(np.mean([verdict(one, *minima) == wanted for one in chosen])) if chosen else float("nan")


def sensor_table(prints: Sequence[Print], profile: Profile, margin: float) -> str:
    """A line per sensor: false retakes, caught, missed, with the profile's minima and with those of the other sensors.

    Parameters
    ----------
    prints : sequence of Print
    profile : Profile
    margin : float
        See :func:`minima_of`.

    Returns
    -------
    str
        Markdown.
    """
    lines = [
        "| sensor | well | failing | false retakes % | left out | well, REVIEW % | caught % | left out | missed % |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    groups = {name: [one for one in prints if one.sensor == name] for name in sorted({one.sensor for one in prints})}
    for name, group in [*groups.items(), ("all", prints)]:
        others = [one for one in prints if one.sensor != name]
        rule = minima_of(others, profile, margin)
        counts = [sum(one.matching == kind for one in group) for kind in ("well", "failing")]
        figures = [
            share(group, "well", "RETAKE", profile.retake, profile.review),
            share(group, "well", "RETAKE", rule, profile.review),
            share(group, "well", "REVIEW", profile.retake, profile.review),
            share(group, "failing", "RETAKE", profile.retake, profile.review),
            share(group, "failing", "RETAKE", rule, profile.review),
            share(group, "failing", "READY", profile.retake, profile.review),
        ]
        lines.append(f"| {name} | {counts[0]} | {counts[1]} | " + " | ".join(f"{each:.1f}" for each in figures) + " |")
    return "\n".join(lines)


def gate_table(prints: Sequence[Print], profile: Profile) -> str:
    """A line per minimum: what it alone does.

    Parameters
    ----------
    prints : sequence of Print
    profile : Profile

    Returns
    -------
    str
        Markdown.
    """
    lines = ["| minimum | well, below % | on the worst sensor | failing, below % |", "|---|--:|--:|--:|"]
    sensors = sorted({one.sensor for one in prints})
    for kind, minima in (("RETAKE", profile.retake), ("REVIEW", profile.review)):
        for name in (each for each in minima if each.startswith("fingerprint.")):
            alone = {name: minima[name]}
            of = [share([one for one in prints if one.sensor == s], "well", "RETAKE", alone, {}) for s in sensors]
            all_well, failing = (share(prints, each, "RETAKE", alone, {}) for each in ("well", "failing"))
            worst = float(np.nanmax(of))
            label = f"{kind} {name.split('.')[1]} {minima[name]:g}"
            lines.append(f"| {label} | {all_well:.1f} | {worst:.1f} | {failing:.1f} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables for each profile.

    Parameters
    ----------
    arguments : sequence of str, optional
        Of the command line.

    Returns
    -------
    int
        Exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--profile", nargs="+", default=list(MARGIN))
    parser.add_argument("--matcher", choices=MATCH, default="sourceafis")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args(arguments)
    prints = prints_of(chosen.images, chosen.pairs, chosen.matcher, chosen.every, chosen.workers)
    for name in chosen.profile:
        profile = load_profile(name, measures())
        margin = MARGIN.get(name, MARGIN["default"])
        rule = {key.split(".")[1]: round(value, 1) for key, value in minima_of(prints, profile, margin).items()}
        print(
            f"## {name}\n\n{sensor_table(prints, profile, margin)}\n\n{gate_table(prints, profile)}\n\nrule: {rule}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
