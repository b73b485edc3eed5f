"""Files that are not read are refused by their name; records of a near relative are read."""

import numpy as np
import pytest
from tests.support.pictures import GREY, picture
from tests.support.records import RECORD_2005, RECORD_2011

from biocapture.errors import DecodeError
from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.decode import decode
from biocapture.images.decode_many import decode_many
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, write_iris_record
from biocapture.types import Modality, Position

ANSI_2004 = b"FMR\0 20\0" + (30).to_bytes(2, "big") + bytes(20)
ANSI_2004_LONG = b"FMR\0 20\0\0\0" + (34).to_bytes(4, "big") + bytes(20)
ANSI_2009 = b"FMR\x00030\0" + (40).to_bytes(4, "big") + b"\x01\x42\0\x11" + bytes(24)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (ANSI_2004, "an ANSI INCITS 378-2004 record"),
        (ANSI_2004_LONG, "an ANSI INCITS 378-2004 record"),
        (ANSI_2009, "an ANSI INCITS 378-2009 record"),
        (RECORD_2005, "an ISO/IEC 19794-2:2005 record"),
        (RECORD_2011, "an ISO/IEC 19794-2:2011 record"),
    ],
)
def test_templates_are_named(data: bytes, name: str) -> None:
    says = f"^image bytes: {name}, which holds minutiae and no picture$"
    with pytest.raises(DecodeError, match=says):
        decode(data, modality=Modality.FINGERPRINT)
    with pytest.raises(DecodeError, match=says):
        next(decode_many(data))


@pytest.mark.parametrize("filler", [b"", b"\xff", b"\xff\xe0\0\x04ab"])
def test_lossless_jpeg_is_named(filler: bytes) -> None:
    frame = b"\xff\xc3\0\x0b\x08\0\x60\0\x50\x01\x01\x11\0"
    with pytest.raises(DecodeError, match=r"lossless JPEG \(JPEGL\), which is not read"):
        decode(b"\xff\xd8" + filler + frame, modality=Modality.FINGERPRINT)
    assert decode(picture(GREY, "JPEG").data, modality=Modality.FINGERPRINT).pixels.shape == GREY.shape


def test_incits_381_is_read() -> None:
    shown = FingerImage(picture(GREY), finger=7, impression=2)
    iso = write_finger_record(FingerImageRecord(2005, (shown,)))
    incits = iso[:8] + (len(iso) + 4).to_bytes(6, "big") + b"\x01\x42\0\x11" + iso[14:]
    image = decode(incits, modality=Modality.FINGERPRINT)
    np.testing.assert_array_equal(image.pixels, GREY)
    assert (image.position, image.ppi, image.notes, image.impression) == (Position.LEFT_INDEX, 500, (), 2)


@pytest.mark.parametrize("depth", [24, 48])
def test_depth_of_a_pixel_instead_of_a_value(depth: int) -> None:
    shown = StoredPicture(Encoding.PNG, picture(GREY).data, 80, 96)
    data = bytearray(write_iris_record(IrisImageRecord(2011, (IrisImage(shown, eye=1),))))
    at = data.index(b"\0\x50\0\x60\x08") + 4
    data[at] = depth
    np.testing.assert_array_equal(decode(bytes(data), modality=Modality.IRIS).pixels, GREY)
