import math
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from tests.support.records import RECORD_2005, RECORD_2011, RICH_2011, patched, same, view

from biocapture.errors import FormatError
from biocapture.images.records.iso19794_2 import (
    FingerMinutiaeRecord,
    FingerView,
    ImpressionType,
    read_minutiae_record,
    write_minutiae_record,
)
from biocapture.images.records.iso19794_2_extended import SingularPoint
from biocapture.types import Position

MALFORMED = [
    (b"", "at byte 0: b''"),
    (b"FMR\x00 10\0" + RECORD_2005[8:], r"at byte 0: .* 10.*expected"),
    (RECORD_2005[:20], "at byte 0: 20 bytes left, expected 24 for the record header"),
    (RECORD_2005[:-1], "at byte 8: record length 42, expected 41"),
    (RECORD_2005 + b"\0", "at byte 8: record length 42, expected 43"),
    (patched(RECORD_2005 + b"\0", 8, "0000002b"), "at byte 42: 1 more bytes, expected the end of the record"),
    (patched(RECORD_2005, 14, "0000"), r"at byte 14: width_px 0, expected 1\.\.16383"),
    (patched(RECORD_2005, 18, "00c6"), "at byte 18: 198 px/cm across, 197 down"),
    (patched(RECORD_2005, 18, "00000000"), r"at byte 18: across_per_cm 0"),
    (patched(RECORD_2005, 22, "00"), r"at byte 22: views 0, expected 1\.\.176"),
    (patched(RECORD_2005, 22, "02"), "at byte 42: 0 bytes left, expected 4 for a view header"),
    (patched(RECORD_2005, 24, "0b"), r"at byte 24: finger 11, expected 0\.\.10"),
    (patched(RECORD_2005, 25, "09"), r"at byte 25: impression_2005 9, expected 0\.\.8"),
    (patched(RECORD_2005, 26, "65"), r"at byte 26: quality 101, expected 0\.\.100 or 254\.\.255"),
    (patched(RECORD_2005, 27, "ff"), "at byte 28: 14 bytes left, expected 1530 for 255 minutiae"),
    (patched(RECORD_2005, 28, "c064"), r"at byte 28: kind 3 of minutia 0, expected 0\.\.2"),
    (patched(RECORD_2005, 34, "8200"), r"at byte 34: x 512 of minutia 1, expected 0\.\.511"),
    (patched(RECORD_2005, 36, "0180"), r"at byte 36: y 384 of minutia 1, expected 0\.\.383"),
    (patched(RECORD_2005, 33, "65"), r"at byte 33: quality 101 of minutia 0"),
    (patched(RECORD_2005, 40, "0001"), "at byte 42: 0 bytes left, expected 1 for extended data"),
    (patched(RECORD_2005 + b"\0\1\0\5", 8, "0000002e")[:40] + b"\0\4\0\1\0\5", "at byte 42: extended data blocks"),
    *[
        (patched(RECORD_2005[:-2], 8, f"{42 + size:08x}") + bytes.fromhex(f"{size:04x} 0002 {size:04x} {points}"), says)
        for size, points, says in (
            (5, "00", "at byte 47: 0 bytes left, expected 1 for a number of points"),
            (7, "00 00 00", "at byte 48: 1 more bytes, expected the end of cores and deltas"),
            (6, "10 01", r"at byte 48: 0 bytes left, expected 4 for a core or delta"),
            (10, "01 4000 0000 00", r"at byte 52: 0 bytes left, expected 1 for a number of points"),
            (10, "01 8000 0000 00", r"at byte 47: angle mark 2 of a core or delta, expected 0 or 1"),
            (10, "01 0200 0000 00", r"at byte 47: core or delta at \(512, 0\), expected within 512×384"),
            (12, "00 01 4000 0000 0000", "at byte 52: 2 bytes left, expected 3 for angles"),
        )
    ],
    (patched(RECORD_2011, 14, "02"), r"at byte 14: certified 2, expected 0\.\.1"),
    (patched(RECORD_2011, 12, "0002"), "at byte 66: 0 bytes left"),
    (patched(RECORD_2011, 12, "ffff"), r"at byte 12: views 65535"),
    (patched(RECORD_2011, 15, "00000000"), "at byte 15: size 0, expected 34"),
    (patched(RECORD_2011, 15, "ffffffff"), "at byte 15: 51 bytes left, expected 4294967295"),
    (patched(RECORD_2011, 15, "00000032"), "at byte 64: 1 bytes left, expected 2"),
    (
        patched(RECORD_2011 + b"\0", 8, "00000043000100 00000034"),
        "at byte 66: 1 more bytes, expected the end of the view",
    ),
    (patched(RECORD_2011, 21, "0d"), r"at byte 19: \[2012, 13, .*month.*expected a date"),
    (patched(RECORD_2011, 26, "03e8"), "at byte 19: .*expected a date"),
    (patched(RECORD_2011, 33, "ff"), r"at byte 39: quality 197|at byte \d+: quality \d+, expected"),
    (patched(RECORD_2011, 45, "0a"), r"at byte 45: impression 10, expected 0\.\.9 or 24\.\.24 or 28\.\.29"),
    (patched(RECORD_2011, 50, "70"), r"at byte 50: step 7, expected 5\.\.6"),
    (patched(RECORD_2011, 50, "62"), r"at byte 50: ending 2"),
]


@pytest.mark.parametrize(("data", "message"), MALFORMED, ids=[message[:40] for _, message in MALFORMED])
def test_malformed_records_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_minutiae_record(data)


