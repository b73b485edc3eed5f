"""Are our native columns equal to NFIQ 2.3's? ``python -m benchmarks.studies.parity --reference DIR --images DIR``.

The reference folder holds ``nfiq2/<set>.csv`` (NFIQ 2.3 on public images, full precision) and ``images/`` (pictures
with ``<name>_nfiq2.txt``, printed with 6 digits); the images folder holds ``<set>/`` with the pictures of each table.
Both sides are what a user gets: the columns are read back from a file that ``biocapture score --native`` wrote.
"""

import argparse
import csv
import math
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.suite.processes import COMMAND
from biocapture.workers.isolation import isolated_python

TOLERANCE = 1e-9
"""Relative, of real values."""

MIN_SHARE = 0.9995

EXCLUDED = re.compile(r"(QBV_)?(FingerJetFX_.*|FJFXPos_.*|FingerprintImageWithMinutiae)")
"""Columns about minutiae: NFIQ 2's come from FingerJetFX, ours from our own extractor."""

COUNT = re.compile(r".*_Bin10_\d|SufficientFingerprintForeground|QBV_.*")
"""Whole numbers, which must be equal."""

Values = Mapping[str, str]


@dataclass
class Tally:
    """Values of one set.

    Attributes
    ----------
    different : dict
        Column → in how many images it differs.
    """

    name: str
    images: int = 0
    compared: int = 0
    different: Counter[str] = field(default_factory=Counter)

    @property
    def unequal(self) -> int:
        """How many values differ."""
        return sum(self.different.values())


def equal(name: str, ours: str, theirs: str, digits: int = 0) -> bool:
    """Whether one value agrees: counts exactly, reals within 1e-9 or, if given, to so many printed digits."""
    if not ours:
        return False
    mine, reference = float(ours), float(theirs)
    if COUNT.fullmatch(name):
        return mine == reference
    if digits:
        place = 10.0 ** (math.floor(math.log10(abs(reference))) - digits + 1) if reference else 1e-12
        return abs(mine - reference) <= 0.5000001 * place
    return math.isclose(mine, reference, rel_tol=TOLERANCE, abs_tol=1e-300)


def tally(name: str, ours: Mapping[str, Values], theirs: Mapping[str, Values], digits: int = 0) -> Tally:
    """Compare file by file; columns we lack, and files we could not score, differ."""
    found = Tally(name, images=len(theirs))
    for file, reference in theirs.items():
        mine = ours.get(file, {})
        for column, value in reference.items():
            if value and not EXCLUDED.fullmatch(column):
                found.compared += 1
                found.different[column] += not equal(column, mine.get(f"nfiq2.{column}", ""), value, digits)
    return found


def scored(paths: Sequence[Path]) -> dict[str, Values]:
    """File name → row of the table that ``biocapture score --native`` writes of files or folders."""
    with tempfile.TemporaryDirectory(prefix="parity-") as folder:
        out = Path(folder) / "native.csv"
        given = ["score", *map(str, paths), "--modality", "fingerprint", "--native", "--out", str(out)]
        done = subprocess.run([*isolated_python(COMMAND), *given], capture_output=True, text=True, check=False)
        if not out.is_file():
            raise SystemExit(f"biocapture score failed: {done.stderr}")
        with out.open(newline="", encoding="utf8") as handle:
            return {Path(row["path"]).name: row for row in csv.DictReader(handle)}


def native_names() -> frozenset[str]:
    """Columns that can be compared; the tables also hold sizes, errors and times."""
    from biocapture.fingerprint.nfiq2.native import NATIVE

    return frozenset(name.removeprefix("nfiq2.") for name in NATIVE)


def tables(reference: Path, images: Path) -> Iterator[Tally]:
    """Every table whose images are there."""
    known = native_names()
    for path in sorted((reference / "nfiq2").glob("*.csv")):
        if not (images / path.stem).is_dir():
            print(f"{path.stem}: no images, passed over", file=sys.stderr)
            continue
        with path.open(newline="", encoding="utf8") as handle:
            theirs = {row["file"]: _kept(row, known) for row in csv.DictReader(handle)}
        yield tally(path.stem, scored([images / path.stem]), theirs)


def printed(reference: Path) -> Iterator[Tally]:
    """The pictures with values printed to 6 digits."""
    known = native_names()
    texts = sorted((reference / "images").glob("*_nfiq2.txt"))
    pictures = [path.with_name(path.name.removesuffix("_nfiq2.txt") + ".pgm") for path in texts]
    if not texts:
        return
    theirs = {}
    for path, picture in zip(texts, pictures, strict=True):
        pairs = (line.split(":", 1) for line in path.read_text(encoding="utf8").splitlines() if ":" in line)
        theirs[picture.name] = _kept({name.strip(): value.strip() for name, value in pairs}, known)
    yield tally("images (6 digits)", scored(pictures), theirs, digits=6)


def _kept(row: Values, known: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name in known}


def share(tallies: Sequence[Tally]) -> float:
    """Share of equal values, 0..1."""
    compared = sum(each.compared for each in tallies)
    return 1.0 - sum(each.unequal for each in tallies) / compared if compared else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when fewer than 99.95 % of the values are equal, or there are none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies.parity", description=__doc__)
    parser.add_argument("--reference", type=Path, required=True, metavar="DIR")
    parser.add_argument("--images", type=Path, required=True, metavar="DIR")
    given = parser.parse_args(arguments)
    print("| set | images | values | different | which (images) |\n|---|--:|--:|--:|---|")
    tallies = []
    for each in (*tables(given.reference, given.images), *printed(given.reference)):
        tallies.append(each)
        which = ", ".join(f"{name} ({count})" for name, count in each.different.most_common() if count)
        print(f"| {each.name} | {each.images} | {each.compared} | {each.unequal} | {which} |", flush=True)
    compared, unequal = sum(each.compared for each in tallies), sum(each.unequal for each in tallies)
    print(f"\n{compared} values, {unequal} different: {100 * share(tallies):.4f} % equal")
    return int(share(tallies) < MIN_SHARE)


if __name__ == "__main__":
    raise SystemExit(main())
