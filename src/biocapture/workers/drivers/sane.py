"""SANE through ``python-sane``."""

from typing import Any

import sane

from biocapture.workers.drivers.protocol import Reply, RequestRefusedError, serve

ERROR_KINDS = {
    "Device busy": "busy",
    "Invalid argument": "unsupported",
    "Error during device I/O": "disconnected",
    "Document feeder out of documents": "nothing_seen",
    "Document feeder jammed": "failed",
    "Scanner cover is open": "busy",
    "Access to resource has been denied": "unsupported",
    "Operation not supported": "unsupported",
    "Operation was canceled": "timeout",
    "End of file reached": "bad_data",
    "Out of memory": "bad_data",
}
"""Kinds of errors by SANE's text."""


class _Scanner:
    """The one open scanner of this process."""

    def __init__(self) -> None:
        self.device: Any = None

    def open(self, name: str) -> Reply:
        """Open it; the reply holds the constraint of each of its options."""
        sane.init()
        try:
            self.device = sane.open(name)
        except Exception as error:
            if str(error) == "Invalid argument":  # SANE's word for a name it does not know
                raise RequestRefusedError("not_found", "no such scanner") from error
            raise _error_of(error) from error
        options = self.device.opt.values()
        return {"options": {option.name: option.constraint for option in options if option.is_settable()}}, b""

    def scan(self, settings: list[tuple[str, Any]]) -> Reply:
        """Set options in this order and scan; the reply holds shape and resolution as the scanner made them."""
        for name, value in settings:
            self._set(name, value)
        try:
            self.device.start()
            stride = self.device.get_parameters()[4]
            data, columns, _, channels, _ = self.device.dev.snap(False, False, None)
        except Exception as error:
            raise _error_of(error) from error
        reply = {"columns": columns, "channels": channels, "stride": stride}
        return {**reply, "ppi": float(getattr(self.device, "resolution", 0) or 0)}, bytes(data)

    def _set(self, name: str, value: Any) -> None:
        key = name.replace("-", "_")
        option = self.device.opt.get(key)
        if option is None or not option.is_active() or not option.is_settable():
            raise RequestRefusedError("unsupported", f"has no option {name} that can be set now")
        try:
            setattr(self.device, key, _typed(option, value))
        except Exception as error:
            raise RequestRefusedError(
                "unsupported", f"does not take {value!r} for {name}; it takes {option.constraint}"
            ) from error

    def cancel(self) -> None:
        """Stop the carriage."""
        if self.device is not None:
            self.device.cancel()


def _typed(option: Any, value: Any) -> Any:
    kind = sane.TYPE_STR[option.type]
    if kind == "TYPE_BOOL":
        return value in (True, 1, "yes", "true", "1")
    return {"TYPE_INT": lambda: round(float(value)), "TYPE_FIXED": lambda: float(value)}.get(kind, lambda: str(value))()


def _error_of(error: Exception) -> RequestRefusedError:
    text = str(error)
    return RequestRefusedError(ERROR_KINDS.get(text, "failed"), text)


def main() -> None:
    """Serve."""
    scanner = _Scanner()
    serve({"open": scanner.open, "scan": scanner.scan, "list": _list}, scanner.cancel)


def _list() -> Reply:
    sane.init()
    return {"found": [list(device) for device in sane.get_devices()]}, b""
