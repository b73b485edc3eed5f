"""One block of named fields, whether it comes from DER or from XML."""

import base64
import binascii
from dataclasses import dataclass
from typing import Protocol

from biocapture.errors import FormatError
from biocapture.images.records.fields import require
from biocapture.images.records.iso39794.der import sequences_in, values_in
from biocapture.images.records.iso39794.schema import NAMES, Tags
from biocapture.images.records.xml_tree import Element

MAX_NUMBER_BYTES = 8
MAX_BLOCKS = 4096


class Block(Protocol):
    """Fields by name; the tags say where they are in DER."""

    def block(self, name: str, tags: Tags) -> "Block | None":
        """A block within.

        Parameters
        ----------
        name : str
        tags : mapping
            Its fields.

        Returns
        -------
        Block or None
            None where there is none.
        """

    def blocks(self, name: str, tags: Tags) -> "list[Block]":
        """Blocks of a list.

        Parameters
        ----------
        name : str
        tags : mapping
            Fields of each.

        Returns
        -------
        list of Block
            At most :data:`MAX_BLOCKS`; empty where there is none.
        """

    def number(self, name: str) -> int | None:
        """A whole number.

        Parameters
        ----------
        name : str

        Returns
        -------
        int or None
            None where there is none.
        """

    def code(self, name: str, names: dict[str, int] | None = None) -> int | None:
        """A code that may be extended.

        Parameters
        ----------
        name : str
        names : dict, optional
            In XML: name of each code; default: those of the field.

        Returns
        -------
        int or None
            None where there is none, or none of this edition.
        """

    def octets(self, name: str) -> bytes:
        """Bytes.

        Parameters
        ----------
        name : str

        Returns
        -------
        bytes
            Empty where there are none.
        """


@dataclass(frozen=True, slots=True)
class DerBlock:
    """Content of a SEQUENCE, or of a CHOICE."""

    content: bytes
    tags: Tags

    def _field(self, name: str) -> bytes | None:
        return values_in(self.content).get(self.tags[name])

    def block(self, name: str, tags: Tags) -> "DerBlock | None":
        """A block within.

        Parameters
        ----------
        name : str
        tags : mapping
            Its fields.

        Returns
        -------
        Block or None
            None where there is none.
        """
        content = self._field(name)
        return None if content is None else DerBlock(content, tags)

    def blocks(self, name: str, tags: Tags) -> list[Block]:
        """Blocks of a list.

        Parameters
        ----------
        name : str
        tags : mapping
            Fields of each.

        Returns
        -------
        list of Block
            At most :data:`MAX_BLOCKS`; empty where there is none.
        """
        content = self._field(name)
        return [] if content is None else [DerBlock(each, tags) for each in sequences_in(content, MAX_BLOCKS)]

    def number(self, name: str) -> int | None:
        """A whole number.

        Parameters
        ----------
        name : str

        Returns
        -------
        int or None
            None where there is none.
        """
        content = self._field(name)
        if content is None:
            return None
        require(0 < len(content) <= MAX_NUMBER_BYTES, f"{name} of {len(content)} bytes", f"1..{MAX_NUMBER_BYTES}")
        return int.from_bytes(content, "big", signed=True)

    def code(self, name: str, names: dict[str, int] | None = None) -> int | None:
        """A code that may be extended.

        Parameters
        ----------
        name : str
        names : dict, optional
            In XML: name of each code; default: those of the field.

        Returns
        -------
        int or None
            None where there is none, or none of this edition.
        """
        content = self._field(name)
        if content is None:
            return None
        inner = values_in(content)
        if 0 in inner:
            return DerBlock(content, {name: 0}).number(name)
        return DerBlock(inner[1], {name: 0}).number(name) if 1 in inner else None

    def octets(self, name: str) -> bytes:
        """Bytes.

        Parameters
        ----------
        name : str

        Returns
        -------
        bytes
            Empty where there are none.
        """
        return self._field(name) or b""


@dataclass(frozen=True, slots=True)
class XmlBlock:
    """An element whose children are the fields."""

    element: Element

    def block(self, name: str, tags: Tags) -> "XmlBlock | None":
        """A block within.

        Parameters
        ----------
        name : str
        tags : mapping
            Its fields.

        Returns
        -------
        Block or None
            None where there is none.
        """
        child = self.element.child(name)
        return XmlBlock(child) if child else None

    def blocks(self, name: str, tags: Tags) -> list[Block]:
        """Blocks of a list.

        Parameters
        ----------
        name : str
        tags : mapping
            Fields of each.

        Returns
        -------
        list of Block
            At most :data:`MAX_BLOCKS`; empty where there is none.
        """
        child = self.element.child(name)
        return [XmlBlock(each) for each in child.children[:MAX_BLOCKS]] if child else []

    def number(self, name: str) -> int | None:
        """A whole number.

        Parameters
        ----------
        name : str

        Returns
        -------
        int or None
            None where there is none.
        """
        return self._whole(name, self.element.value(name)) if self.element.child(name) else None

    def code(self, name: str, names: dict[str, int] | None = None) -> int | None:
        """A code that may be extended.

        Parameters
        ----------
        name : str
        names : dict, optional
            In XML: name of each code; default: those of the field.

        Returns
        -------
        int or None
            None where there is none, or none of this edition.
        """
        child = self.element.child(name)
        if child is None:
            return None
        text = child.value("code") or child.value("extensionBlock", "fallback") or child.text.strip()
        known = names or {word: code for code, word in NAMES.get(name, {}).items()}
        return known[text] if text in known else self._whole(name, text)

    def octets(self, name: str) -> bytes:
        """Bytes.

        Parameters
        ----------
        name : str

        Returns
        -------
        bytes
            Empty where there are none.
        """
        try:
            return base64.b64decode("".join(self.element.value(name).split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise FormatError(f"{name} is not base64 ({error})") from error

    @staticmethod
    def _whole(name: str, text: str) -> int:
        digits = text.removeprefix("-")
        require(
            digits.isascii() and digits.isdigit() and len(digits) < 12, f"{name} {text[:40]!r}", "a number or a code"
        )
        return int(text)
