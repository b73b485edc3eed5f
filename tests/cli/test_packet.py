"""``check RECORD --packet``: a record in, the accepted captures out."""

from pathlib import Path

from PIL import Image as Pillow
from tests.support.commands import Run
from tests.support.prints import touch
from tests.support.whole_records import registration

from biocapture.images.decode_many import decode_many
from biocapture.types import Position, Sample


def test_check_reads_a_record(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "budi.xml"
    path.write_bytes(registration())
    said = run("check", path, "--packet", tmp_path / "out.xml")
    assert said.status == 2
    assert "no capture is accepted" in said.err
    assert not (tmp_path / "out.xml").exists()


def test_check_writes_a_packet(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "budi"
    folder.mkdir()
    Pillow.fromarray(touch(1).pixels).save(folder / "right_index.png", dpi=(500, 500))
    out = tmp_path / "out.xml"
    said = run("check", folder, "--packet", out)
    assert said.status in (0, 1)
    assert "1 captures," in said.err
    (found,) = decode_many(out)
    assert isinstance(found, Sample)
    assert found.position is Position.RIGHT_INDEX
    assert (found.image.pixels == touch(1).pixels).all()
    assert out.stat().st_mode & 0o077 == 0
    assert run("check", "--many", tmp_path, "--packet", out).status == 2
