"""Slaps of an enrolment: their fingers fill the slots, and what is wrong with them is a finding."""

from pathlib import Path

import numpy as np
from tests.support.slaps import drawn_slap, slap_file

from biocapture.enrolment import Enrolment, read_enrolment
from biocapture.enrolment.readiness.check import check
from biocapture.enrolment.readiness.result import Readiness
from biocapture.synthetic.hand.slap import Conditions
from biocapture.types import FingerGroup, Position

RIGHT, LEFT = FingerGroup.RIGHT_SLAP, FingerGroup.LEFT_SLAP


def ids(readiness: Readiness) -> set[str]:
    return {finding.id for finding in readiness.findings}


def test_fingers_of_a_folders_slaps_fill_their_slots(tmp_path: Path) -> None:
    slap_file(tmp_path / "right_slap.png")
    slap_file(tmp_path / "thumbs.png", Conditions(group=FingerGroup.THUMBS))
    enrolment = read_enrolment(tmp_path)
    assert [slap.group for slap in enrolment.slaps] == [RIGHT, FingerGroup.THUMBS]
    assert enrolment.attempts == enrolment.unplaced == ()
    readiness = check(enrolment)
    assert {slot.position for slot in readiness.slots} == {*RIGHT.fingers, *FingerGroup.THUMBS.fingers}
    assert not any(found.startswith("slap.") for found in ids(readiness))
    best = next(slot.best for slot in readiness.slots if slot.position is Position.RIGHT_RING)
    assert best is not None
    assert best.name == f"{tmp_path / 'right_slap.png'}#right_ring"


def test_manifests_name_slaps_and_exceptions_are_not_expected(tmp_path: Path) -> None:
    slap_file(tmp_path / "a.png", Conditions(missing=(Position.RIGHT_MIDDLE,)))
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("position,path,exception\nright_slap,a.png,\nright_middle,,amputated\n", encoding="utf8")
    readiness = check(manifest)
    assert "slap.all_fingers" not in ids(readiness)
    filled = {slot.position for slot in readiness.slots if slot.attempts}
    assert filled == set(RIGHT.fingers) - {Position.RIGHT_MIDDLE}
    manifest.write_text("position,path\nright_slap,a.png\n", encoding="utf8")
    assert "slap.all_fingers" in ids(check(manifest))


def test_exchanged_slaps_and_the_same_hand_twice_are_found() -> None:
    right, left = drawn_slap().pixels, drawn_slap(conditions=Conditions(group=LEFT)).pixels
    exchanged = check(Enrolment.of("1", {"right_slap": left, "left_slap": right}))
    assert "slap.other_hand" in ids(exchanged)
    twice = check(Enrolment.of("1", {"right_slap": right, "left_slap": right.copy()}))
    assert {"slap.other_hand", "distinct.copied_image"} & ids(twice)


def test_a_slap_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "right_slap.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    readiness = check(tmp_path)
    assert "slap.unreadable_file" in ids(readiness)
    empty = check(Enrolment.of("1", {"left_slap": np.full((1500, 1600), 240, np.uint8)}))
    assert "slap.no_print" in ids(empty)
