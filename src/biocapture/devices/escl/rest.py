"""The REST interface of eSCL: addresses of service and jobs, and what HTTP statuses mean."""

from urllib.parse import quote, urljoin, urlsplit

from biocapture.devices.transport.http_reply import Reply
from biocapture.errors import (
    DeviceBusyError,
    DeviceDataError,
    DeviceError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
)


def service_url(address: str, subject: str) -> str:
    """Root of a service.

    Parameters
    ----------
    address : str
        ``http://host:port/eSCL``, or a part of it: ``/eSCL`` where no path is given, ``http`` where no scheme is.
    subject : str
        For errors.

    Returns
    -------
    str
        Without a slash at its end, user name and password.

    Raises
    ------
    DeviceNotFoundError
        Not such an address.
    """
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise DeviceNotFoundError("expected http://host:port/eSCL", subject) from error
    if not usable:
        raise DeviceNotFoundError("expected http://host:port/eSCL", subject)
    path = quote(parts.path.rstrip("/") or "/eSCL", safe="/%")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}"


def job_url(base: str, location: str, subject: str) -> str:
    """URL of a job. Only the path is taken: a scanner with several names may state one that does not lead to it.

    Parameters
    ----------
    base : str
        Root of the service.
    location : str
        Header ``Location`` of the reply.
    subject : str
        For errors.

    Returns
    -------
    str

    Raises
    ------
    DeviceDataError
        There is no path in it.
    """
    try:
        path = urlsplit(urljoin(f"{base}/", location)).path
    except ValueError:
        path = ""
    if not location or not path.strip("/"):
        raise DeviceDataError("began a scan without telling where", subject)
    return urljoin(base, quote(path.rstrip("/"), safe="/%:@!$&'()*+,;=~"))


def status_error(reply: Reply, what: str, subject: str) -> DeviceError:
    """Error that an HTTP status means to the operator.

    Parameters
    ----------
    reply : Reply
        Its status is not the expected one.
    what : str
        What was requested, as in "refuses the scan".
    subject : str
        The scanner.

    Returns
    -------
    DeviceError
        Not raised.
    """
    status = reply.status
    if status in (409, 423, 429, 503):
        return DeviceBusyError(f"is busy (status {status})", subject)
    if status in (401, 403):
        return DeviceUnsupportedError(f"wants a password for {what} (status {status})", subject)
    if status in (301, 302, 307, 308):
        return DeviceUnsupportedError(
            f"has moved to {reply.headers.get('location', '')[:200]!r}: use that address", subject
        )
    if status == 404:
        return DeviceNotFoundError(f"knows nothing of {what} (status 404): is the path right?", subject)
    if 400 <= status < 500:
        return DeviceUnsupportedError(f"refuses {what} (status {status})", subject)
    return DeviceError(f"failed (status {status})", subject)
