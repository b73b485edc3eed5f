"""Enrolments in biometric records, and the packet that a check writes."""

import re
from pathlib import Path

import pytest
from tests.support.pictures import GREY, picture
from tests.support.prints import touch
from tests.support.transactions import mixed
from tests.support.whole_records import finger_block, leaves

from biocapture.enrolment import Enrolment
from biocapture.enrolment.folders import read_enrolment
from biocapture.enrolment.outbox.accepted import packet
from biocapture.enrolment.readiness import check
from biocapture.enrolment.record import Absence
from biocapture.errors import EnrolmentError
from biocapture.images.decode_many import decode_many
from biocapture.images.records.cbeff import Bir, read_bir
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.types import FINGERS, Position, Sample

EXCEPTION = Bir(type=("Finger",), subtype=("Left", "LittleFinger"), others=(("EXCEPTION", "true"),))


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Twelve pictures and an exception: the left little finger."""
    parts = leaves()
    parts[9] = EXCEPTION
    path = tmp_path / "budi.xml"
    path.write_bytes(write_bir(Bir(tuple(parts))))
    return path


def positions(enrolment: Enrolment) -> list[Position]:
    return [attempt.position for attempt in enrolment.attempts]


def test_a_record_is_an_enrolment(record: Path) -> None:
    found = read_enrolment(record)
    assert found.id == "budi"
    assert positions(found) == [*FINGERS[1:10], Position.RIGHT_EYE, Position.LEFT_EYE, Position.FACE]
    assert dict(found.absent) == {Position.LEFT_LITTLE: Absence.MISSING}
    assert [attempt.name for attempt in found.attempts][:2] == [f"{record}#0", f"{record}#1"]


def test_records_in_a_folder(record: Path, tmp_path: Path) -> None:
    (tmp_path / "scan.fir").write_bytes(finger_block(10))
    (tmp_path / "left_thumb.fir").write_bytes(finger_block(0))
    (tmp_path / "right_index.png").write_bytes(picture(GREY).data)
    found = read_enrolment(tmp_path)
    assert sorted(positions(found)) == sorted(
        [
            *FINGERS[1:],
            Position.LEFT_THUMB,
            Position.RIGHT_INDEX,
            Position.RIGHT_EYE,
            Position.LEFT_EYE,
            Position.FACE,
        ]
    )
    assert dict(found.absent) == {}  # the missing finger is there, in another file
    assert found.unplaced == ()


def test_pictures_without_a_position_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.an2"
    path.write_bytes(mixed())
    found = read_enrolment(path)
    assert [re.sub(".*#", "", name) for name in found.unplaced] == ["7", "8", "9"]


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"<BIR><BIR></BIR></BIR>")
    with pytest.raises(EnrolmentError, match="a record without a picture"):
        read_enrolment(path)


def test_the_packet_holds_what_is_accepted(tmp_path: Path) -> None:
    prints = {Position.RIGHT_INDEX: touch(1).pixels, Position.LEFT_INDEX: touch(2).pixels}
    blank = prints[Position.RIGHT_INDEX] * 0 + 255
    enrolment = Enrolment.of("budi", prints | {Position.RIGHT_THUMB: blank}, {Position.LEFT_LITTLE: "missing"})
    readiness = check(enrolment)
    data, count = packet(readiness)
    assert count == 2
    found = [each for each in decode_many(data) if isinstance(each, Sample)]
    assert [each.position for each in found] == [Position.RIGHT_INDEX, Position.LEFT_INDEX]
    for each in found:
        assert (each.image.pixels == prints[each.position]).all()
    leaf = next(read_bir(data).leaves())
    best = next(slot.best for slot in readiness.slots if slot.position is Position.RIGHT_INDEX)
    assert best is not None
    assert leaf.quality == round(best.quality)
    assert [each.position for each in read_bir(data).leaves() if each.is_exception] == [Position.LEFT_LITTLE]
    path = tmp_path / "packet.xml"
    path.write_bytes(data)
    again = read_enrolment(path)
    assert positions(again) == [Position.RIGHT_INDEX, Position.LEFT_INDEX]
    assert dict(again.absent) == {Position.LEFT_LITTLE: Absence.MISSING}
    with pytest.raises(EnrolmentError, match="no capture is accepted"):
        packet(check(Enrolment.of("x", {Position.RIGHT_THUMB: blank})))
