import math

from biocapture.assessment.modalities import measures
from biocapture.assessment.verdict import Verdict, judge
from biocapture.measure import Identity, Measure, Score
from biocapture.profile.load import Profile, load_profile
from biocapture.types import Failure, Modality

NAMES = ("fingerprint.a", "fingerprint.b", "fingerprint.c")
MEASURES = {n: Measure(lambda batch: batch, n, "", "1", (0, 100), Identity(), f"say.{n[-1]}") for n in NAMES}
PROFILE = Profile(
    "p",
    "P",
    "en",
    (),
    {"fingerprint.a": 40.0, "fingerprint.b": 50.0},
    {"fingerprint.c": 50.0},
    {"image.inverted": "review", "image.cut": "retake"},
)


def scores(a: float, b: float, c: float) -> dict[str, Score]:
    return {name: Score(value, value) for name, value in zip(NAMES, (a, b, c), strict=True)}


def test_ready_at_exactly_the_minimum() -> None:
    assert judge(scores(40, 50, 50), None, (), PROFILE, MEASURES) == (Verdict.READY, ())


def test_all_faults_worst_first() -> None:
    verdict, reasons = judge(scores(10, 5, 0), None, (), PROFILE, MEASURES)
    assert verdict is Verdict.RETAKE
    assert [r.source for r in reasons] == ["fingerprint.b", "fingerprint.a", "fingerprint.c"]
    assert [r.key for r in reasons] == ["say.b", "say.a", "say.c"]


def test_review_alone_and_notes() -> None:
    assert judge(scores(90, 90, 10), None, (), PROFILE, MEASURES)[0] is Verdict.REVIEW
    assert judge(scores(90, 90, 90), None, ("image.inverted",), PROFILE, MEASURES)[0] is Verdict.REVIEW
    assert judge(scores(90, 90, 90), None, ("image.cut",), PROFILE, MEASURES)[0] is Verdict.RETAKE
    assert judge(scores(90, 90, 90), None, ("image.harmless",), PROFILE, MEASURES)[0] is Verdict.READY


def test_not_assessable_is_no_fault_but_a_failure_is() -> None:
    nothing = scores(math.nan, math.nan, math.nan)
    assert judge(nothing, None, (), PROFILE, MEASURES)[0] is Verdict.READY
    verdict, reasons = judge(nothing, Failure("fingerprint.no_print"), (), PROFILE, MEASURES)
    assert verdict is Verdict.RETAKE
    assert reasons[0].key == "fingerprint.no_print"


def test_minima_of_other_modalities_do_not_matter() -> None:
    profile = load_profile("default", measures())
    assert any(name.startswith("iris.") for name in profile.retake)
    for modality in ("fingerprint", "iris"):
        failure = Failure(f"{modality}.no_print")
        verdict, reasons = judge({}, failure, (), profile, measures(Modality(modality)))
        assert (verdict, len(reasons)) == (Verdict.RETAKE, 1)
