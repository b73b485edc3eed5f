"""Device health: what many captures have in common is found, and what differs between them is not kept."""

import functools
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.prints import grown

from biocapture.capture.health import (
    HealthRecord,
    Outcome,
    OutcomeKind,
    advice,
    diagnose,
    diagnosis_dict,
    evidence,
    outcome_of,
    surface_picture,
)
from biocapture.capture.health.change import level_change
from biocapture.capture.health.findings import DeviceFinding, Diagnosis
from biocapture.capture.health.pattern import Pattern
from biocapture.capture.health.traits import capture_traits
from biocapture.errors import UsageError
from biocapture.guidance import LANGUAGES, texts
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import Image, Modality, Sample

SHAPE = (400, 352)
MONDAY = 1_767_600_000.0
DAY_S = 86400.0


@functools.cache
def touches() -> list[NDArray[np.uint8]]:
    return [impression(grown(1 + n % 2), n, Effects(noise=0.0, wet=0.05 * n), SHAPE).pixels for n in range(6)]


def sensed(number: int, dark_spot: float = 0.0, dead_row: int = -1, dead_column: int = -1) -> Image:
    """A capture of a sensor; place, pressure and noise are its own."""
    random = np.random.default_rng([number, 0x4EA])
    down, right = random.normal(0, 20, 2)
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    touch = cv2.warpAffine(touches()[number % 6], matrix, SHAPE[::-1], borderValue=235).astype(np.float32)
    grey = 235 - (235 - touch) * random.uniform(0.7, 1.1) + random.normal(0, 3, SHAPE)
    if dark_spot:
        mask = cv2.ellipse(np.zeros(SHAPE, np.float32), (240, 130), (20, 14), 30, 0, 360, 1.0, -1)
        grey -= dark_spot * mask * (grey - 40)
    if dead_row >= 0:
        grey[dead_row] = 0
    if dead_column >= 0:
        grey[:, dead_column] = 255
    return Image(np.clip(np.rint(grey), 0, 255).astype(np.uint8), 500.0)


def noted(path: Path, outcomes: list[Outcome]) -> Diagnosis:
    with HealthRecord(path, create=True) as record:
        record.add("sim:7", *outcomes)
        return diagnose(record, "sim:7")


def captured(count: int, first: int = 0, quality: float = 70.0, **fault: float) -> list[Outcome]:
    return [
        outcome_of(Sample(sensed(n, **fault), Modality.FINGERPRINT), MONDAY + 60 * n, quality, 100.0)
        for n in range(first, first + count)
    ]


def test_a_clean_sensor_has_no_findings(tmp_path: Path) -> None:
    found = noted(tmp_path / "h", captured(60))
    assert (found.findings, found.captures) == ((), 60)


def test_a_stain_is_found_where_it_is_and_shown(tmp_path: Path) -> None:
    found = noted(tmp_path / "h", captured(40) + captured(60, 40, dark_spot=0.4))
    (stain,) = found.findings
    assert stain.key == "health.clean_platen"
    assert stain.since == MONDAY + 60 * 40
    (spot,) = found.spots
    assert np.hypot(spot.row - 130, spot.column - 240) < 8
    assert stain.facts["seen"] == stain.facts["count"] == 60
    assert 25 <= stain.facts["percent"] <= 45
    shown = surface_picture(found)
    red = (shown[:, :, 2] > 200) & (shown[:, :, 0] < 80)
    rows, columns = np.nonzero(red)
    scale = 640 / 400
    assert np.hypot(rows.mean() / scale - 130, columns.mean() / scale - 240) < 8


def test_a_stain_that_was_wiped_off_is_forgotten(tmp_path: Path) -> None:
    assert noted(tmp_path / "h", captured(40, dark_spot=0.4) + captured(60, 40)).findings == ()


