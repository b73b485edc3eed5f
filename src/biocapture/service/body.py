"""What the body of a request holds: a picture as it is, a form with files, or JSON with base64. Read in a worker."""

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from biocapture.errors import DecodeError, FormatError, UsageError
from biocapture.images.records.cbeff import bytes_of_base64
from biocapture.service.messages import Call

MAX_PARTS = 200
MAX_PART_HEADER_BYTES = 4096
MAX_NAME_LENGTH = 200
TEXT_FIELDS = ("id", "birth_year", "name")
ABSENT = "absent."
"""Begins the name of a field that says why a position is not captured: ``absent.left_thumb``."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form.

    Attributes
    ----------
    field : str
    file_name : str
        Without folders; empty where the field is no file.
    data : bytes
    """

    field: str
    file_name: str
    data: bytes

    @property
    def text(self) -> str:
        """The value of a field that is no file."""
        return self.data.decode("utf8", "replace").strip()


def media_type_of(call: Call) -> str:
    """The media type without its parameters, in lower case.

    Parameters
    ----------
    call : Call

    Returns
    -------
    str
    """
    return call.media_type.partition(";")[0].strip().lower()


def parts_of(call: Call) -> list[Part]:
    """The fields of a form, or of a JSON object whose values are texts; files of JSON are base64.

    Parameters
    ----------
    call : Call

    Returns
    -------
    list of Part
        A body of another type is one part without a name.

    Raises
    ------
    UsageError
        The body is not what its type says, or there are too many parts.
    """
    kind = media_type_of(call)
    if kind == "multipart/form-data":
        return _form_parts(call)
    if kind == "application/json":
        fields = json_object(call.body)
        if len(fields) > MAX_PARTS:
            raise UsageError(f"{len(fields)} fields; the limit is {MAX_PARTS}", "body")
        return [part for name, value in fields.items() for part in _json_parts(name, value)]
    return [Part("", "", call.body)]


def picture_of(call: Call, field: str = "image") -> Part:
    """The one picture of a body.

    Parameters
    ----------
    call : Call
    field : str
        Its name in a form or in JSON.

    Returns
    -------
    Part

    Raises
    ------
    UsageError, DecodeError
        None, or several.
    """
    parts = parts_of(call)
    if media_type_of(call) in ("multipart/form-data", "application/json"):
        parts = [part for part in parts if part.field == field]
    if len(parts) != 1:
        raise UsageError(f"{len(parts)} pictures, expected one, in the field {field!r} or as the body", "body")
    if not parts[0].data:
        raise DecodeError("the body is empty", "body")
    part = parts[0]
    return part if part.file_name or not (name := call.query.get("name", "")) else Part(field, _base(name), part.data)


def base64_bytes(text: str, subject: str) -> bytes:
    """Bytes of base64: the standard or the URL-safe alphabet, padded or not.

    Parameters
    ----------
    text : str
    subject : str
        What an error names.

    Returns
    -------
    bytes

    Raises
    ------
    UsageError
        It is neither.
    """
    try:
        return bytes_of_base64(text, subject)
    except FormatError as error:
        raise UsageError(error.message, subject) from None


def json_object(data: bytes, subject: str = "body") -> dict[str, Any]:
    """An object in JSON.

    Parameters
    ----------
    data : bytes
        UTF-8.
    subject : str
        What an error names.

    Returns
    -------
    dict

    Raises
    ------
    UsageError
        It is none, or nested too deeply.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not JSON ({type(error).__name__})", subject) from None
    if not isinstance(value, dict):
        raise UsageError("expected a JSON object", subject)
    return value


def _json_parts(name: str, value: Any) -> list[Part]:
    """A text is a value or base64; an object ``{"name": …, "data": base64}`` is a file; a list is several of these."""
    if isinstance(value, list):
        return [part for each in value[:MAX_PARTS] for part in _json_parts(name, each) if not isinstance(each, list)]
    if isinstance(value, dict):
        data = value.get("data")
        if not isinstance(data, str):
            raise UsageError("expected data in base64", name[:40])
        return [Part(name, _base(str(value.get("name", ""))), base64_bytes(data, name[:40]))]
    if isinstance(value, str) and not is_text_field(name):
        return [Part(name, "", base64_bytes(value, name[:40]))]
    return [Part(name, "", str(value).encode("utf8", "replace"))]


def is_text_field(name: str) -> bool:
    """Whether a field of JSON is a plain text; all others are pictures in base64.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool
    """
    return name in TEXT_FIELDS or name.startswith(ABSENT)


def _form_parts(call: Call) -> list[Part]:
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    options = parse_options_header(call.media_type)[1]
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise UsageError("multipart/form-data without a boundary", "Content-Type")
    collector = _Collector()
    try:
        parser = MultipartParser(boundary, collector.callbacks(), max_size=len(call.body) or 1)
        parser.write(call.body)
        parser.finalize()
    except FormParserError as error:
        raise UsageError(f"not a form ({error})", "body") from None
    if not collector.is_complete:
        raise UsageError("the form ends before its last boundary", "body")
    return [_part(headers, data) for headers, data in collector.parts]


def _part(headers: dict[bytes, bytes], data: bytes) -> Part:
    from python_multipart.multipart import parse_options_header

    options = parse_options_header(headers.get(b"content-disposition", b""))[1]
    name, file_name = (options.get(key, b"").decode("utf8", "replace") for key in (b"name", b"filename"))
    return Part(name[:MAX_NAME_LENGTH], _base(file_name), data)


def _base(name: str) -> str:
    """A file name without its folders."""
    return PurePosixPath(name.replace("\\", "/")).name[-MAX_NAME_LENGTH:].replace("\0", "")


class _Collector:
    """Gathers the parts that the parser reports."""

    def __init__(self) -> None:
        self.parts: list[tuple[dict[bytes, bytes], bytes]] = []
        self.is_complete = False
        self._headers: dict[bytes, bytes] = {}
        self._field, self._value, self._data = bytearray(), bytearray(), bytearray()

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add(self._field, data[start:end]),
            "on_header_value": lambda data, start, end: self._add(self._value, data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._data.extend(memoryview(data)[start:end]),
            "on_part_end": lambda: self.parts.append((self._headers, bytes(self._data))),
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.parts) >= MAX_PARTS:
            raise UsageError(f"more than {MAX_PARTS} parts", "body")
        self._headers, self._data = {}, bytearray()

    def _add(self, kept: bytearray, piece: bytes) -> None:
        kept.extend(piece)
        if len(kept) > MAX_PART_HEADER_BYTES:
            raise UsageError(f"a header of a part has more than {MAX_PART_HEADER_BYTES} bytes", "body")

    def _end_header(self) -> None:
        self._headers[bytes(self._field).lower()] = bytes(self._value)
        self._field, self._value = bytearray(), bytearray()

    def _finish(self) -> None:
        self.is_complete = True
