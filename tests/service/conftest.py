"""The service as a stranger starts it, and captures to send."""

import base64
import functools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import httpx
import pytest

from biocapture.devices.simulators.sbi_subject import SyntheticSubject
from biocapture.service.messages import Answer, Call, Settings
from biocapture.service.respond import respond
from biocapture.types import Modality, Position

SAMPLES = Path(__file__).parents[2] / "sample_data"
PRINT = SAMPLES / "fingerprint" / "person01" / "right_index_1.png"
SAME_PRINT = SAMPLES / "fingerprint" / "person01" / "right_index_2.png"
OTHER_PRINT = SAMPLES / "fingerprint" / "person02" / "left_middle_1.png"
EYE = SAMPLES / "iris" / "person03" / "right_eye_3.jpg"
FACE = SAMPLES / "face" / "agus.jpg"


class Running(NamedTuple):
    """A service in a process of its own."""

    process: subprocess.Popen[str]
    url: str

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, **options)


@contextmanager
def served(*options: str, stderr: IO[str] | None = None) -> Iterator[Running]:
    """Start ``biocapture serve`` on a free port and wait until it is ready; end it by a signal."""
    command = [
        sys.executable,
        "-m",
        "tests.service.biocapture_serve",
        "serve",
        "--port",
        "0",
        "--workers",
        "1",
        *options,
    ]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=root) as process:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"https?://\S+?:\d+", line)
        assert found, line
        try:
            yield Running(process, found[0])
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture(scope="session")
def service() -> Iterator[Running]:
    with served("--workers", "1") as running:
        yield running


@pytest.fixture(scope="session")
def client(service: Running) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


def ask(endpoint: str, settings: Settings | None = None, **call: Any) -> Answer:
    """What a worker answers, in this process."""
    return respond(Call(endpoint, **call), settings or Settings())


def content(answer: Answer) -> Any:
    return json.loads(answer.body)


@functools.cache
def block(position: Position, seed: int) -> bytes:
    """An image record of one synthetic capture."""
    assert position.modality
    return SyntheticSubject(seed).record(position.modality, position, 80)


KINDS = {Modality.FINGERPRINT: "FINGER", Modality.IRIS: "IRIS", Modality.FACE: "FACE"}


def segment(position: Position, seed: int = 1, **changes: Any) -> dict[str, Any]:
    """A capture as MOSIP's clients write it."""
    assert position.modality
    side, _, part = position.partition("_")
    words = [side.capitalize(), {"thumb": "Thumb", "eye": ""}.get(part, f"{part.capitalize()}Finger")]
    info = {
        "format": {"organization": "Mosip", "type": "7"},
        "type": [KINDS[position.modality]],
        "subtype": [word for word in words if word] if position is not Position.FACE else None,
        "level": "RAW",
        "quality": {"algorithm": {"organization": "HMAC", "type": "SHA-256"}, "score": 80},
    }
    numbers = [byte - 256 if byte > 127 else byte for byte in block(position, seed)]
    return {"bdbInfo": info, "bdb": numbers, "others": {"EXCEPTION": "false"}} | changes


def record(*segments: dict[str, Any]) -> dict[str, Any]:
    return {"version": None, "cbeffversion": None, "birInfo": None, "segments": list(segments), "others": {}}


def envelope(inner: Any, version: str = "1.0") -> bytes:
    request = base64.b64encode(json.dumps(inner).encode()).decode()
    return json.dumps({"version": version, "request": request}).encode()


def sdk(method: str, inner: Any, **settings: Any) -> dict[str, Any]:
    """The answer of a call of the Bio-SDK."""
    answer = ask(f"POST /biosdk-service/{method}", Settings(**settings), body=envelope(inner))
    assert answer.status == 200
    whole = content(answer)
    assert set(whole) == {"version", "responsetime", "response", "errors"}
    return whole
