"""The commands of whole enrolments as their user meets them."""

import json
from pathlib import Path

import pytest
from tests.support.commands import Run
from tests.support.records_of_people import ROOT

from biocapture.images.private_files import private


def test_check_says_what_to_do(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    said = run("check", ROOT / "same_finger", "--html", page, "--sizes")
    assert said.status == 1
    assert "RETAKE" in said.out
    assert "right index finger, right middle finger: The same finger was captured twice" in said.out
    assert "jpeg2000 20" in said.out
    html = page.read_text(encoding="utf8")
    assert html.count("data:image/jpeg;base64,") == 1  # both prints in one picture
    assert "distinct.same_finger" in html


def test_check_in_indonesian_and_json(run: Run) -> None:
    said = run("check", ROOT / "missing_slot", "--lang", "id")
    assert "AMBIL ULANG" in said.out
    assert "jari manis kiri: Ambil jari" in said.out
    told = json.loads(run("check", ROOT / "missing_slot", "--json").out)
    assert told["verdict"] == "RETAKE"
    assert told["retake"][0]["slot"] == "left_ring"
    assert told["avoids"] == ["ENROLL_FAILURE_AT_REGIONAL"]


def test_ready_is_zero(run: Run) -> None:
    said = run("check", ROOT / "clean_names")
    assert (said.status, said.err) == (0, "")
    assert "READY to upload" in said.out


def test_station_from_the_command_line(run: Run, tmp_path: Path) -> None:
    station, key = tmp_path / "s.db", ("--key-file", tmp_path / "s.key")
    assert run("station", "add", station, ROOT / "clean_ayu", *key).status == 0
    assert run("station", "add", station, ROOT / "operator", "--operator", *key).status == 0
    said = run("check", ROOT / "previous_print", "--station", station, *key)
    assert said.status == 1
    assert "wipe it clean" in said.out
    said = run("check", ROOT / "operator", "--station", station, *key)
    assert said.status == 0  # the operator's own record, checked under its own id
    listed = json.loads(run("station", "list", station, "--json", *key).out)
    assert [(row["id"], row["who"]) for row in listed] == [("clean_ayu", "citizen"), ("operator", "operator")]
    assert run("station", "forget", station, "clean_ayu", *key).status == 0
    assert run("station", "expire", station, *key).out.startswith("1 people")


def test_station_needs_its_own_key(run: Run, tmp_path: Path) -> None:
    station = tmp_path / "s.db"
    said = run("station", "add", station, ROOT / "clean_names")
    assert said.status == 2
    assert "key file is needed" in said.err
    assert not station.exists()
    assert run("station", "add", station, ROOT / "clean_names", "--key-file", tmp_path / "k").status == 0
    private(tmp_path / "other").write_text("00" * 32)
    before = station.read_bytes()
    for command in (("list", station), ("add", station, ROOT / "clean_names"), ("forget", station, "x")):
        said = run("station", *command, "--key-file", tmp_path / "other")
        assert said.status == 2
        assert "another key" in said.err
    assert station.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("check", "nobody"), "no such file or folder"),
        (("check", ROOT / "clean_names", "--profile", "e-ktpp"), "did you mean 'e-ktp'"),
        (("check", ROOT / "clean_names", "--station", "none.db", "--key-file", "none.key"), "key file cannot be read"),
        (("check",), "one enrolment, or --many"),
        (("dedup", ROOT / "clean_names"), "at least two"),
        (("profiles", "check", "nothing.toml"), "no such profile"),
        (("profiles", "check"), "give a file"),
    ],
)
def test_wrong_usage_is_said_in_a_line(run: Run, words: tuple[object, ...], match: str) -> None:
    said = run(*words)
    assert said.status == 2
    assert match in said.err
    assert "Traceback" not in said.err


def test_check_many_and_dedup(run: Run, tmp_path: Path) -> None:
    for name in ("clean_names", "clean_ayu", "other_person"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "wrong.json").write_text("[")
    said = run("check", "--many", tmp_path)
    assert said.status == 1
    assert "REVIEW" in said.out
    assert "ERROR" in said.out
    rows = [json.loads(line) for line in run("check", "--many", tmp_path, "--json").out.splitlines()]
    assert [row["id"] for row in rows] == ["clean_ayu", "clean_names", "other_person", "wrong.json"]
    said = run("dedup", tmp_path / "clean_ayu", tmp_path / "clean_names", tmp_path / "other_person", "--json")
    assert said.status == 1
    assert len(json.loads(said.out)["pairs"]) == 1


def test_profiles_check(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("title='x'\nlanguage='id'\nrequired=['right_thumb']\n[record.means]\nright_slapp=30\n")
    said = run("profiles", "check", mine)
    assert said.status == 2
    assert "did you mean 'right_slap'" in said.err
    mine.write_text(mine.read_text().replace("slapp", "slap"))
    assert run("profiles", "check", mine).status == 0
    assert run("check", ROOT / "clean_names", "--profile", mine).status == 0
