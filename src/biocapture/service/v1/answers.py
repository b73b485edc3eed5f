"""What good answers look like: the models that the documentation is made from, held against real answers by tests."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class AnswerModel(BaseModel):
    """Base of all: nothing is in an answer that is not described."""

    model_config = ConfigDict(extra="forbid")


class FoundReason(AnswerModel):
    """One fault of a capture."""

    key: str
    source: str
    verdict: str
    score: float | None
    minimum: float | None
    guidance: str


class MeasuredValue(AnswerModel):
    """One measure of a capture: in its unit, and 0..100."""

    raw: float | None
    score: float | None


class AssessedCapture(AnswerModel):
    """The report of one capture; in ``captures`` the fingers of a slap, or the other pictures of a record."""

    path: str | None
    sha256: str | None
    modality: str | None
    position: str | None
    width_px: int | None
    height_px: int | None
    ppi: float | None
    ppi_source: str | None
    quality: float | None
    verdict: str | None
    reasons: list[FoundReason]
    failure: str | None
    error: str | None
    notes: list[str]
    measures: dict[str, MeasuredValue]
    native: dict[str, float | None] = {}
    slap: dict[str, Any] | None = None
    language: str
    guidance: list[str]
    captures: list["AssessedCapture"] = []


class CheckedEnrolment(AnswerModel):
    """The readiness of one enrolment."""

    id: str
    profile: str
    verdict: str
    chance_of_central_failure: float
    avoids: list[str]
    retake: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    modalities: dict[str, dict[str, Any]]
    groups: dict[str, float | None]
    budget: dict[str, Any]
    not_assessed: list[str]
    not_compared: list[str]
    slots: list[dict[str, Any]]
    language: str
    guidance: list[str]


class ComparedPair(AnswerModel):
    """The comparison of two captures."""

    modality: str
    score: float
    fmr: float
    threshold: float
    match: bool
    summary: str


class CutPortrait(AnswerModel):
    """A portrait in base64, and what was changed."""

    media_type: str
    data: str
    width_px: int
    height_px: int
    changes: list[str]


class DescribedMeasure(AnswerModel):
    """One measure."""

    id: str
    unit: str
    range: list[float | None]
    iso: str
    summary: str
    guidance: str


class MeasureList(AnswerModel):
    """All measures."""

    measures: list[DescribedMeasure]


class Explanation(AnswerModel):
    """What a name in an answer means."""

    name: str
    meaning: str
    measure: DescribedMeasure | None


class NamedProfile(AnswerModel):
    """One shipped profile."""

    name: str
    title: str


class ProfileList(AnswerModel):
    """The shipped profiles, and which one judges where a call names none."""

    default: str
    profiles: list[NamedProfile]


class ProfileRules(AnswerModel):
    """What a profile requires."""

    name: str
    title: str
    language: str
    required: list[str]
    retake: dict[str, float]
    review: dict[str, float]
    notes: dict[str, str]


class Version(AnswerModel):
    """Versions."""

    biocapture: str
    python: str
    api: str


class Problem(AnswerModel):
    """What was wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
    subject: str = ""
