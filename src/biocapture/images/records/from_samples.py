"""Records written from samples in one line: pixels are stored without loss, as PNG."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from PIL import Image as Pillow

from biocapture.images.codecs.compressed import picture_bytes
from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.records.ansi_nist.writing import Agency, write_transaction
from biocapture.images.records.cbeff import Bir, Registered, subtype_of
from biocapture.images.records.iso19794_1 import Capture, QualityBlock, Version
from biocapture.images.records.iso19794_4 import PER_INCH, FingerImage, FingerImageRecord, write_finger_record
from biocapture.images.records.iso19794_5 import FaceImage, FaceImageRecord, write_face_record
from biocapture.images.records.iso19794_6 import POSITIONS as EYES
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, write_iris_record
from biocapture.images.records.iso39794.writing import write_data_block
from biocapture.images.records.record_image import RecordImage
from biocapture.types import Image, Modality, Sample

UNKNOWN_IMPRESSION = 29
RGB_24, GREY_8 = 1, 3
TYPE_NAMES = {Modality.FINGERPRINT: "Finger", Modality.FACE: "Face", Modality.IRIS: "Iris"}
ISO_FORMATS = {Modality.FINGERPRINT: "7", Modality.FACE: "8", Modality.IRIS: "9"}
"""Types of format under which MOSIP lists the image records of ISO/IEC 19794 (organization ``Mosip``)."""


def stored_picture(image: Image) -> StoredPicture:
    """Pixels of an image as PNG, with its resolution.

    Parameters
    ----------
    image : Image

    Returns
    -------
    StoredPicture
    """
    pixels = image.pixels
    height, width = pixels.shape[:2]
    channels = 3 if pixels.ndim == 3 else 1
    return StoredPicture(Encoding.PNG, picture_bytes(pixels, "PNG", image.ppi), width, height, 8, channels)


def record_image_of(sample: Sample, quality: int | None = None, captured: datetime | None = None) -> RecordImage:
    """A sample as what records hold.

    Parameters
    ----------
    sample : Sample
    quality : int, optional
        0..100, higher is better.
    captured : datetime, optional
        With a time zone.

    Returns
    -------
    RecordImage
    """
    image = sample.image
    ppi = (image.ppi, image.ppi) if sample.modality.by_contact and image.ppi == image.ppi else None
    return RecordImage(sample.modality, sample.position, stored_picture(image), ppi, quality, captured)


def record_of(
    sample: Sample,
    *,
    edition: Version = 2011,
    quality: int | None = None,
    captured: datetime | None = None,
    impression: int = UNKNOWN_IMPRESSION,
) -> bytes:
    """An ISO/IEC 19794-4, -5 or -6 record of one sample.

    Parameters
    ----------
    sample : Sample
    edition : int
        2005 or 2011. The 2005 editions of faces and irises hold no PNG: JPEG 2000 without loss is written there.
    quality : int, optional
        0..100, higher is better.
    captured : datetime, optional
        With a time zone; edition 2011 only.
    impression : int
        Of prints: 0 plain, 1 rolled (live scan), 2 and 3 the same in ink, 29 unknown.

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        What the edition cannot hold.
    """
    capture = Capture(captured, qualities=() if quality is None else (QualityBlock(quality),))
    picture = stored_picture(sample.image)
    if sample.modality is Modality.FINGERPRINT:
        rate = round(sample.image.ppi) if sample.image.ppi == sample.image.ppi else 0
        code = sample.position.finger_code
        shown = FingerImage(picture, code, impression, (rate, rate), (rate, rate), PER_INCH, capture=capture)
        return write_finger_record(FingerImageRecord(edition, (shown,)))
    if edition == 2005:
        picture = _jpeg2000(sample.image)
    if sample.modality is Modality.FACE:
        colour = RGB_24 if picture.channels == 3 else GREY_8
        return write_face_record(FaceImageRecord(edition, (FaceImage(picture, colour_space=colour, capture=capture),)))
    eye = EYES.index(sample.position) if sample.position in EYES else 0
    return write_iris_record(IrisImageRecord(edition, (IrisImage(picture, eye=eye, capture=capture),)))


def _jpeg2000(image: Image) -> StoredPicture:
    buffer, pixels = io.BytesIO(), image.pixels
    Pillow.fromarray(pixels).save(buffer, "JPEG2000", irreversible=False)
    height, width = pixels.shape[:2]
    channels = 3 if pixels.ndim == 3 else 1
    return StoredPicture(Encoding.JPEG2000_LOSSLESS, buffer.getvalue(), width, height, 8, channels)


def bir_of(
    *samples: Sample,
    edition: Version = 2011,
    qualities: Sequence[int | None] = (),
    captured: datetime | None = None,
    creator: str = "biocapture",
) -> Bir:
    """A CBEFF record of samples, as MOSIP writes it: one record in another for each.

    Parameters
    ----------
    *samples : Sample
        At least one.
    edition : int
        Of the ISO/IEC 19794 records inside.
    qualities : sequence of int or None
        0..100 for each sample, or empty.
    captured : datetime, optional
        With a time zone; default: now.
    creator : str

    Returns
    -------
    Bir
        For `write_bir`.

    Raises
    ------
    FormatError
        As `record_of`.
    """
    time = captured or datetime.now(UTC)
    scores = [*qualities, *[None] * (len(samples) - len(qualities))]
    return Bir(
        tuple(_leaf(sample, score, edition, time, creator) for sample, score in zip(samples, scores, strict=True)),
        version=(1, 1),
        cbeff_version=(1, 1),
        creator=creator,
    )


def _leaf(sample: Sample, quality: int | None, edition: Version, time: datetime, creator: str) -> Bir:
    return Bir(
        block=record_of(sample, edition=edition, quality=quality, captured=time if edition == 2011 else None),
        version=(1, 1),
        cbeff_version=(1, 1),
        creator=creator,
        format=Registered("Mosip", ISO_FORMATS[sample.modality]),
        created=time,
        type=(TYPE_NAMES[sample.modality],),
        subtype=subtype_of(sample.position),
        level="Raw",
        purpose="Enroll",
        quality=quality,
    )


def data_block_of(
    sample: Sample,
    *,
    as_xml: bool = False,
    quality: int | None = None,
    captured: datetime | None = None,
) -> bytes:
    """An image data block of ISO/IEC 39794-4, -5 or -6 of one sample.

    Parameters
    ----------
    sample : Sample
    as_xml : bool
        XML instead of ASN.1 (DER).
    quality : int, optional
        0..100, higher is better.
    captured : datetime, optional
        With a time zone; default: now.

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        A time without a zone.
    """
    return write_data_block([record_image_of(sample, quality, captured or datetime.now(UTC))], as_xml)


def transaction_of(*samples: Sample, agency: Agency, captured: datetime | None = None) -> bytes:
    """An ANSI/NIST-ITL transaction of samples: record 1, and a record of type 14, 10 or 17 for each.

    Parameters
    ----------
    *samples : Sample
        At least one.
    agency : Agency
        Who sends and receives.
    captured : datetime, optional
        With a time zone; default: now.

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        As `write_transaction`.
    """
    time = captured or datetime.now(UTC)
    return write_transaction([record_image_of(sample) for sample in samples], agency, time)
