from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.records import BARE_2011, RECORD_2005, RECORD_2011, RICH_2011, same, view

from biocapture.images.records.iso19794_2 import (
    FingerMinutiaeRecord,
    FingerView,
    ImpressionType,
    read_minutiae_record,
    write_minutiae_record,
)
from biocapture.images.records.iso19794_2_extended import SingularPoint
from biocapture.types import FINGERS, Position


def test_record_of_2005_is_read() -> None:
    record = read_minutiae_record(RECORD_2005)
    assert record.version == 2005
    (read,) = record.views
    same(
        read,
        FingerView(
            Position.LEFT_INDEX,
            ImpressionType.LIVE_PLAIN,
            80,
            512,
            384,
            197 * 2.54,
            np.array([100, 511], np.uint16),
            np.array([150, 383], np.uint16),
            np.array([np.pi / 2, 255 * 2 * np.pi / 256]),
            np.array([1, 2], np.uint8),
            np.array([90, 0], np.uint8),
        ),
    )


def test_record_of_2011_is_read() -> None:
    record = read_minutiae_record(RECORD_2011)
    assert record.version == 2011
    (read,) = record.views
    same(
        read,
        FingerView(
            Position.RIGHT_THUMB,
            ImpressionType.LIVE_CONTACTLESS,
            100,
            512,
            384,
            197 * 2.54,
            np.array([0, 400], np.uint16),
            np.array([0, 383], np.uint16),
            np.array([0.0, np.pi]),
            np.array([0, 2], np.uint8),
            np.array([0, 1], np.uint8),
            datetime(2012, 2, 29, 23, 59, 58, 999000, UTC),
        ),
    )


def test_optional_parts_of_2011_are_read_or_passed_over() -> None:
    (read,) = read_minutiae_record(RICH_2011).views
    assert (read.position, read.impression, read.quality) == (
        Position.LEFT_LITTLE,
        ImpressionType.LIVE_VERTICAL_ROLL,
        40,
    )
    assert read.capture_time == datetime(2012, 2, 29, 23, 59, 58, tzinfo=UTC)
    assert read.y.tolist() == [2, 2]
    assert read.minutia_quality.tolist() == [1, 0]
    (bare,) = read_minutiae_record(BARE_2011).views
    assert (bare.position, bare.quality, bare.capture_time) == (Position.UNKNOWN, None, None)
    assert bare.minutia_quality.tolist() == [0]


@pytest.mark.parametrize("data", [RECORD_2005, RECORD_2011, BARE_2011], ids=["2005", "2011", "2011-bare"])
def test_records_are_written_as_they_were(data: bytes) -> None:
    assert write_minutiae_record(read_minutiae_record(data)) == data


@pytest.mark.parametrize("length", [6, 2], ids=["with-header", "without"])
def test_extended_data_of_2005_is_passed_over(length: int) -> None:
    block = bytes([1, 0, 0, length, 0xAA, 0xBB])
    data = bytearray(RECORD_2005[:-2] + b"\0\6" + block)
    data[11] += 6
    same(read_minutiae_record(bytes(data)).views[0], read_minutiae_record(RECORD_2005).views[0])


POINTS = bytes.fromhex(
    "0016 0002 0016"  # 22 bytes of extended data: one block, of cores and deltas
    "f2 4064 c096 c0 0005 0006"  # two cores (upper bits reserved): (100, 150) opening downwards; (5, 6)
    "01 41ff 017f 00 55 ab"  # one delta: (511, 383) with three angles
)
STEP = 2 * np.pi / 256
CORES = (SingularPoint(100, 150, (192 * STEP,)), SingularPoint(5, 6))
DELTAS = (SingularPoint(511, 383, (0.0, 85 * STEP, 171 * STEP)),)


@pytest.mark.parametrize("data", [RECORD_2005, RECORD_2011], ids=["2005", "2011"])
def test_cores_and_deltas_are_read_and_written(data: bytes) -> None:
    longer = bytearray(data[:-2] + POINTS)
    longer[11] += 22
    longer[18] += 22 if data is RECORD_2011 else 0
    (read,) = read_minutiae_record(bytes(longer)).views
    assert (read.cores, read.deltas) == (CORES, DELTAS)
    plain = POINTS.replace(b"\xf2", b"\2").replace(b"\xc0\x96", b"\0\x96")
    assert write_minutiae_record(read_minutiae_record(bytes(longer))) == bytes(longer).replace(POINTS, plain)


