import os
from pathlib import Path

from biocapture.images.walk import walk

PNG = b"\x89PNG\r\n\x1a\n"


def touch(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_walk_is_sorted_and_takes_images_only(tmp_path: Path) -> None:
    wanted = [touch(tmp_path / "a" / "2.png"), touch(tmp_path / "a" / "empty.JPG"), touch(tmp_path / "b.wsq")]
    unnamed = touch(tmp_path / "z_no_suffix", PNG)
    touch(tmp_path / "index.csv", b"path\n")
    touch(tmp_path / ".hidden.png", PNG)
    touch(tmp_path / "a" / "README.md", b"# x")
    assert list(walk([tmp_path])) == [*wanted, unnamed]


def test_files_named_directly_are_always_given(tmp_path: Path) -> None:
    path = touch(tmp_path / "notes.txt", b"hello")
    missing = tmp_path / "missing.png"
    assert list(walk([path, missing])) == [path, missing]


def test_directory_loops_end(tmp_path: Path) -> None:
    image = touch(tmp_path / "in" / "x.png")
    (tmp_path / "in" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert list(walk([tmp_path])) == [image]


def test_a_fifo_is_never_opened_for_sniffing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert list(walk([tmp_path])) == []
