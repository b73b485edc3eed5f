"""Capture devices: the protocol, and one file per adapter. ``open_device("sim:finger")`` is the door."""

from biocapture.devices.protocol import (
    Adapter,
    Capabilities,
    CaptureDevice,
    DeviceOptions,
    Discovery,
    GroupCapture,
    Health,
    Info,
    LivePreview,
    Preview,
    State,
    Target,
    target_of,
)
from biocapture.devices.registry import adapters, import_optional, open_device

__all__ = [
    "Adapter",
    "Capabilities",
    "CaptureDevice",
    "DeviceOptions",
    "Discovery",
    "GroupCapture",
    "Health",
    "Info",
    "LivePreview",
    "Preview",
    "State",
    "Target",
    "adapters",
    "import_optional",
    "open_device",
    "target_of",
]
