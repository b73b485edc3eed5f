"""Whatever commands write about people can be read by its owner alone, under any umask."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from biocapture.cli import app
from biocapture.comparison.gallery import Gallery
from biocapture.enrolment.station import create_key, read_key
from biocapture.errors import StationError
from biocapture.images.private_files import private, private_folder
from biocapture.types import Modality

SAMPLES = Path(__file__).parents[1] / "sample_data"
PRINT = str(SAMPLES / "fingerprint" / "person01" / "right_index_1.png")
FACE = str(next((SAMPLES / "face").glob("*.jpg")))

pytestmark = pytest.mark.skipif(os.name == "nt", reason="this system knows no rights of files")

COMMANDS = (
    f"score {PRINT} --out t.csv --report t.html --workers 1",
    f"score {PRINT} --out t.jsonl --workers 1",
    f"score {PRINT} --out t.parquet --workers 1",
    f"run {PRINT} --out RUN --report r.html --workers 1",
    f"draw {PRINT} --out d.png",
    f"template {PRINT} --out t.bct",
    f"compare {PRINT} {PRINT} --overlay o.png",
    f"portrait {FACE} --out p.jpg",
    "check one --html c.html",
    "station add S.db one --key-file S.key",
    "capture --device folder:one --position right_index --out A/B --health H.db",
    "evaluate --images one --pairs pairs.csv --out scored.csv --workers 1",
)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_commands_write_for_the_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = tmp_path / "one"
    given.mkdir()
    shutil.copy(PRINT, given / "right_index.png")
    (tmp_path / "pairs.csv").write_text("file1,file2,genuine\nright_index.png,right_index.png,1\n")
    known = {*tmp_path.rglob("*")}
    for command in COMMANDS:
        if command.startswith("run "):  # its workers are forked: not from a process that has threads
            program = [sys.executable, "-P", "-c", "from biocapture.cli import main; main()", *command.split()]
            status, output = subprocess.run(program, timeout=120, check=False).returncode, ""
        else:
            result = CliRunner().invoke(app, command.split())
            status, output = result.exit_code, result.output
        assert status in (0, 1), (command, output)
        written = {*tmp_path.rglob("*")} - known
        assert written, command
        for path in written:
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, (command, path)
        known |= written


@pytest.mark.usefixtures("open_umask")
def test_galleries_and_older_files_become_private(tmp_path: Path) -> None:
    path = tmp_path / "g"
    path.write_text("older")
    Gallery(modality=Modality.FINGERPRINT).save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert stat.S_IMODE(private(path).stat().st_mode) == 0o600
    assert stat.S_IMODE(private_folder(tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert private(Path("/dev/null")) == Path("/dev/null")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = create_key(path)
    assert read_key(path) == key
    for mode in (0o640, 0o604, 0o620):
        path.chmod(mode)
        with pytest.raises(StationError, match="others can read this key file: chmod 600"):
            read_key(path)
