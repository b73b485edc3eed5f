"""Biometric records as the Bio-SDK has them in JSON: read leniently, written as its schemas say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from biocapture.errors import BiocaptureError, UsageError
from biocapture.images.decode import decode_record_image
from biocapture.images.records.cbeff import position_named, subtype_of
from biocapture.images.records.record import IDENTIFIERS, images_in_record
from biocapture.service.biosdk.envelope import NOT_FOUND, SdkError
from biocapture.service.body import base64_bytes
from biocapture.types import Modality, Position, Sample

KINDS = {"FINGER": Modality.FINGERPRINT, "FACE": Modality.FACE, "IRIS": Modality.IRIS}
"""The SDK's name of a modality → ours."""

FORMAT_TYPES = {"7": "FINGER", "2": "FINGER", "8": "FACE", "9": "IRIS"}
"""Registered format of a data block → modality, where a segment does not name one."""

BEGINNINGS = dict(zip(IDENTIFIERS, ("FINGER", "FACE", "IRIS"), strict=True))
"""First bytes of an image record → modality, where not even the format is named."""

MAX_SEGMENTS = 200
NOT_CAPTURED = "EXCEPTION_PHOTO"


@dataclass(frozen=True, slots=True)
class Segment:
    """One capture of a record.

    Attributes
    ----------
    kind : str
        ``FINGER``, ``FACE`` or ``IRIS``; empty where it cannot be told.
    subtype : tuple of str
        Words, e.g. ``("Left", "IndexFinger")``.
    block : bytes
        The data block; empty where there is none.
    is_exception : bool
        The characteristic could not be captured.
    given : dict
        As it came.
    """

    kind: str
    subtype: tuple[str, ...]
    block: bytes
    is_exception: bool
    given: Mapping[str, Any]

    @property
    def position(self) -> Position:
        """Which finger, eye or face it names."""
        return position_named(KINDS.get(self.kind), " ".join(self.subtype))

    def sample(self, max_pixels: int) -> Sample:
        """Its first picture, decoded.

        Parameters
        ----------
        max_pixels : int

        Returns
        -------
        Sample

        Raises
        ------
        SdkError
            The data block is no image record, or damaged.
        """
        try:
            stored = images_in_record(self.block)[0]
            image = decode_record_image(stored, stored.modality, max_pixels=max_pixels)
        except BiocaptureError:
            raise SdkError.invalid("sample") from None
        position = self.position if self.position is not Position.UNKNOWN else stored.position
        return Sample(image, stored.modality, position)


def segments_of(record: Any, name: str) -> list[Segment]:
    """The captures of a record.

    Parameters
    ----------
    record : object
        From JSON.
    name : str
        Of the parameter, for errors.

    Returns
    -------
    list of Segment

    Raises
    ------
    SdkError
        There is no record, or it is not one.
    """
    if record is None:
        raise SdkError.missing(name)
    given = record.get("segments") if isinstance(record, dict) else None
    if not isinstance(given, list) or len(given) > MAX_SEGMENTS:
        raise SdkError.invalid(name)
    return [_segment(each, name) for each in given if isinstance(each, dict)]


def of_kind(segments: list[Segment], kind: str) -> list[Segment]:
    """The captures of one modality that are not excepted.

    Parameters
    ----------
    segments : list of Segment
    kind : str

    Returns
    -------
    list of Segment
        At least one.

    Raises
    ------
    SdkError
        There is none, or one without a data block.
    """
    found = [each for each in segments if each.kind == kind and not each.is_exception]
    if not found or not all(each.block for each in found):
        raise SdkError(NOT_FOUND, "Biometrics not found in CBEFF")
    return found


def asked_kinds(value: Any, segments: list[Segment], name: str) -> list[str]:
    """The modalities that a request names.

    Parameters
    ----------
    value : object
        From JSON: a list of names in any case; none or empty: those of the record.
    segments : list of Segment
    name : str
        Of the parameter.

    Returns
    -------
    list of str
        Each once.
    """
    if not value:
        return list(dict.fromkeys(each.kind for each in segments if each.kind in KINDS))
    if not isinstance(value, list):
        raise SdkError.invalid(name)
    kinds = list(dict.fromkeys(str(each).upper() for each in value))
    if any(kind not in KINDS for kind in kinds):
        raise SdkError.invalid(name)
    return kinds


