"""The receiver over HTTP: tus 1.0.0 (core, creation), one PUT, and receipts."""

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from biocapture.enrolment.outbox.keys import PublicKeys, read_public
from biocapture.enrolment.outbox.packet import ENDING, ID, MAX_PACKET_BYTES, STATED_SHA256
from biocapture.errors import PacketError
from biocapture.service.guard import Guard
from biocapture.service.receiver.faults import Faults
from biocapture.service.receiver.shelf import ChangedOnTheWayError, Expected, Shelf

TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
CHECKSUM_MISMATCH = 460
"""Of the tus protocol."""

WRITE_BYTES = 1 << 16
MAX_UPLOADS = 32
"""At the same time; more are told to come again."""

RETRY_AFTER_S = 5


@dataclass(slots=True)
class Receiver:
    """A running receiver.

    Attributes
    ----------
    shelf : Shelf
    guard : Guard
    faults : Faults
        Planted for tests; usually none.
    """

    shelf: Shelf
    guard: Guard
    faults: Faults = field(default_factory=Faults)
    busy: set[str] = field(default_factory=set)


def application(receiver: Receiver) -> Starlette:
    """Put the application together.

    Parameters
    ----------
    receiver : Receiver

    Returns
    -------
    Starlette
    """
    receiver.shelf.prepare()
    routes = [
        _route(receiver, "/", ("POST",), _create),
        _route(receiver, "/files/{id}", ("HEAD", "PATCH"), _upload),
        _route(receiver, "/receipts/{id}", ("GET",), _receipt),
        _route(receiver, "/{name}", ("PUT",), _put),
        _route(receiver, "/healthz", ("GET",), _alive),
    ]
    return Starlette(routes=routes)


def known_stations(folder: Path | None) -> Callable[[PublicKeys], bool]:
    """Decides whether a station is known.

    Parameters
    ----------
    folder : Path or None
        Of public keys, ``*.pub``; looked at for each packet, so that a station can be added. None: any station.

    Returns
    -------
    callable
    """

    def trusted(station: PublicKeys) -> bool:
        if folder is None:
            return True
        return any(read_public(path).to_bytes() == station.to_bytes() for path in sorted(folder.glob("*.pub")))

    return trusted


Handler = Callable[[Receiver, Request], Awaitable[Response]]


