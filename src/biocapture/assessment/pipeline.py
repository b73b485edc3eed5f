"""From sources to reports, few or many: decode → describe → measures → verdict, over several processes if asked.

What happens to one sample is in ``scoring.py``, the processes are in ``biocapture.workers``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from biocapture.assessment.modalities import AVAILABLE, DEFAULT_BACKEND, native_columns
from biocapture.assessment.options import Options, options_of
from biocapture.assessment.report import Report
from biocapture.assessment.samples import Source, sample_of, samples_of
from biocapture.assessment.scoring import described_sample, reports, reports_from_statistics
from biocapture.assessment.slaps import SlapCapture, slap_of, slap_report
from biocapture.errors import BiocaptureError
from biocapture.images.limits import MAX_PIXELS
from biocapture.measure import Batch
from biocapture.profile.load import Profile
from biocapture.types import Sample
from biocapture.workers.maps import map_ordered
from biocapture.workers.process import WHOLE_CHUNK

MAX_WAITING = 8
"""Samples whose pixels are held until they are measured together: bounds memory for records of many pictures."""


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
    """Assess one capture; several fingers at once get the report of the slap, those of its fingers by `assess_many`.

    Parameters
    ----------
    source : path, bytes, array or Sample
        Arrays are (H, W) or (H, W, 3) RGB, uint8 or uint16, 0 = black.
    modality : str
        ``"fingerprint"``, ``"iris"``, ``"face"``, or ``"auto"``: from the file name, else from the image.
    position : str, optional
        E.g. ``"right_index"`` or ``"right_slap"``; default: from the file name.
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
    options = options_of(
        modality,
        position=position,
        ppi=ppi,
        profile=profile,
        native=native,
        max_pixels=max_pixels,
        backend=backend,
    )
    sample = sample_of(source, options)
    capture = slap_of(sample)
    if capture is None:
        return reports([sample], options)[0]
    return slap_report(capture, reports(capture.fingers, options) if capture.fingers else [])


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
    """Assess a stream of captures; reports come in the order of the sources, one for each capture of a source.

    A picture holds one capture, a biometric record any number: their reports are named ``<path>#<number>``. Memory is
    bounded by the number of workers, not by the number of sources. A source that cannot be read gives a report with
    ``error`` and the stream goes on. Processes start afresh: call it under ``if __name__ == "__main__"``.

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
    options = options_of(
        modality,
        position=position,
        ppi=ppi,
        profile=profile,
        native=native,
        max_pixels=max_pixels,
        backend=backend,
    )
    answers = map_ordered(partial(_assess_sources, options=options), sources, workers, _lost_source, fork)
    return chain.from_iterable(answers)


def _assess_sources(sources: Sequence[Source], options: Options) -> list[tuple[Report, ...]]:
    return assess_chunk([NamedSource(source, options) for source in sources])


def _lost_source(source: Source, error: str) -> tuple[Report, ...]:
    return (error_report(source, error),)


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A source with its own options, and a name if it is bytes that come from a file."""

    source: Source
    options: Options
    name: str = ""


def assess_chunk(
    sources: Sequence[NamedSource], at: Callable[[int], None] = lambda _: None
) -> list[tuple[Report, ...]]:
    """Assess a few sources together; what cannot be read, a source or a capture of it, gives a report with ``error``.

    Parameters
    ----------
    sources : sequence of NamedSource
        Their options may differ in modality, position and resolution only.
    at : callable
        Called with the index of the source of which a capture is decoded and described, and with ``WHOLE_CHUNK`` before
        the last ones are measured.

    Returns
    -------
    list of tuple of Report
        Per source the reports of its captures, at least one.
    """
    answers: list[dict[int, Report]] = [{} for _ in sources]
    waiting: list[_Described] = []
    slaps: list[tuple[int, int, SlapCapture]] = []
    for i, named in enumerate(sources):
        at(i)
        for number, each in enumerate(_captures(named)):
            if isinstance(each, SlapCapture):
                _measure(waiting, answers, sources[0].options)
                _report_slaps(slaps, answers)
                slaps.append((i, number, each))
            elif isinstance(each, Report):
                answers[i][number] = each
            else:
                waiting.append(_Described((i, number), *each))
            if len(waiting) == MAX_WAITING:
                _measure(waiting, answers, sources[0].options)
            at(i)
    at(WHOLE_CHUNK)
    _measure(waiting, answers, sources[0].options)
    _report_slaps(slaps, answers)
    return [tuple(reports[number] for number in sorted(reports)) for reports in answers]


