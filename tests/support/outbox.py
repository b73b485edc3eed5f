"""Packets, queues and a receiver shared by the tests."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from biocapture.enrolment.outbox.keys import SecretKeys, create_keys, read_secret
from biocapture.enrolment.outbox.packet import Sealed, seal

ROOT = Path(__file__).parents[2]
MARK = b"NAME-OF-A-PERSON"


class Parties(NamedTuple):
    """Keys of a station and a server, and where their files are."""

    station: SecretKeys
    server: SecretKeys
    folder: Path


def parties(folder: Path) -> Parties:
    """Made once per folder."""
    (folder / "stations").mkdir(parents=True, exist_ok=True)
    keys = []
    for name in ("station", "server"):
        path = folder / name
        keys.append(read_secret(path) if path.exists() else create_keys(path))
    (folder / "stations" / "one.pub").write_text((folder / "station.pub").read_text())
    return Parties(*keys, folder)


def sealed_at(folder: Path, known: Parties, size: int = 100_000) -> Sealed:
    """A packet of random content that begins with a mark."""
    folder.mkdir(parents=True, exist_ok=True)
    name = os.urandom(16).hex()
    content = io.BytesIO(MARK + os.urandom(size))
    return seal(content, name, folder / f"{name}.bcp", known.server.public, known.station, 1_800_000_000)


@contextmanager
def receiving(folder: Path, known: Parties, *options: str) -> Iterator[str]:
    """``biocapture receive`` in a process of its own; gives its address."""
    command = [sys.executable, "-m", "tests.service.biocapture_serve", "receive", str(folder), "--port", "0"]
    command += ["--key", str(known.folder / "server"), *(options or ("--stations", str(known.folder / "stations")))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"https?://\S+?:\d+", line)
        assert found, line
        try:
            yield found[0]
        finally:
            process.terminate()
            process.wait(30)
