"""Our own API, answered in this process."""

import base64
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from tests.service.conftest import FACE, OTHER_PRINT, PRINT, SAME_PRINT, ask, block, content
from tests.support.slaps import slap_file

import biocapture as bc
from biocapture.assessment.options import options_of
from biocapture.comparison.compare import template_bytes
from biocapture.images.records.cbeff import Bir
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.service.messages import PROBLEM_JSON, Settings
from biocapture.service.v1 import answers
from biocapture.types import Position


def form(*fields: tuple[str, str, bytes]) -> dict:
    """Body and type of a form, made by an independent client."""
    import httpx

    request = httpx.Request("POST", "http://x", files=[(name, (file, data)) for name, file, data in fields])
    return {"body": request.read(), "media_type": request.headers["content-type"]}


def test_assessment_is_that_of_the_library() -> None:
    answer = ask("POST /v1/assess", body=PRINT.read_bytes(), query={"position": "right_index", "lang": "id"})
    assert answer.status == 200
    found = answers.AssessedCapture.model_validate(content(answer))
    report = bc.assess(PRINT)
    assert found.quality == pytest.approx(report.quality)
    assert found.verdict == str(report.verdict)
    assert found.guidance == report.guidance("id")
    assert answer.verdicts == (("fingerprint", str(report.verdict)),)
    assert {name: value.score for name, value in found.measures.items()} == pytest.approx(
        {name: None if math.isnan(value.score) else value.score for name, value in report.measures.items()}
    )


def test_raw_body_form_and_json_are_one_picture() -> None:
    data = PRINT.read_bytes()
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    bodies = [
        {"body": data, "query": {"name": PRINT.name}},
        form(("image", "left/../" + PRINT.name, data)),
        {"body": json.dumps({"image": {"name": PRINT.name, "data": text}}).encode(), "media_type": "application/json"},
    ]
    first, *others = [content(ask("POST /v1/assess", **body)) for body in bodies]
    assert first["position"] == "right_index"
    assert others == [first, first]


def test_every_picture_of_a_record_is_assessed_and_damage_costs_its_own() -> None:
    kinds = {Position.RIGHT_THUMB: ("Right", "Thumb"), Position.LEFT_INDEX: ("Left", "IndexFinger")}
    parts = [Bir(type=("Finger",), subtype=words, block=block(each, 1)) for each, words in kinds.items()]
    parts.insert(1, Bir(type=("Iris",), subtype=("Left",), block=b"IIR\x00020\x00 and no more"))
    answer = ask("POST /v1/assess", body=write_bir(Bir(parts=tuple(parts))))
    first = answers.AssessedCapture.model_validate(content(answer))
    assert [each.position for each in (first, *first.captures)] == ["right_thumb", None, "left_index"]
    assert [bool(each.error) for each in first.captures] == [True, False]
    assert len(answer.verdicts) == 3


def test_slap_is_assessed_finger_by_finger(tmp_path: Path) -> None:
    picture = slap_file(tmp_path / "right_slap.png").read_bytes()
    answer = ask("POST /v1/assess", body=picture, query={"modality": "fingerprint"})
    first = answers.AssessedCapture.model_validate(content(answer))
    assert first.slap
    assert first.slap["group"] == "right_slap"
    assert [each.position for each in first.captures] == ["right_index", "right_middle", "right_ring", "right_little"]
    assert all(each.modality == "fingerprint" for each in first.captures)


def test_native_columns_are_there_when_asked_for() -> None:
    answer = ask("POST /v1/assess", body=PRINT.read_bytes(), query={"native": "true", "modality": "fingerprint"})
    assert any(name.startswith("nfiq2.") for name in content(answer)["native"])


@pytest.mark.parametrize(
    ("query", "subject"),
    [
        ({"modality": "palm"}, "modality"),
        ({"ppi": "7"}, "ppi"),
        ({"profile": "../../etc/x.toml"}, "profile"),
        ({"lang": "xx"}, "lang"),
        ({"colour": "1"}, "colour"),
    ],
)
def test_wrong_parameter_is_named(query: dict, subject: str) -> None:
    answer = ask("POST /v1/assess", body=PRINT.read_bytes(), query=query)
    assert (answer.status, answer.media_type) == (400, PROBLEM_JSON)
    problem = answers.Problem.model_validate(content(answer))
    assert problem.subject.startswith(subject)
    assert problem.type == "urn:biocapture:problem:usage"


def test_what_is_no_picture_is_told_in_the_language_asked_for() -> None:
    english, indonesian = (
        content(ask("POST /v1/assess", body=b"not a picture", language=language)) for language in ("", "id")
    )
    assert english["status"] == 422
    assert english["type"].endswith("undecodable")
    assert english["title"] != indonesian["title"]


def test_picture_over_the_limit_is_refused_with_the_limit() -> None:
    answer = ask("POST /v1/assess", Settings(max_pixels=1000), body=PRINT.read_bytes())
    assert answer.status == 422
    assert "1000" in content(answer)["detail"]


@pytest.mark.parametrize("fields", [(), (("other", "a.png"),), (("image", "a.png"), ("image", "b.png"))])
def test_form_without_exactly_one_picture_is_refused(fields: tuple) -> None:
    files = [(name, file, PRINT.read_bytes()) for name, file in fields] or [("x", "y", b"z")]
    assert ask("POST /v1/assess", **form(*files)).status == 400


@pytest.mark.parametrize("cut", [0.3, 0.9, 0.999])
def test_form_that_is_cut_off_is_refused(cut: float) -> None:
    whole = form(("image", "a.png", PRINT.read_bytes()))
    body = whole["body"][: int(cut * len(whole["body"]))]
    assert ask("POST /v1/assess", body=body, media_type=whole["media_type"]).status == 400


