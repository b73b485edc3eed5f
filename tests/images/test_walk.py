import os
from pathlib import Path

import pytest

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


def test_links_to_themselves_are_given_for_their_row(tmp_path: Path) -> None:
    loops = [tmp_path / "loop", tmp_path / "loop.png"]
    for loop in loops:
        loop.symlink_to(loop)
    image = touch(tmp_path / "x.png")
    assert list(walk([tmp_path])) == [*loops, image]
    assert list(walk(loops)) == loops


def test_files_that_cannot_be_opened_are_given_for_their_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = touch(tmp_path / "secret", PNG)
    opened = Path.open

    def refuse(path: Path, *args: object, **options: object) -> object:
        if path == secret:
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    assert list(walk([tmp_path])) == [secret]


@pytest.mark.parametrize(("depth", "ends_in_image"), [(1500, True), (2500, False)])
def test_folders_of_any_depth(depth: int, ends_in_image: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that no system takes is a row of its own."""
    monkeypatch.chdir(tmp_path)
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path("x.png").write_bytes(PNG)
    try:
        found = list(walk([tmp_path]))
    finally:
        Path("x.png").unlink()
        for _ in range(depth):
            os.chdir("..")
            Path("d").rmdir()
    assert len(found) == 1
    assert (found[0].name == "x.png") == ends_in_image
