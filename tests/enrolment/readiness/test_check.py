"""Readiness of the sample enrolments, and each check by itself."""

import math
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.records_of_people import LABELS, ROOT, memory, templates

import biocapture as bc
from biocapture.assessment.modalities import AVAILABLE, measures
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Enrolment, read_enrolment
from biocapture.enrolment.readiness import checks
from biocapture.enrolment.readiness.check import judge
from biocapture.enrolment.readiness.checks import CHECKS
from biocapture.enrolment.readiness.checks.completeness import STATED_SIDE, check_completeness
from biocapture.enrolment.readiness.context import CheckContext, score_threshold
from biocapture.enrolment.readiness.examine import examine
from biocapture.enrolment.readiness.failure_risk import (
    CERTAIN_FAILURES,
    EVEN_ODDS,
    probability_of_fewer,
    unusable_probability,
)
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.many import check_many
from biocapture.enrolment.readiness.mosip_levels import mosip_level
from biocapture.enrolment.readiness.slot import Slot
from biocapture.enrolment.readiness.verdict import in_work_order, record_verdict
from biocapture.fingerprint.comparison.compare import THRESHOLDS
from biocapture.guidance import LANGUAGES, texts
from biocapture.iris.comparison.compare import THRESHOLDS as IRIS_THRESHOLDS
from biocapture.profile.load import Profile, load_profile
from biocapture.profile.record_rules import Group, PacketRules
from biocapture.types import FINGERS, Modality, Position

ALIVE = Modality.IRIS in AVAILABLE
"""Eyes are assessed and compared in this version."""

OF_EYES = {"exchanged_eyes", "same_eye", "eye_in_finger_slot"}
"""Samples whose fault only a version that knows eyes can name."""


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label["enrolment"])
def test_sample_enrolments(label: dict[str, str]) -> None:
    station = memory() if label["needs"] else None
    record = bc.check(ROOT / label["enrolment"], station=station)
    if label["enrolment"] in OF_EYES and not ALIVE:
        assert "right_eye" in record.not_assessed
        return
    assert record.verdict == label["verdict"]
    slots = {slot for slot in label["slots"].split(";") if slot}
    named = [finding for finding in record.findings if finding.id == label["finding"]]
    assert bool(named) == bool(label["finding"])
    assert slots <= {slot for finding in named for slot in finding.positions}
    if not label["finding"]:
        assert record.findings == ()
        assert record.failure_risk < 0.01
    elif label["enrolment"] not in OF_EYES:
        assert len(record.findings) == 1  # no other finding


def test_the_best_attempt_is_chosen_not_the_last() -> None:
    record = bc.check(ROOT / "clean_attempts")
    (slot,) = [slot for slot in record.slots if slot.position is Position.RIGHT_INDEX]
    assert len(slot.attempts) == 3
    assert slot.best is not None
    assert slot.best.quality == max(attempt.quality for attempt in slot.attempts)
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        files = [slot.attempts[i].name for i in order]
        again = bc.check(Enrolment.of("x", {"right_index": files}))
        assert again.slots[0].best.name == slot.best.name
    slots = record.to_dict()["slots"]
    assert [len(each["attempts"]) for each in slots if each["slot"] == "right_index"] == [3]


def test_threads_do_not_change_the_answer() -> None:
    one, two = (bc.check(ROOT / "same_finger", threads=threads).to_dict() for threads in (1, 4))
    assert one == two


def test_in_memory_and_empty() -> None:
    pixels = cv2.imread(str(ROOT / "images" / "ayu_right_index_1.jpg"), cv2.IMREAD_GRAYSCALE)
    record = bc.check(Enrolment.of("x", {"right_index": pixels}))
    assert {finding.id for finding in record.findings} == {"complete.missing_slot"}
    assert len(record.findings) == 9
    nobody = bc.check(Enrolment("x"))
    assert nobody.verdict is Verdict.RETAKE
    assert nobody.failure_risk == 1


@pytest.mark.parametrize(
    "source", [b"", b"\x89PNG\r\n\x1a\n broken", np.zeros((3, 3), np.uint8), np.full((600, 500), 255, np.uint8)]
)
def test_hopeless_images_are_answers_not_exceptions(source: object) -> None:
    for slot in Position:
        if slot is not Position.UNKNOWN:
            record = bc.check(Enrolment.of("x", {slot: source}), profile=bare())
            if slot.modality in AVAILABLE or isinstance(source, bytes):
                assert record.verdict is Verdict.RETAKE
            record.to_dict("id")


def test_a_sample_in_the_slot_of_another_modality_is_said() -> None:
    sample = bc.Sample(bc.Image(np.zeros((99, 99), np.uint8)), Modality.IRIS, Position.LEFT_EYE)
    record = bc.check(Enrolment.of("x", {"right_index": sample}), profile=bare())
    assert record.findings[0].id == "complete.unreadable_file"
    assert "iris" in str(record.findings[0].evidence["error"])


def bare(**record: object) -> Profile:
    profile = load_profile("default", measures())
    return replace(profile, required=(), record=replace(profile.record, usable={}, **record))


