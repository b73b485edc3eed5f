"""What the exit status of a command says, the same for all commands; their help says what it means for each."""

import typer

GOOD = 0
NOT_GOOD = 1
"""The command worked and its answer is no: not the same, not ready, rows with errors, no face."""
WRONG_USAGE = 2
"""Wrong options, or a file, device or profile that cannot be used."""
INTERRUPTED = 130
"""Ended by Ctrl-C or ``kill``: 128 and the number of SIGINT."""


def answer(is_good: bool) -> typer.Exit:
    """End of a command that worked, to be raised.

    Parameters
    ----------
    is_good : bool
        Whether its answer is yes.

    Returns
    -------
    typer.Exit
        With status :data:`GOOD` or :data:`NOT_GOOD`.
    """
    return typer.Exit(GOOD if is_good else NOT_GOOD)