def test_unreported_quality_is_none() -> None:
    for byte in (254, 255):
        data = RECORD_2005[:26] + bytes([byte]) + RECORD_2005[27:]
        assert read_minutiae_record(data).views[0].quality is None
    assert write_minutiae_record(FingerMinutiaeRecord(2005, (view(quality=None),)))[26] == 254
    assert len(write_minutiae_record(FingerMinutiaeRecord(2011, (view(quality=None),)))) == len(RECORD_2011) - 5


def test_views_of_a_finger_are_numbered() -> None:
    views = (view(), view(position=Position.LEFT_THUMB), view())
    data = write_minutiae_record(FingerMinutiaeRecord(2005, views))
    assert [data[25 + 18 * i] >> 4 for i in range(3)] == [0, 0, 1]
    data = write_minutiae_record(FingerMinutiaeRecord(2011, views))
    assert [data[40 + 51 * i] for i in range(3)] == [0, 0, 1]
    assert [read.position for read in read_minutiae_record(data).views] == [each.position for each in views]


def test_capture_time_is_stored_in_utc() -> None:
    taken = datetime(2024, 1, 1, 6, 30, 0, 123456, timezone(timedelta(hours=7)))
    data = write_minutiae_record(FingerMinutiaeRecord(2011, (view(capture_time=taken),)))
    assert data[19:28] == bytes.fromhex("07e7 0c 1f 17 1e 00 007b")
    assert read_minutiae_record(data).views[0].capture_time == taken.replace(microsecond=123000)


times = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))


def points(random: np.random.Generator, width: int, height: int, angles: int) -> tuple[SingularPoint, ...]:
    return tuple(
        SingularPoint(
            int(random.integers(0, width)),
            int(random.integers(0, height)),
            tuple((random.integers(0, 256, angles) * STEP).tolist()) if random.random() < 0.7 else (),
        )
        for _ in range(random.choice([0, 0, 1, 2, 15]))
    )


@st.composite
def records(draw: st.DrawFn) -> FingerMinutiaeRecord:
    version = draw(st.sampled_from([2005, 2011]))
    width, height, rate = draw(st.tuples(st.integers(1, 16383), st.integers(1, 16383), st.integers(1, 65535)))
    views = []
    for finger in draw(st.lists(st.sampled_from(FINGERS), min_size=1, max_size=4)):
        count = draw(st.sampled_from([0, 1, 7, 255]))
        random = np.random.default_rng(draw(st.integers(0, 99)))
        known = tuple(ImpressionType)[: 9 if version == 2005 else None]
        views.append(
            FingerView(
                finger,
                draw(st.sampled_from(known)),
                draw(st.none() | st.integers(0, 100)),
                width,
                height,
                rate * 2.54,
                random.integers(0, width, count, np.uint16),
                random.integers(0, height, count, np.uint16),
                random.integers(0, 256, count) * (2 * np.pi / 256),
                random.integers(0, 3, count, np.uint8),
                random.integers(0, 101, count, np.uint8) * np.uint8(draw(st.booleans())),
                draw(st.none() | times) if version == 2011 else None,
                *(points(random, width, height, angles) for angles in (1, 3)),
            )
        )
    return FingerMinutiaeRecord(version, tuple(views))  # type: ignore[arg-type]


@given(records())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_round_trip_loses_nothing(record: FingerMinutiaeRecord) -> None:
    data = write_minutiae_record(record)
    read = read_minutiae_record(data)
    assert read.version == record.version
    for one, other in zip(read.views, record.views, strict=True):
        same(one, other)
    assert write_minutiae_record(read) == data


def test_angles_and_resolution_are_rounded() -> None:
    angles = np.array([-0.01, 100.0])
    (read,) = read_minutiae_record(write_minutiae_record(FingerMinutiaeRecord(2005, (view(angle_rad=angles),)))).views
    assert read.ppi == pytest.approx(500, abs=1.27)
    turn = 2 * np.pi
    assert ((read.angle_rad >= 0) & (read.angle_rad < turn)).all()
    assert np.abs((read.angle_rad - angles + np.pi) % turn - np.pi).max() <= turn / 512 + 1e-12


def test_every_finger_may_have_16_views() -> None:
    views = tuple(view(position=finger) for finger in FINGERS for _ in range(16))
    for version in (2005, 2011):
        assert len(read_minutiae_record(write_minutiae_record(FingerMinutiaeRecord(version, views))).views) == 176  # type: ignore[arg-type]
