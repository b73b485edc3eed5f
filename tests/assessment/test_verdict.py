import math
from dataclasses import replace

from biocapture.assessment.modalities import measures
from biocapture.assessment.verdict import Reason, Verdict, judge
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


def test_a_fault_says_where_it_comes_from_and_by_how_much_it_falls_short() -> None:
    _, reasons = judge(scores(10, 90, 90), Failure("image.blank"), ("image.cut", "image.inverted"), PROFILE, MEASURES)
    assert set(reasons) == {
        Reason("image.blank", Verdict.RETAKE, "image.blank"),
        Reason("image.cut", Verdict.RETAKE, "image.cut"),
        Reason("say.a", Verdict.RETAKE, "fingerprint.a", 10.0, 40.0, 0),
        Reason("image.inverted", Verdict.REVIEW, "image.inverted"),
    }
    assert [round(reason.shortfall, 6) for reason in reasons] == [1.0, 1.0, 0.75, 1.0]
    assert Reason("k", Verdict.RETAKE, "s", 10.0, 0.0).shortfall == 1.0


def test_a_lower_step_comes_before_a_larger_shortfall_and_a_retake_before_both() -> None:
    late, early = replace(MEASURES["fingerprint.a"], step=2), replace(MEASURES["fingerprint.b"], step=1)
    measures = MEASURES | {"fingerprint.a": late, "fingerprint.b": early}
    _, reasons = judge(scores(1, 49, 1), None, (), PROFILE, measures)
    assert [reason.source for reason in reasons] == ["fingerprint.b", "fingerprint.a", "fingerprint.c"]
    assert [reason.step for reason in reasons] == [1, 2, 0]
    assert [reason.verdict for reason in reasons] == [Verdict.RETAKE, Verdict.RETAKE, Verdict.REVIEW]


def test_a_measure_below_both_minima_is_one_fault() -> None:
    profile = replace(PROFILE, review=PROFILE.review | {"fingerprint.a": 60.0})
    _, reasons = judge(scores(10, 90, 90), None, (), profile, MEASURES)
    assert [(reason.source, reason.verdict) for reason in reasons] == [("fingerprint.a", Verdict.RETAKE)]
    _, reasons = judge(scores(50, 90, 90), None, (), profile, MEASURES)
    assert [(reason.source, reason.verdict) for reason in reasons] == [("fingerprint.a", Verdict.REVIEW)]


def test_a_measure_that_says_what_the_failure_says_is_silent() -> None:
    _, reasons = judge(scores(10, 10, 90), Failure("say.a"), (), PROFILE, MEASURES)
    assert [reason.source for reason in reasons] == ["say.a", "fingerprint.b"]


def test_a_measure_that_was_not_taken_hides_no_other() -> None:
    without_the_first = {name: score for name, score in scores(0, 10, 10).items() if name != "fingerprint.a"}
    _, reasons = judge(without_the_first, None, (), PROFILE, MEASURES)
    assert [reason.source for reason in reasons] == ["fingerprint.b", "fingerprint.c"]