def test_copies_are_found_however_they_are_made() -> None:
    data = (ROOT / "images" / "ayu_right_thumb_1.jpg").read_bytes()
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    copies = {
        "recompressed": cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 30])[1].tobytes(),
        "smaller": cv2.resize(pixels, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA),
        "brighter": cv2.convertScaleAbs(pixels, alpha=0.8, beta=40),
        "turned": np.ascontiguousarray(np.rot90(pixels)),
        "mirrored": np.ascontiguousarray(pixels[::-1]),
    }
    for name, copy in copies.items():
        findings = bc.check(Enrolment.of("x", {"right_thumb": data, "left_little": copy}), profile=bare()).findings
        copied = [finding for finding in findings if finding.id == "distinct.copied_image"]
        assert copied, name
        assert set(copied[0].positions) == {Position.RIGHT_THUMB, Position.LEFT_LITTLE}


def test_a_copy_is_found_in_the_slot_of_another_modality() -> None:
    file = ROOT / "images" / "ayu_right_thumb_1.jpg"
    findings = bc.check(Enrolment.of("x", {"right_thumb": file, "right_eye": file}), profile=bare()).findings
    assert {"distinct.same_file", "complete.wrong_modality"} & {finding.id for finding in findings}


def test_most_of_the_previous_person_is_a_person_some_is_residue() -> None:
    budi = {str(a.position): a.source for a in read_enrolment(ROOT / "clean_budi").attempts if a.position in FINGERS}
    ayu = {str(a.position): a.source for a in read_enrolment(ROOT / "other_person").attempts}
    mixed = budi | {slot: ayu[slot] for slot in ("right_thumb", "left_index", "left_ring")}
    record = bc.check(Enrolment.of("x", mixed), station=memory())
    assert {finding.id for finding in record.findings} == {"ghost.previous_print"}
    assert {slot for finding in record.findings for slot in finding.positions} == {
        "right_thumb",
        "left_index",
        "left_ring",
    }
    again = bc.check(Enrolment.of("x", ayu), station=memory())
    assert {finding.id for finding in again.findings} == {"person.other_person"}
    assert (
        bc.check(Enrolment.of("ayu", ayu), station=memory()).verdict is Verdict.READY
    )  # the same record, checked again


@pytest.mark.parametrize(
    ("right", "left", "named"),
    [
        (-0.7, -0.7, (Position.RIGHT_EYE, Position.LEFT_EYE)),
        (-0.95, 0.2, (Position.RIGHT_EYE, Position.LEFT_EYE)),
        (-0.95, 0.95, ()),
        (-0.7, math.nan, ()),
        (-0.95, math.nan, (Position.RIGHT_EYE,)),
        (math.nan, math.nan, ()),
    ],
)
def test_two_eyes_tell_together_that_they_are_exchanged(right: float, left: float, named: tuple[Position, ...]) -> None:
    profile = load_profile("default", measures())
    taken = read_enrolment(ROOT / "clean_ayu")
    slots = {}
    for position, side in ((Position.RIGHT_EYE, right), (Position.LEFT_EYE, left)):
        attempt = next(attempt for attempt in taken.attempts if attempt.position is position)
        examined = examine(attempt, profile)
        assert examined.report is not None
        measures_with_side = examined.report.measures | {
            STATED_SIDE: replace(examined.report.measures[STATED_SIDE], raw=side)
        }
        slots[position] = Slot(
            position, (replace(examined, report=replace(examined.report, measures=measures_with_side)),)
        )
    findings = [
        each for each in check_completeness(CheckContext(taken, profile, slots)) if each.id == "complete.wrong_eye"
    ]
    assert tuple(position for each in findings for position in each.positions) == named


def test_budget_proposes_what_costs_least() -> None:
    whole = bc.check(ROOT / "clean_names", plan=True, profile=bare())
    (wsq, *jpeg2000) = whole.budget.options
    assert wsq.method == "wsq"
    assert [option.method for option in jpeg2000] == ["jpeg2000 10", "jpeg2000 20", "jpeg2000 30"]
    assert [option.total_bytes for option in jpeg2000] == sorted(
        (option.total_bytes for option in jpeg2000), reverse=True
    )
    raw = 10 * 520 * 400
    for option, ratio in zip(jpeg2000, (10, 20, 30), strict=True):
        assert raw / option.total_bytes == pytest.approx(ratio, rel=0.1)
        assert option.min_quality > 60
    assert raw / wsq.total_bytes > 8
    assert whole.budget.proposal == ()
    limit = jpeg2000[1].total_bytes
    enrolment, slots = read_enrolment(ROOT / "clean_names"), {slot.position: slot for slot in whole.slots}
    tight = judge(CheckContext(enrolment, bare(budget=PacketRules(limit)), slots))
    assert tight.findings[-1].id == "budget.too_large"
    assert tight.verdict is Verdict.REVIEW
    assert sum(option.total_bytes for option in tight.budget.proposal) <= limit
    impossible = judge(CheckContext(enrolment, bare(budget=PacketRules(1000)), slots))
    assert impossible.budget.proposal == ()
    assert impossible.verdict is Verdict.REVIEW


