"""The fixture ``run`` for all tests of commands."""

from tests.support.commands import run

__all__ = ["run"]
