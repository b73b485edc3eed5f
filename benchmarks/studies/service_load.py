"""The service under load: ``python -m benchmarks.studies.service_load [--minutes 10] [--clients 8] [--workers 2]``.

Clients ask at once, over a mix of all modalities. Printed: answers by status, throughput against ``assess_many`` with
as many workers in the same run, memory of the service and its workers over time, what a request costs over ``assess``
alone, and how long the event loop was deaf: ``/healthz`` is asked all along, and needs no worker.
"""

import argparse
import http.client
import itertools
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.studies.memory import resident_mib
from benchmarks.suite.images import captures, written
from benchmarks.suite.processes import COMMAND
from biocapture.assessment.pipeline import assess, assess_many
from biocapture.types import Modality
from biocapture.workers.isolation import isolated_python

OF_EACH = 4
SETTLING_SHARE = 0.1
"""Of the time, after which memory should not grow any more."""

PAIRED = 40
"""Prints asked for one by one, alternating with ``assess`` here."""


@dataclass
class Seen:
    """What the clients saw."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    deaf_s: list[float] = field(default_factory=list)
    memory_mib: list[tuple[float, float]] = field(default_factory=list)


@contextmanager
def served(workers: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A service on a free port, ready to answer."""
    given = [*isolated_python(COMMAND), "serve", "--port", "0", "--workers", str(workers)]
    with subprocess.Popen(given, stdout=subprocess.PIPE, text=True) as service:
        line = service.stdout.readline() if service.stdout else ""
        found = re.search(r":(\d+)", line.partition("//")[2])
        if found is None:
            raise SystemExit(f"the service did not start: {line}")
        try:
            asked(http.client.HTTPConnection("127.0.0.1", int(found[1])), "GET", "/readyz")
            yield service, int(found[1])
        finally:
            service.terminate()


def asked(connection: http.client.HTTPConnection, method: str, path: str, body: bytes = b"") -> int:
    """Status of one request; the answer is read to its end."""
    connection.request(method, path, body)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def load(port: int, mix: Sequence[tuple[str, bytes]], seconds: float, clients: int, pid: int) -> Seen:
    """Ask from several clients until the time is over."""
    seen, begin = Seen(), time.monotonic()

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for path, body in itertools.islice(itertools.cycle(mix), number, None):
            if time.monotonic() - begin > seconds:
                return
            start = time.perf_counter()
            seen.statuses[asked(connection, "POST", path, body)] += 1
            seen.seconds.append(time.perf_counter() - start)

    def watch() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.monotonic() - begin < seconds:
            start = time.perf_counter()
            asked(connection, "GET", "/healthz")
            seen.deaf_s.append(time.perf_counter() - start)
            seen.memory_mib.append((time.monotonic() - begin, resident_mib(pid)))
            time.sleep(0.1)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    threads.append(threading.Thread(target=watch))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def overhead_ms(port: int, path: Path) -> tuple[float, float]:
    """Medians of a print by ``assess`` here and by a request, in turn."""
    connection, body = http.client.HTTPConnection("127.0.0.1", port), path.read_bytes()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(PAIRED):
        start = time.perf_counter()
        assess(body, "fingerprint")
        between = time.perf_counter()
        asked(connection, "POST", "/v1/assess?modality=fingerprint", body)
        times[0].append(between - start)
        times[1].append(time.perf_counter() - between)
    return 1000 * statistics.median(times[0]), 1000 * statistics.median(times[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, served(given.workers) as (service, port):
        kinds = {kind: written(Path(place) / kind, captures(kind, OF_EACH)) for kind in Modality}
        files = [path for same_index in zip(*kinds.values(), strict=True) for path in same_index]
        mix = [(f"/v1/assess?modality={path.parent.name}", path.read_bytes()) for path in files]
        alone, request = overhead_ms(port, kinds[Modality.FINGERPRINT][0])
        seen = load(port, mix, 60 * given.minutes, given.clients, service.pid)
        count = max(100, min(1000, seen.statuses[200] // 10))
        start = time.perf_counter()
        sources = (path.read_bytes() for path in itertools.islice(itertools.cycle(files), count))
        list(assess_many(sources, "auto", workers=given.workers))
        reference = count / (time.perf_counter() - start)
    report(given, seen, alone, request, reference)


def report(given: argparse.Namespace, seen: Seen, alone: float, request: float, reference: float) -> None:
    """Print the table."""
    rate = seen.statuses[200] / (60 * given.minutes)
    last = seen.memory_mib[-1][0]
    settled = [mib for when, mib in seen.memory_mib if when > SETTLING_SHARE * last]
    tenth = max(1, len(settled) // 10)
    growth = statistics.mean(settled[-tenth:]) / statistics.mean(settled[:tenth]) - 1
    deaf = sorted(seen.deaf_s)
    print(f"{given.clients} clients, {given.workers} workers, {given.minutes:g} min")
    print(f"answers by status                      {dict(seen.statuses)}")
    print(
        f"throughput, captures/s                 {rate:.1f}; assess_many {reference:.1f}; ratio {rate / reference:.2f}"
    )
    print(f"latency under load, median             {1000 * statistics.median(seen.seconds):.0f} ms")
    print(f"a print alone, median                  assess {alone:.1f} ms, request {request:.1f} ms")
    print(
        f"/healthz under load                    median {1000 * statistics.median(deaf):.1f}, "
        f"99 % {1000 * deaf[int(0.99 * len(deaf))]:.1f}, longest {1000 * deaf[-1]:.1f} ms"
    )
    print(f"memory of service and workers          {settled[0]:.0f} MiB, last tenth against first {growth:+.1%}")


if __name__ == "__main__":
    main()
