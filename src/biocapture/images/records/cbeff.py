"""Biometric information records in XML (CBEFF, ISO/IEC 19785-3 patron format) as MOSIP writes them.

Older forms in circulation are read, too: the BIAS namespace, ``FormatOwner`` and ``FormatType``, a bare number as
quality, ``Others`` of ``Key`` and ``Value``. Fields of the schema that MOSIP leaves empty are passed over.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from biocapture.errors import FormatError
from biocapture.images.records.fields import require
from biocapture.images.records.xml_tree import Element, xml_tree
from biocapture.types import Modality, Position

NAMESPACE = "http://standards.iso.org/iso-iec/19785/-3/ed-2/"
MODALITY_OF_TYPE = {"finger": Modality.FINGERPRINT, "face": Modality.FACE, "iris": Modality.IRIS}
DIGITS = {name: f"{name.capitalize()}Finger" for name in ("index", "middle", "ring", "little")} | {"thumb": "Thumb"}
MAX_DEPTH = 8
STANDARD_ALPHABET = str.maketrans("-_", "+/")
"""From the URL-safe alphabet of base64, in which MOSIP's services write, to the standard one (RFC 4648)."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered identifier: the organization, and the number of its type."""

    organization: str
    type: str


@dataclass(frozen=True, slots=True)
class Bir:
    """One record, which holds a data block, or other records, or neither (an exception).

    Attributes
    ----------
    parts : tuple of Bir
        Records inside this one.
    version, cbeff_version : (int, int) or None
        Major and minor.
    integrity : bool
        Whether the security block protects the record.
    type, subtype : tuple of str
        As written, e.g. ``("Finger",)`` and ``("Left", "IndexFinger")``.
    quality : int or None
        0..100; None where not stated or not computed.
    block : bytes
        The biometric data block, usually an ISO/IEC 19794 record.
    security : bytes
        The security block.
    others : tuple of (str, str)
        MOSIP's further entries: ``EXCEPTION``, ``RETRIES``, ``FORCE_CAPTURED``, ``SDK_SCORE``, ``PAYLOAD`` …
    problems : tuple of str
        What could not be read, where reading is lenient; those fields are empty. Never written.
    """

    parts: tuple["Bir", ...] = ()
    block: bytes = b""
    security: bytes = b""
    version: tuple[int, int] | None = None
    cbeff_version: tuple[int, int] | None = None
    creator: str = ""
    integrity: bool = False
    index: str = ""
    format: Registered | None = None
    created: datetime | None = None
    type: tuple[str, ...] = ()
    subtype: tuple[str, ...] = ()
    level: str = ""
    purpose: str = ""
    quality: int | None = None
    algorithm: Registered | None = None
    others: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def modality(self) -> Modality | None:
        """Modality that its type names; None where it names none, or several."""
        return MODALITY_OF_TYPE.get(self.type[0].lower()) if len(self.type) == 1 else None

    @property
    def position(self) -> Position:
        """The single finger, eye or face its type and subtype name."""
        return position_named(self.modality, " ".join(self.subtype))

    @property
    def is_exception(self) -> bool:
        """Whether the characteristic could not be captured."""
        return any(key.upper() == "EXCEPTION" and value.lower() == "true" for key, value in self.others)

    def leaves(self) -> Iterator["Bir"]:
        """All records in this one, itself included, that hold a data block or nothing at all."""
        if self.block or not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def position_named(modality: Modality | None, subtype: str) -> Position:
    """Position that a subtype names, such as ``Left IndexFinger`` or ``Right``.

    Parameters
    ----------
    modality : Modality or None
        Of the record: the subtype of an iris names a side only, that of a face nothing.
    subtype : str
        Words, separated by spaces or underscores.

    Returns
    -------
    Position
        ``UNKNOWN`` where it names none, or several.
    """
    words = subtype.replace("_", " ").split()
    if modality is Modality.FACE:
        return Position.FACE
    sides = [word.lower() for word in words if word.lower() in ("left", "right")]
    digits = [digit for digit, name in DIGITS.items() if name.lower() in [word.lower() for word in words]]
    if len(sides) != 1 or len(digits) != (1 if modality is Modality.FINGERPRINT else 0):
        return Position.UNKNOWN
    return Position(f"{sides[0]}_{digits[0] if digits else 'eye'}")


def subtype_of(position: Position) -> tuple[str, ...]:
    """Subtype words of a position.

    Parameters
    ----------
    position : Position

    Returns
    -------
    tuple of str
        ``("Left", "IndexFinger")``, ``("Right",)`` of an eye; empty for a face or an unknown position.
    """
    side, _, part = position.partition("_")
    if part not in DIGITS and part != "eye":
        return ()
    return (side.capitalize(), DIGITS[part]) if part in DIGITS else (side.capitalize(),)


