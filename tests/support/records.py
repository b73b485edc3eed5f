"""Finger minutiae records written by hand from the format description, and how they are compared."""

import dataclasses
import math
from dataclasses import replace

import numpy as np

from biocapture.images.records.iso19794_2 import FingerView, ImpressionType
from biocapture.types import Position

RECORD_2005 = bytes.fromhex(
    "464d5200 20323000"  # 0: FMR, version 20
    "0000002a"  # 8: record length 42
    "0000"  # 12: capture equipment
    "0200 0180"  # 14: 512×384 px
    "00c5 00c5"  # 18: 197 px/cm
    "01 00"  # 22: one view, reserved
    "07 00 50 02"  # 24: left index; view 0, live plain; quality 80; 2 minutiae
    "4064 0096 40 5a"  # 28: ending at (100, 150), 64 steps, quality 90
    "81ff 017f ff 00"  # 34: bifurcation at (511, 383), 255 steps, no quality
    "0000"  # 40: no extended data
)
RECORD_2011 = bytes.fromhex(
    "464d5200 30333000"  # 0: FMR, version 030
    "00000042 0001 00"  # 8: record length 66, one representation, not certified
    "00000033"  # 15: representation length 51
    "07dc 02 1d 17 3b 3a 03e7"  # 19: 2012-02-29 23:59:58.999
    "00 0000 0000"  # 28: device technology, vendor, type
    "01 64 0000 0000"  # 33: one quality block: 100, vendor, algorithm
    "01 00"  # 39: right thumb, representation 0
    "00c5 00c5"  # 41: 197 px/cm
    "18"  # 45: contactless
    "0200 0180"  # 46: 512×384 px
    "60 02"  # 50: 6 bytes per minutia, ending type 0; 2 minutiae
    "0000 0000 00 fe"  # 52: other at (0, 0), 0 steps, quality not reported
    "8190 017f 80 01"  # 58: bifurcation at (400, 383), 128 steps, quality 1
    "0000"  # 64: no extended data
)
BARE_2011 = bytes.fromhex(
    "464d5200 30333000 00000036 0001 00"  # 54 bytes
    "00000027 ffff ff ff ff ff ff ffff 00 0000 0000"  # 39 bytes, time unknown
    "00"  # no quality block
    "00 00 00c5 00c5 1d 0200 0180 50 01"  # unknown finger and impression, 5 bytes per minutia
    "4001 0002 03"  # ending at (1, 2), 3 steps
    "0000"
)
RICH_2011 = bytes.fromhex(
    "464d5200 30333000 00000060 0001 01"  # 96 bytes, certified
    "00000051 07dc 02 1d 17 3b 3a ffff 0e 0021 0001"  # 81 bytes, no milliseconds, a device
    "03 ff 0001 0002 28 0001 0003 09 0001 0004"  # quality failed, 40, 9
    "02 0001 01 0002 03"  # two certification blocks
    "0a 03 00c5 00c5 09 0200 0180 61 02"  # left little, representation 3, vertical roll, ending type 1
    "4001 c002 03 00"  # reserved bits set; quality 0 of 100
    "8001 0002 03 ff"  # quality could not be computed
    "000d 0001 0008 01 010203 0100 0005 aa"  # extended data: blocks of 8 and 5 bytes
)


def same(one: FingerView, other: FingerView) -> None:
    for field in dataclasses.fields(FingerView):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, field.name
            np.testing.assert_array_equal(a, b, err_msg=field.name)
        else:
            assert a == b, field.name


def view(**changes: object) -> FingerView:
    plain = FingerView(
        Position.RIGHT_INDEX,
        ImpressionType.LIVE_PLAIN,
        80,
        512,
        384,
        500.0,
        x=np.array([3, 511], np.uint16),
        y=np.array([0, 383], np.uint16),
        angle_rad=np.array([0.0, math.pi]),
        kind=np.array([1, 2], np.uint8),
        minutia_quality=np.array([0, 100], np.uint8),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def patched(data: bytes, at: int, change: str) -> bytes:
    new = bytes.fromhex(change)
    return data[:at] + new + data[at + len(new) :]
