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
    """Entry points by adapter name, not loaded. Of two with one name, the first on the path counts."""
    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        points.setdefault(point.name, point)
    return dict(sorted(points.items()))


def load_adapter(name: str) -> Adapter:
    """Load one adapter.

    Parameters
    ----------
    name : str
        Of its entry point.

    Returns
    -------
    Adapter
        The class, not constructed.

    Raises
    ------
    DeviceNotFoundError
        No adapter of this name is installed; the error suggests the nearest name.
    DeviceUnsupportedError
        It is installed and cannot be imported.
    """
    points = adapters()
    if name not in points:
        similar = difflib.get_close_matches(name, points, 1)
        hint = f"; did you mean {similar[0]}?" if similar else f"; installed: {', '.join(points) or 'none'}"
        raise DeviceNotFoundError(f"no such device adapter{hint}", name)
    try:
        loaded: Adapter = points[name].load()
    except (ImportError, AttributeError) as error:
        raise DeviceUnsupportedError(f"the adapter {points[name].value} cannot be loaded: {error}", name) from error
    return loaded


def split_spec(spec: str) -> tuple[str, str, dict[str, str]]:
    """Adapter, address and options of ``name:address?option=value&…``.

    The last ``?`` begins the options: an address that has its own, and no options of ours, is written with one more at
    its end.

    Parameters
    ----------
    spec : str
        As on the command line.

    Returns
    -------
    name, address : str
    options : dict of str to str
        Not validated yet.

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
    options = dict(pairs)
    if len(options) < len(pairs):
        raise UsageError("an option is given twice", spec)
    return name, address, options


def open_device(spec: str, **options: Any) -> CaptureDevice:
    """Find the adapter and construct the device; ``with`` opens it.

    Parameters
    ----------
    spec : str
        ``name:address?option=value&…``, e.g. ``sim:finger``, ``camera:0?width_px=1280``, ``escl:http://10.0.0.7/eSCL``.
    **options
        More options; they override those in ``spec``.

    Returns
    -------
    CaptureDevice
        Not open yet.

    Raises
    ------
    DeviceNotFoundError, DeviceUnsupportedError
        No such adapter, or it cannot run in this installation.
    UsageError
        An option is unknown, or its value out of range.
    """
    name, address, given = split_spec(spec)
    adapter = load_adapter(name)
    try:
        validated = adapter.options_model.model_validate(given | options)
    except ValidationError as error:
        problem = error.errors()[0]
        option = ".".join(str(part) for part in problem["loc"]) or "options"
        names = ", ".join(adapter.options_model.model_fields) or "none"
        raise UsageError(f"option {option}: {problem['msg']}; options of {name}: {names}", spec) from error
    return adapter(address, validated)


def discover_devices(timeout_s: float) -> list[tuple[str, str]]:
    """Search for devices through every installed adapter.

    Parameters
    ----------
    timeout_s : float
        Longest search of each adapter.

    Returns
    -------
    list of (str, str)
        Adapter name and, as one text, the addresses found, or why it cannot search.
    """
    rows = []
    for name in adapters():
        try:
            adapter = load_adapter(name)
            addresses = adapter.discover(timeout_s) if isinstance(adapter, Discovery) else ["by address only"]
        except DeviceError as error:
            addresses = [error.message]
        rows.append((name, ", ".join(addresses) or "none found"))
    return rows


def import_optional(module: str, extra: str) -> ModuleType:
    """Import a package that only one adapter needs.

    Parameters
    ----------
    module : str
        Name of the module.
    extra : str
        Extra of ours that installs it.

    Returns
    -------
    module

    Raises
    ------
    DeviceUnsupportedError
        It is not installed; the message says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise DeviceUnsupportedError(f"needs {module}: pip install 'biocapture[{extra}]' ({error})", extra) from error
