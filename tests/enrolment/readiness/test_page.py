"""The page of a record: what it says, and that nothing in a name can become markup."""

import base64
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.records_of_people import ROOT
from tests.support.slots import FACE, INDEX, RIGHT_EYE, RING, THUMB, attempt

import biocapture as bc
from biocapture.assessment.verdict import Verdict
from biocapture.cli.terminal.readiness import record_lines
from biocapture.enrolment import Enrolment, SlotAttempt
from biocapture.enrolment.readiness import page
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.page import write_page
from biocapture.enrolment.readiness.slot import ExaminedAttempt
from biocapture.errors import UsageError
from biocapture.guidance.words import record_phrase
from biocapture.types import Image, Modality, Position, Sample

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'{{ 7 * 7 }}\udcff"

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "small", "p", "h2", "section", "h3", "span", "code"),
    *("img", "br", "table", "tr", "td", "progress"),
}


class Elements(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(record: bc.Readiness, folder: Path, language: str = "") -> Elements:
    write_page(record, folder / "page.html", language)
    return Elements((folder / "page.html").read_text(encoding="utf8"))


def test_a_fault_its_slots_and_its_pictures(tmp_path: Path) -> None:
    record = bc.check(ROOT / "same_finger")
    page = page_of(record, tmp_path)
    assert "RETAKE" in page.text
    assert "1. right index finger, right middle finger" in page.text
    assert record.findings[0].instruction() in page.text
    assert record.findings[0].evidence_line in page.text
    assert [tag for tag, _ in page.tags].count("img") == 1  # both prints in one picture
    assert [tag for tag, _ in page.tags].count("tr") == len(record.slots)
    assert ("html", {"lang": "id"}) in page_of(record, tmp_path, "id").tags
    assert "AMBIL ULANG" in page_of(record, tmp_path, "id").text


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    file = (ROOT / "images" / "ayu_right_thumb_1.jpg").read_bytes()
    attempts = (
        SlotAttempt(Position.RIGHT_THUMB, file, 1, HOSTILE),
        SlotAttempt(Position.LEFT_LITTLE, file, 1, f"{HOSTILE}2"),
        SlotAttempt(Position.LEFT_RING, b"<b>no image</b>", 1, f"{HOSTILE}3"),
    )
    record = bc.check(Enrolment(HOSTILE, attempts, unplaced=(f"{HOSTILE}4",)))
    assert {"distinct.same_file", "complete.unreadable_file", "complete.unplaced_file"} <= {
        f.id for f in record.findings
    }
    page = page_of(record, tmp_path)
    assert {tag for tag, _ in page.tags} == TAGS
    assert {name for tag, attrs in page.tags for name in attrs} == {
        *("lang", "charset", "class", "max", "value", "alt", "src"),
    }
    shown = HOSTILE.replace("\udcff", "�")
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert [attrs["alt"] for attrs in images] == [shown, f"{shown}2"]
    assert all(attrs["src"].startswith("data:image/jpeg;base64,") for attrs in images)
    assert page.text.count(shown) >= 4  # title, heading, captions


def test_page_and_terminal_say_the_same_of_a_slot(tmp_path: Path) -> None:
    prints = [ROOT / "images" / f"ayu_right_index_{number}.jpg" for number in (1, 2)]
    samples = {"right_index": prints, "left_ring": b"no image", "left_little": b"no image"}
    record = bc.check(Enrolment.of("x", samples, {"left_ring": "amputated", "left_thumb": "missing"}))
    states = [(slot.state("id"), slot.attempts_note("id")) for slot in record.slots]
    assert [state for state, _ in states] == ["baik", "tidak ada", *["tidak ada gambar yang dapat dipakai"] * 2]
    assert states[0][1].startswith("terbaik dari 2 percobaan: ")
    page, lines = page_of(record, tmp_path, "id").text, "\n".join(record_lines(record, "id"))
    for state, note in states:
        assert state in page
        assert state in lines
        assert note in page
        assert note in lines


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written: No such file or directory$") as refused:
        write_page(bc.check(Enrolment("x")), tmp_path / "none" / "page.html")
    assert refused.value.subject == str(tmp_path / "none" / "page.html")


def drawn(images: tuple[str, ...], evidence: dict[str, float | str], *attempts: ExaminedAttempt) -> list[tuple]:
    """Size and caption of each picture of a finding."""
    finding = RecordFinding("distinct.same_finger", Verdict.RETAKE, (), "", evidence, images)
    pictures = page._pictures({attempt.name: attempt for attempt in attempts}, finding)
    return [(jpeg_of(uri).shape, caption) for uri, caption in pictures]


def jpeg_of(uri: str) -> np.ndarray:
    data = base64.b64decode(uri.partition(",")[2])
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


class Pair:
    """A matcher that draws a pair as an image 10 px high, as wide as its score."""

    def compare(self, probe: str, reference: str) -> tuple[str, str]:
        return probe, reference

    def picture(self, samples: tuple, templates: tuple, comparison: tuple) -> np.ndarray:
        assert templates == comparison == ("right_index 1", "right_thumb 1")
        assert [sample.position for sample in samples] == [INDEX, THUMB]
        return np.zeros((10, 30), np.uint8)


def test_a_compared_pair_is_one_picture_and_all_else_one_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "matcher_for", {Modality.FINGERPRINT: Pair()}.__getitem__)
    index, thumb, ring = attempt(INDEX), attempt(THUMB), attempt(RING, sample=None)
    eye, face = attempt(RIGHT_EYE), attempt(INDEX, 2, template=None)
    names = ("right_index 1", "right_thumb 1")
    assert drawn(names, {"score": 9.0}, thumb, index) == [((10, 30), "right_index 1, right_thumb 1")]
    each = [((8, 8), "right_index 1"), ((8, 8), "right_thumb 1")]
    assert drawn(names, {"likeness": 9.0}, index, thumb) == each
    assert drawn((*names, "right_index 2"), {"score": 9.0}, index, thumb, face) == [*each, ((8, 8), "right_index 2")]
    assert drawn((names[0], "right_index 2"), {"score": 9.0}, index, face) == [each[0], ((8, 8), "right_index 2")]
    assert drawn((names[0], "right_eye 1"), {"score": 9.0}, index, eye) == [each[0], ((8, 8), "right_eye 1")]
    assert drawn(("gone", "right_ring 1", names[0]), {"score": 9.0}, index, ring) == [each[0]]


