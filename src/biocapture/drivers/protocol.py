"""How a driver's process talks: a line of JSON asks, a line of JSON and some bytes answer."""

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
"""A capture that is cancelled may take so long to end."""


MAX_MEMORY_BYTES = 4 << 30
"""A device that sends without end is stopped by it, if not by the time."""


class RequestRefusedError(Exception):
    """What the device said no to; ``kind`` is the name of a device error, without ``device.``."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def serve(handlers: dict[str, Handler], cancel: Callable[[], None]) -> None:
    """Answer until nobody can ask any more.

    Parameters
    ----------
    handlers : dict
        By the ``do`` of a request; its other entries are their arguments.
    cancel : callable
        Ends a capture that runs in another thread; called when whoever asks has gone.
    """
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MAX_MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MAX_MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    threading.Thread(target=_listen, args=(requests, cancel), daemon=True).start()
    while line := requests.get():
        asked = json.loads(line)
        told, data = _answered(handlers[asked.pop("do")], asked)
        replies.write(json.dumps({**told, "size": len(data)}).encode() + b"\n" + data)
        replies.flush()


def _answered(handler: Handler, asked: dict[str, Any]) -> Reply:
    try:
        return handler(**asked)
    except RequestRefusedError as error:
        return {"error": error.kind, "message": str(error)}, b""
    except Exception as error:  # noqa: BLE001  libraries raise almost anything
        return {"error": "failed", "message": f"{type(error).__name__}: {error}"[:500]}, b""


def _listen(requests: "queue.SimpleQueue[bytes]", cancel: Callable[[], None]) -> None:
    """Hear the end even while the main thread waits inside the library. Signals are left to the library."""
    for line in sys.stdin.buffer:
        requests.put(line)
    requests.put(b"")
    last_words = threading.Timer(GRACE_PERIOD_S, os._exit, (1,))
    last_words.daemon = True
    last_words.start()
    cancel()
