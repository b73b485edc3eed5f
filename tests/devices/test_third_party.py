"""The adapter of docs/contributing.md in a distribution of its own, built and installed: nothing of ours is changed."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.guide import blocks

ADAPTER, PROJECT, CHECK = blocks("A new device")
USES = """
from biocapture.devices import adapters, open_device, target_of
from biocapture.devices.registry import discover_devices
from biocapture.errors import UsageError

assert adapters()["acme"].dist.name == "acme-iris"
assert ("acme", "desk") in discover_devices(0.1)
with open_device("acme:desk?grey=7") as device:
    print(device.info.key, device.capture(target_of("left_eye"), 1).image.pixels.mean())
try:
    open_device("acme:desk?grey=700")
except UsageError as error:
    print(error)
"""


def run(*command: str, folder: Path, paths: tuple[str, ...] = ()) -> str:
    """What a Python prints that knows these paths and the one the tests run under."""
    code = f"import sys; sys.path[:0] = {[*paths, *sys.path]!r}; "
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{command[0]}", *command[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the wheel."""
    project, target = tmp_path_factory.mktemp("acme"), tmp_path_factory.mktemp("site")
    (project / "acme_iris.py").write_text(ADAPTER)
    (project / "pyproject.toml").write_text(PROJECT)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(target), str(project)], check=True, capture_output=True, timeout=120)
    return target


def test_it_is_found_and_keeps_the_promises(installed: Path, tmp_path: Path) -> None:
    printed = run(CHECK + USES, folder=tmp_path, paths=(str(installed),))
    first, second = printed.splitlines()
    assert first == "acme:7 7.0"
    assert "option grey" in second
    assert "less than or equal to 255" in second


def test_the_command_knows_it(installed: Path, tmp_path: Path) -> None:
    command = "from biocapture.cli import main; main()"
    assert "ACME" in run(command, "devices", "probe", "acme:desk", folder=tmp_path, paths=(str(installed),))


def test_without_it_nothing_is_known(tmp_path: Path) -> None:
    printed = run("from biocapture.devices import adapters; print(*adapters())", folder=tmp_path).split()
    assert "acme" not in printed
    assert "sim" in printed
