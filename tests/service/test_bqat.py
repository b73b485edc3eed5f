"""BQAT's stateless calls, answered in this process."""

import base64
import json

import pytest
from tests.service.conftest import EYE, FACE, PRINT, ask, content
from tests.service.test_v1 import form

import biocapture as bc
from biocapture.assessment.modalities import measures
from biocapture.service.bqat import ISO_IRIS, NOT_NFIQ2, OFIQ_FACE


@pytest.mark.parametrize(("modality", "path"), [("fingerprint", PRINT), ("iris", EYE), ("face", FACE)])
def test_quality_is_that_of_the_library(modality: str, path) -> None:
    request = {"modality": modality, "engine": "bqat", "type": "png", "id": "7", "timestamp": "t"}
    request["data"] = base64.urlsafe_b64encode(path.read_bytes()).decode()
    answer = content(ask("POST /base64", body=json.dumps(request).encode(), query={"urlsafe": "true"}))
    assert (answer["id"], answer["modality"], answer["engine"]) == ("7", modality, "biocapture")
    assert answer["results"]["quality"] == pytest.approx(bc.assess(path, modality).quality, abs=1e-3)
    uploaded = content(ask("POST /file", query={"modality": modality}, **form(("file", path.name, path.read_bytes()))))
    assert uploaded["results"] == answer["results"] | {"file": path.name}


def test_nfiq2_is_never_stood_in_for() -> None:
    data = base64.b64encode(PRINT.read_bytes()).decode()
    answer = content(ask("POST /base64", body=json.dumps({"modality": "fingerprint", "data": data}).encode()))
    assert "NFIQ2" not in answer["results"]
    assert answer["results"]["log"] == [{"NFIQ2": NOT_NFIQ2}]


def test_named_measures_exist() -> None:
    assert set(ISO_IRIS.values()) | set(OFIQ_FACE.values()) <= set(measures())


def test_unreadable_picture_is_told_in_the_log() -> None:
    answer = ask("POST /base64", body=json.dumps({"modality": "face", "data": "AAAA"}).encode())
    assert answer.status == 200
    assert content(answer)["results"]["log"]


@pytest.mark.parametrize(
    "request_", [{}, {"modality": "speech", "data": "AAAA"}, {"modality": "face", "data": "%"}, []]
)
def test_request_that_is_not_understood_is_a_problem(request_: object) -> None:
    assert ask("POST /base64", body=json.dumps(request_).encode()).status == 400
