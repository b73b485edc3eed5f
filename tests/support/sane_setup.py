"""SANE for tests: its own configuration, so that nothing of the machine is changed, and what is missing said."""

import os
import shutil
from pathlib import Path

BACKENDS = [*Path("/usr/lib").glob("*/sane/libsane-*.so.1"), *Path("/usr/lib*/sane").glob("libsane-*.so.1")]


def missing(*backends: str, program: bool = True) -> str:
    """What this machine lacks for SANE with these backends, and its program; empty if nothing."""
    if program and not shutil.which("scanimage"):
        return "scanimage is not installed (Debian: sane-utils)"
    names = {path.name for path in BACKENDS}
    lacks = [name for name in backends if f"libsane-{name}.so.1" not in names]
    return f"SANE backends not installed: {', '.join(lacks)} (Debian: libsane1, sane-airscan)" if lacks else ""


def configured(folder: Path, **backends: str) -> dict[str, str]:
    """Environment in which SANE knows only these backends, each with the text of its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dll.conf").write_text("".join(f"{name}\n" for name in backends))
    (folder / "dll.d").mkdir(exist_ok=True)
    for name, text in backends.items():
        (folder / f"{name}.conf").write_text(text)
    return {**os.environ, "SANE_CONFIG_DIR": str(folder)}


def airscan(url: str) -> str:
    """Configuration of sane-airscan for one eSCL scanner, named ``SimScan``, found without asking the network."""
    return f'[devices]\n"SimScan" = {url}, eSCL\n[options]\ndiscovery = disable\n'
