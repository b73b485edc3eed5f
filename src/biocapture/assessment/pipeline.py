"""From sources to reports: decode → describe → measures → verdict. A few straight lines; the pool is in workers.py."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from biocapture.assessment.modalities import (
    AVAILABLE,
    DEFAULT_BACKEND,
    backend_option,
    measures,
    native_columns,
    package,
)
from biocapture.assessment.options import Options, options_of
from biocapture.assessment.report import Report
from biocapture.assessment.samples import Source, at_working_resolution, sample_of
from biocapture.assessment.verdict import judge
from biocapture.errors import BiocaptureError
from biocapture.images.limits import MAX_PIXELS
from biocapture.measure import Batch, Score, raw_columns
from biocapture.profile.load import Profile
from biocapture.types import Modality, Sample
from biocapture.workers.maps import map_ordered


def reports(samples: Sequence[Sample], wanted: Options) -> list[Report]:
    """Assess samples of one modality together; each report is the same as if its sample were alone."""
    return judged(samples, [described(sample, wanted) for sample in samples], wanted)


def judged(samples: Sequence[Sample], statistics: Sequence[Batch], wanted: Options) -> list[Report]:
    """Reports of samples of one modality whose statistics are known."""
    modality = samples[0].modality
    part = package(modality)
    catalogue = measures(modality)
    batch = type(statistics[0]).join(statistics)
    raw, problems = raw_columns(part.MEASURES, batch, len(samples))
    scores = {name: catalogue[name].curve(column) for name, column in raw.items()}
    native = part.native(batch) if wanted.native else {}
    found = []
    for i, sample in enumerate(samples):
        image = sample.image
        values = {name: Score(float(raw[name][i]), float(scores[name][i])) for name in raw}
        seen = tuple(dict.fromkeys(image.notes + batch.notes[i]))
        failure = batch.failure[i]
        verdict, reasons = judge(values, failure, seen, wanted.profile, catalogue)
        quality = values.get(f"{modality}.quality", Score(math.nan, math.nan)).score
        found.append(
            Report(
                path=image.path,
                sha256=image.sha256,
                modality=modality,
                position=sample.position,
                width_px=image.pixels.shape[1],
                height_px=image.pixels.shape[0],
                ppi=image.ppi,
                ppi_source=image.ppi_source,
                quality=quality,
                verdict=verdict,
                reasons=reasons,
                notes=seen,
                failure=failure.reason if failure else "",
                measures=values,
                native={name: float(column[i]) for name, column in native.items()},
                error="; ".join(f"{name}: {text}" for name, text in problems.items()),
            )
        )
    return found


def described(sample: Sample, wanted: Options) -> Batch:
    """Statistics of one sample."""
    modality = sample.modality
    return package(modality).describe(at_working_resolution(sample), **backend_option(modality, wanted.backend))


def assess(
    source: Source,
    modality: str | None = "auto",
    *,
    position: str | None = None,
    ppi: float | None = None,
    profile: str | Path | Profile = "default",
    native: bool = False,
    max_pixels: int = MAX_PIXELS,
    backend: str = DEFAULT_BACKEND,
) -> Report:
    """Assess one capture.

    Parameters
    ----------
    source : path, bytes, array or Sample
        Arrays are (H, W) or (H, W, 3) RGB, uint8 or uint16, 0 = black.
    modality : str
        ``"fingerprint"``, ``"iris"``, ``"face"``, or ``"auto"``: from the file name, else from the image.
    position : str, optional
        E.g. ``"right_index"``; default: from the file name.
    ppi : float, optional
        Resolution, 50..5000 pixels per inch; overrides what the file says.
    profile : str, Path or Profile
        Name of a shipped profile, path of a ``.toml``, or a loaded one.
    native : bool
        Also compute the native columns.
    max_pixels : int
        Larger images are refused before their pixels are allocated.
    backend : str
        What finds a face: ``"default"``, or ``"ofiq"`` for the user's own OFIQ package.

    Returns
    -------
    Report

    Raises
    ------
    BiocaptureError
        For bad input. A bad capture does not raise: it is a report with reasons.
    """
    wanted = options_of(
        modality,
        position=position,
        ppi=ppi,
        profile=profile,
        native=native,
        max_pixels=max_pixels,
        backend=backend,
    )
    return reports([sample_of(source, wanted)], wanted)[0]


def assess_many(
    sources: Iterable[Source],
    modality: str | None = "auto",
    *,
    workers: int = 1,
    fork: bool = False,
    position: str | None = None,
    ppi: float | None = None,
    profile: str | Path | Profile = "default",
    native: bool = False,
    max_pixels: int = MAX_PIXELS,
    backend: str = DEFAULT_BACKEND,
) -> Iterator[Report]:
    """Assess a stream of captures; reports come in the order of the sources.

    Memory is bounded by the number of workers, not by the number of sources. A source that cannot be read gives a
    report with ``error`` and the stream goes on. Processes start afresh: call it under ``if __name__ == "__main__"``.

    Parameters
    ----------
    sources : iterable of path, bytes, array or Sample
        May be endless.
    modality, position, ppi, profile, native, max_pixels, backend
        As :func:`assess`; the same for every source.
    workers : int
        Number of processes; 1 = in this process.
    fork : bool
        Start processes by forking: faster, and safe only in a program that has started no thread of any kind.

    Returns
    -------
    iterator of Report

    Raises
    ------
    UsageError, ProfileError
        At once, for bad options.
    """
    wanted = options_of(
        modality,
        position=position,
        ppi=ppi,
        profile=profile,
        native=native,
        max_pixels=max_pixels,
        backend=backend,
    )
    return map_ordered(partial(_assess_chunk, wanted=wanted), sources, workers, _lost, fork)


def _assess_chunk(sources: Sequence[Source], wanted: Options) -> list[Report]:
    return assess_chunk([Named(source, wanted) for source in sources])


@dataclass(frozen=True, slots=True)
class Named:
    """A source with its own options, and a name if it is bytes that come from a file."""

    source: Source
    wanted: Options
    name: str = ""


def assess_chunk(sources: Sequence[Named], at: Callable[[int], None] = lambda _: None) -> list[Report]:
    """Reports of a few sources, measured together; a source that cannot be read gives a report with ``error``.

    The options may differ in modality, position and resolution only. ``at`` is told the index of the source in work, -1
    when all are.
    """
    answers: dict[int, Report] = {}
    waiting: dict[Modality, list[tuple[int, Sample, Batch]]] = {kind: [] for kind in AVAILABLE}
    for i, named in enumerate(sources):
        at(i)
        try:
            sample = sample_of(named.source, named.wanted, named.name)
            waiting[sample.modality].append((i, sample, described(sample, named.wanted)))
        except (BiocaptureError, MemoryError) as error:
            answers[i] = failed(named.source, str(error) or type(error).__name__, named.name)
        except Exception as error:  # noqa: BLE001  a fault of ours must cost one row, not a folder
            answers[i] = failed(named.source, _internal(error), named.name)
    at(-1)
    for group in waiting.values():
        if group:
            answers |= dict(zip((i for i, *_ in group), _group_reports(group, sources[0].wanted), strict=True))
    return [answers[i] for i in range(len(sources))]


def _group_reports(group: Sequence[tuple[int, Sample, Batch]], wanted: Options) -> list[Report]:
    """Reports of one group; should one sample break the code, the others still get theirs."""
    try:
        return judged([sample for _, sample, _ in group], [each for *_, each in group], wanted)
    except Exception as error:  # noqa: BLE001  as above
        if len(group) == 1:
            return [failed(group[0][1], _internal(error))]
        return [_group_reports([item], wanted)[0] for item in group]


def _internal(error: Exception) -> str:
    return f"internal error, please report it: {type(error).__name__}: {error}"


def _lost(source: Source, why: str) -> Report:
    return failed(source, why)


def failed(source: Source, why: str, name: str = "") -> Report:
    """The report of a source that could not be read."""
    if isinstance(source, Sample):
        return Report(path=source.image.path or source.id, sha256=source.image.sha256, error=why)
    return Report(path=str(source) if isinstance(source, str | Path) else name, error=why)


def native_names(wanted: Options) -> tuple[str, ...]:
    """Names of the native columns a run with these options gives."""
    chosen = (wanted.modality,) if wanted.modality else AVAILABLE
    return tuple(native_columns(*chosen)) if wanted.native else ()
