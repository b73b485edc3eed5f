"""A captured position as files: names, pixels, resolution and report."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Opened

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Reason, Verdict
from biocapture.capture import CaptureAttempt, CaptureResult
from biocapture.capture.files import write_attempts
from biocapture.errors import DeviceDisconnectedError, UsageError
from biocapture.guidance import text
from biocapture.images.decode import decode
from biocapture.types import Image, Modality, Position, PpiSource, Sample

DRY = Reason("fingerprint.press_firmly", Verdict.RETAKE, "test")


def attempt(number: int, quality: float, ppi: float = float("nan"), *, colour: bool = False) -> CaptureAttempt:
    shape = (30, 40, 3) if colour else (30, 40)
    pixels = np.random.default_rng(number).integers(0, 256, shape).astype(np.uint8)
    image = Image(pixels, ppi, PpiSource.GIVEN if ppi > 0 else PpiSource.NONE)
    ready = quality >= 50
    report = Report(
        quality=quality, verdict=Verdict.READY if ready else Verdict.RETAKE, reasons=() if ready else (DRY,)
    )
    return CaptureAttempt(number, Sample(image, Modality.FACE if colour else Modality.FINGERPRINT), report)


def written(result: CaptureResult, folder: Path, language: str = "en") -> dict:
    path = write_attempts(result, Position.RIGHT_INDEX, folder, language)
    assert path == folder / "right_index.json"
    return json.loads(path.read_text(encoding="utf8"))


def test_all_attempts_are_kept_and_the_best_has_the_name_of_the_position(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    attempts = (attempt(1, 20.0), CaptureAttempt(2, refusal="verschmiert, ä"), attempt(3, 80.0))
    content = written(CaptureResult(attempts, empty=2), folder, "id")
    names = ["right_index_attempt_1.png", None, "right_index.png"]
    assert {path.name for path in folder.iterdir()} == {"right_index.json", *filter(None, names)}
    assert content == {
        "position": "right_index",
        "accepted": True,
        "forced": None,
        "why": "attempt 3: READY, quality 80; best of 3",
        "bad_scans": 2,
        "nothing_placed": 2,
        "suggestion": None,
        "error": None,
        "attempts": [
            {
                "number": each.number,
                "file": name,
                "refusal": each.refusal or None,
                "report": json.loads(json.dumps(each.report.to_dict("id"))) if each.report else None,
            }
            for each, name in zip(attempts, names, strict=True)
        ],
    }
    assert content["attempts"][0]["report"]["reasons"][0]["guidance"] == text(DRY.key, "id")
    assert "verschmiert, ä" in (folder / "right_index.json").read_text(encoding="utf8")  # for people to read
    for each, name in zip(attempts, names, strict=True):
        if each.sample and name:
            stored = cv2.imread(str(folder / name), cv2.IMREAD_UNCHANGED)
            np.testing.assert_array_equal(stored, each.sample.image.pixels)


def test_what_was_not_accepted_has_no_file_of_the_positions_name(tmp_path: Path) -> None:
    lost = DeviceDisconnectedError("unplugged", "sim:finger")
    result = CaptureResult((attempt(1, 20.0), attempt(2, 30.0)), 0, "", "capture.another_finger", lost)
    content = written(result, tmp_path)
    assert {path.name for path in tmp_path.glob("*.png")} == {f"right_index_attempt_{n}.png" for n in (1, 2)}
    assert (content["accepted"], content["suggestion"]) == (False, "capture.another_finger")
    assert content["error"] == "sim:finger: unplugged"
    forced = written(result.with_force("burnt"), tmp_path)  # once more into the same folder
    assert (forced["accepted"], forced["forced"]) == (True, "burnt")
    assert [each["file"] for each in forced["attempts"]] == ["right_index_attempt_1.png", "right_index.png"]
    assert written(CaptureResult(), tmp_path / "none")["attempts"] == []
    usual = json.loads(write_attempts(result, Position.RIGHT_INDEX, tmp_path).read_text(encoding="utf8"))
    assert usual["attempts"][0]["report"]["reasons"][0]["guidance"] == text(DRY.key, "en")


@pytest.mark.parametrize(("ppi", "per_metre"), [(500.0, 19685), (1000.0, 39370), (254.0, 10000)])
def test_the_resolution_is_stored_with_the_picture(tmp_path: Path, ppi: float, per_metre: int) -> None:
    written(CaptureResult((attempt(1, 80.0, ppi),)), tmp_path)
    with Opened.open(tmp_path / "right_index.png") as opened:
        assert opened.info["dpi"] == pytest.approx((per_metre * 0.0254,) * 2)
    read = decode(tmp_path / "right_index.png", modality=Modality.FINGERPRINT)
    assert read.ppi == pytest.approx(ppi, abs=0.02)
    written(CaptureResult((attempt(1, 80.0),)), tmp_path)
    with Opened.open(tmp_path / "right_index.png") as opened:
        assert "dpi" not in opened.info


def test_a_face_keeps_its_colours(tmp_path: Path) -> None:
    taken = attempt(1, 80.0, 300.0, colour=True)
    assert taken.sample is not None
    write_attempts(CaptureResult((taken,)), Position.FACE, tmp_path)
    read = decode(tmp_path / "face.png", modality=Modality.FACE)
    np.testing.assert_array_equal(read.pixels, taken.sample.image.pixels)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"/file: cannot be written: File exists$"):
        write_attempts(CaptureResult(), Position.FACE, tmp_path / "file")

    def broken(*_: object) -> None:
        raise OSError("wires cut")

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(UsageError, match=r"cannot be written: wires cut$") as refused:
        write_attempts(CaptureResult(), Position.FACE, tmp_path)
    assert refused.value.subject == str(tmp_path)
    assert not (tmp_path / "face.json").exists()
