"""One full enrolment against a station of a thousand people.

``python -m benchmarks.studies.record [--people N] [--again N]``.

Ten prints of 416 × 560, two eyes of 640 × 480, a face of 1200 × 1600 from files, checked by two threads. The remembered
people have ten fingers and two irises each, drawn from a few synthetic fingers and eyes that are not in the enrolment:
templates as large as real ones, none of which matches.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from benchmarks.suite.threads import pin_threads


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--again", type=int, default=7)
    given = parser.parse_args()
    pin_threads()
    import biocapture as bc
    from benchmarks.studies.full_record import write_enrolment, write_station
    from biocapture.enrolment.station import Station

    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        enrolment, path, key = Path(folder, "enrolment"), Path(folder, "station.db"), os.urandom(32)
        write_enrolment(enrolment)
        write_station(path, key, given.people)
        print(f"{given.people} people, {path.stat().st_size / 1e6:.1f} MB\n")
        print("| run | s | processor s | verdict |\n|---|--:|--:|---|")
        for number in range(given.again):
            begun, worked = time.perf_counter(), time.process_time()
            with Station(path, key) as station:
                found = bc.check(enrolment, station=station)
            took = time.perf_counter() - begun, time.process_time() - worked
            faults = ", ".join(finding.id for finding in found.findings)
            print(f"| {number or 'first'} | {took[0]:.2f} | {took[1]:.2f} | {found.verdict} {faults} |", flush=True)


if __name__ == "__main__":
    main()
