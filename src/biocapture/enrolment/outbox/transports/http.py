"""``tus+https://…`` (resumable, tus 1.0.0) and ``https://…`` (one PUT); ``http`` for a line that is safe.

tus: https://tus.io/protocols/resumable-upload (core, creation). Receipts are asked for at ``receipts/ID`` beside the
address; a server that has none answers 404, and the packet stays delivered.
"""

import base64
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from biocapture.enrolment.outbox.packet import ENDING, STATED_SHA256
from biocapture.enrolment.outbox.receipt import MAX_RECEIPT_BYTES
from biocapture.enrolment.outbox.transports.protocol import Outgoing, Progress, RefusedError, TransportError
from biocapture.errors import UsageError

TUS = {"Tus-Resumable": "1.0.0"}
PIECE_BYTES = 64 * 1024
TIMEOUT_S = 30.0
"""Without a byte."""

REFUSED = frozenset({400, 403, 409, 413, 415, 422})
"""The server will not take it, however often it is asked."""


class _HttpTransport:
    """What both have: a client, and what its answers mean."""

    def __init__(self, address: str, token: str = "", timeout_s: float = TIMEOUT_S) -> None:
        url = address.removeprefix("tus+").rstrip("/") + "/"
        if not urlsplit(url).hostname:
            raise UsageError("expected an address such as https://host/path", address)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = url
        self._client = httpx.Client(timeout=timeout_s, headers=headers, follow_redirects=False)

    def close(self) -> None:
        """Give up connections."""
        self._client.close()

    def _ask(self, method: str, url: str, good: tuple[int, ...], **options: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, url, **options)
        except httpx.HTTPError as error:
            raise TransportError(f"{method}: {type(error).__name__}: {error}") from error
        if answer.status_code in good:
            return answer
        if answer.status_code in REFUSED:
            raise RefusedError(f"status {answer.status_code}: {answer.text[:200]}")
        raise TransportError(f"{method}: status {answer.status_code}", _retry_after_s(answer))

    def _receipt(self, packet: Outgoing) -> Any:
        answer = self._ask("GET", urljoin(self._url, f"receipts/{packet.id}"), (200, 202, 404))
        if answer.status_code != 200:
            return None
        try:
            if len(answer.content) > MAX_RECEIPT_BYTES:
                raise TransportError("the receipt is too long")
            return answer.json()
        except ValueError:
            raise TransportError("the receipt is no JSON") from None


class TusTransport(_HttpTransport):
    """Resumable uploads."""

    def send(self, packet: Outgoing, progress: Progress) -> Any:
        """See :class:`~biocapture.enrolment.outbox.transports.protocol.Transport`.

        Parameters
        ----------
        packet : Outgoing
        progress : Progress

        Returns
        -------
        object or None
        """
        upload, offset = packet.upload, None
        if upload:
            answer = self._ask("HEAD", upload, (200, 204, 404, 410), headers=TUS)
            offset = _offset(answer) if answer.status_code in (200, 204) else None
        if offset is None:
            upload = self._create(packet)
            progress.upload(upload)
            offset = _offset(self._ask("HEAD", upload, (200, 204), headers=TUS))
        if not 0 <= offset <= packet.size:
            raise TransportError(f"the server is at byte {offset} of {packet.size}")
        if offset < packet.size:
            headers = TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            headers["Content-Length"] = str(packet.size - offset)
            body = _pieces(packet.path, offset, progress)
            answer = self._ask("PATCH", upload, (200, 204, 409), headers=headers, content=body)
            if _offset(answer) != packet.size:
                raise TransportError(f"the server is at byte {_offset(answer)} of {packet.size}")
        return self._receipt(packet)

    def _create(self, packet: Outgoing) -> str:
        facts = {"id": packet.id, "filename": packet.id + ENDING, "sha256": packet.sha256}
        told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in facts.items())
        headers = TUS | {"Upload-Length": str(packet.size), "Upload-Metadata": told}
        answer = self._ask("POST", self._url, (200, 201), headers=headers)
        location = urljoin(self._url, answer.headers.get("location", ""))
        if urlsplit(location).netloc != urlsplit(self._url).netloc:
            raise TransportError("the server sends the upload to another host")
        return location


class PutTransport(_HttpTransport):
    """One request per packet; what breaks off is sent again from the beginning."""

    def send(self, packet: Outgoing, progress: Progress) -> Any:
        """See :class:`~biocapture.enrolment.outbox.transports.protocol.Transport`.

        Parameters
        ----------
        packet : Outgoing
        progress : Progress

        Returns
        -------
        object or None
        """
        if packet.upload != "sent":
            headers = {"Idempotency-Key": packet.id, STATED_SHA256: packet.sha256, "Content-Length": str(packet.size)}
            url = urljoin(self._url, packet.id + ENDING)
            self._ask("PUT", url, (200, 201, 204), headers=headers, content=_pieces(packet.path, 0, progress))
            progress.upload("sent")
        return self._receipt(packet)


def _pieces(path: Path, offset: int, progress: Progress) -> Iterator[bytes]:
    try:
        with path.open("rb") as handle:
            handle.seek(offset)
            while piece := handle.read(PIECE_BYTES):
                yield piece
                progress.sent(len(piece))
    except OSError as error:
        raise TransportError(f"{path}: {error.strerror or error}") from error


def _offset(answer: httpx.Response) -> int:
    text = answer.headers.get("upload-offset", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise TransportError("the server does not say how much it has")
    return int(text)


def _retry_after_s(answer: httpx.Response) -> float | None:
    """Seconds of ``Retry-After``, which is a number or a date by the server's own clock."""
    text = answer.headers.get("retry-after", "")
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(answer.headers["date"])).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None
