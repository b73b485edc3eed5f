"""Whole captures of every modality, decoded or as files, and the small things around them."""

from collections.abc import Iterator
from functools import partial

from benchmarks.suite.batches import described
from benchmarks.suite.case import Case, Work, name_of, over
from benchmarks.suite.images import Setting, written
from biocapture.assessment.modalities import AVAILABLE, measures
from biocapture.assessment.options import options_of
from biocapture.assessment.pipeline import assess
from biocapture.assessment.scoring import reports
from biocapture.measure import raw_columns
from biocapture.profile.load import load_profile
from biocapture.types import Modality
from biocapture.workers.pool import CHUNK_SIZE


def cases(sets: tuple[str, ...]) -> Iterator[Case]:
    """Cases about whole captures."""
    yield Case(name_of(load_profile), _profile)
    for modality in AVAILABLE:
        yield Case(name_of(raw_columns, modality), partial(_raw_columns, modality=modality))
        yield Case(f"report.Report.row[{modality}]", partial(_row, modality=modality))
        yield Case(name_of(reports, modality), partial(_reports, modality=modality))
        yield Case(name_of(reports, f"{modality}, native"), partial(_reports, modality=modality, native=True))
        yield Case(name_of(assess, f"{modality}, png"), partial(_assess, modality=modality, suffix="png"))
    yield Case(name_of(reports, f"fingerprint, chunk of {CHUNK_SIZE}"), _chunk, short=False)
    for images in sets[1:]:
        yield Case(name_of(reports, images=images), partial(_given, images=images))


def _profile(setting: Setting) -> Work:
    known = measures()
    return Work(lambda: load_profile("default", known))


def _row(setting: Setting, modality: Modality) -> Work:
    report = reports(setting.samples(modality)[:1], options_of(modality, native=True))[0]
    return Work(report.row)


def _raw_columns(setting: Setting, modality: Modality) -> Work:
    """All measures of one capture."""
    batch = described(modality)[0]
    every = tuple(measures(modality).values())
    return Work(lambda: raw_columns(every, batch, 1))


def _reports(setting: Setting, modality: Modality, native: bool = False) -> Work:
    wanted = options_of(modality, native=native)
    return over(reports, [([sample], wanted) for sample in setting.samples(modality)])


def _given(setting: Setting, images: str) -> Work:
    wanted = options_of("fingerprint")
    return over(reports, [([sample], wanted) for sample in setting.prints(images)])


def _chunk(setting: Setting) -> Work:
    samples = (setting.prints() * CHUNK_SIZE)[:CHUNK_SIZE]
    wanted = options_of("fingerprint")
    return Work(lambda: reports(samples, wanted), CHUNK_SIZE)


def _assess(setting: Setting, modality: Modality, suffix: str) -> Work:
    paths = written(setting.folder / f"{modality}_{suffix}", setting.samples(modality), suffix)
    return over(assess, [(path, modality) for path in paths])
