"""Messages of the live capture: due long enough before they are shown, shown long enough to be read aloud."""

from biocapture.capture.prompter import (
    KEEP_STILL,
    MIN_CLEARED_SCORE,
    MIN_FRAMES_DUE,
    MIN_FRAMES_SHOWN,
    Prompter,
)
from biocapture.images.frame_check import MIN_PASSING_SCORE, FrameCheck

GOOD = FrameCheck({"present": 100.0, "press": 90.0, "wipe": 90.0})
PRESS = FrameCheck({"present": 100.0, "press": 10.0, "wipe": 90.0})
WIPE = FrameCheck({"present": 100.0, "press": 90.0, "wipe": 10.0})


def shown(prompter: Prompter, *checks: FrameCheck) -> list[str]:
    return [prompter.update(check) for check in checks]


def test_limits_are_those_of_reading_aloud() -> None:
    """At about 15 frames a second: a quarter of a second to be due, two thirds to be read."""
    assert (MIN_FRAMES_DUE, MIN_FRAMES_SHOWN, MIN_CLEARED_SCORE, MIN_PASSING_SCORE) == (4, 10, 56.0, 50.0)


def test_the_first_message_is_shown_at_once() -> None:
    assert shown(Prompter(), PRESS) == ["press"]
    assert shown(Prompter(), GOOD) == [KEEP_STILL]


def test_a_message_stays_its_frames_and_the_next_must_be_due_some() -> None:
    prompter = Prompter()
    assert shown(prompter, PRESS, *[WIPE] * 9) == ["press"] * 10  # shown in 9 frames since the first
    assert shown(prompter, WIPE) == ["wipe"]  # the tenth
    prompter = Prompter()
    assert shown(prompter, *[PRESS] * 30) == ["press"] * 30
    assert shown(prompter, *[WIPE] * 4) == ["press", "press", "press", "wipe"]


def test_what_comes_and_goes_is_not_shown() -> None:
    prompter = Prompter()
    shown(prompter, *[PRESS] * 30)
    flicker = [WIPE, WIPE, WIPE, PRESS] * 6
    assert set(shown(prompter, *flicker)) == {"press"}


def test_a_fault_on_show_is_over_only_when_well_corrected() -> None:
    def press(score: float) -> FrameCheck:
        return FrameCheck({"present": 100.0, "press": score, "wipe": 90.0})

    prompter = Prompter()
    shown(prompter, *[PRESS] * 20)
    assert set(shown(prompter, *[press(MIN_CLEARED_SCORE - 0.5)] * 20)) == {"press"}
    assert shown(prompter, *[press(MIN_CLEARED_SCORE)] * 4)[-1] == KEEP_STILL
    assert set(shown(prompter, *[press(MIN_CLEARED_SCORE - 0.5)] * 20)) == {KEEP_STILL}


def test_the_fault_of_an_assessed_capture_is_shown_at_once_and_stays() -> None:
    prompter = Prompter()
    shown(prompter, *[GOOD] * 30)
    assert prompter.show_now("enrolment.again") == "enrolment.again"
    assert shown(prompter, *[GOOD] * 9) == ["enrolment.again"] * 9
    assert shown(prompter, GOOD) == [KEEP_STILL]
    for _ in range(9):
        prompter.update(PRESS)
        prompter.show_now(KEEP_STILL)  # is on show: the frames go on being counted
    assert prompter.update(PRESS) == "press"
