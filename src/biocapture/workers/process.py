"""What runs inside a worker process of the pool in ``pool.py``."""

import os
import queue
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

WHOLE_CHUNK = -1
"""Sent instead of an index when work goes to all items of a chunk at once."""


def serve_chunks(
    connection: Connection,
    work: Callable[[Sequence[Any], Callable[[int], None]], list[Any]],
    copies: Sequence[Connection] = (),
) -> None:
    """Work on chunks until the other end is closed.

    Sends an index when it goes to an item, the list of answers when a chunk is done, the exception if it raises one.

    Parameters
    ----------
    connection : Connection
        Chunks come in, messages go out.
    work : callable
        Takes a chunk and a function to call with the index of the item it goes to; returns an answer per item.
    copies : sequence of Connection
        Ends of pipes that belong to the parent, which a forked process holds, too, and closes.
    """
    import cv2

    for copy in copies:
        copy.close()
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who then ends us
    chunks: queue.SimpleQueue[Sequence[Any]] = queue.SimpleQueue()
    # Chunks are taken off the pipe at once: else both ends could wait for the other to read.
    threading.Thread(target=_receive, args=(connection, chunks), daemon=True).start()
    while True:
        chunk = chunks.get()
        try:
            connection.send(work(chunk, connection.send))
        except OSError:  # the parent is gone
            return
        except BaseException as error:  # noqa: BLE001  raised again in the parent
            connection.send(error)


def _receive(connection: Connection, chunks: "queue.SimpleQueue[Sequence[Any]]") -> None:
    try:
        while True:
            chunks.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)  # the parent is gone: nobody reads the answer of the chunk in work
