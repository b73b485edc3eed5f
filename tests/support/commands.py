"""The command line run in this process."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from biocapture import cli


class Said(NamedTuple):
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process, one worker unless told."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")

    def command(*words: object) -> Said:
        monkeypatch.setattr("sys.argv", ["biocapture", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    return command
