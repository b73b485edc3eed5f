"""Counts for Prometheus: requests, durations, verdicts, workers. Nothing of a person."""

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from biocapture.service.pool import CallPool

BUCKETS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """The counts of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "path")
        self._requests = Counter(
            "biocapture_requests", "Requests answered.", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "biocapture_request_seconds", "Time to an answer.", labels, registry=self._registry, buckets=BUCKETS_S
        )
        self._verdicts = Counter(
            "biocapture_verdicts", "Captures and enrolments judged.", ("modality", "verdict"), registry=self._registry
        )
        self._workers = Gauge("biocapture_workers", "Worker processes.", ("state",), registry=self._registry)

    def count_request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count one request.

        Parameters
        ----------
        method, path : str
            Of the endpoint, not of the request: its parameters are not in it.
        status : int
        seconds : float
        """
        self._requests.labels(method, path, str(status)).inc()
        self._seconds.labels(method, path).observe(seconds)

    def count_verdicts(self, verdicts: Iterable[tuple[str, str]]) -> None:
        """Count verdicts.

        Parameters
        ----------
        verdicts : iterable of (str, str)
            Modality and verdict.
        """
        for modality, verdict in verdicts:
            self._verdicts.labels(modality, verdict).inc()

    def exposition(self, pool: CallPool[Any, Any] | None) -> bytes:
        """All counts in the text format of Prometheus.

        Parameters
        ----------
        pool : CallPool or None
            Whose state is shown.

        Returns
        -------
        bytes
        """
        if pool is not None:
            self._workers.labels("busy").set(pool.busy)
            self._workers.labels("restarted").set(pool.restarts)
            self._workers.labels("calls_waiting").set(pool.waiting)
        return generate_latest(self._registry)
