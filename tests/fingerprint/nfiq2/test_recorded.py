"""Native values of forty synthetic prints against those that NFIQ 2.3 itself gives, recorded in ``recorded.csv``.

How they were recorded: the quality modules of NIST's NFIQ 2 (tag ``v2.3.0`` of ``usnistgov/NFIQ2``: FDA, ImgProcROI,
LCS, Mu, OCLHistogram, OF, QualityMap, RVUPHistogram, and the cropping of the near-white frame) were compiled unchanged
with g++ -O2 against OpenCV 4.6 and called from a program that prints features with 17 digits; nothing of it is here.
The minutiae features need another project's extractor and are left out. The program was checked against the values that
NIST publishes for its five SFinGe images: 67 of 67 features of each are equal to all digits printed.
"""

import csv
from pathlib import Path

from benchmarks.studies.parity import equal

import biocapture as bc

PRINTS = Path(__file__).parents[2] / "vectors" / "prints"


def recorded() -> dict[str, dict[str, str]]:
    """Path of a print → feature → value as NFIQ 2.3 printed it."""
    with Path(__file__).with_name("recorded.csv").open(newline="", encoding="ascii") as handle:
        return {row.pop("path"): row for row in csv.DictReader(handle)}


def test_native_values_of_the_samples_are_nfiq2s() -> None:
    theirs = recorded()
    assert len(theirs) == 40
    assert {len(row) for row in theirs.values()} == {67}
    reports = bc.assess_many([PRINTS / path for path in theirs], "fingerprint", native=True)
    different = [
        f"{path}: {name} is {report.native[f'nfiq2.{name}']!r}, NFIQ 2.3 says {value}"
        for (path, row), report in zip(theirs.items(), reports, strict=True)
        for name, value in row.items()
        if not equal(name, str(report.native[f"nfiq2.{name}"]), value)
    ]
    assert not different
