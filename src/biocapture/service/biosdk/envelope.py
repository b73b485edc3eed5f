"""The two shells around every answer of the Bio-SDK: one of the service, one of the SDK behind it.

Source: mosip/biosdk-services at 372e860 and the schemas of mosip/mosip-compliance-toolkit at f96f4a4.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from biocapture.errors import BiocaptureError, UsageError
from biocapture.service.body import base64_bytes, json_object
from biocapture.service.messages import Answer, Call, json_answer

VERSION = "1.0"
WRONG_VERSION = "9.9"
"""Version of an answer to a request whose version is not known."""

INVALID, MISSING, FAILED_QUALITY, NOT_FOUND, POOR = 401, 402, 403, 404, 406
"""Statuses of the SDK, within an answer of HTTP status 200."""


class SdkError(Exception):
    """The SDK's own answer that something is wrong.

    Attributes
    ----------
    status : int
    message : str
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message

    @classmethod
    def invalid(cls, name: str) -> "SdkError":
        """A parameter, or the record in it, cannot be read.

        Parameters
        ----------
        name : str
            Of the parameter.
        """
        return cls(INVALID, f"Invalid Input Parameter - {name}")

    @classmethod
    def missing(cls, name: str) -> "SdkError":
        """A parameter is not there.

        Parameters
        ----------
        name : str
            Of the parameter.
        """
        return cls(MISSING, f"Missing Input Parameter - {name}")


class _EnvelopeError(Exception):
    def __init__(self, code: str, message: str, version: str = VERSION) -> None:
        super().__init__(message)
        self.code, self.message, self.version = code, message, version


def answered(call: Call, function: Callable[[dict[str, Any]], Any]) -> Answer:
    """Open a request, have it answered, and put the answer into both shells.

    Parameters
    ----------
    call : Call
    function : callable
        Takes the inner JSON, gives what the SDK gives; may raise :class:`SdkError`.

    Returns
    -------
    Answer
        HTTP status 200 whatever happens, as the clients expect.
    """
    try:
        return _outer(_inner(call, function))
    except _EnvelopeError as error:
        faults = [{"code": error.code, "message": error.message}]
        return _outer(None, faults, error.version)


def answered_bare(call: Call, function: Callable[[dict[str, Any]], Any]) -> Answer:
    """Likewise without the inner shell, which ``init`` has not.

    Parameters
    ----------
    call : Call
    function : callable

    Returns
    -------
    Answer
    """
    try:
        return _outer(function(_request_of(call)))
    except _EnvelopeError as error:
        return _outer(None, [{"code": error.code, "message": error.message}], error.version)


def _inner(call: Call, function: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    request = _request_of(call)
    try:
        return {"statusCode": 200, "statusMessage": "OK", "response": function(request)}
    except SdkError as error:
        return {"statusCode": error.status, "statusMessage": error.message, "response": None}
    except BiocaptureError as error:
        return {"statusCode": INVALID, "statusMessage": f"Invalid Input Parameter - {error}"[:500], "response": None}


def _outer(response: Any, faults: list[dict[str, str]] | None = None, version: str = VERSION) -> Answer:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json_answer({"version": version, "responsetime": now, "response": response, "errors": faults or []})


def _request_of(call: Call) -> dict[str, Any]:
    """The inner JSON of a request."""
    try:
        envelope = json_object(call.body, "body")
        if envelope.get("version") == VERSION:
            return json_object(base64_bytes(str(envelope.get("request", "")), "request"), "request")
    except UsageError as error:
        raise _EnvelopeError("INVALID_REQUEST_BODY", str(error)) from None
    text = "No Bio SDK service provider implementations found for given version"
    raise _EnvelopeError("BIO_SDK_001", text, WRONG_VERSION)
