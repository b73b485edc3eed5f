"""A whole check, and many of them: what is handed on between its parts, and who is remembered for the next."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.support.slots import (
    FACE,
    INDEX,
    LEFT_EYE,
    MIDDLE,
    NAN,
    RIGHT_EYE,
    THUMB,
    bare,
    context,
    slot,
    staged,
    with_scores,
)

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Reason, Verdict
from biocapture.enrolment import Absence, Enrolment
from biocapture.enrolment.readiness import Readiness, check, many
from biocapture.enrolment.readiness.check import judge
from biocapture.enrolment.readiness.many import check_many
from biocapture.enrolment.readiness.result import ModalityQuality
from biocapture.enrolment.readiness.slot import Slot
from biocapture.enrolment.station import RememberedSample
from biocapture.errors import EnrolmentError, ProfileError
from biocapture.profile.load import Profile
from biocapture.profile.record_rules import Group, PacketRules
from biocapture.types import Modality, Position

GREY = np.random.default_rng(1).integers(0, 256, (64, 64)).astype(np.uint8)


def test_a_judgement_holds_all_that_it_rests_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scores(monkeypatch, {("right_thumb 1", "right_index 1"): 99.0})
    poor = Reason("fingerprint.poor_quality", Verdict.REVIEW, "fingerprint.quality", 30.0, 40.0)
    slots = (
        slot(THUMB, 60.0),
        slot(INDEX, 40.0, report=Report(quality=40.0, verdict=Verdict.REVIEW, reasons=(poor,))),
        slot(MIDDLE, absent=Absence.MISSING),
        slot(RIGHT_EYE, NAN, template=None),
        slot(LEFT_EYE, NAN, error="cut"),
        slot(FACE, NAN, report=None),
    )
    profile = replace(bare(), name="ours", language="id")
    record = judge(context(*slots, profile=profile, id="ani"))
    assert (record.id, record.profile, record.language) == ("ani", "ours", "id")
    assert record.slots == slots
    assert [finding.id for finding in record.findings] == [  # in the order of work
        "complete.unreadable_file",
        "distinct.same_finger",
        "readable.slot",
    ]
    assert record.verdict is Verdict.RETAKE
    assert record.failure_risk == 1.0
    assert record.budget.total_bytes == 4 * 64
    assert record.not_assessed == (FACE,)
    assert record.not_compared == (RIGHT_EYE,)
    assert set(record.group_means) == {str(group) for group in Group}
    assert record.group_means["thumbs"] == 60.0
    assert record.group_means["right_slap"] == 40.0
    qualities = record.modality_qualities
    assert list(qualities) == [Modality.FINGERPRINT, *(m for m in Modality if m is not Modality.FINGERPRINT)]
    assert qualities[Modality.FINGERPRINT] == ModalityQuality(40.0, 50.0)
    assert np.isnan([qualities[Modality.IRIS].minimum, qualities[Modality.IRIS].mean]).all()
    alone = judge(context(slot(MIDDLE, absent=Absence.MISSING), slot(THUMB, 60.0)))
    assert list(alone.modality_qualities) == [Modality.FINGERPRINT]
    assert judge(context(slot(RIGHT_EYE, absent=Absence.MISSING))).modality_qualities == {}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("budi", "ani"):
        (tmp_path / name).mkdir()
        for position in ("right_thumb", "right_index"):
            cv2.imwrite(str(tmp_path / name / f"{position}.png"), GREY)
    (tmp_path / "broken").mkdir()
    return tmp_path


def test_a_check_reads_examines_and_compares(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    stage = staged(monkeypatch)
    stage.template = "empty"
    profile = bare()
    for source in (
        folder / "ani",
        str(folder / "ani"),
        Enrolment.of("ani", {"right_thumb": GREY, "right_index": GREY}),
    ):
        record = check(source, profile=profile)
        assert record.id == "ani"
        assert [each.position for each in record.slots] == [THUMB, INDEX]
        assert all(each is profile for each in stage.profiles)
        assert record.budget.options == ()
    station = Known()
    check(folder / "ani", profile=profile, station=station)
    assert station.excluded == ["ani"]
    assert check(folder / "ani", profile="e-ktp").profile == "e-ktp"
    default = check(folder / "ani")
    assert default.profile == "default"
    assert sum(finding.id == "complete.missing_slot" for finding in default.findings) == 8
    with pytest.raises(ProfileError):
        check(folder / "ani", profile="none such")
    with pytest.raises(EnrolmentError):
        check(folder / "broken")
    monkeypatch.setattr("biocapture.enrolment.readiness.checks.budget.assess_many", stage.assess_many)
    rules = PacketRules(10_000, wsq=False, jpeg2000_ratios=(5.0,))
    planned = check(folder / "ani", profile=bare(budget=rules), plan=True, threads=0)
    assert [option.method for option in planned.budget.options] == ["jpeg2000 5"]


class Known:
    """A station: who was there last, and what is asked of it."""

    def __init__(self) -> None:
        self.excluded: list[str] = []

    def previous(self, exclude: str) -> tuple[str, Mapping[Position, Any]]:
        self.excluded.append(exclude)
        return "old", {INDEX: "old"}

    def samples_at(self, position: Position, exclude: str) -> list[RememberedSample]:
        self.excluded.append(exclude)
        return [RememberedSample("old", False, None, lambda: f"old {position}")]

    def templates_of(self, person: str) -> Mapping[Position, Any]:
        return {INDEX: "old"} if person == "old" else {}


def judgements(monkeypatch: pytest.MonkeyPatch, folder: Path, **how: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name, result and memory of each enrolment of a folder; templates are the names of the people."""
    contexts = []

    def slots_of(enrolment: Enrolment, profile: Profile, threads: int) -> dict[Position, Slot]:
        assert threads == how.get("threads", 2)
        assert profile.name == how.get("profile", "default")
        return {INDEX: slot(INDEX, 80.0, template=enrolment.id), THUMB: slot(THUMB, 80.0, template=None)}

    def judge_nothing(context: Any) -> str:
        contexts.append(context)
        return f"judged {context.enrolment.id}"

    monkeypatch.setattr(many, "examine_slots", slots_of)
    monkeypatch.setattr(many, "judge", judge_nothing)
    monkeypatch.setattr("biocapture.enrolment.station.memory.prefilter_of", lambda matcher: None)
    for name, result in check_many(folder, **how):
        yield name, result, contexts[-1] if contexts else None


