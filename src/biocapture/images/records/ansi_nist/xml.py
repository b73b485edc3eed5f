"""Pictures of a transaction in XML (ANSI/NIST-ITL 1-2011 Annex C, NIEM-conformant), found by the names of elements."""

import base64
import binascii
from collections.abc import Iterator

from biocapture.errors import FormatError
from biocapture.images.records.ansi_nist.stated import FACE_TYPE, FINGER_TYPES, IRIS_TYPE, Segment, Stated, parts_of
from biocapture.images.records.record_image import DamagedImage, RecordPart
from biocapture.images.records.xml_tree import Element

ROOT = "NISTBiometricInformationExchangePackage"
CATEGORY, POSITION = "RecordCategoryCode", "FingerPositionCode"
DATA = "BinaryBase64Object"
SEGMENT = "FingerprintImageSegmentPositionSquare"
SIDES = ("LeftHorizontal", "RightHorizontal", "TopVertical", "BottomVertical")
POSITIONS = (POSITION, "FrictionRidgePositionCode", "PalmPositionCode", "ExemplarFingerPositionCode")
IMPRESSIONS = (
    "FingerprintImageImpressionCaptureCategoryCode",
    "FrictionRidgeImageImpressionCaptureCategoryCode",
    "FingerImpressionCaptureCategoryCode",
    "ImpressionCaptureCategoryCode",
)
WITH_PICTURES = {*FINGER_TYPES, FACE_TYPE, IRIS_TYPE}


def parts_of_package(root: Element) -> tuple[RecordPart, ...]:
    """Every picture of a package, in its order.

    Parameters
    ----------
    root : Element
        Of the document, named :data:`ROOT`.

    Returns
    -------
    tuple of RecordImage or DamagedImage
        Empty where it holds none. Of a slap with segments, one per finger.
    """
    return tuple(part for record in root.children for part in _parts(record))


def _parts(record: Element) -> Iterator[RecordPart]:
    category = record.value(CATEGORY)
    kind = int(category) if category.isascii() and category.isdigit() and len(category) < 3 else 0
    if kind not in WITH_PICTURES:
        return
    try:
        stated = _stated(kind, record)
    except FormatError as error:
        yield DamagedImage(f"type {kind}: {error.message}")
        return
    yield from parts_of(stated)


def _stated(kind: int, record: Element) -> Stated:
    # What a segment or a quality says of itself is not said of the picture.
    own = [each for each in _below(record) if each.name not in (SEGMENT, "FingerprintImageQuality")]
    texts: dict[str, list[str]] = {}
    for element in own:
        texts.setdefault(element.name, []).append(element.text.strip())

    def first(*names: str) -> str:
        return next((text for name in names for text in texts.get(name, ()) if text), "")

    is_print = kind in FINGER_TYPES
    return Stated(
        kind,
        _decoded(first(DATA)),
        first("ImageCompressionAlgorithmText", "ImageCompressionAlgorithmCode").upper(),
        first("ImageHorizontalLineLengthPixelQuantity"),
        first("ImageVerticalLineLengthPixelQuantity"),
        first("ImageScaleUnitsCode"),
        first("ImageHorizontalPixelDensityValue"),
        first("ImageVerticalPixelDensityValue"),
        first("ImageBitsPerPixelQuantity"),
        first("ImageColorSpaceCode").upper(),
        first(*IMPRESSIONS) if is_print else "",
        tuple(code for name in POSITIONS for code in texts.get(name, ())) if is_print else (),
        first("IrisEyePositionCode"),
        first("ImageCategoryCode"),
        first("QualityValue"),
        tuple(_segments(record)) if is_print else (),
    )


def _below(element: Element) -> Iterator[Element]:
    """All elements within one, without what is in segments and blocks of quality (their names are given)."""
    for child in element.children:
        yield child
        if child.name not in (SEGMENT, "FingerprintImageFingerMissing"):
            yield from _below(child)


def _segments(record: Element) -> Iterator[Segment]:
    for element in _below(record):
        if element.name == SEGMENT:
            sides = (element.value(f"Segment{side}CoordinateValue") for side in SIDES)
            yield Segment(element.value(POSITION), *sides)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError(f"{DATA} is not base64 ({error})") from error
