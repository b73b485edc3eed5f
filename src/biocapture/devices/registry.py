"""From ``name:address?option=value`` to a device. Entry points are the only route, for our adapters as for others."""

import difflib
import importlib
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from biocapture.devices.protocol import Adapter, CaptureDevice, Discovery
from biocapture.errors import DeviceError, DeviceNotFoundError, DeviceUnsupportedError, UsageError

GROUP = "biocapture.devices"


def adapters() -> dict[str, EntryPoint]:
    """Entry points by adapter name, not loaded. The first of a name on the path counts."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, point)
    return dict(sorted(found.items()))


def load_adapter(name: str) -> Adapter:
    """Load one adapter.

    Raises
    ------
    DeviceNotFoundError
        No adapter of this name is installed; the nearest name is told.
    DeviceUnsupportedError
        It is installed and cannot be imported.
    """
    known = adapters()
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; installed: {', '.join(known) or 'none'}"
        raise DeviceNotFoundError(f"no such device adapter{hint}", name)
    try:
        loaded: Adapter = known[name].load()
    except (ImportError, AttributeError) as error:
        raise DeviceUnsupportedError(f"the adapter {known[name].value} cannot be loaded: {error}", name) from error
    return loaded


def split_spec(spec: str) -> tuple[str, str, dict[str, str]]:
    """Adapter, address and options of ``name:address?option=value&…``.

    The last ``?`` begins the options: an address that has its own, and no options of ours, is written with one more at
    its end.

    Raises
    ------
    UsageError
        The name is missing, an option has no value or comes twice.
    """
    name, _, rest = spec.partition(":")
    if not name:
        raise UsageError("expected name:address?option=value", spec or "device")
    address, _, query = rest.rpartition("?") if "?" in rest else (rest, "", "")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise UsageError(f"expected name:address?option=value&…: {error}", spec) from error
    chosen = dict(pairs)
    if len(chosen) < len(pairs):
        raise UsageError("an option is given twice", spec)
    return name, address, chosen


def open_device(spec: str, **options: Any) -> CaptureDevice:
    """Find the adapter and build the device; ``with`` opens it.

    Parameters
    ----------
    spec : str
        ``name:address?option=value&…``, e.g. ``sim:finger``, ``camera:0?width_px=1280``, ``escl:http://10.0.0.7/eSCL``.
    **options
        More options; they win over those in ``spec``.

    Raises
    ------
    DeviceNotFoundError, DeviceUnsupportedError
        No such adapter, or it cannot run in this installation.
    UsageError
        An option is unknown, or its value out of range.
    """
    name, address, chosen = split_spec(spec)
    found = load_adapter(name)
    try:
        checked = found.options_model.model_validate(chosen | options)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "options"
        known = ", ".join(found.options_model.model_fields) or "none"
        raise UsageError(f"option {where}: {first['msg']}; options of {name}: {known}", spec) from error
    return found(address, checked)


def discover_devices(timeout_s: float) -> list[tuple[str, str]]:
    """Adapter and what it found: addresses, or why it cannot look."""
    rows = []
    for name in adapters():
        try:
            loaded = load_adapter(name)
            found = loaded.discover(timeout_s) if isinstance(loaded, Discovery) else ["by address only"]
        except DeviceError as error:
            found = [error.message]
        rows.append((name, ", ".join(found) or "none found"))
    return rows


def import_optional(module: str, extra: str) -> ModuleType:
    """Import what an adapter needs beyond the library's own dependencies.

    Raises
    ------
    DeviceUnsupportedError
        It is not installed; says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise DeviceUnsupportedError(f"needs {module}: pip install 'biocapture[{extra}]' ({error})", extra) from error