@dataclass(frozen=True, slots=True)
class _Described:
    """A sample that waits to be measured: its source, its number within it, and its statistics."""

    place: tuple[int, int]
    sample: Sample
    statistics: Batch


def _captures(named: NamedSource) -> Iterator[tuple[Sample, Batch] | SlapCapture | Report]:
    """Samples of a source with their statistics, or reports of what cannot be read; a slap comes before its fingers."""
    at = named.name
    captures = samples_of(named.source, named.options, named.name)
    while True:
        try:
            each = next(captures, None)
            if each is None:
                return
            if isinstance(each, BiocaptureError):
                yield error_report(named.source, str(each), each.subject or at)
                continue
            at = each.image.path or named.name
            capture = slap_of(each)
            if capture:
                yield capture
            for sample in capture.fingers if capture else (each,):
                yield _described(sample, named)
        except (BiocaptureError, MemoryError) as error:
            yield error_report(named.source, str(error) or type(error).__name__, at)
        except Exception as error:  # noqa: BLE001  a fault of ours must cost one row, not a folder
            yield error_report(named.source, _internal(error), at)


def _described(sample: Sample, named: NamedSource) -> tuple[Sample, Batch] | Report:
    """A sample with its statistics, or the report of why there are none."""
    at = sample.image.path or named.name
    try:
        return described_sample(sample, named.options)
    except (BiocaptureError, MemoryError) as error:
        return error_report(named.source, str(error) or type(error).__name__, at)
    except Exception as error:  # noqa: BLE001  as above
        return error_report(named.source, _internal(error), at)


def _report_slaps(slaps: list[tuple[int, int, SlapCapture]], answers: list[dict[int, Report]]) -> None:
    """Report the slaps whose fingers have their reports, and let go of their pixels."""
    for source, number, capture in slaps:
        own = answers[source]
        own[number] = slap_report(capture, [own[number + 1 + k] for k in range(len(capture.fingers))])
    slaps.clear()


def _measure(waiting: list[_Described], answers: list[dict[int, Report]], options: Options) -> None:
    """Measure and judge the samples that wait, those of each modality together, and let go of their pixels."""
    for kind in AVAILABLE:
        group = [each for each in waiting if each.sample.modality is kind]
        if group:
            for each, report in zip(group, _group_reports(group, options), strict=True):
                source, number = each.place
                answers[source][number] = report
    waiting.clear()


def _group_reports(group: Sequence[_Described], options: Options) -> list[Report]:
    """Reports of samples of one modality; should one of them break the code, the others still get theirs."""
    try:
        return reports_from_statistics([each.sample for each in group], [each.statistics for each in group], options)
    except Exception as error:  # noqa: BLE001  as above
        if len(group) == 1:
            return [error_report(group[0].sample, _internal(error))]
        return [_group_reports([item], options)[0] for item in group]


def _internal(error: Exception) -> str:
    return f"internal error, please report it: {type(error).__name__}: {error}"


def error_report(source: Source, error: str, name: str = "") -> Report:
    """Report of a source that could not be read.

    Parameters
    ----------
    source : path, bytes, array or Sample
    error : str
        Why not, with the name of the file.
    name : str
        Of the capture, where it is not the whole source, and of bytes that come from a file.

    Returns
    -------
    Report
    """
    if isinstance(source, Sample):
        return Report(path=source.image.path or source.id, sha256=source.image.sha256, error=error)
    return Report(path=name or (str(source) if isinstance(source, str | Path) else ""), error=error)


def native_names(options: Options) -> tuple[str, ...]:
    """Names of the native columns that a run with these options gives.

    Parameters
    ----------
    options : Options

    Returns
    -------
    tuple of str
        Empty unless ``options.native``.
    """
    chosen = (options.modality,) if options.modality else AVAILABLE
    return tuple(native_columns(*chosen)) if options.native else ()
