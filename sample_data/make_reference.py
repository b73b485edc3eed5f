"""Make the reference population of the report: synthetic prints and eyes as booths capture them, scored.

Faces are not among it: drawn faces say nothing about photographs. A programme measures its own population better than
ours: `biocapture report RUN --save-reference FILE.json`.

usage: python sample_data/make_reference.py [--fingers N] [--eyes N] [--out FILE.json]
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from biocapture.assessment.modalities import measures
from biocapture.assessment.pipeline import assess_many
from biocapture.assessment.report import header, open_writer
from biocapture.profile.load import load_profile
from biocapture.runs.page.gather import gather_statistics
from biocapture.runs.page.reference import SHIPPED, reference_population, write_reference
from biocapture.runs.page.run_table import open_run_table
from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.conditions import everyday_conditions
from biocapture.synthetic.eye.eye import eye
from biocapture.synthetic.fingerprint.finger import finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import Image, Modality, PpiSource, Sample

FIRST_SEED = 70_000
"""Far from the seeds of the sample data, the tests and the benchmarks."""

TOUCHES = 5
"""Impressions of each finger."""


def effects(random: np.random.Generator) -> Effects:
    """A touch as booths see it: most are good, some are dry, wet, partial or leave a ghost."""
    moisture = random.normal(0, 0.22)
    return Effects(
        rotation_deg=random.normal(0, 7),
        shift_row_px=random.normal(0, 15),
        shift_column_px=random.normal(0, 12),
        distortion_px=abs(random.normal(0, 3)),
        wet=float(np.clip(moisture, 0, 0.9)),
        dry=float(np.clip(-moisture, 0, 0.9)),
        partial=float(np.clip(random.normal(0, 0.15), 0, 0.7)),
        ghost=float(random.choice((0.0, 0.0, 0.0, 0.0, 0.3, 0.6))),
        noise=abs(random.normal(3, 2)),
        blur_px=0.4 + abs(random.normal(0, 0.3)),
        low_contrast=float(np.clip(random.normal(0, 0.15), 0, 0.6)),
        shading=float(np.clip(random.normal(0, 0.2), 0, 0.8)),
        creases=int(random.poisson(1)),
    )


def prints(count: int) -> Iterator[Sample]:
    """Several impressions of each finger."""
    random = np.random.default_rng(FIRST_SEED)
    before = finger(FIRST_SEED - 1)
    for number in range(count):
        grown = finger(FIRST_SEED + number)
        for touch in range(TOUCHES):
            made = impression(grown, seed=TOUCHES * number + touch, effects=effects(random), ghost_of=before)
            yield Sample(Image(made.pixels, 500.0, PpiSource.METADATA), Modality.FINGERPRINT)
        before = grown


def eyes(count: int) -> Iterator[Sample]:
    """One everyday capture of each eye."""
    for number in range(count):
        shown = eye(FIRST_SEED + number // 2, left=number % 2 == 1)
        made = capture(shown, everyday_conditions(FIRST_SEED + number), seed=number)
        yield Sample(Image(made.pixels), Modality.IRIS, shown.side)


def main() -> None:
    """Score the population and write its quantiles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fingers", type=int, default=60)
    parser.add_argument("--eyes", type=int, default=240)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    given = parser.parse_args()
    profile = load_profile("default", measures())
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "population.parquet"
        with open_writer(table, header(tuple(measures()))) as rows:
            for samples in (prints(given.fingers), eyes(given.eyes)):
                for report in assess_many(samples, None):
                    rows.write(report)
        statistics = gather_statistics(open_run_table(table), profile.retake)
    about = f"{TOUCHES * given.fingers} synthetic prints and {given.eyes} synthetic eyes"
    write_reference(reference_population(statistics, about), given.out)


if __name__ == "__main__":
    main()
