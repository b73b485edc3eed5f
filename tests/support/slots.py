"""Slots of an enrolment without images: attempts whose quality and faults are told, and a matcher whose scores are."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from biocapture.assessment.capabilities import ResidueDetection
from biocapture.assessment.modalities import measures
from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Absence, Enrolment, SlotAttempt
from biocapture.enrolment.readiness import examine
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.slot import ExaminedAttempt, Slot
from biocapture.errors import UsageError
from biocapture.profile.load import Profile, load_profile
from biocapture.types import Image, Modality, Position, Sample

THRESHOLDS = {1e-2: 20.0, 1e-3: 40.0, 1e-4: 60.0, 1e-7: 90.0}
"""False match rate → lowest score of a match, of the matcher below."""


@dataclass
class TableMatcher:
    """Compares templates that are names: the score of a pair is looked up, 0 where it is not in the table."""

    scores: Mapping[frozenset[str], float]
    THRESHOLDS: Mapping[float, float] = field(default_factory=lambda: THRESHOLDS)
    prepared: list[str] = field(default_factory=list)
    compared: int = 0

    def prepare(self, template: str) -> tuple[str]:
        self.prepared.append(template)
        return (template,)

    def compare(self, probe: str | tuple[str], reference: str | tuple[str]) -> SimpleNamespace:
        self.compared += 1
        names = frozenset(each if isinstance(each, str) else each[0] for each in (probe, reference))
        return SimpleNamespace(score=self.scores.get(names, 0.0))


def with_scores(monkeypatch: pytest.MonkeyPatch, scores: Mapping[tuple[str, str], float]) -> TableMatcher:
    """One matcher for all modalities, whose scores are those of the table, in either order."""
    matcher = TableMatcher({frozenset(pair): score for pair, score in scores.items()})
    monkeypatch.setattr(examine, "matcher_for", lambda modality: matcher)
    return matcher


class Stage:
    """Stand-ins for assessment, extraction and the look for residue, which are told their answers."""

    def __init__(self) -> None:
        self.report = Report(quality=80.0, verdict=Verdict.READY)
        self.template = "a template"
        self.seen: list[Sample] = []
        self.profiles: list[object] = []

    def assess_many(self, samples: list[Sample], profile: object) -> object:
        self.seen += samples
        self.profiles.append(profile)
        return iter([self.report])

    def matcher(self, modality: Modality) -> SimpleNamespace:
        if modality is Modality.FACE:
            raise UsageError("faces are not compared")
        return SimpleNamespace(template_of=self.template_of, is_empty=lambda template: template == "empty")

    def template_of(self, sample: Sample) -> str:
        assert isinstance(sample, Sample)
        return self.template

    def capability(self, modality: Modality, kind: type) -> SimpleNamespace | None:
        assert kind is ResidueDetection
        if modality is not Modality.FINGERPRINT:
            return None
        return SimpleNamespace(
            latent_residue=lambda sample: SimpleNamespace(share=0.25 if isinstance(sample, Sample) else 1.0)
        )


def staged(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Attempts are decoded as ever, and assessed and extracted by stand-ins."""
    stage = Stage()
    monkeypatch.setattr(examine, "assess_many", stage.assess_many)
    monkeypatch.setattr(examine, "matcher_for", stage.matcher)
    monkeypatch.setattr(examine, "capability", stage.capability)
    return stage


def attempt(
    position: Position, number: int = 1, template: Any = "", quality: float = 80.0, **known: Any
) -> ExaminedAttempt:
    """One examined attempt; its template is its name unless told, its verdict READY unless a report is given."""
    name = f"{position} {number}"
    assert position.modality is not None
    taken = {
        "report": Report(quality=quality, verdict=Verdict.READY),
        "sample": Sample(Image(np.zeros((8, 8), np.uint8)), position.modality, position),
        "template": template or name if template is not None else None,
    }
    return ExaminedAttempt(SlotAttempt(position, b"", number, name), **(taken | known))


def slot(position: Position, *qualities: float, absent: Absence | None = None, **known: Any) -> Slot:
    """A slot with one attempt per quality."""
    attempts = tuple(attempt(position, i, quality=quality, **known) for i, quality in enumerate(qualities, 1))
    return Slot(position, attempts, absent)


@functools.cache
def default_profile() -> Profile:
    """The default profile, read once."""
    return load_profile("default", measures())


def bare(**record: Any) -> Profile:
    """A profile that asks for no position and no number of usable ones."""
    profile = default_profile()
    return replace(profile, required=(), record=replace(profile.record, usable={}, **record))


def context(*slots: Slot, profile: Profile | None = None, id: str = "x", **more: Any) -> CheckContext:
    """What the checks of a record of these slots look at."""
    by_position = {each.position: each for each in slots}
    enrolment = Enrolment(id, tuple(each.attempt for one in slots for each in one.attempts))
    return CheckContext(enrolment, profile or bare(), by_position, **more)


NAN = math.nan
THUMB, INDEX, MIDDLE, RING = Position.RIGHT_THUMB, Position.RIGHT_INDEX, Position.RIGHT_MIDDLE, Position.RIGHT_RING
RIGHT_EYE, LEFT_EYE, FACE = Position.RIGHT_EYE, Position.LEFT_EYE, Position.FACE
IRIS = Modality.IRIS
