"""Templates of HTML pages, and the words they use."""

import base64
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from biocapture.guidance import text
from biocapture.guidance.words import number, percent, position_name, verdict_word


def jpeg_uri(data: bytes) -> str:
    """A JPEG file as the source of an ``img``.

    Parameters
    ----------
    data : bytes
        Of the file.

    Returns
    -------
    str
        Data URI.
    """
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode('ascii')}"


def page_environment(folder: Path, language: str) -> Environment:
    """Jinja environment of a folder of templates: everything is escaped, an unknown name is an error.

    Templates call ``n`` (:func:`~biocapture.guidance.words.number`), ``p`` (``percent``), ``vw`` (``verdict_word``),
    ``slot`` (``position_name``) and ``say`` (:func:`biocapture.guidance.text`) without naming the language; a page adds
    its own ``w`` for its phrases.

    Parameters
    ----------
    folder : Path
        Where the templates are.
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.

    Returns
    -------
    Environment
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "n": partial(number, language=language),
        "p": partial(percent, language=language),
        "vw": partial(verdict_word, language=language),
        "slot": partial(position_name, language=language),
        "say": partial(text, language=language),
    }
    return environment
