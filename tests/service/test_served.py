"""The service in a process of its own, asked through a socket by an independent client."""

import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from tests.service.conftest import PRINT, SAME_PRINT, Running, envelope, record, segment, served

from biocapture.service.endpoints import ENDPOINTS
from biocapture.service.messages import PROBLEM_JSON
from biocapture.service.v1.answers import Problem
from biocapture.types import Position


def test_whole_assessment_over_the_wire(client: httpx.Client) -> None:
    answer = client.post("/v1/assess", params={"position": "right_index"}, content=PRINT.read_bytes())
    assert answer.status_code == 200
    assert answer.json()["modality"] == "fingerprint"
    assert answer.headers["cache-control"] == "no-store"  # a person's data: nobody on the way keeps it


def test_language_comes_from_the_header_unless_the_query_names_one(client: httpx.Client) -> None:
    headers = {"Accept-Language": "fr, id;q=0.8, en;q=0.5"}
    titles = [
        client.post("/v1/assess", params=query, content=b"?", headers=headers).json()["title"]
        for query in ({}, {"lang": "id"}, {"lang": "en"})
    ]
    assert titles[0] == titles[1] != titles[2]


def test_many_pictures_come_back_line_by_line(client: httpx.Client) -> None:
    files = [("f", ("right_index_1.png", PRINT.read_bytes())), ("f", ("bad.png", b"bad"))]
    files.append(("f", ("right_index_2.png", SAME_PRINT.read_bytes())))
    with client.stream("POST", "/v1/assess-many", files=files) as answer:
        lines = [json.loads(line) for line in answer.iter_lines()]
    assert sorted(line["index"] for line in lines) == [0, 1, 2]
    by_index = {line["index"]: line for line in lines}
    assert by_index[1]["status"] == 422
    assert by_index[1]["problem"]["type"].endswith("undecodable")
    assert by_index[2]["report"]["path"] == "right_index_2.png"
    assert by_index[2]["report"]["position"] == "right_index"


@pytest.mark.parametrize("count", [0, 65])
def test_no_pictures_or_too_many_are_refused_as_a_whole(client: httpx.Client, count: int) -> None:
    boundary = "x"
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\nx\r\n'
    body = part * count + f"--{boundary}--\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = client.post("/v1/assess-many", content=body.encode(), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("usage")


def test_bio_sdk_is_answered_with_200_whatever_happens(client: httpx.Client) -> None:
    good = envelope({"sample": record(segment(Position.RIGHT_INDEX)), "modalitiesToCheck": ["FINGER"]})
    for body in (good, b"nonsense"):
        answer = client.post("/biosdk-service/check-quality", content=body)
        assert answer.status_code == 200
        assert set(answer.json()) == {"version", "responsetime", "response", "errors"}
    assert client.get("/biosdk-service/").text.startswith("Service is running...")
    assert client.get("/biosdk-service/actuator/health").json() == {"status": "UP"}


def test_unknown_paths_and_methods_are_problems(client: httpx.Client) -> None:
    for answer, status in ((client.get("/v1/nothing"), 404), (client.get("/v1/assess"), 405)):
        assert answer.status_code == status
        assert answer.headers["content-type"] == PROBLEM_JSON
        Problem.model_validate(answer.json())


def test_what_there_is_can_be_kept_by_the_client(client: httpx.Client) -> None:
    first = client.get("/v1/measures")
    again = client.get("/v1/measures", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_description_names_every_endpoint_and_only_models_that_exist(client: httpx.Client) -> None:
    document = client.get("/v1/openapi.json").json()
    described = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    assert described == set(ENDPOINTS)
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert named <= set(document["components"]["schemas"])


def test_counts_hold_no_names(client: httpx.Client) -> None:
    client.post("/v1/assess", params={"name": "Budi_Santoso_right_index.png"}, content=PRINT.read_bytes())
    text = client.get("/metrics").text
    assert 'biocapture_requests_total{method="POST",path="/v1/assess",status="200"}' in text
    assert "biocapture_verdicts_total{" in text
    assert "Budi" not in text


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_page_of_somebody_else_is_refused(client: httpx.Client, header: dict) -> None:
    answer = client.post("/v1/assess", content=PRINT.read_bytes(), headers=header)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_client_that_sends_nothing_or_leaves_costs_nothing(service: Running, client: httpx.Client) -> None:
    address = (httpx.URL(service.url).host, httpx.URL(service.url).port)
    idle = [socket.create_connection(address) for _ in range(20)]
    half = b"POST /v1/assess HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\nabc"
    for connection in idle[:10]:
        connection.sendall(half)
    assert client.get("/healthz").status_code == 200
    for connection in idle:
        connection.close()
    assert client.post("/v1/assess", content=PRINT.read_bytes()).status_code == 200


def children(pid: int) -> list[int]:
    """Worker processes of the service; its helper that watches resources is not one."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "spawn_main" in line]


def test_killed_worker_costs_one_request_at_most() -> None:
    with served("--workers", "1") as running, running.client() as client:
        assert client.get("/readyz").status_code == 200
        for _ in range(3):
            (worker,) = children(running.process.pid)
            os.kill(worker, signal.SIGKILL)
            first, second = (client.post("/v1/assess", content=PRINT.read_bytes()) for _ in range(2))
            assert first.status_code in (200, 503)
            if first.status_code == 503:
                assert first.json()["type"].endswith("worker-died")
                assert first.headers["retry-after"]
            assert second.status_code == 200
        assert re.search(r'state="restarted"} [1-9]', client.get("/metrics").text)


def test_signal_ends_it_after_the_requests_in_work() -> None:
    with served("--workers", "1") as running, running.client() as client:
        many = [("f", (f"right_index_{number}.png", PRINT.read_bytes())) for number in range(20)]
        with client.stream("POST", "/v1/assess-many", files=many) as answer:
            lines = answer.iter_lines()
            next(lines)
            running.process.send_signal(signal.SIGTERM)
            assert len(list(lines)) == 19
        assert running.process.wait(30) == 0


def test_token_is_asked_for_and_compared(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("a-long-enough-token\n")
    secret.chmod(0o600)
    with served("--workers", "1", "--token-file", str(secret)) as running, running.client() as client:
        for header, status in (
            ({}, 401),
            ({"Authorization": "Bearer a-long-enough-tokem"}, 401),
            ({"Authorization": "Basic a-long-enough-token"}, 401),
            ({"Authorization": "Bearer a-long-enough-token"}, 200),
        ):
            assert client.get("/v1/version", headers=header).status_code == status
        assert client.get("/healthz").status_code == 200
        assert client.get("/metrics").status_code == 401


def test_large_and_slow_bodies_are_refused() -> None:
    with served("--workers", "1", "--max-body-mb", "1") as running, running.client() as client:
        assert client.post("/v1/assess", content=b"x" * 1_000_001).status_code == 413
        chunked = client.post("/v1/assess", content=(b"x" * 100_000 for _ in range(11)))
        assert chunked.status_code == 413
        assert chunked.json()["detail"] == "the limit is 1000000 bytes"
        assert client.post("/v1/assess", content=PRINT.read_bytes()).status_code == 200


def test_access_log_says_neither_names_nor_parameters(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        log.open("w") as handle,
        served("--workers", "1", "--access-log", stderr=handle) as running,
        running.client() as client,
    ):
        client.post("/v1/assess", params={"name": "Budi_right_index.png"}, content=PRINT.read_bytes())
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [("POST", "/v1/assess", 200)]
    assert "Budi" not in log.read_text()
