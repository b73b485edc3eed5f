"""The server under the simulators of network devices: this machine only, and nothing left when it is closed."""

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


def serve(simulator: Running, started: Callable[[Running], None]) -> None:
    """Serve until interrupted."""
    with simulator:
        started(simulator)
        simulator.closing.wait()


class SimulatorServer(ThreadingHTTPServer, Generic[Simulated]):
    """Listens on this machine only; closing it joins every thread."""

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
        """A thread for each connection; all connections are known, so that they can be ended."""
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """After the reply."""
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""

    def _end_connections(self) -> None:
        """Wake every thread that waits for its client."""
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
