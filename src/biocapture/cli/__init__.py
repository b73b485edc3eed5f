"""The ``biocapture`` command: options in, tables out; no logic. A file per group of commands."""

import os
from collections.abc import Iterable
from importlib import import_module
from typing import NoReturn

import typer
from rich.text import Text

from biocapture.cli.exit_status import INTERRUPTED, WRONG_USAGE
from biocapture.cli.options import current_name
from biocapture.cli.terminal.door import Terminal, abandon_outputs, close_outputs, prepare_outputs
from biocapture.errors import BiocaptureError

# Parallelism is over images; threads inside a small matrix product cost more than the product.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

COMMANDS = (
    "score",
    "run",
    "report",
    "draw",
    "compare",
    "enrolment",
    "portrait",
    "devices",
    "serve",
    "outbox",
    "catalogue",
    "sim",
    "bench",
)
"""Files of this folder that hold commands, in the order of the help. A new command is a file and a line here."""


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Put the program together.

    Parameters
    ----------
    names : iterable of str
        Modules of this package; the ``commands`` of each are added, in this order.

    Returns
    -------
    typer.Typer
        The ``biocapture`` command.
    """
    program = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        callback=biocapture,
        context_settings={"token_normalize_func": current_name},
    )
    for name in names:
        program.add_typer(import_module(f"{__name__}.{name}").commands)
    return program


def biocapture() -> None:
    """Scores fingerprint, face and iris captures for quality and deduplication-readiness, offline.

    Start with `biocapture score FOLDER`; `biocapture explain COLUMN` explains any number.
    """


app = application()


def main() -> None:
    """Entry point: our own errors, and outputs that cannot be written, become one line on stderr and exit status 2."""
    prepare_outputs()
    try:
        try:
            app()
        finally:
            close_outputs()
    except BiocaptureError as error:
        fail(str(error), WRONG_USAGE)
    except OSError as error:  # every file of ours has been wrapped: what is left is standard output
        abandon_outputs()
        fail(f"standard output: {error.strerror or error}", WRONG_USAGE)
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def fail(why: str, status: int) -> NoReturn:
    """End the program with one line on stderr.

    Parameters
    ----------
    why : str
    status : int
        Exit status.

    Raises
    ------
    SystemExit
        Always.
    """
    Terminal(stderr=True).print(Text("error:", "bold red"), why)
    raise SystemExit(status) from None
