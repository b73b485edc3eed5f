"""Folders behind URLs; fsspec's own memory stands for any server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from biocapture.errors import DecodeError, UsageError
from biocapture.runs.inputs import entries
from biocapture.runs.loading import read_ahead
from biocapture.runs.remote import read_remote

fsspec = pytest.importorskip("fsspec", reason="remote folders need fsspec (pip install 'biocapture[remote]')")
PNG = b"\x89PNG\r\n\x1a\n"
FILES = ("b/2.png", "b/10.png", "a.wsq", "b/c/1.jpg", "notes.txt", ".hidden.png")
ORDER = ["a.wsq", "b/10.png", "b/2.png", "b/c/1.jpg"]


@pytest.fixture(params=["memory", "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    url = "memory://scans" if request.param == "memory" else f"file://{tmp_path}/scans"
    system, root = fsspec.core.url_to_fs(url)
    for name in FILES:
        system.pipe_file(f"{root}/{name}", PNG + name.encode()) if request.param == "memory" else None
        if request.param == "file":
            path = tmp_path / "scans" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(PNG + name.encode())
    yield url
    system.rm(root, recursive=True)


def within(url: str, names: list[str]) -> list[str]:
    system, root = fsspec.core.url_to_fs(url)
    return [name.removeprefix(system.unstrip_protocol(root)).lstrip("/") for name in names]


def test_a_remote_folder_is_walked_in_order(url: str) -> None:
    found = list(entries([url]))
    assert within(url, [entry.name for entry in found]) == ORDER
    read = list(read_ahead(found, limit_s=10))
    assert [each.data for each in read] == [PNG + name.encode() for name in ORDER]
    assert len({each.key for each in read}) == 4
    assert all(entry.modified_s() > 1e9 for entry in found)
    assert read_remote(found[0].name) == PNG + b"a.wsq"


def test_remote_patterns(url: str) -> None:
    assert within(url, [entry.name for entry in entries([f"{url}/**/*.png"])]) == ["b/10.png", "b/2.png"]
    assert within(url, [entry.name for entry in entries([f"{url}/*.wsq"])]) == ["a.wsq"]


def test_what_is_not_there_is_a_row(url: str) -> None:
    (each,) = read_ahead(entries([f"{url}/gone.png"]), limit_s=10)
    assert "cannot be read (FileNotFoundError" in each.error
    with pytest.raises(DecodeError, match="cannot be read"):
        read_remote(f"{url}/gone.png")


def test_unknown_protocols_are_wrong_usage() -> None:
    with pytest.raises(UsageError, match="nosuch"):
        list(entries(["nosuch://x/y"]))


def test_slow_readers_are_an_error_row() -> None:
    import threading

    from biocapture.runs.entry import Entry

    gate = threading.Event()
    slow = Entry("s3://x/slow.png", lambda: gate.wait(20) and b"", is_remote=True)
    quick = Entry("s3://x/quick.png", lambda: PNG, is_remote=True)
    first, second = read_ahead([slow, quick], limit_s=0.2)
    gate.set()
    assert first.error == "s3://x/slow.png: reading took longer than the limit of 0.2 s"
    assert second.data == PNG
