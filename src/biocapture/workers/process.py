"""What runs inside a worker process of the pool in ``pool.py``."""

import os
import queue
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

TOGETHER = -1
"""Said instead of an index when work goes to all items of a piece at once."""


def serve(
    connection: Connection,
    work: Callable[[Sequence[Any], Callable[[int], None]], list[Any]],
    copies: Sequence[Connection] = (),
) -> None:
    """Work on pieces until the other end is closed.

    Says an index when it goes to an item, the list of answers when a piece is done, the exception should it raise.
    ``copies`` are connections of the parent that a forked process has no use for.
    """
    import cv2

    for copy in copies:
        copy.close()
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who then ends us
    pieces: queue.SimpleQueue[Sequence[Any]] = queue.SimpleQueue()
    # Pieces are taken off the pipe at once: else both ends could wait for the other to read.
    threading.Thread(target=_receive, args=(connection, pieces), daemon=True).start()
    while True:
        piece = pieces.get()
        try:
            connection.send(work(piece, connection.send))
        except OSError:  # the parent is gone
            return
        except BaseException as error:  # noqa: BLE001  raised again in the parent
            connection.send(error)


def _receive(connection: Connection, pieces: "queue.SimpleQueue[Sequence[Any]]") -> None:
    try:
        while True:
            pieces.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)  # the parent is gone: nobody wants the piece in work
