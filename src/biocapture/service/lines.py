"""Many pictures in one request: a line of JSON for each, in the order in which they are done."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from starlette.responses import Response, StreamingResponse

from biocapture.errors import UsageError
from biocapture.service.body import Part, parts_of
from biocapture.service.endpoints import BYTES, LINES
from biocapture.service.messages import Answer, Call, Settings
from biocapture.service.problems import problem, problem_of

ONE = "POST /v1/assess"


async def answered_in_lines(
    call: Call, answer: Callable[[Call], Awaitable[Answer]], settings: Settings, at_once: int
) -> Response:
    """Answer a form of pictures line by line.

    Parameters
    ----------
    call : Call
        A form; each of its files is one picture.
    answer : callable
        Answers one of them.
    settings : Settings
    at_once : int
        Pictures in work.

    Returns
    -------
    Response
        A stream; every line has ``index``, ``name``, ``status`` and the answer or problem of that picture.
    """
    try:
        parts = await asyncio.to_thread(parts_of, call)  # copies up to 64 MB: not in the event loop
    except UsageError as error:
        return _whole(problem_of(error, call.language))
    if not 0 < len(parts) <= settings.max_pictures:
        detail = f"{len(parts)} pictures, expected 1..{settings.max_pictures}"
        return _whole(problem("usage", detail, subject="body", language=call.language, status=400))
    return StreamingResponse(_lines(call, parts, answer, at_once), media_type=LINES)


def _whole(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type=answer.media_type)


async def _lines(
    call: Call, parts: list[Part], answer: Callable[[Call], Awaitable[Answer]], at_once: int
) -> AsyncIterator[bytes]:
    room = asyncio.Semaphore(at_once)

    async def one(index: int, part: Part) -> bytes:
        async with room:
            query = {**call.query, "name": part.file_name}
            got = await answer(replace(call, endpoint=ONE, query=query, body=part.data, media_type=BYTES))
        return _line(index, part.file_name, got)

    tasks = [asyncio.ensure_future(one(index, part)) for index, part in enumerate(parts)]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:  # the client may have gone
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _line(index: int, name: str, answer: Answer) -> bytes:
    head = {"index": index, "name": name, "status": answer.status}
    field = "report" if answer.status == 200 else "problem"
    return json.dumps(head, ensure_ascii=False).encode()[:-1] + f', "{field}": '.encode() + answer.body + b"}\n"