def read_bir(data: bytes, lenient: bool = False) -> Bir:
    """Read a record. No entity of the XML is ever expanded.

    Parameters
    ----------
    data : bytes
        The whole document.
    lenient : bool
        A field that cannot be read costs that field alone, and is named in ``problems`` of its record.

    Returns
    -------
    Bir

    Raises
    ------
    FormatError
        No well-formed XML, another root, or (unless ``lenient``) a field that is not what the schema says.
    """
    return bir_of_tree(xml_tree(data), lenient)


def bir_of_tree(root: Element, lenient: bool = False) -> Bir:
    """Record of a document that is parsed already.

    Parameters
    ----------
    root : Element
    lenient : bool
        As :func:`read_bir`.

    Returns
    -------
    Bir

    Raises
    ------
    FormatError
        As :func:`read_bir`.
    """
    require(root.name == "BIR", f"element {root.name[:40]}", "BIR")
    return _bir(root, 1, lenient)


@dataclass(slots=True)
class _Fields:
    """Reads fields of one record; what cannot be read is an error, or a problem where reading is lenient."""

    lenient: bool
    problems: list[str] = field(default_factory=list)

    def get(self, read: Callable[[], Value], otherwise: Value) -> Value:
        try:
            return read()
        except FormatError as error:
            if not self.lenient:
                raise
            self.problems.append(error.message)
            return otherwise


def _bir(element: Element, depth: int, lenient: bool) -> Bir:
    require(depth <= MAX_DEPTH, f"BIR within BIR {depth} deep", f"at most {MAX_DEPTH}")
    info = element.child("BDBInfo") or Element("BDBInfo", "", {})
    fields = _Fields(lenient)
    quality = info.child("Quality")
    return Bir(
        tuple(_bir(part, depth + 1, lenient) for part in element.named("BIR")),
        fields.get(lambda: _bytes(element, "BDB"), b""),
        fields.get(lambda: _bytes(element, "SB"), b""),
        fields.get(lambda: _version(element, "Version"), None),
        fields.get(lambda: _version(element, "CBEFFVersion"), None),
        element.value("BIRInfo", "Creator"),
        element.value("BIRInfo", "Integrity").lower() in ("true", "1"),
        info.value("Index"),
        _registered(info.child("Format")) or _owner_and_type(info),
        fields.get(lambda: _time(info.value("CreationDate")), None),
        tuple(info.value("Type").split()),
        tuple(info.value("Subtype").split()),
        info.value("Level"),
        info.value("Purpose"),
        fields.get(lambda: _quality(info.value("Quality", "Score") or info.value("Quality")), None),
        _registered(quality.child("Algorithm")) if quality else None,
        tuple(_others(element)),
        tuple(fields.problems),
    )


def _bytes(element: Element, name: str) -> bytes:
    return bytes_of_base64(element.value(name), name)


def bytes_of_base64(text: str, name: str) -> bytes:
    """Bytes in base64 of either alphabet, padded or not (RFC 4648, sections 4 and 5), with any white space.

    Parameters
    ----------
    text : str
    name : str
        What an error names.

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        It is neither.
    """
    plain = "".join(text.split()).translate(STANDARD_ALPHABET).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError(f"{name} is not base64 ({error})") from error


def _whole_number(text: str, name: str) -> int:
    require(text.isascii() and text.isdigit() and len(text) <= 9, f"{name} {text[:40]!r}", "a number")
    return int(text)


def _version(element: Element, name: str) -> tuple[int, int] | None:
    child = element.child(name)
    return (_whole_number(child.value("Major"), name), _whole_number(child.value("Minor"), name)) if child else None


def _registered(element: Element | None) -> Registered | None:
    """An identifier; None also where it is empty, which the schema makes writers write that have none."""
    return _stated(element.value("Organization"), element.value("Type")) if element else None


def _owner_and_type(info: Element) -> Registered | None:
    return _stated(info.value("FormatOwner"), info.value("FormatType"))


def _stated(organization: str, type: str) -> Registered | None:
    return Registered(organization, type) if organization or type else None


def _quality(text: str) -> int | None:
    quality = _whole_number(text, "Quality") if text else None
    require(quality is None or quality <= 100, f"Quality {quality}", "0..100")
    return quality


def _time(text: str) -> datetime | None:
    """A time; in UTC when no zone is stated. MOSIP writes nanoseconds, of which microseconds are kept."""
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise FormatError(f"CreationDate {text[:40]!r} ({error}), expected a date and time") from error
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


def _others(element: Element) -> Iterator[tuple[str, str]]:
    for child in element.named("others"):
        if key := child.value("Key"):
            yield key, child.value("Value")
        for entry in child.named("entry"):
            yield entry.attributes.get("key", ""), entry.text
