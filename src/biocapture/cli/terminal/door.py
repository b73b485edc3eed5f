"""The one door of text to a terminal: nothing in it is markup, or steers the terminal, unless we say so.

File names, records and errors may hold anything. Control characters are shown as escapes, markup of rich is off unless
a line asks for it, and what the output's encoding has no letter for is spelt in ASCII.
"""

import codecs
import json
import os
import re
import sys
from typing import Any, TextIO

import typer
from rich.console import Console
from rich.text import Text

from biocapture.guidance.plain_text import printable

ERROR_HANDLER = "biocapture.ascii"

ASCII = {"✓": "+", "✗": "x", "→": "->", "←": "<-", "…": "...", "–": "-", "—": "-", "█": "#", "░": ".", "×": "x"}
ASCII |= {"≤": "<=", "≥": ">=", "⚠": "!", "\ufffd": "?"}
"""Our own signs → how they are spelt where the encoding has none; other characters are spelt as escapes."""

HIDDEN = [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]
"""Code points that steer a terminal or turn the direction of the text: controls, separators, bidirectional marks."""

VISIBLE = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in HIDDEN}
VISIBLE_LINES = {code: text for code, text in VISIBLE.items() if code != ord("\n")}
JSON_ESCAPES = {code: f"\\u{code:04x}" for code in HIDDEN if code >= 0x20}
"""JSON's own encoder escapes what is below."""


MARKUP, NO_STYLE = re.compile(r"\\+|\["), "[none][/none]"
"""What rich reads as markup; a tag without effect, as only before a tag two backslashes are one."""


def visible(text: str) -> str:
    """A text of several lines, its control characters shown as escapes.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Only line feeds are left as they are.
    """
    return printable(text).translate(VISIBLE_LINES)


def one_line(text: str) -> str:
    """A name or another text from outside, on one line.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Control characters and line feeds are escapes in it.
    """
    return printable(text).translate(VISIBLE)


def plain(text: str) -> str:
    """Likewise, for a line in the markup of rich.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        See :func:`one_line`; markup in it is quoted, so that it is shown letter by letter.
    """
    return MARKUP.sub(lambda found: "\\[" if found[0] == "[" else 2 * found[0] + NO_STYLE, one_line(text))


class Terminal(Console):
    """A console on which text is only text; lines in the markup of rich are printed with ``markup=True``.

    Parameters
    ----------
    stderr : bool
        Standard error instead of standard output.
    soft_wrap : bool
        Leave long lines to the terminal.
    **options
        Of :class:`rich.console.Console`.
    """

    def __init__(self, *, stderr: bool = False, soft_wrap: bool = True, **options: Any) -> None:
        fixed: dict[str, Any] = {"markup": False, "highlight": False, "emoji": False}
        super().__init__(stderr=stderr, soft_wrap=soft_wrap, **(fixed | options))

    def render_str(self, text: str, **options: Any) -> Text:
        """Every string that is printed comes through here; see :meth:`rich.console.Console.render_str`.

        Parameters
        ----------
        text : str
        **options
            Of the method that this one stands before.

        Returns
        -------
        rich.text.Text
        """
        return super().render_str(visible(text), **options)


def say(text: object, *, err: bool = False) -> None:
    """Print plain text.

    Parameters
    ----------
    text : object
    err : bool
        To standard error.
    """
    typer.echo(visible(str(text)), err=err)


def say_json(content: object, *, indent: int | None = 2, err: bool = False) -> None:
    """Print JSON that no terminal takes for anything else; its values are unchanged.

    Parameters
    ----------
    content : object
    indent : int or None
        Spaces; None = one line.
    err : bool
        To standard error.
    """
    ascii_only = not _is_unicode(sys.stderr if err else sys.stdout)
    typer.echo(json.dumps(content, ensure_ascii=ascii_only, indent=indent).translate(JSON_ESCAPES), err=err)


def prepare_outputs() -> None:
    """Let standard output and standard error take any character, whatever their encoding."""
    codecs.register_error(ERROR_HANDLER, _in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, codecs.StreamReaderWriter) or not hasattr(stream, "reconfigure"):
            continue
        stream.reconfigure(errors=ERROR_HANDLER)


def close_outputs() -> None:
    """Write out what is left.

    Raises
    ------
    OSError
        Nobody reads any more, or the disk is full.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()


def abandon_outputs() -> None:
    """Send standard output nowhere, so that the interpreter does not fail on it once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    part = error.object[error.start : error.end]
    spelt = [ASCII.get(character) or character.encode("ascii", "backslashreplace").decode() for character in part]
    return "".join(spelt), error.end


def _is_unicode(stream: TextIO | None) -> bool:
    encoding: str = getattr(stream, "encoding", None) or ""
    return encoding.lower().replace("-", "").startswith("utf")