def test_pictures_keep_their_colours_and_are_no_larger_than_the_page_shows() -> None:
    red = np.zeros((100, 1800, 3), np.uint8)
    red[..., 0] = 255
    wide = page._data_uri(cv2.cvtColor(red, cv2.COLOR_RGB2BGR))
    assert jpeg_of(wide).shape == (50, 900, 3)
    assert page._data_uri(np.zeros((900, 10), np.uint8)).startswith("data:image/jpeg;base64,")
    for height in (500, 900):
        assert jpeg_of(page._data_uri(np.zeros((height, 10), np.uint8))).shape == (height, 10)
    assert jpeg_of(page._data_uri(np.zeros((1000, 10), np.uint8))).shape == (900, 9)
    taken = attempt(FACE, sample=Sample(Image(np.ascontiguousarray(red[:8, :8])), Modality.FACE, FACE))
    finding = RecordFinding("complete.wrong_modality", Verdict.RETAKE, (), "", {}, (taken.name,))
    ((uri, _),) = page._pictures({taken.name: taken}, finding)
    blue, green, shown_red = jpeg_of(uri)[4, 4]
    assert shown_red > 240
    assert max(blue, green) < 20


def test_a_page_speaks_the_profiles_language_unless_told(tmp_path: Path) -> None:
    record = replace(bc.check(Enrolment("x")), language="id")
    for told, language in (("", "id"), ("en", "en")):
        shown = page_of(record, tmp_path, told)
        assert ("html", {"lang": language}) in shown.tags
        assert record_phrase("chance", language) in shown.text