def test_each_is_compared_with_all_before_it(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    before = []
    for name, result, seen in judgements(monkeypatch, folder, profile="e-ktp", threads=3):
        if name == "broken":
            assert isinstance(result, str)
            assert "no image files" in result
            continue
        assert result == f"judged {name}"
        assert (seen.threads, seen.profile.name, seen.enrolment.id) == (3, "e-ktp", name)
        before.append((name, seen.memory.previous(name), seen.memory.samples_at(INDEX, name)))
        assert seen.memory.samples_at(THUMB, name) == []  # nothing could be compared there
        assert seen.memory.templates_of("old") == {}
    assert [(name, last) for name, last, _ in before] == [("ani", ("", {})), ("budi", ("ani", {INDEX: "ani"}))]
    assert [[each.person for each in samples] for *_, samples in before] == [[], ["ani"]]


def test_those_of_the_run_come_before_those_of_the_station(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    station = Known()
    (_, _, first), *_ = judgements(monkeypatch, folder, station=station)
    assert first.profile.name == "default"
    memory = first.memory
    assert memory.previous("budi") == ("ani", {INDEX: "ani"})
    assert [each.person for each in memory.samples_at(INDEX, "nobody")] == ["ani", "budi", "old"]
    assert [each.person for each in memory.samples_at(INDEX, "ani")] == ["budi", "old"]
    assert [each.template for each in memory.samples_at(INDEX, "x")] == ["ani", "budi", "old right_index"]
    assert station.excluded == ["nobody", "ani", "x"]
    assert memory.templates_of("budi") == {INDEX: "budi"}
    assert memory.templates_of("old") == {INDEX: "old"}
    assert memory.templates_of("none") == {}


def test_the_first_of_a_run_follows_the_last_of_the_station(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    station = Known()
    _, _, first = next(judgements(monkeypatch, folder, station=station))
    assert first.memory.previous("ani") == ("old", {INDEX: "old"})
    assert station.excluded == ["ani"]


def test_what_is_given_is_a_readiness(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    staged(monkeypatch).template = "empty"
    results = dict(check_many(folder, profile=bare()))
    assert list(results) == ["ani", "broken", "budi"]
    assert isinstance(results["ani"], Readiness)
