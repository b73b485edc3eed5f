"""Is the comparison with the baseline right?

``python -m benchmarks.studies.trust [--quiet 20] [--factor 1.5] [--load 1]``.

Quiet runs: the whole comparison, again and again, with nothing changed; whatever is called slower is a false alarm.
Injected runs: one hot path at a time is made slower by a factor (it keeps the processor busy for longer), and the cases
that go through it are compared; each is caught or missed. ``--load`` keeps other processes computing all the while.
"""

import argparse
import functools
import importlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

HOT = {
    "biocapture.fingerprint.nfiq2.blockwise:analyse_blocks": "analyse_blocks",
    "biocapture.fingerprint.features.ridge_field:ridge_field": "ridge_field",
    "biocapture.fingerprint.features.minutiae:extract_minutiae": "minutiae.extract_minutiae",
    "biocapture.fingerprint.measures.quality:nfiq2_estimate": "nfiq2_estimate",
    "biocapture.fingerprint.comparison.template:template_of": "fingerprint.template_of",
    "biocapture.fingerprint.comparison.compare:compare": "fingerprint.compare",
    "biocapture.fingerprint.comparison.search:prefilter_scores": "fingerprint.prefilter_scores",
    "biocapture.iris.segmentation.segment:segment": "segment.segment",
    "biocapture.iris.features.rubber_sheet:unwrap": "rubber_sheet.unwrap",
    "biocapture.iris.comparison.compare:compare": "iris.compare",
    "biocapture.face.networks.detection:detect_faces": "detection.detect_faces",
    "biocapture.face.networks.parts:parse_face": "parts.parse_face",
    "biocapture.face.features.recapture:recapture_statistics": "recapture.recapture_statistics",
    "biocapture.images.decode:decode": "decode.decode",
    "biocapture.enrolment.readiness.check:judge": "readiness.check.judge",
}
"""Function → what the names of the cases contain that go through it and little else."""

FIRST_IMPORTED = (
    "biocapture.assessment.pipeline",
    "biocapture.comparison.gallery",
    "biocapture.enrolment.readiness.check",
    "biocapture.fingerprint.matcher",
    "biocapture.iris.matcher",
    "biocapture.face",
)
"""What imports the hot paths by name."""

BURN = "while True: sum(i * i for i in range(100000))"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 after a false alarm or a miss."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies.trust", description=__doc__)
    parser.add_argument("--quiet", type=int, default=20, help="runs with nothing changed")
    parser.add_argument("--factor", type=float, default=1.5, help="0: no injected runs")
    parser.add_argument("--load", type=int, default=0, help="processes that compute all the while")
    parser.add_argument("--slowed", default="", help=argparse.SUPPRESS)  # in a worker
    given = parser.parse_args(arguments)
    if given.slowed:
        return _worker(given.slowed, given.factor)
    with burning(given.load):
        false = sum(_quiet(number) for number in range(1, given.quiet + 1))
        missed = sum(not _injected(path, only, given.factor) for path, only in HOT.items()) if given.factor else 0
    print(
        f"\n{given.quiet} quiet runs, {false} false alarms; {len(HOT) if given.factor else 0} injected, {missed} missed"
    )
    return int(bool(false or missed))


@contextmanager
def burning(count: int) -> Iterator[None]:
    """Processes that keep cores busy."""
    burners = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(count)]
    try:
        yield
    finally:
        for each in burners:
            each.kill()
            each.wait()


def _load() -> str:
    import os

    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"


def _quiet(number: int) -> int:
    """One run; how many cases were called slower."""
    from benchmarks.suite import compare

    begun, load = time.perf_counter(), _load()
    verdicts = compare.compare()
    slower = [f"{verdict.name} {verdict.ratio:.2f}" for verdict in verdicts if verdict.slower]
    first = sum(len(verdict.ratios) > 1 for verdict in verdicts)
    open_ = sum(verdict.doubted and not verdict.slower for verdict in verdicts)
    took = time.perf_counter() - begun
    told = ", ".join(slower) or "none"
    print(
        f"| quiet {number} | load {load} | {took:.0f} s | doubted {first}, unsettled {open_} | slower: {told} |",
        flush=True,
    )
    return len(slower)


def _injected(path: str, only: str, factor: float) -> bool:
    """One run with a slower function; whether a case was called slower."""
    from benchmarks.suite import compare
    from benchmarks.suite.worker import Measurer

    program = ("-m", "benchmarks.studies.trust", "--slowed", path, "--factor", str(factor))
    begun, load = time.perf_counter(), _load()
    verdicts = [v for v in compare.compare(only, start=lambda: Measurer(program=program)) if v.known.catches]
    slower = [verdict for verdict in verdicts if verdict.slower]
    ratios = " ".join(f"{v.ratio:.2f}" for v in verdicts if v.ratios)
    took = time.perf_counter() - begun
    said = "caught" if slower else "MISSED"
    print(
        f"| {path} | load {load} | {took:.0f} s | {said} by {len(slower)} of {len(verdicts)} | {ratios} |", flush=True
    )
    return bool(slower)


def _worker(path: str, factor: float) -> int:
    """Serve as a worker whose library has one slower function: patched before any benchmark takes it."""
    for name in FIRST_IMPORTED:
        importlib.import_module(name)
    module, _, name = path.partition(":")
    original = getattr(importlib.import_module(module), name)
    if not callable(getattr(original, "function", None)):
        replace(original, slowed(original, factor))
    else:  # a measure
        object.__setattr__(original, "function", slowed(original.function, factor))
    from benchmarks.suite import worker

    worker.serve()
    return 0


def slowed(function: Callable[..., Any], factor: float) -> Callable[..., Any]:
    """The same function, keeping the processor busy for ``factor`` times as long."""

    @functools.wraps(function)
    def slower(*given: Any, **named: Any) -> Any:
        begun = time.process_time()
        answer = function(*given, **named)
        now = time.process_time()
        until = now + (factor - 1.0) * (now - begun)
        while time.process_time() < until:
            pass
        return answer

    return slower


def replace(original: object, new: object) -> None:
    """Wherever a module of the library has imported it."""
    for module_name, module in list(sys.modules.items()):
        if module_name.split(".")[0] == "biocapture":
            for name, value in list(vars(module).items()):
                if value is original:
                    setattr(module, name, new)


if __name__ == "__main__":
    raise SystemExit(main())
