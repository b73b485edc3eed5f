"""The server under the simulators of network devices: this machine only, and nothing left when it is closed."""

import contextlib
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, TypeVar

Simulated = TypeVar("Simulated")


class SimulatorServer(ThreadingHTTPServer, Generic[Simulated]):
    """Listens on this machine only; closing it joins every thread."""

    daemon_threads = False
    allow_reuse_address = False

    def __init__(self, port: int, simulator: Simulated, handler: type[BaseHTTPRequestHandler]) -> None:
        self.simulator = simulator
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), handler)

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

    def end_connections(self) -> None:
        """Wake every thread that waits for its client."""
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
