"""The outbox on a bad line: ``python -m benchmarks.studies.outbox_chaos [--packets 2000] [--sender-kills 100]``.

A sender and a receiver in processes of their own, and between them a line that cuts a connection at a random byte or
stalls. The receiver answers 500, 503 with ``Retry-After``, or gives a wrong receipt. The sender's clock jumps by a
day. Both are killed with ``kill -9``, again and again. At the end every packet must be confirmed once, and be at the
receiver byte for byte. Delays are a thousandth of the usual ones, so that it ends today.
"""

import argparse
import asyncio
import hashlib
import io
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biocapture.enrolment.outbox import schedule, sender
from biocapture.enrolment.outbox.keys import create_keys, read_public
from biocapture.enrolment.outbox.packet import seal
from biocapture.enrolment.outbox.store import Outbox, State
from biocapture.enrolment.outbox.transports.http import TusTransport

DAY_S = 86_400
STALL_S = 3.0
TIMEOUT_S = 1.0
SLOWER = 1000.0
MAX_MINUTES = 60


def send(folder: Path, url: str, server: Path, seed: int) -> None:
    """What the sender's process does: the library's sender, with short delays and a clock that jumps."""
    chance = random.Random(seed)
    real, offset = time.time, [chance.choice((-DAY_S, 0, 0, DAY_S))]

    def jumping() -> float:
        if chance.random() < 0.002:
            offset[0] = chance.choice((-DAY_S, 0, DAY_S))
        return real() + offset[0]

    time.time = jumping
    schedule.FIRST_DELAY_S /= SLOWER
    schedule.MAX_DELAY_S /= SLOWER
    sender.RECEIPT_DELAY_S /= SLOWER
    sender.MAX_WAIT_S = 0.2
    with Outbox(folder) as outbox, sender.only_sender(outbox):
        transport = TusTransport(url, timeout_s=TIMEOUT_S)
        sender.Sender(outbox, transport, read_public(server)).run(watch=True)


class Line:
    """A line between sender and receiver on a thread of its own."""

    def __init__(self, share: float, seed: int) -> None:
        self.share, self.chance, self.target, self.port = share, random.Random(seed), 0, 0
        self.cuts = self.stalls = 0
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        ready.wait()

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        ways = [asyncio.ensure_future(self._way(*each)) for each in ((reader, back), (there, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in (writer, back):
            end.transport.abort()

    async def _way(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while piece := await source.read(65_536):
            if self.chance.random() < self.share:
                self.cuts += 1
                target.write(piece[: self.chance.randrange(len(piece))])
                await target.drain()
                return
            if self.chance.random() < self.share:
                self.stalls += 1
                await asyncio.sleep(STALL_S)
            target.write(piece)
            await target.drain()


@contextmanager
def receiver(folder: Path, keys: Path, share: float, seed: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-c", "from biocapture.cli import main; main()", "receive", str(folder), "--port", "0"]
    command += ["--key", str(keys), "--any-station", "--faults", str(share), "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline() if process.stdout else ""
        found = re.search(r":(\d+);", line)
        if found is None:
            raise SystemExit(f"the receiver did not start: {line}")
        try:
            yield process, int(found[1])
        finally:
            process.kill()


def filled(folder: Path, keys: Path, count: int, size: int) -> dict[str, str]:
    """An outbox of random packets; id → SHA-256."""
    server, station = read_public(keys / "server.pub"), create_keys(keys / "station")
    sums = {}
    with Outbox(folder, create=True) as outbox:
        for _ in range(count):
            name = os.urandom(16).hex()
            content = io.BytesIO(os.urandom(random.randint(size // 4, 2 * size)))
            sealed = seal(content, name, outbox.path_of(name), server, station, int(time.time()))
            outbox.add(sealed)
            sums[name] = sealed.sha256
    return sums


def kills(total: int, done: int, count: int, so_far: int) -> bool:
    """Whether it is time for the next kill, when they are spread over the packets."""
    return so_far < total and done >= (so_far + 1) * count / (total + 1)


def ordeal(place: Path, given: argparse.Namespace) -> tuple[dict[str, str], Line, tuple[int, int]]:
    """Send everything; give what was sealed, the line, and how often each side was killed."""
    (place / "keys").mkdir()
    create_keys(place / "keys" / "server")
    sums = filled(place / "out", place / "keys", given.packets, given.bytes)
    line, seed = Line(given.share, given.seed), given.seed
    killed, begin, process = [0, 0], time.monotonic(), None
    code = f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); from pathlib import Path; "
    code += "from benchmarks.studies.outbox_chaos import send; "
    code += "send(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))"
    url, server = f"tus+http://127.0.0.1:{line.port}/", str(place / "keys" / "server.pub")
    done = 0
    while done < given.packets:
        seed += 1
        with receiver(place / "in", place / "keys" / "server", given.share, seed) as (_, line.target):
            while done < given.packets and not kills(given.receiver_kills, done, given.packets, killed[1]):
                if process is None or process.poll() is not None:
                    seed += 1
                    process = subprocess.Popen([sys.executable, "-c", code, str(place / "out"), url, server, str(seed)])
                time.sleep(0.02)
                with Outbox(place / "out") as outbox:
                    done = outbox.counts()[State.CONFIRMED][0]
                if kills(given.sender_kills, done, given.packets, killed[0]):
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    killed[0] += 1
                if time.monotonic() - begin > 60 * MAX_MINUTES:
                    raise SystemExit(f"only {done} of {given.packets} after {MAX_MINUTES} minutes")
            killed[1] += done < given.packets
    if process is not None:
        process.kill()
    return sums, line, (killed[0], killed[1])


def report(place: Path, sums: dict[str, str], line: Line, killed: tuple[int, int], share: float) -> bool:
    """Print the table; whether all is well."""
    with Outbox(place / "out") as outbox:
        counts = outbox.counts()
        total = sum(size for _, size in counts.values())
        sent = sum(int(outbox.fact(f"bytes {day}", "0")) for day in _days())
    arrived = sorted((place / "in" / "packets").glob("*.bcp"))
    equal = sum(hashlib.sha256(path.read_bytes()).hexdigest() == sums.get(path.stem) for path in arrived)
    rows = {
        "packets sealed": len(sums),
        "confirmed": counts[State.CONFIRMED][0],
        "at the receiver": len(arrived),
        "of these byte for byte": equal,
        "share of each fault per request": f"{share:.0%}",
        "connections cut, stalled": f"{line.cuts}, {line.stalls}",
        "kill -9 of sender, receiver": f"{killed[0]}, {killed[1]}",
        "bytes sent again": f"{sent / total - 1:.2%} of {total}",
    }
    for name, value in rows.items():
        print(f"{name:<34} {value}")
    return counts[State.CONFIRMED][0] == len(sums) == len(arrived) == equal


def _days() -> Iterator[str]:
    for shift in range(-3, 4):
        yield time.strftime("%Y-%m-%d", time.localtime(time.time() + shift * DAY_S))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packets", type=int, default=2000)
    parser.add_argument("--bytes", type=int, default=200_000)
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--sender-kills", type=int, default=100)
    parser.add_argument("--receiver-kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        sums, line, killed = ordeal(Path(place), given)
        if not report(Path(place), sums, line, killed, given.share):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
