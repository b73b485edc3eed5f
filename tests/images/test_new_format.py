"""The file format of docs/contributing.md in a copy of the package: a file and a row are read wherever captures are."""

import csv
import struct
import zipfile
from pathlib import Path

import pytest
from tests.support.guide import blocks, copy_of_package, insert_line, run_copy
from tests.support.prints import touch

CODEC, IMPORT, ROW = blocks("A new file format")
PIXELS = touch(1).pixels


def frame(width: int = PIXELS.shape[1], height: int = PIXELS.shape[0]) -> bytes:
    return struct.pack(">8sHH", b"ACMERAW1", width, height) + PIXELS.tobytes()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_of_package(tmp_path)


def add(copy: Path) -> None:
    images = copy / "biocapture" / "images"
    (images / "codecs" / "acme_raw.py").write_text(CODEC)
    formats = images / "formats.py"
    first = "from biocapture.images.codecs.size"
    formats.write_text(formats.read_text().replace(first, IMPORT + first))
    insert_line(formats, ROW, "FORMATS = (")


def rows(copy: Path, tmp_path: Path, folder: Path) -> tuple[int, dict[str, dict[str, str]]]:
    """Exit status of ``score`` and its rows by file name."""
    out = tmp_path / "rows.csv"
    done = run_copy(copy, "score", folder, "-m", "fingerprint", "-w", 1, "--out", out)
    if not out.exists():
        return done.returncode, {}
    with out.open(newline="", encoding="utf8") as handle:
        return done.returncode, {Path(row["path"]).name: row for row in csv.DictReader(handle)}


def test_a_file_and_a_row_are_a_format(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "right_index.acr").write_bytes(frame())
    assert rows(copy, tmp_path, folder) == (2, {})
    add(copy)
    (folder / "of_no_ending").write_bytes(frame())
    (folder / "cut.acr").write_bytes(frame()[:-1])
    (folder / "huge.acr").write_bytes(frame(65535, 65535))
    status, scored = rows(copy, tmp_path, folder)
    assert status == 1
    assert (scored["right_index.acr"]["error"], scored["right_index.acr"]["position"]) == ("", "right_index")
    assert float(scored["right_index.acr"]["quality"]) > 20
    assert scored["of_no_ending"]["quality"] == scored["right_index.acr"]["quality"]
    assert "damaged ACME frame" in scored["cut.acr"]["error"]
    assert "65535×65535 px; the limit is" in scored["huge.acr"]["error"]


def test_members_of_archives_too(copy: Path, tmp_path: Path) -> None:
    add(copy)
    with zipfile.ZipFile(tmp_path / "scans.zip", "w") as archive:
        archive.writestr("right_index.acr", frame())
    done = run_copy(copy, "run", tmp_path / "scans.zip", "-m", "fingerprint", "-w", 1, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "1 rows" in done.stderr