def test_dead_lines_are_named(tmp_path: Path) -> None:
    found = noted(tmp_path / "h", captured(40, dead_row=212, dead_column=30))
    assert [(one.key, one.facts["line"]) for one in found.findings] == [
        ("health.dead_row", 212),
        ("health.dead_column", 30),
    ]
    assert evidence(found.findings[0], "en", MONDAY).startswith("Line 212 is dead")
    assert [line.is_dark for line in found.lines] == [True, False]


@pytest.mark.parametrize("grey", [60, 160, 200])
def test_a_row_stuck_at_the_mean_of_ridges_is_found(tmp_path: Path, grey: int) -> None:
    outcomes = []
    for n in range(40):
        pixels = sensed(n).pixels.copy()
        pixels[180] = grey
        outcomes.append(outcome_of(Sample(Image(pixels, 500.0), Modality.FINGERPRINT), MONDAY + n))
    assert [one.facts["line"] for one in noted(tmp_path / "h", outcomes).findings] == [180]


def test_lines_side_by_side_and_outermost(tmp_path: Path) -> None:
    outcomes = []
    for n in range(40):
        pixels = sensed(n).pixels.copy()
        pixels[[0, 200, 201, 202]] = 0
        outcomes.append(outcome_of(Sample(Image(pixels, 500.0), Modality.FINGERPRINT), MONDAY + n))
    assert [one.facts["line"] for one in noted(tmp_path / "h", outcomes).findings] == [0, 200, 201, 202]


def test_too_few_captures_tell_nothing(tmp_path: Path) -> None:
    assert noted(tmp_path / "h", captured(39, dead_row=212)).findings == ()


