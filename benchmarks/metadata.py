"""What a run was made with. No names of machines, users or folders: results are meant to be shared."""

import os
import platform
from pathlib import Path


def versions() -> dict[str, str]:
    """Python, numpy, OpenCV and the kind of machine."""
    import cv2
    import numpy as np

    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "platform": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


def metadata() -> dict[str, str]:
    """:func:`versions` and the processor's model."""
    return versions() | {"cpu": cpu_model()}


def cpu_model() -> str:
    """As the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown"
