"""Records of every kind, damaged at random: they are read or refused by our own errors, in bounded time and memory.

``python -m tests.images.records.test_fuzz_records 10000`` does so many times over for each kind.
"""

import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from tests.support.image_records import ALL
from tests.support.pictures import GREY, picture
from tests.support.transactions import mixed, package
from tests.support.whole_records import finger_block, registration

from biocapture.errors import DecodeError, FormatError
from biocapture.images.decode_many import decode_many
from biocapture.images.records.iso39794.writing import write_data_block
from biocapture.images.records.record import parts_of_record
from biocapture.images.records.record_image import DamagedImage, RecordImage
from biocapture.types import Modality, Position

TIME = datetime(2026, 1, 2, tzinfo=UTC)
BLOCKS = [
    [RecordImage(Modality.FINGERPRINT, Position.LEFT_RING, picture(GREY), (500, 500), 70, TIME)] * 3,
    [RecordImage(Modality.FACE, Position.FACE, picture(GREY), None, 70, TIME)] * 2,
    [RecordImage(Modality.IRIS, Position.LEFT_EYE, picture(GREY), None, 70, TIME)] * 2,
]
KINDS: dict[str, Callable[[], bytes]] = {
    "ansi-nist": mixed,
    "nist-xml": package,
    "cbeff": registration,
    "39794-4": lambda: write_data_block(BLOCKS[0]),
    "39794-5": lambda: write_data_block(BLOCKS[1]),
    "39794-6": lambda: write_data_block(BLOCKS[2]),
    "39794-4 xml": lambda: write_data_block(BLOCKS[0], as_xml=True),
    "finger": lambda: finger_block(2),
    **{name: (lambda data=data: data) for name, data in ALL.items()},
}
MAX_S, MAX_BYTES = 2.0, 40_000_000
"""Longest time and most memory for one of them; all are below 100 kB."""


def damaged(data: bytes, random: np.random.Generator) -> bytes:
    """Bytes changed, put in, taken out, repeated or cut; mostly near the beginning, where headers are."""
    changed, kind = bytearray(data), int(random.integers(0, 6))
    reach = len(data) if random.integers(0, 2) else min(len(data), 400)
    at, size = int(random.integers(0, reach)), int(random.integers(1, 9))
    if kind == 0:
        changed[at : at + size] = random.bytes(size)
    elif kind == 1:
        changed[at:at] = random.bytes(size)
    elif kind == 2:
        del changed[at : at + size]
    elif kind == 3:
        del changed[at:]
    elif kind == 4:
        changed[at:at] = changed[at : at + int(random.integers(1, 200))] * size
    else:
        for place in random.integers(0, reach, size):
            changed[place] = int(random.choice([0, 1, 0x1C, 0x1D, 0x1F, 0x30, 0x39, 0x7F, 0x80, 0xFF]))
    return bytes(changed)


def outcomes(name: str, count: int, seed: int) -> Counter[str]:
    """How many were read whole, read in part, or refused; any other exception is passed on."""
    data, random, found = KINDS[name](), np.random.default_rng(seed), Counter[str]()
    tracemalloc.start()
    for _ in range(count):
        changed = damaged(data, random)
        tracemalloc.reset_peak()
        begun = time.perf_counter()
        try:
            parts = parts_of_record(changed)
        except FormatError:
            found["refused"] += 1
        else:
            found["in part" if any(isinstance(part, DamagedImage) for part in parts) else "whole"] += 1
        assert time.perf_counter() - begun < MAX_S
        assert tracemalloc.get_traced_memory()[1] < MAX_BYTES
    tracemalloc.stop()
    return found


@pytest.mark.parametrize("name", KINDS)
def test_damaged_records_are_read_or_refused(name: str) -> None:
    found = outcomes(name, 250, seed=11)
    assert found.total() == 250
    assert found["refused"] + found["in part"] > 10
    assert found["whole"] > 5


@pytest.mark.parametrize("name", ["ansi-nist", "nist-xml", "cbeff"])
def test_pictures_of_damaged_records_are_decoded_or_refused(name: str) -> None:
    data, random = KINDS[name](), np.random.default_rng(5)
    found = Counter[str]()
    for _ in range(40):
        try:
            for each in decode_many(damaged(data, random), max_pixels=1_000_000):
                found["error" if isinstance(each, DecodeError) else "read"] += 1
        except DecodeError:
            found["refused"] += 1
    assert found["read"] > 5
    assert found["refused"] + found["error"] > 3


if __name__ == "__main__":
    for each in KINDS:
        start = time.perf_counter()
        print(each, dict(outcomes(each, int(sys.argv[1]), seed=1)), f"{time.perf_counter() - start:.0f} s")  # noqa: T201