def many(count: int) -> FingerView:
    return view(
        x=np.zeros(count, np.uint16),
        y=np.zeros(count, np.uint16),
        angle_rad=np.zeros(count),
        kind=np.zeros(count, np.uint8),
        minutia_quality=np.zeros(count, np.uint8),
    )


UNWRITABLE = [
    ((many(256),), r"minutiae 256, expected 0\.\.255"),
    ((view(x=np.array([0, 512])),), r"x 512 of minutia 1, expected 0\.\.511"),
    ((view(x=np.array([16384, 0]), width_px=20000),), r"x 16384 of minutia 0, expected 0\.\.16383"),
    ((view(y=np.array([-1, 0])),), r"y -1 of minutia 0, expected 0\.\.383"),
    ((view(kind=np.array([3, 0])),), "kind 3 of minutia 0"),
    ((view(kind=np.array([1])),), "2 finite angles, as all columns"),
    ((view(minutia_quality=np.array([0, 101])),), r"quality 101 of minutia 1, expected 0\.\.100"),
    ((view(angle_rad=np.array([0, np.nan])),), "2 finite angles"),
    ((view(quality=101),), r"quality 101, expected 0\.\.100 or None"),
    ((view(width_px=16384),), r"width_px 16384, expected 1\.\.16383"),
    ((view(ppi=math.nan),), r"across_per_cm 0, expected 1\.\.65535"),
    ((view(ppi=300_000.0),), "across_per_cm 118110"),
    ((view(position=Position.LEFT_EYE),), "position left_eye, expected a finger"),
    ((view(impression=10),), "impression(_2005)? 10"),
    ((view(cores=(SingularPoint(512, 0),)),), r"core or delta at \(512, 0\), expected within 512×384"),
    ((view(deltas=(SingularPoint(0, -1),)),), r"core or delta at \(0, -1\)"),
    ((view(deltas=(SingularPoint(0, 0, (1.0,)),)),), r"angles \(1\.0,\) of a core or delta, expected none, or 3"),
    ((view(cores=(SingularPoint(0, 0, (math.inf,)),)),), r"angles \(inf,\)"),
    ((view(cores=(SingularPoint(0, 0),) * 16),), "16 cores or deltas, expected at most 15"),
    ((view(),) * 17, r"number 16, expected 0\.\.15"),
    ((), r"views 0, expected 1\.\.176"),
]


@pytest.mark.parametrize("version", [2005, 2011])
@pytest.mark.parametrize(("views", "message"), UNWRITABLE, ids=[message[:30] for _, message in UNWRITABLE])
def test_what_a_record_cannot_hold_is_refused(views: tuple[FingerView, ...], message: str, version: int) -> None:
    with pytest.raises(FormatError, match=message):
        write_minutiae_record(FingerMinutiaeRecord(version, views))  # type: ignore[arg-type]


def test_what_an_edition_cannot_hold_is_refused() -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    for views, message in [
        ((view(capture_time=now),), "capture_time .*, expected None"),
        ((view(impression=ImpressionType.UNKNOWN),), r"impression_2005 29, expected 0\.\.8"),
        ((view(), view(width_px=513)), "several sizes"),
    ]:
        with pytest.raises(FormatError, match=message):
            write_minutiae_record(FingerMinutiaeRecord(2005, views))
        read_minutiae_record(write_minutiae_record(FingerMinutiaeRecord(2011, views)))
    with pytest.raises(FormatError, match="time zone"):
        write_minutiae_record(FingerMinutiaeRecord(2011, (view(capture_time=now.replace(tzinfo=None)),)))
    with pytest.raises(FormatError, match="edition 2010"):
        write_minutiae_record(FingerMinutiaeRecord(2010, (view(),)))  # type: ignore[arg-type]


def damaged(data: bytes, random: np.random.Generator) -> Iterator[bytes]:
    flipped = bytearray(data)
    for at in random.integers(0, len(data), random.integers(1, 4)):
        flipped[at] ^= 1 << int(random.integers(0, 8))
    yield bytes(flipped)
    at = int(random.integers(0, len(data)))
    for changed in (data[:at], data[:at] + random.bytes(int(random.integers(1, 9))) + data[at:]):
        yield changed
        yield changed[:8] + len(changed).to_bytes(4, "big") + changed[12:]  # past the check of the record length


@pytest.mark.parametrize("data", [RECORD_2005, RECORD_2011, RICH_2011], ids=["2005", "2011", "2011-rich"])
def test_damage_gives_a_record_or_a_format_error(data: bytes) -> None:
    random = np.random.default_rng(19794)
    read = refused = 0
    for variant in (variant for _ in range(1500) for variant in damaged(data, random)):
        try:
            record = read_minutiae_record(variant)
        except FormatError:
            refused += 1
        else:
            read += 1
            rewritten = write_minutiae_record(record)
            for one, other in zip(read_minutiae_record(rewritten).views, record.views, strict=True):
                same(one, other)
    assert read > 100
    assert refused > 1000


def test_lying_lengths_cost_neither_memory_nor_time() -> None:
    tracemalloc.start()
    start = time.perf_counter()
    for at in (8, 15):
        with pytest.raises(FormatError):
            read_minutiae_record(patched(RECORD_2011, at, "ffffffff"))
    blocks = patched(RECORD_2005, 8, f"{42 + 65532:08x}")[:-2] + bytes.fromhex("fffc" + "00010004" * 16383)
    assert len(read_minutiae_record(blocks).views) == 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert time.perf_counter() - start < 30  # minutes if it believed the lengths
