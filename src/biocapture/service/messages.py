"""What goes to a worker process and what comes back: one call, one answer. No HTTP library."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biocapture.images.limits import MAX_PIXELS

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
MAX_BODY_BYTES = 64_000_000
"""Of one request. MOSIP's record of thirteen captures as integers has 7 MB."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as far as an endpoint needs it.

    Attributes
    ----------
    endpoint : str
        Method and path of its entry in :data:`biocapture.service.endpoints.ENDPOINTS`.
    query, path : dict
        Parameters of the query string and of the path.
    body : bytes
    media_type : str
        The whole ``Content-Type``.
    language : str
        Code of the language that ``Accept-Language`` asks for; empty where it asks for none of ours.
    """

    endpoint: str
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    media_type: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response.

    Attributes
    ----------
    status : int
        Of HTTP.
    body : bytes
    media_type : str
    verdicts : tuple of (str, str)
        Modality and verdict of every capture that was judged, for counting.
    """

    status: int
    body: bytes
    media_type: str = JSON
    verdicts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service judges, and what it takes.

    Attributes
    ----------
    profile : str
        Shipped profile, or path of a ``.toml``; a call may name another shipped one.
    language : str
        Of texts where a call asks for none; empty: the profile's.
    max_body_bytes : int
        Of one request.
    max_pictures : int
        In one request.
    max_pixels : int
        Of one picture.
    limit_s : float
        Time of one call in a worker, seconds; then the worker is ended.
    body_limit_s : float
        Time in which a body must have arrived, seconds.
    queue : int
        Calls that may wait for a worker; more are told to come again.
    """

    profile: str = "default"
    language: str = ""
    max_body_bytes: int = MAX_BODY_BYTES
    max_pictures: int = 64
    max_pixels: int = MAX_PIXELS
    limit_s: float = 30.0
    body_limit_s: float = 60.0
    queue: int = 64


def json_answer(content: Any, status: int = 200, verdicts: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer in JSON.

    Parameters
    ----------
    content : dict or list
        Without NaN.
    status : int
    verdicts : tuple of (str, str)
        As :class:`Answer` has them.

    Returns
    -------
    Answer
    """
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf8", "replace")
    return Answer(status, body, JSON if status < 400 else PROBLEM_JSON, verdicts)