def test_enrolment_from_a_form_is_judged_as_by_the_library() -> None:
    fields = [("right_index", "a.png", PRINT.read_bytes()), ("right_index", "b.png", SAME_PRINT.read_bytes())]
    fields += [("files", "left_middle_1.png", OTHER_PRINT.read_bytes()), ("absent.left_thumb", "", b"bandaged")]
    fields += [("id", "", b"person 1"), ("birth_year", "", b"1990")]
    answer = ask("POST /v1/check", **form(*fields))
    assert answer.status == 200, answer.body
    found = answers.CheckedEnrolment.model_validate(content(answer))
    enrolment = bc.Enrolment.of(
        "person 1",
        {"right_index": [PRINT.read_bytes(), SAME_PRINT.read_bytes()], "left_middle": OTHER_PRINT.read_bytes()},
        {"left_thumb": "bandaged"},
        1990,
    )
    expected = bc.check(enrolment).to_dict("en")
    assert {name: value for name, value in found.model_dump().items() if name in expected} == expected
    assert answer.verdicts == (("enrolment", found.verdict),)


def test_enrolment_from_a_record_holds_every_picture() -> None:
    positions = (Position.RIGHT_THUMB, Position.LEFT_EYE, Position.FACE)
    kinds = {Position.RIGHT_THUMB: "Finger", Position.LEFT_EYE: "Iris", Position.FACE: "Face"}
    subtypes = {Position.RIGHT_THUMB: ("Right", "Thumb"), Position.LEFT_EYE: ("Left",), Position.FACE: ()}
    parts = tuple(Bir(type=(kinds[each],), subtype=subtypes[each], block=block(each, 1)) for each in positions)
    answer = ask("POST /v1/check", body=write_bir(Bir(parts=parts)), media_type="application/xml", query={"id": "7"})
    filled = {slot["slot"] for slot in content(answer)["slots"] if slot["attempts"]}
    assert filled == set(positions)
    assert content(answer)["id"] == "7"


@pytest.mark.parametrize(
    "fields",
    [
        (("right_indx", "a.png", b"x"),),
        (("files", "holiday.png", b"x"),),
        (("right_index", "a.png", b"x"), ("birth_year", "", b"19x0")),
        (("right_index", "a.png", b"x"), ("absent.left_thumb", "", b"lost")),
    ],
)
def test_enrolment_that_cannot_be_understood_is_a_problem(fields: tuple) -> None:
    answer = ask("POST /v1/check", **form(*fields))
    assert answer.status == 422
    assert content(answer)["type"].endswith("enrolment")


def test_comparison_tells_same_from_other() -> None:
    pairs = [(SAME_PRINT, True), (OTHER_PRINT, False)]
    for reference, same in pairs:
        body = form(("probe", "p", PRINT.read_bytes()), ("reference", "r", reference.read_bytes()))
        found = answers.ComparedPair.model_validate(content(ask("POST /v1/compare", query={"fmr": "0.001"}, **body)))
        assert found.match is same
        assert found.match == (found.score >= found.threshold)


def test_template_is_that_of_the_library_and_can_be_compared() -> None:
    for kind in ("own", "iso2011"):
        answer = ask("POST /v1/template", body=PRINT.read_bytes(), query={"format": kind})
        assert answer.body == template_bytes(PRINT.read_bytes(), options_of("fingerprint"), kind)
        body = form(("probe", "p", answer.body), ("reference", "r", SAME_PRINT.read_bytes()))
        assert content(ask("POST /v1/compare", **body))["match"]
    assert ask("POST /v1/template", body=PRINT.read_bytes(), query={"format": "x"}).status == 400


def test_portrait_is_a_png_of_the_profile_or_says_why_not() -> None:
    found = answers.CutPortrait.model_validate(content(ask("POST /v1/portrait", body=FACE.read_bytes())))
    picture = Pillow.open(io.BytesIO(base64.b64decode(found.data)))
    assert picture.size == (found.width_px, found.height_px)
    stream = io.BytesIO()
    Pillow.fromarray(np.full((300, 300, 3), 128, np.uint8)).save(stream, "PNG")
    nothing = ask("POST /v1/portrait", body=stream.getvalue(), query={"lang": "en"})
    assert nothing.status == 422
    assert content(nothing)["subject"].startswith("face.")


def test_catalogue_explains_every_name_of_an_assessment() -> None:
    report = content(ask("POST /v1/assess", body=PRINT.read_bytes(), query={"native": "true"}))
    listed = answers.MeasureList.model_validate(content(ask("GET /v1/measures", query={"modality": "fingerprint"})))
    assert [each.id for each in listed.measures] == list(report["measures"])
    names = [*report["measures"], *report["native"], *(reason["key"] for reason in report["reasons"]), "ppi_source"]
    for name in names:
        answer = ask("GET /v1/explain/{name}", path={"name": name})
        assert answers.Explanation.model_validate(content(answer)).meaning, name
    assert ask("GET /v1/explain/{name}", path={"name": "face.beauty"}).status == 404


def test_profiles_are_listed_and_shown() -> None:
    listed = answers.ProfileList.model_validate(content(ask("GET /v1/profiles", Settings(profile="e-ktp"))))
    assert listed.default == "e-ktp"
    for each in listed.profiles:
        answers.ProfileRules.model_validate(content(ask("GET /v1/profiles/{name}", path={"name": each.name})))
    assert ask("GET /v1/profiles/{name}", path={"name": "../../etc"}).status == 404
    answers.Version.model_validate(content(ask("GET /v1/version")))
