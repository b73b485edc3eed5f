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
    """As the system tells it: name, family and model, since virtual machines call whole generations by one name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf8").partition("\n\n")[0].splitlines()
    except OSError:
        lines = []
    facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    told = [facts[name] for name in ("model name", "cpu family", "model") if name in facts]
    return " ".join(told) or platform.processor() or "unknown"
