"""Readiness: one person's enrolment, from its files to the decision."""

from collections.abc import Callable, Iterator
from functools import cache, partial

from benchmarks.suite.case import Case, Work, name_of
from benchmarks.suite.images import SAMPLE_DATA, Setting
from biocapture.assessment.modalities import measures
from biocapture.enrolment import Enrolment, read_enrolment
from biocapture.enrolment.readiness.check import check, judge
from biocapture.enrolment.readiness.checks import CHECKS
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.examine import examine, examine_slots
from biocapture.enrolment.readiness.failure_risk import failure_risk
from biocapture.enrolment.readiness.slot import Slot
from biocapture.profile.load import Profile, load_profile
from biocapture.types import Position

PERSON = SAMPLE_DATA / "enrolments" / "clean_ayu"


@cache
def _examined() -> tuple[Enrolment, Profile, dict[Position, Slot]]:
    profile = load_profile("default", measures())
    enrolment = read_enrolment(PERSON)
    return enrolment, profile, examine_slots(enrolment, profile, 1)


def context() -> CheckContext:
    """A complete enrolment whose attempts are examined; nothing is compared yet, because a context keeps its scores."""
    return CheckContext(*_examined())


def on_context(function: Callable[[CheckContext], object]) -> Work:
    """Call with a new context each time."""
    _examined()
    return Work(lambda: function(context()))


def cases() -> Iterator[Case]:
    """The whole check, one capture of it, and every check of a record that has been examined."""
    yield Case(name_of(read_enrolment), lambda setting: Work(partial(read_enrolment, PERSON)), short=False)  # files
    yield Case(name_of(check), lambda setting: Work(partial(check, PERSON, threads=1)), slow=True, short=False)
    yield Case(name_of(examine), _examine)
    yield Case(name_of(judge), lambda setting: on_context(judge), slow=True)
    for each in CHECKS:
        yield Case(name_of(each.findings), lambda setting, each=each: on_context(each.findings))  # type: ignore[misc]
    yield Case(name_of(failure_risk), lambda setting: on_context(lambda record: failure_risk(record, [])))


def _examine(setting: Setting) -> Work:
    record = context()
    attempt = record.enrolment.attempts[0]
    return Work(partial(examine, attempt, record.profile))