def test_group_means_and_levels() -> None:
    assert [mosip_level(q) for q in (0.0, 9.99, 10.0, 55.0, 89.9, 90.0, 100.0)] == [
        *("level-1", "level-1", "level-2", "level-6", "level-9", "level-10", "level-10"),
    ]
    assert mosip_level(math.nan) == "--Biometrics-Not-Available--"
    record = bc.check(ROOT / "poor_print")
    fingers = record.modality_qualities[Modality.FINGERPRINT]
    slap = [slot.quality for slot in record.slots if slot.position in Group.RIGHT_SLAP.positions]
    assert len(slap) == 4
    assert record.group_means["right_slap"] == pytest.approx(np.mean(slap))
    assert fingers.minimum == min(slot.quality for slot in record.slots if slot.position in FINGERS)
    strict = bare(means={Group.RIGHT_SLAP: 99.0})
    finding = next(f for f in bc.check(ROOT / "clean_names", profile=strict).findings if f.id == "readable.group")
    assert set(finding.positions) == set(Group.RIGHT_SLAP.positions)


def test_chance_has_its_closed_forms() -> None:
    assert probability_of_fewer(0, [0.5]) == 0
    assert probability_of_fewer(1, []) == 1
    assert probability_of_fewer(1, [0.5, 0.5]) == pytest.approx(0.25)
    assert probability_of_fewer(2, [0.5, 0.5, 0.5]) == pytest.approx(0.5)
    assert probability_of_fewer(2, [0.1, 0.2]) == pytest.approx(1 - 0.02)
    assert unusable_probability(-2.0) == pytest.approx(0.5)
    assert unusable_probability(10) > unusable_probability(50) > unusable_probability(90) > 0


def test_least_scores_go_through_the_documented_ones_and_rise() -> None:
    for modality, documented in ((Modality.FINGERPRINT, THRESHOLDS), (Modality.IRIS, IRIS_THRESHOLDS)):
        assert {rate: score_threshold(modality, rate) for rate in documented} == documented
        for rate in documented:
            assert score_threshold(modality, rate * 0.999999) == pytest.approx(documented[rate], abs=1e-3)
            assert score_threshold(modality, rate * 1.000001) == pytest.approx(documented[rate], abs=1e-3)
        scores = [score_threshold(modality, 10.0 ** (-k / 4)) for k in range(1, 40)]
        assert scores == sorted(set(scores))
        assert scores[-1] < 100


def test_verdict_of_a_record() -> None:
    retake = RecordFinding("ghost.second_ridges", Verdict.RETAKE, (Position.RIGHT_INDEX,), "enrolment.second_ridges")
    poor = RecordFinding("readable.slot", Verdict.REVIEW, (Position.RIGHT_THUMB,), "fingerprint.poor_quality")
    doubt = replace(poor, id="person.other_person", identity=True)
    assert record_verdict([]) is Verdict.READY
    assert record_verdict([poor]) is Verdict.REVIEW
    assert record_verdict([poor, retake]) is Verdict.RETAKE
    assert record_verdict([poor, retake, doubt]) is Verdict.REVIEW
    assert in_work_order([poor, retake, doubt])[0].id == "person.other_person"


def ids_in(code: str) -> set[str]:
    """First parts of the ids of findings that a module writes, formatted ids included."""
    return set(re.findall(r'Finding\(\s*f?"([a-z]+)\.', code))


def test_checks_are_alike_and_listed_once() -> None:
    folder = Path(checks.__file__).parent
    modules = {path.stem: path.read_text() for path in folder.glob("*.py") if path.stem != "__init__"}
    listed = {check.findings.__module__.rpartition(".")[2]: check for check in CHECKS}
    assert listed.keys() == modules.keys()
    for name, code in modules.items():
        assert listed[name].findings.__name__ == f"check_{name}"
        assert re.findall(r"^def (check_\w+)\((\w+): (\w+)\) -> list\[\w+\]", code, re.MULTILINE) == [
            (f"check_{name}", "context", "CheckContext")
        ]
        assert ids_in(code) == {listed[name].name}
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_faults_with_a_chance_of_their_own_exist_and_have_texts() -> None:
    code = "\n".join(path.read_text() for path in Path(checks.__file__).parent.glob("*.py"))
    for fault in CERTAIN_FAILURES | EVEN_ODDS:
        name = fault.partition(".")[2]
        assert f'"{fault}"' in code or f'"{name}"' in code, fault
        key = f"enrolment.{'attempts_disagree' if name == 'disagree' else name}"
        assert all(key in texts(language) for language in LANGUAGES), fault


def test_many_remember_those_before(tmp_path: Path) -> None:
    for name in ("clean_ayu", "other_person", "missing_slot"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    results = dict(check_many(tmp_path))
    assert list(results) == ["broken", "clean_ayu", "missing_slot", "other_person"]
    assert isinstance(results["broken"], str)
    assert results["clean_ayu"].verdict is Verdict.READY
    assert {finding.id for finding in results["other_person"].findings} == {"person.other_person"}


def test_operators_come_from_the_sample() -> None:
    assert len(templates("operator")) == 10