def test_a_dead_line_of_a_face_camera_is_found_and_its_room_is_not_kept(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    room = cv2.resize(random.integers(0, 255, (9, 16, 3), np.uint8), (320, 180), interpolation=cv2.INTER_NEAREST)
    outcomes = []
    for n in range(40):
        pixels = np.clip(room + random.normal(0, 4, room.shape), 0, 255).astype(np.uint8)
        pixels[77] = 10
        outcomes.append(outcome_of(Sample(Image(pixels), Modality.FACE), MONDAY + n))
    found = noted(tmp_path / "h", outcomes)
    assert [(one.key, one.facts["line"]) for one in found.findings] == [("health.dead_row", 77)]
    assert found.pattern is not None
    assert found.pattern.cells.size == 0


@pytest.mark.parametrize("modality", [Modality.FINGERPRINT, Modality.FACE, Modality.IRIS])
def test_no_picture_can_be_had_back(modality: Modality) -> None:
    """Of one capture alone there is a tenth of its bytes: cells wider than ridges, and three-valued lines."""
    image = sensed(1)
    pixels = image.pixels if modality is not Modality.FACE else cv2.cvtColor(image.pixels, cv2.COLOR_GRAY2RGB)
    pattern = Pattern.of_traits(capture_traits(Image(pixels, 500.0), modality), 0.0)
    assert len(pattern.pack()) < image.pixels.size / 10
    assert pattern.cells.shape[0] <= SHAPE[0] / 6
    assert pattern.rows.max(initial=0) <= 1
    if modality is not Modality.FINGERPRINT:
        assert pattern.cells.size == 0


def numbers(qualities: NDArray[np.float64], **greys: float) -> list[Outcome]:
    return [
        Outcome(MONDAY + 600 * n, Modality.IRIS, OutcomeKind.TAKEN, quality=float(q)) for n, q in enumerate(qualities)
    ]


def test_scores_that_fell_and_since_when(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    qualities = np.concatenate([random.normal(70, 10, 300), random.normal(45, 10, 150)])
    (fell,) = noted(tmp_path / "h", numbers(qualities)).findings
    assert fell.key == "health.scores_fell"
    assert 30 <= fell.facts["percent"] <= 42
    assert fell.since is not None
    assert abs(fell.since - (MONDAY + 600 * 300)) < 600 * 30
    said = evidence(fell, "en", MONDAY + 600 * 450)
    assert said.startswith("Scores fell 3")
    assert said.endswith(", since Wednesday.")
    assert evidence(fell, "id", MONDAY + 30 * DAY_S).endswith(", sejak 2026-01-07.")


def test_levels_that_hold_and_that_came_back_are_no_change() -> None:
    random = np.random.default_rng(6)
    level = random.normal(70, 10, 450)
    assert level_change(level) is None
    dip = level.copy()
    dip[150:250] -= 30
    assert level_change(dip) is None
    assert level_change(level[:99] - np.repeat((0, 30), (50, 49))) is None  # too few to tell
    fallen = level_change(level - np.repeat((0, 30), (200, 250)))
    assert fallen is not None
    assert abs(fallen.first_index - 200) <= 10


@pytest.mark.parametrize(("gain", "key"), [(0.7, "health.darker"), (1.3, "health.brighter")])
def test_drift_of_brightness(tmp_path: Path, gain: float, key: str) -> None:
    random = np.random.default_rng(8)
    outcomes = []
    for n in range(160):
        grey = random.normal(100, 30, (60, 80)) * (1 if n < 80 else gain) * random.normal(1, 0.02)
        pixels = np.clip(grey, 0, 255).astype(np.uint8)
        outcomes.append(outcome_of(Sample(Image(pixels), Modality.IRIS), MONDAY + n, 70.0))
    assert key in [one.key for one in noted(tmp_path / "h", outcomes).findings]


def test_errors_and_residue(tmp_path: Path) -> None:
    outcomes = [
        Outcome(MONDAY + n, Modality.FINGERPRINT, OutcomeKind.TAKEN, quality=70, residue=90.0) for n in range(60)
    ]
    assert noted(tmp_path / "none", outcomes).findings == ()
    for n in (40, 46, 50, 55):
        outcomes[n] = Outcome(MONDAY + n, Modality.FINGERPRINT, OutcomeKind.ERROR, "DeviceTimeoutError")
    for n in range(1, 60, 4):
        outcomes[n] = Outcome(MONDAY + n, Modality.FINGERPRINT, OutcomeKind.TAKEN, quality=70, residue=10.0)
    failing, ghosts = noted(tmp_path / "h", outcomes).findings
    assert (failing.key, failing.facts["errors"]) == ("health.check_connection", 4)
    assert "DeviceTimeoutError 4" in evidence(failing, "en", MONDAY)
    assert ghosts.key == "health.wipe_after_each"


def test_empty_waits_are_no_errors(tmp_path: Path) -> None:
    outcomes = [Outcome(MONDAY + n, Modality.FINGERPRINT, OutcomeKind.EMPTY) for n in range(60)]
    assert noted(tmp_path / "h", outcomes).findings == ()


FACTS = dict.fromkeys(
    ("right", "down", "width", "height", "percent", "seen", "count", "line", "before", "after", "errors", "kinds"), 1
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_words(language: str) -> None:
    keys = {key.removesuffix("_evidence") for key in texts(language) if key.endswith("_evidence")}
    assert len(keys) == 10
    for key in keys:
        finding = DeviceFinding(key, dict(FACTS), MONDAY)
        assert advice(finding, language) != key
        assert "{" not in evidence(finding, language, MONDAY)


def test_json_says_the_same(tmp_path: Path) -> None:
    found = noted(tmp_path / "h", captured(40, dead_row=212))
    said = diagnosis_dict(found, "id", MONDAY)
    assert said["findings"][0]["facts"]["line"] == 212
    assert said["findings"][0]["guidance"].startswith("Satu baris sensor mati")


def test_there_is_no_picture_without_captures(tmp_path: Path) -> None:
    found = noted(tmp_path / "h", [Outcome(MONDAY, Modality.FACE, OutcomeKind.EMPTY)])
    with pytest.raises(UsageError, match="no capture"):
        surface_picture(found)
