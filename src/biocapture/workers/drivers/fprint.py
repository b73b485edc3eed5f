"""Fingerprint readers through libfprint, by GObject introspection; mostly under the system's own Python."""

import threading
from typing import Any

from biocapture.workers.drivers.protocol import Handler, Reply, RequestRefusedError, serve

MISSING = "needs libfprint with its introspection (Debian: gir1.2-fprint-2.0, python3-gi; or biocapture[fprint])"


class _Reader:
    """The one open reader of this process."""

    def __init__(self) -> None:
        self.library: Any = None
        self.context: Any = None
        self.reader: Any = None
        self.running: Any = None

    def load(self) -> None:
        """Load libfprint; the context keeps the devices alive."""
        try:
            import gi

            gi.require_version("FPrint", "2.0")
            from gi.repository import FPrint
        except (ImportError, ValueError) as error:
            raise RequestRefusedError("unsupported", f"{MISSING}: {error}") from error
        self.library, self.context = FPrint, self.context or FPrint.Context()

    def list(self) -> Reply:
        """Every reader: driver, id and name."""
        self.load()
        return {"found": [[_name(each), each.get_name()] for each in self.context.get_devices()]}, b""

    def open(self, name: str) -> Reply:
        """Open a reader by driver and id, or the first."""
        self.load()
        readers = [each for each in self.context.get_devices() if not name or _name(each) == name]
        if not readers:
            raise RequestRefusedError("not_found", "no such reader" if name else "no reader is plugged in")
        if not readers[0].has_feature(self.library.DeviceFeature.CAPTURE):
            raise RequestRefusedError("unsupported", "the reader compares prints inside and hands out no images")
        self._call(readers[0].open_sync)
        self.reader = readers[0]
        return {"name": _name(readers[0]), "model": readers[0].get_name()}, b""

    def capture(self, seconds: float) -> Reply:
        """Wait for a finger and take its image: its pixels, and their density as far as the driver knows it."""
        from gi.repository import Gio

        self.running = Gio.Cancellable()
        timer = threading.Timer(seconds, self.running.cancel)
        timer.start()
        try:
            image = self._call(self.reader.capture_sync, True, self.running)
        finally:
            timer.cancel()
        data = bytes(image.get_data())
        return {"rows": image.get_height(), "columns": image.get_width(), "per_mm": float(image.get_ppmm())}, data

    def _call(self, function: Any, *arguments: Any) -> Any:
        from gi.repository import GLib

        try:
            return function(*arguments)
        except GLib.Error as error:
            raise self._error_of(error) from error

    def _error_of(self, error: Any) -> RequestRefusedError:
        codes = self.library.DeviceError
        kinds = {
            codes.BUSY: "busy",
            codes.ALREADY_OPEN: "busy",
            codes.NOT_SUPPORTED: "unsupported",
            codes.DATA_INVALID: "bad_data",
            codes.PROTO: "bad_data",
            codes.NOT_OPEN: "disconnected",
            codes.REMOVED: "disconnected",
        }
        if error.matches(self.library.device_retry_quark(), error.code):
            return RequestRefusedError("scan_rejected", error.message)
        if error.matches(self.library.device_error_quark(), error.code):
            return RequestRefusedError(
                {int(code): kind for code, kind in kinds.items()}.get(error.code, "failed"), error.message
            )
        if "g-io-error" in error.domain and "cancel" in error.message.lower():
            return RequestRefusedError("nothing_seen", "no finger was placed")
        return RequestRefusedError("failed", error.message)

    def cancel(self) -> None:
        """Stop waiting for a finger."""
        if self.running is not None:
            self.running.cancel()


def _name(reader: Any) -> str:
    return f"{reader.get_driver()}/{reader.get_device_id()}"


def main() -> None:
    """Serve."""
    reader = _Reader()
    handlers: dict[str, Handler] = {"open": reader.open, "capture": reader.capture, "list": reader.list}
    serve(handlers, reader.cancel)
