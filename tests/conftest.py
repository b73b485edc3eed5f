"""How a whole run of the tests is laid out: compiled code is kept, neighbours stay in one process, the long begin."""

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of the programs that tests start compiles everything again
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads of several processes wait for each other, at full load


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "Scheduling | None":
    """Processes get tests that follow each other, and share the pictures those draw; who is done first helps."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None
