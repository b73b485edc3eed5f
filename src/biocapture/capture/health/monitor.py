"""From a running capture to the health record."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from biocapture.capture.events import (
    AttemptFinished,
    CaptureAttempt,
    CaptureEvent,
    CaptureFinished,
    MessageChanged,
    NothingPresented,
)
from biocapture.capture.health.outcome import NAN, Outcome, OutcomeKind, outcome_of
from biocapture.capture.health.record import HealthRecord
from biocapture.errors import HealthError
from biocapture.types import Modality

RESIDUE_MEASURE = "fingerprint.ghost_ridges"
"""Measure of the latent residue of an earlier print beside the new one."""


class HealthMonitor:
    """Records the outcomes at a device.

    A record that fails never ends a capture: from then on nothing is recorded, and ``problem`` holds the error.

    Parameters
    ----------
    record : HealthRecord or None
        None records nothing.
    modality : Modality
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, record: HealthRecord | None, modality: Modality, clock: Callable[[], float] = time.time) -> None:
        self.problem: HealthError | None = None
        self._record, self._modality, self._clock = record, modality, clock

    def monitor(self, device: str, events: Iterator[CaptureEvent]) -> Iterator[CaptureEvent]:
        """Pass on events and record them.

        Parameters
        ----------
        device : str
            Its ``Info.key``.
        events : iterator of CaptureEvent
            Of :func:`biocapture.capture.capture`.

        Yields
        ------
        CaptureEvent
            The same.
        """
        for event in events:
            self._note(device, self._outcome(event) if self._record else None)
            yield event

    def _note(self, device: str, outcome: Outcome | None) -> None:
        if self._record is None or outcome is None or self.problem:
            return
        try:
            self._record.add(device, outcome)
        except HealthError as error:
            self.problem = error

    def _outcome(self, event: CaptureEvent) -> Outcome | None:
        match event:
            case AttemptFinished(attempt):
                return self._taken(attempt)
            case NothingPresented():
                return self._plain(OutcomeKind.EMPTY)
            case MessageChanged("capture.wipe_platen"):
                return self._plain(OutcomeKind.RESIDUE)
            case CaptureFinished(result) if result.error:
                return self._plain(OutcomeKind.ERROR, type(result.error).__name__)
        return None

    def _taken(self, attempt: CaptureAttempt) -> Outcome:
        if attempt.sample is None or attempt.report is None:
            return self._plain(OutcomeKind.REFUSED)
        beside = attempt.report.measures.get(RESIDUE_MEASURE)
        return outcome_of(attempt.sample, self._clock(), attempt.report.quality, beside.score if beside else NAN)

    def _plain(self, kind: OutcomeKind, detail: str = "") -> Outcome:
        return Outcome(self._clock(), self._modality, kind, detail)


@contextmanager
def open_monitor(path: Path | None, modality: Modality) -> Iterator[HealthMonitor]:
    """A monitor that records in a file.

    Parameters
    ----------
    path : Path or None
        Created where it does not exist; None: nothing is recorded.
    modality : Modality

    Yields
    ------
    HealthMonitor
    """
    if path is None:
        yield HealthMonitor(None, modality)
        return
    with HealthRecord(path, create=True) as record:
        yield HealthMonitor(record, modality)
