"""XML from outside as a small tree: no document types, so no entities to expand; depth and size are limited."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from biocapture.errors import FormatError

MAX_DEPTH, MAX_ELEMENTS = 32, 100_000


@dataclass(slots=True)
class Element:
    """One element; ``name`` without its namespace, ``text`` directly inside it."""

    name: str
    namespace: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def named(self, name: str) -> Iterator["Element"]:
        """Children of a name.

        Parameters
        ----------
        name : str
            Without namespace; case is ignored.

        Returns
        -------
        iterator of Element
        """
        return (child for child in self.children if child.name.lower() == name.lower())

    def child(self, name: str) -> "Element | None":
        """The first child of a name.

        Parameters
        ----------
        name : str
            Without namespace; case is ignored.

        Returns
        -------
        Element or None
        """
        return next(self.named(name), None)

    def value(self, *path: str) -> str:
        """Text at a path of names, trimmed.

        Parameters
        ----------
        *path : str
            Name of a child, of its child, and so on; case is ignored.

        Returns
        -------
        str
            Empty where there is no such element.
        """
        element: Element | None = self
        for name in path:
            element = element.child(name) if element else None
        return element.text.strip() if element else ""


@dataclass(slots=True)
class _Builder:
    """Handlers of the parser."""

    root: Element | None = None
    open: list[Element] = field(default_factory=list)
    pieces: list[list[str]] = field(default_factory=list)
    count: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.open) >= MAX_DEPTH:
            raise FormatError(f"XML of over {MAX_ELEMENTS} elements or {MAX_DEPTH} levels")
        namespace, _, local = name.rpartition(" ")
        element = Element(local, namespace, attributes)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.pieces.append([])

    def end(self, name: str) -> None:
        self.open.pop().text = "".join(self.pieces.pop())

    def characters(self, text: str) -> None:
        self.pieces[-1].append(text)

    def refuse(self, *_: object) -> None:
        raise FormatError("XML with a document type, expected none")


def xml_tree(data: bytes) -> Element:
    """Parse a document.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    Element
        The root.

    Raises
    ------
    FormatError
        Not well-formed, with a document type (the only way to entities), or beyond the limits.
    """
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError, UnicodeError) as error:
        raise FormatError(f"malformed XML: {error}") from error
    if builder.root is None:
        raise FormatError("XML without an element")
    return builder.root
