"""The study of what minima do to prints that match, on prints whose answers are known."""

import csv
from pathlib import Path

import cv2
import pytest
from benchmarks.studies import fingerprint_gates as gates
from benchmarks.studies.fingerprint_gates import Print
from tests.support.prints import touch

from biocapture.assessment.modalities import measures
from biocapture.profile.load import load_profile


def one(sensor: str, matching: str, quality: float, centring: float = 100.0, is_print: bool = True) -> Print:
    scores = {"fingerprint.quality": quality, "fingerprint.centring": centring}
    return Print(sensor, scores, is_print, matching)


PRINTS = [
    one("a", "well", 60),
    one("a", "well", 40),
    one("a", "failing", 10),
    one("b", "well", 20, 80),
    one("b", "failing", 50),
    one("b", "between", 1),
]
RETAKE, REVIEW = {"fingerprint.quality": 30.0}, {"fingerprint.quality": 55.0}


def test_verdicts_and_shares() -> None:
    assert [gates.verdict(each, RETAKE, REVIEW) for each in PRINTS[:4]] == ["READY", "REVIEW", "RETAKE", "RETAKE"]
    assert gates.verdict(one("a", "well", 99, is_print=False), RETAKE, REVIEW) == "RETAKE"
    assert gates.share(PRINTS, "well", "RETAKE", RETAKE, REVIEW) == pytest.approx(100 / 3)
    assert gates.share(PRINTS, "failing", "RETAKE", RETAKE, REVIEW) == 50
    assert gates.share(PRINTS, "failing", "READY", RETAKE, REVIEW) == 0


def test_the_rule_stays_below_every_well_matched_print_and_the_profile() -> None:
    profile = load_profile("default", measures())
    scores = dict.fromkeys(profile.retake, 80.0)
    best = [Print("a", scores | {"fingerprint.quality": 20.0}, True, "well"), Print("a", scores, True, "failing")]
    minima = gates.minima_of(best, profile, 0.5)
    assert minima["fingerprint.quality"] == 10
    assert minima["fingerprint.print_likeness"] == min(40, profile.retake["fingerprint.print_likeness"])
    assert set(minima) == {name for name in profile.retake if name.startswith("fingerprint.")}


def test_both_tables_of_a_small_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images, pairs = tmp_path / "images", tmp_path / "pairs"
    pairs.mkdir()
    for sensor in ("one", "two"):
        (images / sensor).mkdir(parents=True)
        for name, blur_px in (("a", 0.6), ("b", 0.7), ("c", 0.8), ("d", 4.5)):
            cv2.imwrite(str(images / sensor / f"{name}.png"), touch(1, blur_px=blur_px).pixels)
        with (pairs / f"{sensor}.csv").open("w", newline="") as lines:
            rows = csv.writer(lines)
            rows.writerow(["file1", "file2", "genuine", "sourceafis"])
            for first, second in ("ab", "ac", "bc", "ba", "ca", "cb", "da", "db", "dc"):
                if "d" not in first + second:
                    rows.writerow([f"{first}.png", f"{second}.png", 1, 90])
            rows.writerows([["d.png", "d.png", 1, 3], ["d.png", "d.png", 1, 2], ["a.png", "d.png", 0, 99]])
    assert gates.main(["--images", str(images), "--pairs", str(pairs), "--workers", "1", "--profile", "default"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "| one | 3 | 1 | 0.0 | 0.0 | 0.0 | 100.0 | 100.0 | 0.0 |" in lines
    assert any(line.startswith("| RETAKE quality") and line.endswith("| 0.0 | 0.0 | 100.0 |") for line in lines)