def record_of(segments: list[dict[str, Any]]) -> dict[str, Any]:
    """A record of written captures.

    Parameters
    ----------
    segments : list of dict

    Returns
    -------
    dict
    """
    return {"version": None, "cbeffversion": None, "birInfo": None, "segments": segments, "others": {}}


def written(segment: Segment, block: bytes, format_type: str, level: str, quality: int) -> dict[str, Any]:
    """A capture with another data block, in the form of the SDK's schemas.

    Parameters
    ----------
    segment : Segment
        Whose kind and position it keeps.
    block : bytes
    format_type : str
        Registered number of the block's format.
    level : str
        ``RAW`` or ``PROCESSED``.
    quality : int
        0..100.

    Returns
    -------
    dict
    """
    subtype = segment.subtype or subtype_of(segment.position)
    info = {
        "format": {"organization": "Mosip", "type": format_type},
        "creationDate": _date(datetime.now(UTC)),
        "type": [segment.kind],
        "subtype": list(subtype) or None,
        "level": level,
        "purpose": "ENROLL",
        "quality": {
            "algorithm": {"organization": "biocapture", "type": "quality"},
            "score": quality,
            "qualityCalculationFailed": None,
        },
    }
    one = {"major": 1, "minor": 1}
    return {
        "version": one,
        "cbeffversion": one,
        "birInfo": {"integrity": False, "payload": []},
        "bdbInfo": info,
        "bdb": np.frombuffer(block, np.int8).tolist(),
        "sb": None,
        "sbInfo": None,
    }


def segmented(written: dict[str, Any]) -> dict[str, Any]:
    """A written capture in the form that the schema of ``segment``, and it alone, asks for.

    Parameters
    ----------
    written : dict
        As :func:`written` gives it.

    Returns
    -------
    dict
        Its subtype is one text, its quality has two fields.
    """
    info = dict(written["bdbInfo"])
    words = [word for word in info["subtype"] or () if word != "UNKNOWN"]
    info["subtype"] = [" ".join(words)] if words else None
    info["quality"] = {key: info["quality"][key] for key in ("algorithm", "score")}
    return written | {"bdbInfo": info}


def _segment(given: dict[str, Any], name: str) -> Segment:
    info = given.get("bdbInfo")
    info = info if isinstance(info, dict) else {}
    block = _bytes(given.get("bdb"), name)
    exception = str(_others(given).get("EXCEPTION", "")).lower() == "true"
    named = [str(each).upper().replace(" ", "_") for each in _list(info.get("type"))]
    subtype = tuple(word for each in _list(info.get("subtype")) for word in str(each).split())[:8]
    return Segment(_kind(named, info, block), subtype, block, exception or NOT_CAPTURED in named, given)


def _kind(named: list[str], info: Mapping[str, Any], block: bytes) -> str:
    """Modality that a capture names, else its format, else its data block."""
    if len(named) == 1 and named[0] in KINDS:
        return named[0]
    if named:
        return ""
    registered = info.get("format")
    number = str(registered.get("type", "")) if isinstance(registered, dict) else ""
    return FORMAT_TYPES.get(number) or BEGINNINGS.get(block[:4], "")


def _bytes(value: Any, name: str) -> bytes:
    """Bytes from integers -128..255, or from base64."""
    if value is None:
        return b""
    if isinstance(value, str):
        try:
            return base64_bytes(value, name)
        except UsageError:
            raise SdkError.invalid(name) from None
    try:
        numbers = np.asarray(value)
    except ValueError:
        raise SdkError.invalid(name) from None
    if numbers.size == 0:
        return b""
    if numbers.ndim != 1 or numbers.dtype.kind != "i" or numbers.min() < -128 or numbers.max() > 255:
        raise SdkError.invalid(name)
    return (numbers & 255).astype(np.uint8).tobytes()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _others(given: Mapping[str, Any]) -> dict[str, Any]:
    others = given.get("others")
    return others if isinstance(others, dict) else {}


def _date(time: datetime) -> dict[str, dict[str, int]]:
    return {
        "date": {"year": time.year, "month": time.month, "day": time.day},
        "time": {"hour": time.hour, "minute": time.minute, "second": time.second, "nano": time.microsecond * 1000},
    }
