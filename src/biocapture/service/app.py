"""The application: a route for every endpoint, each guarded, read, answered by a worker process and counted."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from biocapture.guidance import LANGUAGES
from biocapture.service.endpoints import ENDPOINTS, LINES, Endpoint
from biocapture.service.guard import Guard, body_of
from biocapture.service.lines import answered_in_lines
from biocapture.service.messages import JSON, Answer, Call, Settings
from biocapture.service.metrics import Metrics
from biocapture.service.openapi import document
from biocapture.service.pool import BusyError, CallPool, OverdueError, PoolError, WorkerDiedError
from biocapture.service.problems import problem
from biocapture.service.respond import WARM_UP, respond_to_chunk

RETRY_AFTER_S = "2"
FIXED_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
LogLine = Callable[[str, str, int, float], None]
"""Method, path of the endpoint, status, seconds."""

PROBLEMS: dict[type[PoolError], str] = {BusyError: "busy", OverdueError: "overdue", WorkerDiedError: "worker-died"}


class Service:
    """The state of a running service: its guard, its worker processes, its counts.

    Parameters
    ----------
    settings : Settings
    guard : Guard
    workers : int
        Processes.
    log_line : callable, optional
        Called once per request; nothing of its body or its parameters is in it.
    """

    def __init__(self, settings: Settings, guard: Guard, workers: int, log_line: LogLine | None = None) -> None:
        self.settings, self.guard, self.workers, self.log_line = settings, guard, workers, log_line
        self.metrics = Metrics()
        self.pool: CallPool[Call, Answer] | None = None

    @asynccontextmanager
    async def running(self, _app: Starlette) -> AsyncIterator[None]:
        """Context in which worker processes are there; requests are answered once they have loaded."""
        work = partial(respond_to_chunk, self.settings)
        pool = CallPool[Call, Answer](work, self.workers, self.settings.limit_s, self.settings.queue)
        try:
            await pool.start(WARM_UP)
            self.pool = pool
            yield
        finally:
            self.pool = None
            pool.close()

    async def answer(self, call: Call) -> Answer:
        """Have a call answered by a worker, or say why that was not possible.

        Parameters
        ----------
        call : Call

        Returns
        -------
        Answer
        """
        language = call.query.get("lang", "") or call.language
        if self.pool is None:
            return problem("busy", "the service starts or ends", language=language)
        try:
            answer = await self.pool.call(call)
        except PoolError as error:
            return problem(PROBLEMS.get(type(error), "internal"), str(error), language=language)
        self.metrics.count_verdicts(answer.verdicts)
        return answer


def application(service: Service) -> Starlette:
    """Put the application together.

    Parameters
    ----------
    service : Service

    Returns
    -------
    Starlette
    """
    routes = [
        _route(service, endpoint.method, endpoint.path, _worker_answer(endpoint)) for endpoint in ENDPOINTS.values()
    ]
    routes += [
        _route(service, "GET", path, handler)
        for path, handler in {
            "/healthz": _alive,
            "/readyz": _ready,
            "/metrics": _metrics,
            "/v1/openapi.json": _openapi,
            "/biosdk-service/": _greeting,
            "/biosdk-service/s": _greeting,
            "/biosdk-service/actuator/health": _up,
        }.items()
    ]
    handlers = {404: _http_problem, 405: _http_problem}
    return Starlette(routes=routes, lifespan=service.running, exception_handlers=handlers)


Handler = Callable[[Service, Request, str], Awaitable[Response]]


def _route(service: Service, method: str, path: str, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        begin = time.perf_counter()
        language = _asked_language(request)
        objection = service.guard.objection(request, language)
        try:
            response = _response(objection) if objection else await handler(service, request, language)
        except ClientDisconnect:
            response = Response(status_code=499)  # nobody reads it; it is counted
        seconds = time.perf_counter() - begin
        service.metrics.count_request(method, path, response.status_code, seconds)
        if service.log_line:
            service.log_line(method, path, response.status_code, seconds)
        return response

    return Route(path, endpoint, methods=[method])


def _worker_answer(endpoint: Endpoint) -> Handler:
    async def handler(service: Service, request: Request, language: str) -> Response:
        body = await body_of(request, service.settings, language) if endpoint.body else b""
        if isinstance(body, Answer):
            return _response(body)
        kind = request.headers.get("content-type", "")
        query = dict(request.query_params)
        call = Call(endpoint.key, query, dict(request.path_params), body, kind, language)
        if endpoint.gives == LINES:
            return await answered_in_lines(call, service.answer, service.settings, service.workers)
        answer = await _unless_left(service.answer(call), request)
        return _with_etag(answer, request) if endpoint.method == "GET" else _response(answer)

    return handler


async def _unless_left(answering: Awaitable[Answer], request: Request) -> Answer:
    """The answer, unless the client goes away: then its worker is ended."""
    task = asyncio.ensure_future(answering)
    watch = asyncio.ensure_future(_has_left(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        for each in (task, watch):
            each.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


async def _has_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _response(answer: Answer) -> Response:
    headers = FIXED_HEADERS | ({"Retry-After": RETRY_AFTER_S} if answer.status in (429, 503) else {})
    headers |= {"WWW-Authenticate": "Bearer"} if answer.status == 401 else {}
    return Response(answer.body, answer.status, headers, answer.media_type)


def _with_etag(answer: Answer, request: Request) -> Response:
    """What there is changes with the version only: a client that has it is told so."""
    etag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    if answer.status == 200 and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, answer.status, FIXED_HEADERS | headers, answer.media_type)


def _asked_language(request: Request) -> str:
    """First language of ours in ``Accept-Language``; its order counts, not its weights."""
    wanted = [
        part.partition(";")[0].strip().lower()[:2] for part in request.headers.get("accept-language", "").split(",")
    ]
    return next((code for code in wanted if code in LANGUAGES), "")


async def _alive(service: Service, request: Request, language: str) -> Response:
    return Response('{"status":"alive"}', media_type=JSON)


async def _ready(service: Service, request: Request, language: str) -> Response:
    ready = service.pool is not None
    return Response('{"status":"ready"}' if ready else '{"status":"starting"}', 200 if ready else 503, media_type=JSON)


async def _metrics(service: Service, request: Request, language: str) -> Response:
    return Response(service.metrics.exposition(service.pool), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _openapi(service: Service, request: Request, language: str) -> Response:
    return _with_etag(document(), request)


async def _greeting(service: Service, request: Request, language: str) -> Response:
    return Response(f"Service is running... {time.strftime('%a %b %d %H:%M:%S UTC %Y', time.gmtime())}")


async def _up(service: Service, request: Request, language: str) -> Response:
    return Response('{"status":"UP"}', media_type=JSON)


async def _http_problem(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    name = {404: "not-found", 405: "no-such-method"}.get(status, "internal")
    return _response(problem(name, subject=request.url.path[:200], language=_asked_language(request)))
