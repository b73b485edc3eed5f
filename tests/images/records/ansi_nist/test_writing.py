"""Transactions that are written come back, here and through an independent reader."""

from datetime import UTC, datetime

import numpy as np
import pytest
from tests.support.pictures import COLOUR, GREY, picture

from biocapture.errors import FormatError
from biocapture.images.decode_many import decode_many
from biocapture.images.records.ansi_nist.transaction import read_records
from biocapture.images.records.ansi_nist.writing import Agency, write_transaction
from biocapture.images.records.from_samples import record_image_of, stored_picture, transaction_of
from biocapture.images.records.record_image import RecordImage
from biocapture.types import Image, Modality, Position, PpiSource, Sample

AGENCY = Agency("IDBOOTH01", "IDABIS", "20260102-000017")
DATE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SAMPLES = (
    Sample(Image(GREY, 500.0, PpiSource.METADATA), Modality.FINGERPRINT, Position.RIGHT_INDEX),
    Sample(Image(GREY[::-1].copy(), 1000.0, PpiSource.METADATA), Modality.FINGERPRINT, Position.LEFT_LITTLE),
    Sample(Image(COLOUR), Modality.FACE, Position.FACE),
    Sample(Image(GREY), Modality.IRIS, Position.LEFT_EYE),
)


def test_samples_come_back() -> None:
    data = transaction_of(*SAMPLES, agency=AGENCY, captured=DATE)
    found = [each for each in decode_many(data) if isinstance(each, Sample)]
    assert [(each.modality, each.position) for each in found] == [(each.modality, each.position) for each in SAMPLES]
    assert [each.image.ppi for each in found[:2]] == [500, 1000]
    for read, written in zip(found, SAMPLES, strict=True):
        np.testing.assert_array_equal(read.image.pixels, written.image.pixels)
        assert read.image.notes == ()


def test_lengths_count_their_own_digits() -> None:
    for size in (*range(1, 30), *range(60, 120), *range(880, 1020), *range(9880, 10_020)):
        image = RecordImage(Modality.IRIS, Position.LEFT_EYE, picture(GREY), None)
        padded = image.picture.data + bytes(size)
        image = RecordImage(
            Modality.IRIS, Position.LEFT_EYE, type(image.picture)(image.picture.encoding, padded, 80, 96)
        )
        records, problem = read_records(write_transaction([image], AGENCY, DATE))
        assert (problem, [record.is_of_wrong_length for record in records]) == ("", [False, False])
        assert records[1].fields[999] == padded


@pytest.mark.parametrize("text", ["", "a\x1db", "naïve", "x" * 101])
def test_text_that_the_format_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="printable characters of ASCII"):
        transaction_of(*SAMPLES, agency=Agency(text, "B", "1"))
    with pytest.raises(FormatError, match=r"0 pictures, expected 1\.\.99"):
        write_transaction([], AGENCY, DATE)
    with pytest.raises(FormatError, match="one with a time zone"):
        write_transaction([record_image_of(SAMPLES[0])], AGENCY, datetime(2026, 1, 1))


def test_an_independent_reader_reads_what_is_written() -> None:
    nistitl = pytest.importorskip("nistitl", reason="NO INDEPENDENT READER HERE: pip install nistitl")
    message = nistitl.Message()
    message.parse(transaction_of(*SAMPLES, agency=AGENCY, captured=DATE))
    (first,) = message.iter(1)
    assert (first._2, first._4, first._5) == ("0501", "ENR", "20260102")
    assert (first._8, first._7) == ("IDBOOTH01", "IDABIS")
    index, little = message.iter(14)
    assert [(each._13, each._6, each._7, each._9, each._11) for each in (index, little)] == [
        ("2", "80", "96", "500", "PNG"),
        ("10", "80", "96", "1000", "PNG"),
    ]
    assert index._999 == stored_picture(SAMPLES[0].image).data
    (face,), (eye,) = message.iter(10), message.iter(17)
    assert (face._3, eye._3) == ("FACE", "2")