def _route(receiver: Receiver, path: str, methods: tuple[str, ...], handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        objection = receiver.guard.objection(request, "")
        if objection is not None:
            return Response(objection.body, objection.status, media_type=objection.media_type)
        if (fault := receiver.faults.instead(request.method)) is not None:
            return fault
        try:
            return await handler(receiver, request)
        except ClientDisconnect:
            return Response(status_code=499)
        except OSError as error:  # the disk is full, say
            return Response(error.strerror or "", 503, {"Retry-After": str(RETRY_AFTER_S)})

    return Route(path, endpoint, methods=list(methods))


async def _create(receiver: Receiver, request: Request) -> Response:
    told = _metadata(request.headers.get("upload-metadata", ""))
    packet_id, length = told.get("id", ""), request.headers.get("upload-length", "")
    if not ID.fullmatch(packet_id) or not (length.isascii() and length.isdigit() and len(length) <= 12):
        return Response("Upload-Metadata needs the id of a packet, Upload-Length its bytes", 400, TUS)
    if int(length) > MAX_PACKET_BYTES:
        return Response(f"{length} bytes; the limit is {MAX_PACKET_BYTES}", 413, TUS)
    if not receiver.shelf.expect(packet_id, Expected(int(length), told.get("sha256", ""))):
        return Response("a packet of this id with other bytes is here", 409, TUS)
    return Response(status_code=201, headers=TUS | {"Location": f"/files/{packet_id}"})


async def _upload(receiver: Receiver, request: Request) -> Response:
    shelf, packet_id = receiver.shelf, request.path_params["id"]
    offset = shelf.offset(packet_id) if ID.fullmatch(packet_id) else None
    if offset is None:
        return Response(status_code=404, headers=TUS)
    if request.method == "HEAD":
        expected = shelf.expected(packet_id)
        if expected and offset == expected.size and packet_id not in receiver.busy:
            with _alone(receiver, packet_id):  # it was killed between the last byte and the shelf
                return await _accepted(shelf, packet_id, offset)
        return Response(headers=_at(offset) | {"Upload-Length": str(expected.size if expected else offset)})
    if (objection := _crowded(receiver, packet_id)) is not None:
        return objection
    with _alone(receiver, packet_id):
        return await _append(shelf, packet_id, request)


def _crowded(receiver: Receiver, packet_id: str) -> Response | None:
    """Why an upload is not taken now."""
    if packet_id in receiver.busy:
        return Response("another connection sends this packet", 423, TUS | {"Retry-After": "1"})
    if len(receiver.busy) >= MAX_UPLOADS:
        return Response(status_code=429, headers=TUS | {"Retry-After": str(RETRY_AFTER_S)})
    return None


@contextmanager
def _alone(receiver: Receiver, packet_id: str) -> Iterator[None]:
    receiver.busy.add(packet_id)
    try:
        yield
    finally:
        receiver.busy.discard(packet_id)


async def _append(shelf: Shelf, packet_id: str, request: Request) -> Response:
    """Write what comes as it comes: what arrived before the line broke need not be sent again."""
    offset, expected = shelf.offset(packet_id) or 0, shelf.expected(packet_id)
    if request.headers.get("upload-offset") != str(offset) or expected is None:
        return Response(status_code=409, headers=_at(offset))
    kept = bytearray()
    try:
        async for piece in request.stream():
            kept += piece
            if offset + len(kept) > expected.size:
                return Response("more bytes than announced", 413, _at(offset))
            if len(kept) >= WRITE_BYTES:
                shelf.append(packet_id, bytes(kept))
                offset += len(kept)
                kept.clear()
    finally:
        if kept and offset + len(kept) <= expected.size:
            shelf.append(packet_id, bytes(kept))
            offset += len(kept)
    if offset < expected.size:
        return Response(status_code=204, headers=_at(offset))
    return await _accepted(shelf, packet_id, offset)


async def _accepted(shelf: Shelf, packet_id: str, offset: int) -> Response:
    try:
        await asyncio.to_thread(shelf.accept, packet_id)
    except ChangedOnTheWayError:
        return Response(status_code=CHECKSUM_MISMATCH, headers=TUS)
    except PacketError as error:
        return Response(error.message, 422, TUS)
    return Response(status_code=204, headers=_at(offset))


async def _put(receiver: Receiver, request: Request) -> Response:
    shelf, name = receiver.shelf, request.path_params["name"]
    packet_id, length = name.removesuffix(ENDING), request.headers.get("content-length", "")
    if not name.endswith(ENDING) or not ID.fullmatch(packet_id):
        return Response("expected ID.bcp", 400)
    if not length.isdigit() or int(length) > MAX_PACKET_BYTES:
        return Response(f"the limit is {MAX_PACKET_BYTES} bytes", 413)
    stated = request.headers.get(STATED_SHA256, "")
    if (receipt := shelf.receipt(packet_id)) is not None:
        same = stated in ("", receipt.sha256)
        return Response(status_code=204) if same else Response("a packet of this id with other bytes is here", 409)
    if (objection := _crowded(receiver, packet_id)) is not None:
        return objection
    with _alone(receiver, packet_id):
        shelf.drop(packet_id)
        shelf.expect(packet_id, Expected(int(length), stated))
        async for piece in request.stream():
            shelf.append(packet_id, piece)
        return await _accepted(shelf, packet_id, int(length))


async def _receipt(receiver: Receiver, request: Request) -> Response:
    packet_id = request.path_params["id"]
    receipt = await asyncio.to_thread(receiver.shelf.receipt, packet_id) if ID.fullmatch(packet_id) else None
    if receipt is None:
        return Response(status_code=404)
    return JSONResponse(receiver.faults.spoilt(asdict(receipt)))


async def _alive(receiver: Receiver, request: Request) -> Response:
    return Response(json.dumps({"status": "alive"}), media_type="application/json")


def _at(offset: int) -> dict[str, str]:
    return TUS | {"Upload-Offset": str(offset)}


def _metadata(text: str) -> dict[str, str]:
    """``Upload-Metadata``: names, each with a value in base64."""
    found = {}
    for pair in text.split(",")[:20]:
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            continue
    return found
