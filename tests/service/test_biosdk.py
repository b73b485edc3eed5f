"""MOSIP's Bio-SDK, with requests as its clients build them, answered in this process."""

import base64
import io

import numpy as np
import pytest
from PIL import Image as Pillow
from tests.service.conftest import ask, block, content, envelope, record, sdk, segment

import biocapture as bc
from biocapture.fingerprint.matcher import READERS
from biocapture.images.decode_many import decode_record
from biocapture.types import Position

FINGER, EYE, FACE = Position.RIGHT_INDEX, Position.LEFT_EYE, Position.FACE


def inner(whole: dict) -> dict:
    """The SDK's own answer."""
    assert whole["errors"] == []
    assert set(whole["response"]) == {"statusCode", "statusMessage", "response"}
    return whole["response"]


def test_init_says_what_is_offered() -> None:
    about = sdk("init", {"initParams": {}})["response"]
    assert set(about["supportedMethods"]) == {"QUALITY_CHECK", "EXTRACT", "MATCH", "CONVERT_FORMAT"}


def test_quality_is_that_of_the_library_and_nothing_more_is_said() -> None:
    sample = record(segment(FINGER), segment(EYE), segment(FACE))
    found = inner(sdk("check-quality", {"sample": sample, "modalitiesToCheck": ["FINGER", "IRIS", "FACE"]}))
    assert found["statusCode"] == 200
    for kind, position in (("FINGER", FINGER), ("IRIS", EYE), ("FACE", FACE)):
        expected = bc.assess(decode_record(block(position, 1))[0]).quality
        assert found["response"]["scores"][kind] == {
            "score": pytest.approx(expected, abs=0.01),
            "errors": [],
            "analyticsInfo": {},
        }


def test_details_come_on_request_and_are_texts() -> None:
    request = {"sample": record(segment(FINGER)), "modalitiesToCheck": ["finger"]}
    request["flags"] = {"biocapture.details": "true"}
    info = inner(sdk("check-quality", request))["response"]["scores"]["FINGER"]["analyticsInfo"]
    assert info["right_index.verdict"] in ("READY", "REVIEW", "RETAKE")
    assert all(isinstance(value, str) for value in info.values())


def test_mean_of_several_captures_is_given() -> None:
    both = [segment(FINGER), segment(Position.LEFT_INDEX)]
    each = [
        inner(sdk("check-quality", {"sample": record(one)}))["response"]["scores"]["FINGER"]["score"] for one in both
    ]
    together = inner(sdk("check-quality", {"sample": record(*both)}))["response"]["scores"]["FINGER"]["score"]
    assert together == pytest.approx(sum(each) / 2, abs=0.02)


def spelt(data: bytes) -> list:
    """The ways in which clients write bytes."""
    signed = [byte - 256 if byte > 127 else byte for byte in data]
    standard, url = base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()
    return [signed, list(data), standard, url, standard.rstrip("="), url.rstrip("=")]


@pytest.mark.parametrize("way", range(6))
def test_bytes_are_read_however_they_are_written(way: int) -> None:
    one = segment(FINGER, bdb=spelt(block(FINGER, 1))[way])
    assert inner(sdk("check-quality", {"sample": record(one)}))["statusCode"] == 200


@pytest.mark.parametrize("named", [["Finger"], ["FINGER"], "finger", None])
def test_modality_is_read_in_any_case_or_taken_from_the_block(named: object) -> None:
    one = segment(FINGER)
    one["bdbInfo"]["type"] = named
    assert list(inner(sdk("check-quality", {"sample": record(one)}))["response"]["scores"]) == ["FINGER"]


@pytest.mark.parametrize("bdb", [[], None, ""])
def test_capture_without_data_is_not_found(bdb: object) -> None:
    answer = inner(sdk("check-quality", {"sample": record(segment(FINGER, bdb=bdb)), "modalitiesToCheck": ["FINGER"]}))
    assert (answer["statusCode"], answer["response"]) == (404, None)


@pytest.mark.parametrize("bdb", [[1, 2, 3], "!!", [999], [1.5], ["a"], {"a": 1}, [[1], [2, 3]], "RklSADAyMAA="])
@pytest.mark.parametrize("method", ["check-quality", "extract-template", "segment", "convert-format"])
def test_damaged_capture_is_an_invalid_parameter(method: str, bdb: object) -> None:
    request = {"sample": record(segment(FINGER, bdb=bdb))}
    request |= {"sourceFormat": "ISO19794_4_2011", "targetFormat": "IMAGE/PNG"}
    answer = inner(sdk(method, request))
    assert answer["statusCode"] == 401
    assert answer["statusMessage"].startswith("Invalid Input Parameter")


