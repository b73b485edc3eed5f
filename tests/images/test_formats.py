"""The one list of formats: first bytes and endings, and that whoever looks for captures goes by it."""

import ast
from pathlib import Path

import pytest
from tests.support.files_of_formats import ENDINGS, content, write_all

from biocapture import images
from biocapture.devices import open_device, target_of
from biocapture.images import formats
from biocapture.images.decode import decode
from biocapture.images.formats import FORMATS, HEAD_BYTES, begins_like_image, format_of
from biocapture.images.walk import walk
from biocapture.types import Modality

ROOT = Path(images.__file__).parents[1]

WRITTEN = {"assessment/portrait.py", "assessment/picture.py"}
"""Files that list endings of what they write, not of what is read."""

MARKERS = {"devices/sbi/stream.py"}
"""Files that look for the first bytes of one format within a stream."""

OTHERS = {
    "drawing.svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "page.xhtml": b"<?xml version='1.0'?>\n<html/>",
    "film.avi": b"RIFF\x24\0\0\0AVI LIST",
    "sound.wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "P1.txt": b"P1.txt is read first\n",
    "notes.md": b"# notes\n",
    "table.csv": b"path\n",
    "empty": b"",
}


@pytest.mark.parametrize(("name", "ending"), ENDINGS)
def test_first_bytes_tell_the_format(name: str, ending: str) -> None:
    data = content(name, ending)
    kind = format_of(data)
    assert kind is not None
    assert (kind.name, ending in kind.endings) == (name, True)
    assert format_of(data[:HEAD_BYTES]) is kind
    assert begins_like_image(data[:HEAD_BYTES])


def test_endings_belong_to_one_format_each() -> None:
    every = [ending for kind in FORMATS for ending in kind.endings]
    assert sorted(every) == sorted(formats.ENDINGS)
    assert all(ending == ending.lower() and ending.startswith(".") for ending in every)


def test_a_walk_takes_every_ending_and_every_format_under_a_strange_one(tmp_path: Path) -> None:
    paths = write_all(tmp_path)
    for path in list(paths):
        paths.append(path.rename(path.with_suffix(path.suffix.upper())))
        paths[paths.index(path)] = path.with_name(f"{path.name}.part")
        path.with_name(f"{path.name}.part").write_bytes(paths[-1].read_bytes())
    assert list(walk([tmp_path])) == sorted(paths)


def test_a_walk_passes_over_what_is_no_capture(tmp_path: Path) -> None:
    for name, data in OTHERS.items():
        (tmp_path / name).write_bytes(data)
    assert list(walk([tmp_path])) == []


def test_damaged_files_are_taken_by_their_ending(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}{ending}" for name, ending in ENDINGS]
    for path in paths:
        path.write_bytes(b"")
    assert list(walk([tmp_path])) == sorted(paths)


@pytest.mark.parametrize(("name", "ending"), ENDINGS)
def test_files_are_read_whatever_their_ending(name: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"right{ending}"
    path.write_bytes(content(name, ending))
    image = decode(path, modality=Modality.FINGERPRINT)
    assert image.pixels.shape == (96, 80)
    assert "image.wrong_extension" not in image.notes
    wrong = path.rename(tmp_path / ("wrong.png" if name != "PNG" else "wrong.bmp"))
    assert "image.wrong_extension" in decode(wrong, modality=Modality.FINGERPRINT).notes


def test_xml_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "right_index.xml"
    path.write_bytes(b"\xef\xbb\xbf" + content("CBEFF", ".xml"))
    assert decode(path, modality=Modality.FINGERPRINT).notes == ()


def test_a_folder_as_a_device_hands_out_every_ending(tmp_path: Path) -> None:
    paths = write_all(tmp_path)
    target = target_of("unknown")
    with open_device(f"folder:{tmp_path}") as device:
        taken = sorted(Path(device.capture(target, 1.0).image.path) for _ in paths)
    assert taken == sorted(paths)


def constants(node: ast.AST) -> list[str]:
    """Text in a literal collection."""
    items = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def test_nobody_else_lists_endings_or_first_bytes() -> None:
    own = {ROOT / "images" / "formats.py"}
    own |= {path for folder in ("codecs", "records") for path in (ROOT / "images" / folder).glob("*.py")}
    listing, sniffing = set(), set()
    for path in set(ROOT.rglob("*.py")) - own:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.Dict | ast.Set | ast.Tuple | ast.List):
                if len(set(constants(node)) & formats.ENDINGS) > 1:
                    listing.add(path.relative_to(ROOT).as_posix())
            elif isinstance(node, ast.Constant) and isinstance(node.value, bytes) and format_of(node.value):
                sniffing.add(path.relative_to(ROOT).as_posix())
    assert (listing, sniffing) == (WRITTEN, MARKERS)
