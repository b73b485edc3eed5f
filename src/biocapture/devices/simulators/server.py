"""HTTP server of the simulators: on this machine only, and nothing is left when it is closed."""

import contextlib
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

Simulated = TypeVar("Simulated")


class RunnableSimulator(Protocol):
    """A simulator: serves as long as its ``with`` lasts, or until ``closing`` is set."""

    closing: threading.Event

    def __enter__(self) -> Self:
        """Start."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""


Running = TypeVar("Running", bound=RunnableSimulator)


def run_simulator(simulator: Running, started: Callable[[Running], None]) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    simulator : RunnableSimulator
    started : callable
        Called once with the simulator when it serves.
    """
    with simulator:
        started(simulator)
        simulator.closing.wait()


class SimulatorServer(ThreadingHTTPServer, Generic[Simulated]):
    """Listens on this machine only; closing it joins every thread.

    Parameters
    ----------
    port : int
        0: any free one.
    simulator : object
        What handlers find as ``server.simulator``.
    handler : type
        Of `http.server.BaseHTTPRequestHandler`.
    name : str
        Of its thread.
    """

    daemon_threads = False
    allow_reuse_address = False

    def __init__(self, port: int, simulator: Simulated, handler: type[BaseHTTPRequestHandler], name: str) -> None:
        self.simulator = simulator
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name=name)

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End every connection and thread."""
        self.shutdown()
        self._thread.join()
        self._end_connections()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection in a thread; it is noted, so that it can be ended.

        Parameters
        ----------
        request : socket
        client_address : tuple
        """
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection after its reply.

        Parameters
        ----------
        request : socket
        """
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that disconnects early.

        Parameters
        ----------
        request : socket
        client_address : tuple
        """

    def _end_connections(self) -> None:
        """Wake every thread that waits for its client."""
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