def test_exceptions_are_left_out() -> None:
    excepted = segment(Position.LEFT_INDEX, bdb=[], others={"EXCEPTION": "TRUE"})
    sample = record(segment(FINGER), excepted)
    assert inner(sdk("check-quality", {"sample": sample}))["statusCode"] == 200
    assert inner(sdk("check-quality", {"sample": record(excepted)}))["statusCode"] == 404


@pytest.mark.parametrize(
    ("body", "code", "version"),
    [
        (b"{}", "BIO_SDK_001", "9.9"),
        (envelope({}, "2.0"), "BIO_SDK_001", "9.9"),
        (b'{"version":"1.0","request":"%%%"}', "INVALID_REQUEST_BODY", "1.0"),
        (b'{"version":"1.0","request":"W10="}', "INVALID_REQUEST_BODY", "1.0"),
        (b"nonsense", "INVALID_REQUEST_BODY", "1.0"),
        (b"[" * 100_000, "INVALID_REQUEST_BODY", "1.0"),
    ],
)
def test_envelope_that_is_not_understood_is_told_in_it(body: bytes, code: str, version: str) -> None:
    answer = ask("POST /biosdk-service/check-quality", body=body)
    assert answer.status == 200
    whole = content(answer)
    assert (whole["version"], whole["response"], whole["errors"][0]["code"]) == (version, None, code)


@pytest.mark.parametrize("method", ["check-quality", "match", "extract-template", "segment"])
def test_missing_sample_is_told(method: str) -> None:
    assert inner(sdk(method, {}))["statusCode"] == 402


def test_same_finger_matches_and_another_does_not() -> None:
    gallery = [record(segment(FINGER)), record(segment(FINGER, seed=2)), record(segment(FINGER, bdb=[1, 2]))]
    request = {"sample": record(segment(FINGER)), "gallery": gallery, "modalitiesToMatch": ["FINGER", "FACE"]}
    answer = inner(sdk("match", request))
    assert [each["galleryIndex"] for each in answer["response"]] == [0, 1, 2]
    decisions = [each["decisions"]["FINGER"]["match"] for each in answer["response"]]
    assert decisions == ["MATCHED", "NOT_MATCHED", "ERROR"]
    assert answer["response"][0]["decisions"]["FACE"]["match"] == "ERROR"  # faces are not compared, and that is said


def test_templates_can_be_matched_with_captures() -> None:
    extracted = inner(sdk("extract-template", {"sample": record(segment(FINGER))}))["response"]
    (one,) = extracted["segments"]
    assert one["bdbInfo"]["format"]["type"] == "2"
    data = np.array(one["bdb"], np.int8).tobytes()
    assert data.startswith(b"FMR\0")
    assert len(READERS[b"FMR\0"](data)) > 10
    request = {"sample": extracted, "gallery": [record(segment(FINGER)), record(segment(FINGER, seed=2))]}
    answer = inner(sdk("match", request | {"modalitiesToMatch": ["FINGER"]}))
    assert [each["decisions"]["FINGER"]["match"] for each in answer["response"]] == ["MATCHED", "NOT_MATCHED"]


def test_segments_come_back_as_they_were() -> None:
    answer = inner(sdk("segment", {"sample": record(segment(FINGER), segment(EYE)), "modalitiesToSegment": ["IRIS"]}))
    (one,) = answer["response"]["segments"]
    assert np.array(one["bdb"], np.int8).tobytes() == block(EYE, 1)


@pytest.mark.parametrize(("position", "source"), [(FINGER, "4"), (FACE, "5"), (EYE, "6")])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_records_become_pictures(position: Position, source: str, kind: str) -> None:
    request = {"sample": record(segment(position)), "sourceFormat": f"ISO19794_{source}_2011"}
    answer = inner(sdk("convert-format", request | {"targetFormat": f"IMAGE/{kind}"}))
    (one,) = answer["response"]["segments"]
    picture = Pillow.open(io.BytesIO(np.array(one["bdb"], np.int8).tobytes()))
    assert picture.format == kind
    expected = decode_record(block(position, 1))[0].image.pixels
    assert picture.size == expected.shape[1::-1]
    if kind == "PNG":
        assert np.array_equal(np.asarray(picture), expected)


@pytest.mark.parametrize(("source", "target"), [("ISO19794_5_2011", "IMAGE/PNG"), ("ISO19794_4_2011", "IMAGE/WEBP")])
def test_wrong_format_is_refused(source: str, target: str) -> None:
    request = {"sample": record(segment(FINGER)), "sourceFormat": source, "targetFormat": target}
    assert inner(sdk("convert-format", request))["statusCode"] == 401
