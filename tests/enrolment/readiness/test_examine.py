"""One attempt examined: what is decoded, assessed and extracted of it, and why it cannot be used."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.support.slots import FACE, INDEX, LEFT_EYE, RIGHT_EYE, THUMB, Stage, bare, staged

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Absence, Enrolment, SlotAttempt
from biocapture.enrolment.readiness import examine as module
from biocapture.enrolment.readiness import wrong_characteristic
from biocapture.enrolment.readiness.examine import examine, examine_slots
from biocapture.enrolment.readiness.slot import Slot
from biocapture.enrolment.readiness.templates import best_templates, templates_of
from biocapture.errors import EnrolmentError
from biocapture.types import Image, Modality, Position, PpiSource, Sample

GREY = np.random.default_rng(1).integers(0, 256, (100, 80)).astype(np.uint8)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return staged(monkeypatch)


def given(position: Position, source: object, **more: object) -> SlotAttempt:
    return SlotAttempt(position, source, 1, "as named", **more)


def test_all_of_a_good_attempt(stage: Stage, tmp_path: Path) -> None:
    png = cv2.imencode(".png", GREY)[1].tobytes()
    (tmp_path / "a.png").write_bytes(png)
    profile = bare()
    for source, size in (
        (png, len(png)),
        (tmp_path / "a.png", len(png)),
        (str(tmp_path / "a.png"), len(png)),
        (GREY, 0),
    ):
        known = examine(given(INDEX, source, ppi=500.0), profile)
        assert known.sample is not None
        assert (known.sample.position, known.sample.modality) == (INDEX, Modality.FINGERPRINT)
        assert known.sample.image.ppi == 500.0
        assert (known.sample.image.pixels == GREY).all()
        assert known.report is stage.report
        assert (known.template, known.residue_share, known.wrong_modality) == ("a template", 0.25, None)
        assert known.signature is not None
        assert np.linalg.norm(known.signature) == pytest.approx(1.0, abs=1e-5)
        assert (known.file_bytes, known.error, known.name) == (size, "", "as named")
    assert {id(each) for each in stage.profiles} == {id(profile)}
    assert stage.seen[0].position is INDEX
    assert examine(given(INDEX, GREY, ppi=250.0), profile).template is None  # too coarse to be compared
    twice = examine(given(INDEX, GREY, ppi=1000.0), profile)
    assert twice.sample is not None
    assert twice.sample.image.pixels.shape == (50, 40)  # at the working resolution of prints


def sample(modality: Modality, position: Position, path: str = "") -> Sample:
    return Sample(Image(GREY, 500.0, PpiSource.GIVEN, path=path), modality, position)


def test_a_sample_takes_the_position_of_its_slot_but_not_its_modality(stage: Stage, tmp_path: Path) -> None:
    known = examine(given(THUMB, sample(Modality.FINGERPRINT, INDEX)), bare())
    assert known.sample is not None
    assert known.sample.position is THUMB
    assert known.file_bytes == 0
    other = examine(given(THUMB, sample(Modality.IRIS, RIGHT_EYE)), bare())
    assert other.error == "as named: a sample of modality iris was put in the slot right_thumb"
    assert (other.sample, other.report, other.template, other.verdict) == (None, None, None, Verdict.RETAKE)
    (tmp_path / "file").write_bytes(b"123")
    for path, size in ((tmp_path / "file", 3), (tmp_path / "gone", 0)):
        known = examine(given(THUMB, sample(Modality.FINGERPRINT, THUMB, str(path))), bare())
        assert (known.error, known.file_bytes) == ("", size)


def test_why_a_source_cannot_be_read(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "no such file" in examine(given(INDEX, tmp_path / "none.png"), bare()).error.lower()
    stage.report = Report(error="cannot be assessed")  # no verdict: nothing is known of it
    known = examine(given(INDEX, GREY), bare())
    assert (known.error, known.report, known.template, known.file_bytes) == ("cannot be assessed", None, None, 0)
    assert known.name == "as named"
    assert known.sample is not None
    stage.report = Report(error="one measure failed", verdict=Verdict.READY)
    assert examine(given(INDEX, GREY), bare()).error == ""

    def exhausted(*_: object) -> Sample:
        raise MemoryError

    monkeypatch.setattr(module, "sample_of", exhausted)
    assert examine(given(INDEX, GREY), bare()).error == "MemoryError"


def test_what_cannot_be_extracted_or_compared_has_no_template(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine(given(FACE, GREY), bare()).template is None
    stage.template = "empty"
    assert examine(given(INDEX, GREY), bare()).template is None
    monkeypatch.setattr(module, "AVAILABLE", (Modality.IRIS,))
    known = examine(given(INDEX, GREY), bare())
    assert known.report is None
    assert known.residue_share != known.residue_share


@pytest.mark.parametrize(
    ("position", "report", "share"),
    [
        (INDEX, {"quality": 10.0}, 0.25),
        (INDEX, {"quality": 9.9}, None),
        (INDEX, {"quality": float("nan")}, None),
        (INDEX, {"quality": 80.0, "failure": "blank"}, None),
        (RIGHT_EYE, {"quality": 80.0}, None),
    ],
)
def test_residue_is_looked_for_under_credible_prints_only(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, position: Position, report: dict, share: float | None
) -> None:
    asked = []
    monkeypatch.setattr(module, "wrong_modality", lambda *given: asked.append(given) or Modality.FACE)
    stage.report = replace(stage.report, **report)
    profile, taken = bare(), given(position, GREY)
    known = examine(taken, profile)
    assert asked == [(taken, known.sample, stage.report, profile)]
    assert known.residue_share == share or (share is None and known.residue_share != known.residue_share)
    assert known.wrong_modality is Modality.FACE


def test_slots_come_in_order_with_their_attempts_and_exceptions(stage: Stage) -> None:
    person = Enrolment.of(
        "x",
        {"left_eye": GREY, "right_index": [GREY, b"none", GREY]},
        {"right_little": "amputated", "right_index": "bandaged"},
    )
    for threads in (0, 3):
        slots = examine_slots(person, bare(), threads)
        assert list(slots) == [INDEX, Position.RIGHT_LITTLE, LEFT_EYE]
        assert [each.attempt.number for each in slots[INDEX].attempts] == [1, 2, 3]
        assert [bool(each.error) for each in slots[INDEX].attempts] == [False, True, False]
        assert slots[INDEX].absent is Absence.BANDAGED
        assert slots[Position.RIGHT_LITTLE] == Slot(Position.RIGHT_LITTLE, (), Absence.AMPUTATED)
        assert slots[LEFT_EYE].absent is None


def test_what_a_station_remembers_are_the_templates_of_the_best_attempts(stage: Stage) -> None:
    person = Enrolment.of(
        "x", {"right_index": [b"none", GREY], "face": GREY, "right_thumb": b"none"}, {"left_eye": "missing"}
    )
    assert templates_of(person) == {INDEX: "a template"}
    assert stage.profiles[0].name == "default"
    assert best_templates(examine_slots(person, bare())) == {INDEX: "a template"}
    with pytest.raises(EnrolmentError, match="x: nothing in it can be compared"):
        templates_of(Enrolment.of("x", {"face": GREY}))


class Look:
    """Told guesses and assessments of what else a capture may show; keeps what was asked."""

    def __init__(self, guess: Modality | None, **reports: Report) -> None:
        self._guess, self._reports = guess, reports
        self.asked: list[tuple[str, int]] = []

    def guess(self, image: Image) -> Modality | None:
        self.asked.append(("guess", image.pixels.ndim))
        return self._guess

    def assess(self, samples: list[Sample], profile: object) -> object:
        (one,) = samples
        assert profile is not None
        assert one.image.ppi == 300.0
        self.asked.append((str(one.modality), one.image.pixels.ndim))
        return iter([self._reports.get(str(one.modality), Report(failure="nothing there", verdict=Verdict.RETAKE))])


FAIR = Report(quality=25.0, verdict=Verdict.REVIEW)
FAILED = Report(failure="blank", verdict=Verdict.RETAKE)
COLOUR = cv2.imencode(".png", np.random.default_rng(2).integers(0, 256, (90, 90, 3)).astype(np.uint8))[1].tobytes()


@pytest.mark.parametrize(
    ("own", "guess", "others", "shown", "asked"),
    [
        # a credible capture is what it should be: nothing else is looked for
        (Report(quality=10.0, verdict=Verdict.RETAKE), Modality.FACE, {"face": FAIR}, None, []),
        (Report(quality=9.9), None, {"iris": FAIR}, Modality.IRIS, [("face", 3), ("iris", 2)]),
        (Report(quality=9.9), None, {"face": FAIR, "iris": FAIR}, Modality.FACE, [("face", 3)]),
        (FAILED, None, {"face": FAIR}, Modality.FACE, [("guess", 3), ("face", 3)]),
        (FAILED, Modality.FACE, {}, None, [("guess", 3), ("face", 3), ("iris", 2)]),
        (FAILED, None, {"iris": Report(quality=24.9, verdict=Verdict.REVIEW)}, None, None),
        (FAILED, None, {"iris": Report(quality=90.0, verdict=Verdict.RETAKE)}, None, None),
        (FAILED, None, {"iris": Report(quality=90.0, failure="blank", verdict=Verdict.READY)}, None, None),
        (FAILED, None, {"iris": Report(quality=90.0, error="broken", verdict=Verdict.READY)}, None, None),
        (FAILED, None, {"iris": Report(verdict=Verdict.READY)}, Modality.IRIS, None),  # it gives no quality
        # where nothing assesses the slot itself, the guess is asked
        (None, None, {"face": FAIR}, None, [("guess", 3)]),
        (None, Modality.FINGERPRINT, {"fingerprint": FAIR}, None, [("guess", 3)]),
        (None, Modality.FACE, {"face": FAIR}, Modality.FACE, [("guess", 3), ("face", 3)]),
        (None, Modality.FACE, {"iris": FAIR}, None, [("guess", 3), ("face", 3)]),
    ],
)
def test_what_a_failed_capture_shows_instead(
    monkeypatch: pytest.MonkeyPatch,
    own: Report | None,
    guess: Modality | None,
    others: dict[str, Report],
    shown: Modality | None,
    asked: list | None,
) -> None:
    look = Look(guess, **others)
    monkeypatch.setattr(wrong_characteristic, "guess_modality", look.guess)
    monkeypatch.setattr(wrong_characteristic, "assess_many", look.assess)
    print_of = Sample(Image(GREY, 500.0), Modality.FINGERPRINT, INDEX)
    found = wrong_characteristic.wrong_modality(given(INDEX, COLOUR, ppi=300.0), print_of, own, bare())
    assert found is shown
    assert asked is None or look.asked == asked


def test_a_modality_that_is_not_assessed_is_believed_where_it_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrong_characteristic, "AVAILABLE", (Modality.FINGERPRINT,))
    print_of = Sample(Image(GREY, 500.0), Modality.FINGERPRINT, INDEX)
    for guess, own, shown in (
        (Modality.IRIS, FAILED, Modality.IRIS),
        (None, FAILED, None),
        (Modality.IRIS, Report(quality=1.0), None),  # not guessed where the capture only is poor
        (Modality.FACE, None, Modality.FACE),
    ):
        look = Look(guess)
        monkeypatch.setattr(wrong_characteristic, "guess_modality", look.guess)
        assert wrong_characteristic.wrong_modality(given(INDEX, print_of), print_of, own, bare()) is shown
        assert [kind for kind, _ in look.asked] in ([], ["guess"])


def test_a_sample_is_looked_at_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    print_of = Sample(Image(GREY, 500.0), Modality.FINGERPRINT, INDEX)
    seen = []

    def assess(samples: list[Sample], profile: object) -> object:
        seen.extend(samples)
        return iter([FAIR])

    monkeypatch.setattr(wrong_characteristic, "assess_many", assess)
    attempt = given(INDEX, print_of)
    assert wrong_characteristic.wrong_modality(attempt, print_of, Report(quality=1.0), bare()) is Modality.FACE
    assert seen[0].image is print_of.image
