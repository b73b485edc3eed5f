"""From a running capture to the health record."""

import time
from collections.abc import Callable, Iterator

from biocapture.capture.events import Attempt, Attempted, Empty, Event, Finished, Told
from biocapture.errors import HealthError
from biocapture.health.outcome import NAN, Kind, Outcome, taken
from biocapture.health.record import HealthRecord
from biocapture.types import Modality

RESIDUE = "fingerprint.ghost_ridges"
"""Measure of what an earlier print left beside the new one."""


class Watcher:
    """Notes what happens at one device.

    A record that fails never ends a capture: from then on nothing is noted, and ``problem`` says why.

    Parameters
    ----------
    record : HealthRecord
    device : str
        ``Info.key``.
    modality : Modality
    clock : callable
        Seconds since 1970.
    """

    def __init__(
        self, record: HealthRecord, device: str, modality: Modality, clock: Callable[[], float] = time.time
    ) -> None:
        self.problem: HealthError | None = None
        self._record, self._device, self._modality, self._clock = record, device, modality, clock

    def watched(self, events: Iterator[Event]) -> Iterator[Event]:
        """Hand on the events of :func:`biocapture.capture.capture`, noting them."""
        for event in events:
            found = self._outcome(event)
            if found and self.problem is None:
                try:
                    self._record.add(self._device, found)
                except HealthError as error:
                    self.problem = error
            yield event

    def _outcome(self, event: Event) -> Outcome | None:
        match event:
            case Attempted(attempt):
                return self._taken(attempt)
            case Empty():
                return self._plain(Kind.EMPTY)
            case Told("capture.wipe_platen"):
                return self._plain(Kind.RESIDUE)
            case Finished(result) if result.error:
                return self._plain(Kind.ERROR, type(result.error).__name__)
        return None

    def _taken(self, attempt: Attempt) -> Outcome:
        if attempt.sample is None or attempt.report is None:
            return self._plain(Kind.REFUSED)
        beside = attempt.report.measures.get(RESIDUE)
        return taken(attempt.sample, self._clock(), attempt.report.quality, beside.score if beside else NAN)

    def _plain(self, kind: Kind, detail: str = "") -> Outcome:
        return Outcome(self._clock(), self._modality, kind, detail)
