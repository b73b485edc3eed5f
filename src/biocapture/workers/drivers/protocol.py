"""Protocol of a driver's process: a line of JSON as request, a line of JSON and bytes as reply."""

import json
import os
import queue
import resource
import sys
import threading
from collections.abc import Callable
from typing import Any

Reply = tuple[dict[str, Any], bytes]
Handler = Callable[..., Reply]

GRACE_PERIOD_S = 0.4
"""A capture that is cancelled may take this long to end."""


MAX_MEMORY_BYTES = 4 << 30
"""Stops a device that sends without end, if its time limit does not."""


class RequestRefusedError(Exception):
    """A request that the device refused; ``kind`` is the name of a device error, without ``device.``."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def serve(handlers: dict[str, Handler], cancel: Callable[[], None]) -> None:
    """Answer requests until the input is closed.

    Parameters
    ----------
    handlers : dict
        By the ``do`` of a request; its other entries are their arguments.
    cancel : callable
        Ends a capture that runs in another thread; called when the input is closed.
    """
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = MAX_MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MAX_MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library may print: that must not mix with the replies
    threading.Thread(target=_listen, args=(requests, cancel), daemon=True).start()
    while line := requests.get():
        request = json.loads(line)
        reply, data = _handle(handlers[request.pop("do")], request)
        replies.write(json.dumps({**reply, "size": len(data)}).encode() + b"\n" + data)
        replies.flush()


def _handle(handler: Handler, arguments: dict[str, Any]) -> Reply:
    try:
        return handler(**arguments)
    except RequestRefusedError as error:
        return {"error": error.kind, "message": str(error)}, b""
    except Exception as error:  # noqa: BLE001  libraries raise almost anything
        return {"error": "failed", "message": f"{type(error).__name__}: {error}"[:500]}, b""


def _listen(requests: "queue.SimpleQueue[bytes]", cancel: Callable[[], None]) -> None:
    """Notice the end of input even while the main thread waits in the library. Signals are left to the library."""
    for line in sys.stdin.buffer:
        requests.put(line)
    requests.put(b"")
    timer = threading.Timer(GRACE_PERIOD_S, os._exit, (1,))
    timer.daemon = True
    timer.start()
    cancel()
