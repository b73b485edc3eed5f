"""Every file format that is read: its first bytes, its endings, and who decodes it. The only such list."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from biocapture.images.codecs.size import Size
from biocapture.images.codecs.webp import webp_size
from biocapture.images.codecs.wsq import wsq_pixels, wsq_size
from biocapture.images.records.ansi_nist.transaction import SIGNATURE
from biocapture.images.records.iso39794.der import SIGNATURE as DATA_BLOCK
from biocapture.images.records.record import IDENTIFIERS, parts_of_record
from biocapture.images.records.record_image import RecordPart
from biocapture.types import GreyPixels


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    Attributes
    ----------
    name : str
        As Pillow spells it, where Pillow decodes it.
    signature : bytes
        Regular expression that the first bytes match (``.`` is any byte).
    endings : tuple of str
        File name endings it is known by, in lower case.
    size : function, optional
        File → size, for formats that Pillow does not read, or whose pixels it allocates before it knows the size.
    pixels : function, optional
        File → (H, W) uint8, for formats that Pillow does not read.
    images : function, optional
        File → the images in it, for biometric records.
    """

    name: str
    signature: bytes
    endings: tuple[str, ...]
    size: Callable[[bytes], Size] | None = None
    pixels: Callable[[bytes], GreyPixels] | None = None
    images: Callable[[bytes], tuple[RecordPart, ...]] | None = None


ROOT = (
    rb"<([A-Za-z_][\w.-]{0,63}:)?"
    rb"(BIR|NISTBiometricInformationExchangePackage|(finger|face|iris)ImageDataBlock)[\s>]"
)
"""Roots of records in XML, as a regular expression."""

FORMATS = (
    Format("PNG", rb"\x89PNG\r\n\x1a\n", (".png", ".apng")),
    Format("JPEG", rb"\xff\xd8\xff", (".jpg", ".jpeg", ".jpe")),
    Format("BMP", rb"BM", (".bmp", ".dib")),
    Format("TIFF", rb"II[*+]\0|MM\0[*+]", (".tif", ".tiff")),
    Format("PPM", rb"P[1-6]\s", (".pgm", ".ppm", ".pnm", ".pbm")),
    Format("JPEG2000", rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51", (".jp2", ".j2k", ".jpx", ".j2c", ".jpf")),
    Format("WSQ", rb"\xff\xa0", (".wsq",), wsq_size, wsq_pixels),
    Format("GIF", rb"GIF8", (".gif",)),
    Format("WEBP", rb"RIFF....WEBP", (".webp",), webp_size),
    Format("AVIF", rb"....ftypavi[fs]", (".avif",)),
    Format("HEIF", rb"....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)", (".heic", ".heif", ".hif")),
    Format("ISO19794", b"|".join(IDENTIFIERS), (".fir", ".iir", ".fac", ".iso"), images=parts_of_record),
    Format("ISO39794", DATA_BLOCK, (".der", ".bdb"), images=parts_of_record),
    Format("ANSI-NIST", SIGNATURE, (".an2", ".an2k", ".eft", ".nist", ".nst"), images=parts_of_record),
    Format(
        "CBEFF",
        rb"(\xef\xbb\xbf)?\s*(<\?xml\s|" + ROOT + rb")",
        (".xml", ".cbeff"),
        images=parts_of_record,
    ),
)

ENDINGS = frozenset(ending for kind in FORMATS for ending in kind.endings)
"""Files with these endings are taken wherever captures are looked for, so that a damaged one is reported."""

HEAD_BYTES = 512
"""Bytes from the start of a file that decide its format."""

_SIGNATURES = tuple((re.compile(kind.signature, re.DOTALL), kind) for kind in FORMATS)
_RECORD_ELEMENT = re.compile(
    rb"<([A-Za-z_][\w.-]{0,63}:)?(BIR|NISTBiometricInformationExchangePackage|(finger|face|iris)ImageDataBlock)[\s>]"
)


def format_of(data: bytes) -> Format | None:
    """Format that the bytes begin like.

    Parameters
    ----------
    data : bytes
        A file, or its first :data:`HEAD_BYTES`.

    Returns
    -------
    Format or None
        None where it is none that is read. XML of any kind counts as CBEFF.
    """
    return next((kind for signature, kind in _SIGNATURES if signature.match(data)), None)


def begins_like_image(head: bytes) -> bool:
    """Whether a file without a known ending is treated as an image or a record.

    Parameters
    ----------
    head : bytes
        Its first :data:`HEAD_BYTES`.

    Returns
    -------
    bool
        False for XML without the root of a record in its head: most XML documents are something else.
    """
    kind = format_of(head)
    return kind is not None and (kind.name != "CBEFF" or _RECORD_ELEMENT.search(head) is not None)
