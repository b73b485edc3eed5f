"""Python processes of our own that never import from the folder they were started in.

``python -c`` and the workers that ``multiprocessing`` spawns put the current folder first on their path: a received
folder with a ``struct.py`` in it would be executed by whoever scores it. Every process we start comes from here.
"""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SAFE_PATH = "PYTHONSAFEPATH"
"""Of Python 3.11 and later: the current folder stays off the path."""

_environment = threading.Lock()


def isolated_python(code: str, *, python: str = "", paths: Sequence[str] | None = None) -> list[str]:
    """Command that runs a piece of code in a process of its own.

    Parameters
    ----------
    code : str
        The program.
    python : str
        Which Python; empty: this one.
    paths : sequence of str, optional
        Folders to look for modules in, after the interpreter's own; default: those of this process. Relative ones
        depend on the current folder and are left out.

    Returns
    -------
    list of str
        For ``subprocess``: isolated from the environment, the user's packages and the current folder.
    """
    absolute = [path for path in (sys.path if paths is None else paths) if Path(path).is_absolute()]
    return [python or sys.executable, "-I", "-c", f"import sys; sys.path.extend({absolute!r})\n{code}"]


@contextmanager
def safe_import_path() -> Iterator[None]:
    """Context in which processes that ``multiprocessing`` starts import nothing from the current folder."""
    with _environment:
        before = os.environ.get(SAFE_PATH)
        os.environ[SAFE_PATH] = "1"
        try:
            yield
        finally:
            if before is None:
                del os.environ[SAFE_PATH]
            else:
                os.environ[SAFE_PATH] = before
