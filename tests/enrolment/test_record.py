"""Enrolments from folders, manifests and memory; damaged ones say what is wrong and where."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.support.records_of_people import ROOT

from biocapture.enrolment import Absence, Enrolment, enrolment_paths, read_enrolment
from biocapture.enrolment.dedup.subjects import owned_images
from biocapture.enrolment.manifest import MANIFEST_NAMES, MANIFEST_SUFFIXES, manifest_in
from biocapture.errors import EnrolmentError
from biocapture.types import FINGERS, Position

EMPTY = b"no image, but named like one"


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(EMPTY)
    return folder


def test_names_in_two_languages_and_codes_tell_the_slot(tmp_path: Path) -> None:
    folder = touch(tmp_path, "telunjuk_kanan.png", "L3.wsq", "right_eye.jpg", "wajah.jpg", "fgp 5.png", "notes_x.png")
    enrolment = read_enrolment(folder)
    assert [str(attempt.position) for attempt in enrolment.attempts] == [
        "right_index",
        "right_little",
        "left_middle",
        "right_eye",
        "face",
    ]
    assert [Path(name).name for name in enrolment.unplaced] == ["notes_x.png"]
    assert enrolment.id == tmp_path.name


def test_attempts_are_counted_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    enrolment = read_enrolment(touch(tmp_path, "right_index_10.png", "right_index_9.png", "right_index_1.png"))
    assert [(attempt.number, Path(attempt.name).stem) for attempt in enrolment.attempts_at(Position.RIGHT_INDEX)] == [
        (1, "right_index_1"),
        (2, "right_index_9"),
        (3, "right_index_10"),
    ]


def test_a_folder_may_tell_the_slot(tmp_path: Path) -> None:
    enrolment = read_enrolment(touch(tmp_path, "left_thumb/scan1.png", "left_thumb/scan2.png"))
    assert [attempt.position for attempt in enrolment.attempts] == [Position.LEFT_THUMB] * 2


def test_sample_with_indonesian_names_is_complete() -> None:
    enrolment = read_enrolment(ROOT / "clean_names")
    assert [attempt.position for attempt in enrolment.attempts] == list(FINGERS[1:])


def test_csv_manifest(tmp_path: Path) -> None:
    path = tmp_path / "budi.csv"
    path.write_text(
        "position,path,exception,ppi,birth_year\nRI,a.png,,1000,1990\nright_index,b.png,,,\nleft_ring,,amputated,,\n,,,,\n"
    )
    enrolment = read_enrolment(path)
    assert enrolment.id == "budi"
    assert enrolment.birth_year == 1990
    assert [(a.position, a.number, a.ppi, a.source) for a in enrolment.attempts] == [
        (Position.RIGHT_INDEX, 1, 1000.0, tmp_path / "a.png"),
        (Position.RIGHT_INDEX, 2, None, tmp_path / "b.png"),
    ]
    assert enrolment.absent == {Position.LEFT_RING: Absence.AMPUTATED}


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("m.json", "{", "not a manifest, or damaged"),
        ("m.json", "[]", "dictionary"),
        ("m.json", "{}", "neither samples nor exceptions"),
        ("m.json", "[" * 100_000, "not a manifest, or damaged"),
        ("m.json", '{"samples": [{"position": "right_indx", "path": "a.png"}]}', "did you mean 'right_index'"),
        ("m.json", '{"samples": [{"position": "right_index"}]}', "has no path"),
        ("m.json", '{"samples": [{"position": "right_index", "path": "a", "ppi": 7}]}', r"samples\.0\.ppi"),
        ("m.json", '{"exceptions": {"left_ring": "amputatd"}}', "did you mean 'amputated'"),
        ("m.json", '{"exceptions": {"left_ring": "lost"}, "colour": 1}', "colour"),
        ("m.csv", "", "first line must name position"),
        ("m.csv", "position,path,colour\n", "unknown column 'colour'"),
        ("m.csv", "position,path\nright_index\n", "line 2: not as many fields"),
        ("m.csv", "position,path\nright_index,a,b\n", "line 2: not as many fields"),
        ("m.csv", "position,path,exception\nright_index,a.png,missing\n", "line 2: position, and either"),
        ("m.csv", "position,path,person\nRI,a.png,x\nRT,b.png,y\n", "line 3: person 'y' after 'x'"),
        ("m.csv", 'position,path\nright_index,"a', "damaged"),
        ("m.csv", "position,path\nright_index,a\0.png\n", ""),
    ],
)
def test_damaged_manifests_say_what_and_where(tmp_path: Path, name: str, content: str, match: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    if not match:
        assert len(read_enrolment(path).attempts) == 1
        return
    with pytest.raises(EnrolmentError, match=match) as caught:
        read_enrolment(path)
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    for name, data in (("a.json", b"\xff\xfe\x00{"), ("b.csv", bytes(range(256)))):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(EnrolmentError):
            read_enrolment(tmp_path / name)


def test_random_bytes_never_crash(tmp_path: Path) -> None:
    good = (ROOT / "clean_ayu" / "manifest.json").read_bytes()
    random = np.random.default_rng(5)
    path = tmp_path / "m.json"
    for _ in range(200):
        data = bytearray(good[: int(random.integers(1, len(good)))])
        for place in random.integers(0, len(data), 3):
            data[place] = random.integers(256)
        path.write_bytes(data)
        try:
            read_enrolment(path)
        except EnrolmentError:
            continue


@pytest.mark.parametrize("name", [*(f"budi{suffix}" for suffix in MANIFEST_SUFFIXES), *MANIFEST_NAMES, "BUDI.CSV"])
def test_every_manifest_is_one_for_listing_reading_and_dedup(tmp_path: Path, name: str) -> None:
    csv = "position,path\nright_index,a.png\nleft_index,b.png\n"
    samples = [{"position": "right_index", "path": "a.png"}, {"position": "left_index", "path": "b.png"}]
    path = tmp_path / name
    path.write_text(csv if name.lower().endswith("csv") else json.dumps({"samples": samples}))
    assert list(enrolment_paths(tmp_path)) == [path]
    assert [item.path.name for item in owned_images([path])] == ["a.png", "b.png"]
    assert {item.owner for item in owned_images([path])} == {str(path)}
    if name in MANIFEST_NAMES:
        assert manifest_in(tmp_path) == path
        assert len(read_enrolment(tmp_path).attempts) == 2
        assert {item.owner for item in owned_images([tmp_path])} == {str(tmp_path)}


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(EnrolmentError, match="no image files"):
        read_enrolment(tmp_path)
    with pytest.raises(EnrolmentError, match="no such file or folder"):
        read_enrolment(tmp_path / "nobody")


def test_too_much(tmp_path: Path) -> None:
    many = [{"position": "right_index", "path": f"{i}.png"} for i in range(401)]
    (tmp_path / "m.json").write_text(json.dumps({"samples": many}))
    with pytest.raises(EnrolmentError, match="more than 400"):
        read_enrolment(tmp_path / "m.json")
    (tmp_path / "m.json").write_text(" " * 5_000_000)
    with pytest.raises(EnrolmentError, match="too large"):
        read_enrolment(tmp_path / "m.json")


def test_in_memory() -> None:
    enrolment = Enrolment.of("x", {"right_thumb": [b"1", b"2"], Position.FACE: b"3"}, {"left_ring": "bandaged"})
    assert [(a.position, a.number) for a in enrolment.attempts] == [
        (Position.RIGHT_THUMB, 1),
        (Position.RIGHT_THUMB, 2),
        (Position.FACE, 1),
    ]
    with pytest.raises(EnrolmentError, match="did you mean 'right_thumb'"):
        Enrolment.of("x", {"right_thum": b""})
    with pytest.raises(EnrolmentError, match="no such slot"):
        Enrolment.of("x", {"unknown": b""})
