"""Random and malformed requests: only answers that the description names, whatever comes."""

import base64
import json
import os
import random

import pytest
from tests.service.conftest import PRINT, envelope, record, segment
from tests.service.test_v1 import form

from biocapture.service.endpoints import ENDPOINTS, LINES
from biocapture.service.messages import Call, Settings
from biocapture.service.openapi import PROBLEM_STATUSES
from biocapture.service.respond import respond
from biocapture.service.v1.answers import Problem
from biocapture.types import Position

COUNT = int(os.environ.get("HOSTILE_REQUESTS", "40"))
"""Per endpoint; 10,000 take some minutes each."""

STATUSES = {200, *map(int, PROBLEM_STATUSES), 404} - {500}
NAMES = ("modality", "position", "ppi", "profile", "lang", "native", "name", "fmr", "format", "id", "plan", "x")
VALUES = (
    "",
    "auto",
    "face",
    "right_index",
    "nan",
    "-1",
    "1e400",
    "e-ktp",
    "../x.toml",
    "id",
    "\0",
    "é" * 300,
    "true",
    "0.001",
)
JUNK = (None, True, -1, 1e300, "", "FACE", "true", [], {}, [[]], ["IRIS"], [1, 300], {"segments": [{}]}, "A" * 5000)
KINDS = (
    "",
    "application/json",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "application/xml",
    "text/plain",
)


def seeds() -> list[bytes]:
    """Good bodies, which are then damaged."""
    picture = PRINT.read_bytes()
    return [
        picture,
        form(("image", "a.png", picture))["body"],
        json.dumps({"image": base64.b64encode(picture).decode(), "probe": "AAAA", "reference": "AAAA"}).encode(),
        json.dumps({"modality": "fingerprint", "data": base64.b64encode(picture).decode()}).encode(),
        b'<?xml version="1.0"?><BIR xmlns="http://standards.iso.org/iso-iec/19785/-3/ed-2/"><BDB>RklS</BDB></BIR>',
        b'{"a":' * 2000,
        b"",
    ]


def damaged(body: bytes, chance: random.Random) -> bytes:
    """The body with some bytes changed, cut off, or repeated."""
    data = bytearray(body[: chance.choice((len(body), len(body), chance.randint(0, len(body))))])
    for _ in range(chance.choice((0, 1, 1, 3, 30))):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    if data and chance.random() < 0.2:
        at = chance.randrange(len(data))
        data[at:at] = data[at : at + chance.randint(1, 2000)] * chance.randint(1, 5)
    return bytes(data)


def disturbed(value: object, chance: random.Random, share: float = 0.06) -> object:
    """JSON in which some values are others."""
    if chance.random() < share:
        return chance.choice(JUNK)
    if isinstance(value, dict):
        return {key: disturbed(each, chance, share) for key, each in value.items() if chance.random() > share / 2}
    if isinstance(value, list) and len(value) < 100:
        return [disturbed(each, chance, share) for each in value]
    return value


def sdk_request(chance: random.Random) -> bytes:
    """A request of the Bio-SDK with some of it wrong."""
    sample = record(segment(Position.RIGHT_INDEX))
    inner = {"sample": sample, "gallery": [sample], "sourceFormat": "ISO19794_4_2011", "targetFormat": "IMAGE/PNG"}
    return envelope(disturbed(inner, chance))


def malformed(endpoint: str, bodies: list[bytes], chance: random.Random) -> Call:
    """One random call."""
    query = {chance.choice(NAMES): chance.choice(VALUES) for _ in range(chance.choice((0, 0, 1, 2)))}
    kind = chance.choice((*KINDS, form(("image", "a.png", b"x"))["media_type"]))
    body = sdk_request(chance) if "biosdk" in endpoint and chance.random() < 0.3 else chance.choice(bodies)
    body = body if chance.random() < 0.3 else damaged(body, chance)
    return Call(endpoint, query, {"name": chance.choice(VALUES)}, body, kind, chance.choice(("", "id", "zz")))


@pytest.mark.parametrize("endpoint", [key for key, one in ENDPOINTS.items() if one.gives != LINES])
def test_only_documented_answers(endpoint: str) -> None:
    chance, bodies, settings = random.Random(endpoint), seeds(), Settings(max_pixels=4_000_000)
    for _ in range(COUNT):
        call = malformed(endpoint, bodies, chance)
        answer = respond(call, settings)
        assert answer.status in STATUSES, (call.query, call.media_type, call.body[:200], answer.body[:500])
        if answer.status != 200:
            Problem.model_validate_json(answer.body)


def test_internal_error_tells_nothing_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(call: Call, settings: Settings) -> None:
        raise RuntimeError("secret of a person")

    monkeypatch.setattr("biocapture.service.v1.captures.assess", broken)
    answer = respond(Call("POST /v1/assess", body=b"x"), Settings())
    assert answer.status == 500
    assert b"secret" not in answer.body
