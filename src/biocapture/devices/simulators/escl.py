"""A simulated network scanner: eSCL (AirScan) over HTTP on this machine, for tests of scanning programs.

``POST /admin/fault {"fault": NAME}`` switches a fault on, ``POST /admin/feeder {"sheets": N}`` fills the feeder.
"""

import itertools
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from biocapture.devices.escl.messages import ScanSettings
from biocapture.devices.simulators.escl_faults import FAULTS, SHOWS
from biocapture.devices.simulators.escl_http import EsclHandler
from biocapture.devices.simulators.escl_page import SimulatedSheet
from biocapture.devices.simulators.server import SimulatorServer
from biocapture.errors import DeviceBusyError, UsageError

MAX_JOB_AGE_S = 60.0
"""A job whose pages are not requested is dropped after this time."""


@dataclass(slots=True)
class ScanJob:
    """A scan that has begun; ``asked`` is when its last page was requested."""

    settings: ScanSettings
    asked: float
    pages: int = 0


class EsclSimulator:
    """A scanner; ``with`` serves it, leaving it ends every thread and connection.

    Parameters
    ----------
    port : int
        0: any free one.
    shows : str
        What lies on its glass: ``finger``, ``card`` or ``photo``.
    seed : int
        Number of the synthetic capture subject.
    sheets : int
        Copies of it in the feeder.
    delay_s : float
        Duration of a scan.
    fault : str
        A key of `FAULTS`.

    Raises
    ------
    UsageError
        No such sheet or fault.
    DeviceBusyError
        The port is taken.
    """

    def __init__(
        self,
        port: int = 0,
        shows: str = "finger",
        seed: int = 1,
        sheets: int = 0,
        delay_s: float = 0.0,
        fault: str = "",
    ) -> None:
        if shows not in SHOWS or fault not in FAULTS:
            wrong, known = (shows, SHOWS) if shows not in SHOWS else (fault, tuple(FAULTS))
            raise UsageError(f"there are: {', '.join(known)}", wrong)
        self.sheet = SimulatedSheet(shows, seed)
        self.sheets, self.delay_s, self.fault = sheets, delay_s, fault
        self.jobs: dict[str, ScanJob] = {}
        self.closing = threading.Event()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        try:
            self._server = SimulatorServer(port, self, EsclHandler, "escl-simulator")
        except OSError as error:
            raise DeviceBusyError(f"port {port} is not free ({error.strerror or error})", "127.0.0.1") from error
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/eSCL"

    def __enter__(self) -> Self:
        _ = self.sheet.pixels  # drawn now: growing ten fingers takes longer than a client waits
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.stop()

    def begin_job(self, settings: ScanSettings) -> str | None:
        """Begin a job.

        Parameters
        ----------
        settings : ScanSettings

        Returns
        -------
        str or None
            Name of the job; None while another one runs.
        """
        with self._lock:
            now = time.monotonic()
            self.jobs = {name: job for name, job in self.jobs.items() if now - job.asked < MAX_JOB_AGE_S}
            if self.jobs:
                return None
            name = f"job-{next(self._numbers)}"
            self.jobs[name] = ScanJob(settings, now)
            return name

    def next_page(self, name: str) -> ScanSettings | None:
        """Settings of the next page of a job.

        Parameters
        ----------
        name : str
            Of the job.

        Returns
        -------
        ScanSettings or None
            None when there is no more page, and the job has ended.
        """
        with self._lock:
            job = self.jobs.get(name)
            from_feeder = job is not None and job.settings.source == "Feeder"
            if job is None or (self.sheets < 1 if from_feeder else job.pages > 0):
                self.jobs.pop(name, None)
                return None
            job.pages, job.asked = job.pages + 1, time.monotonic()
            self.sheets -= from_feeder
            return job.settings

    def cancel_job(self, name: str) -> bool:
        """Cancel a job.

        Parameters
        ----------
        name : str

        Returns
        -------
        bool
            False if there is no such job.
        """
        with self._lock:
            return self.jobs.pop(name, None) is not None
