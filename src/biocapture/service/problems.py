"""Errors as problem details (RFC 9457): a name of ours, what was wrong, and the sentence for whoever asked."""

from pydantic import ValidationError

from biocapture import errors
from biocapture.guidance import LANGUAGES, text
from biocapture.service.messages import Answer, json_answer

TYPE = "urn:biocapture:problem:"

KINDS: dict[type[errors.BiocaptureError], tuple[int, str]] = {
    errors.DecodeError: (422, "undecodable"),
    errors.FormatError: (422, "undecodable"),
    errors.TemplateError: (422, "template"),
    errors.ResolutionError: (422, "resolution"),
    errors.EnrolmentError: (422, "enrolment"),
    errors.UnknownMeasureError: (404, "not-found"),
    errors.ModelError: (503, "model"),
    errors.BiocaptureError: (400, "usage"),
}
"""Error → HTTP status and name of the problem; the first that fits a class or its parents."""

STATUSES = {
    "bad-token": 401,
    "forbidden-host": 403,
    "forbidden-origin": 403,
    "not-found": 404,
    "no-such-method": 405,
    "slow-body": 408,
    "too-large": 413,
    "undecodable": 422,
    "busy": 429,
    "internal": 500,
    "worker-died": 503,
    "overdue": 503,
}
"""Name of every other problem → HTTP status."""


def problem(name: str, detail: str = "", *, subject: str = "", language: str = "", status: int = 0) -> Answer:
    """An answer that says what was wrong.

    Parameters
    ----------
    name : str
        Its title is the sentence ``service.<name>`` of the guidance.
    detail : str
        Value and limit, in English, for engineers.
    subject : str
        What it is about: a parameter, a field, a file name.
    language : str
        Of the title; English where there is no such language.
    status : int
        Of HTTP; 0: as the name has it.

    Returns
    -------
    Answer
    """
    status = status or STATUSES[name]
    language = language if language in LANGUAGES else "en"
    title = text(f"service.{name.replace('-', '_')}", language)
    content = {"type": TYPE + name, "title": title, "status": status, "detail": detail, "subject": subject}
    return json_answer({key: value for key, value in content.items() if value}, status)


def problem_of(error: errors.BiocaptureError, language: str = "") -> Answer:
    """The answer for an error of ours.

    Parameters
    ----------
    error : BiocaptureError
    language : str

    Returns
    -------
    Answer
    """
    status, name = next(KINDS[kind] for kind in type(error).__mro__ if kind in KINDS)
    return problem(name, error.message, subject=error.subject, language=language, status=status)


def problem_of_query(error: ValidationError, language: str = "") -> Answer:
    """The answer for parameters that are not what they must be.

    Parameters
    ----------
    error : pydantic.ValidationError
    language : str

    Returns
    -------
    Answer
    """
    faults = [(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors(include_url=False)]
    detail = "; ".join(f"{where}: {why}" for where, why in faults[:10])
    return problem("usage", detail, subject=faults[0][0], language=language, status=400)
