"""Archives are hostile until shown otherwise."""

import gzip
import io
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from biocapture.errors import BiocaptureError
from biocapture.runs import archives
from biocapture.runs.archives import archive_entries

PNG = b"\x89PNG\r\n\x1a\nhello"


def read(path: Path) -> dict[str, bytes | str]:
    """Name → bytes, or the error."""
    found: dict[str, bytes | str] = {}
    for entry in archive_entries(path):
        try:
            found[entry.name.removeprefix(f"{path}!/")] = entry.error or entry.read()
        except BiocaptureError as error:
            found[entry.name.removeprefix(f"{path}!/")] = str(error)
    return found


def tar(path: Path, members: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mtime = kind, link, 1_700_000_000
    return info


def zipped(path: Path, members: dict[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz"])
def test_images_are_read_and_nothing_else(tmp_path: Path, ending: str) -> None:
    inside = {"a/1.png": PNG, "a/notes.txt": b"x", "__MACOSX/a/._1.png": b"x", "b.wsq": b"", "a/.hidden.png": b"x"}
    inside |= {"inner.zip": b"PK", "../../up.png": PNG, "/etc/abs.png": PNG, "C:/x.png": PNG}
    path = tmp_path / f"x.{ending}"
    if ending == "zip":
        zipped(path, inside)
    else:
        tar(path, [(member(name), data) for name, data in inside.items()], "w:gz" if "gz" in ending else "w")
    found = read(path)
    assert (found.pop("a/1.png"), found.pop("b.wsq")) == (PNG, b"")
    assert "within an archive" in found.pop("inner.zip")
    assert len(found) == 3
    assert all("leads outside" in said for said in found.values())
    assert not list(tmp_path.parent.rglob("up.png"))


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    kinds = {"soft.png": tarfile.SYMTYPE, "hard.png": tarfile.LNKTYPE, "device.png": tarfile.CHRTYPE}
    path = tar(tmp_path / "x.tar", [(member(name, kind, "/etc/passwd"), b"") for name, kind in kinds.items()])
    said = read(path)
    assert [said[name].rsplit(": ")[-1] for name in kinds] == ["is a link", "is a link", "is not a regular file"]
    info = zipfile.ZipInfo("soft.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert read(zipped(tmp_path / "x.zip", {info: b"/etc/passwd"}))["soft.png"].endswith("is a link")


@pytest.mark.parametrize("ending", ["zip", "tar.gz"])
def test_bombs_are_bounded(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "BASE_BUDGET_BYTES", 5_000_000)
    monkeypatch.setattr(archives, "MAX_RATIO", 2)
    inside = {f"{i}.png": PNG + bytes(2_000_000) for i in range(20)}
    path = tmp_path / f"bomb.{ending}"
    if ending == "zip":
        zipped(path, inside)
    else:
        tar(path, [(member(name), data) for name, data in inside.items()], "w:gz")
    found = read(path)
    assert sum(isinstance(said, bytes) for said in found.values()) == 2
    assert any("the rest is not read" in said for said in found.values() if isinstance(said, str))
    assert len(found) <= 4


def test_one_member_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 1_000_000)
    path = zipped(tmp_path / "x.zip", {"big.png": bytes(1_500_000), "small.png": PNG})
    found = read(path)
    assert "limit of 1000000 bytes" in found["big.png"]
    assert found["small.png"] == PNG


def test_headers_of_a_tar_are_bounded(tmp_path: Path) -> None:
    info = member("x.png")
    info.pax_headers = {"comment": "x" * 30_000_000}
    path = tar(tmp_path / "x.tar.gz", [(info, PNG)], "w:gz")
    assert path.stat().st_size < 100_000
    assert "headers longer than" in read(path)[str(path)]


@pytest.mark.parametrize("kind", ["plain", "zip64", "false", "hidden"])
def test_directory_of_a_zip_is_bounded(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_DIRECTORY_BYTES", 2000)
    path = zipped(tmp_path / "x.zip", {f"{i:03}.png": PNG for i in range(100)})
    data = path.read_bytes()
    end = data.rfind(b"PK\5\6")
    size, offset = struct.unpack_from("<II", data, end + 12)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 100, 100, size, offset)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
    said = {"plain": size, "zip64": 0xFFFFFFFF, "false": 10, "hidden": struct.unpack("<I", b"PK\5\6")[0]}[kind]
    tail = bytearray(data[end:])
    struct.pack_into("<II", tail, 12, said, 0 if kind != "plain" else offset)
    path.write_bytes(data[:end] + (b"" if kind == "plain" else record + locator) + tail)
    assert f"its directory of {size} bytes exceeds the limit of 2000" in read(path)[str(path)]


def test_sparse_members_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a.png", "hole.png", "b.png"):
            info = tarfile.TarInfo(name)
            info.size = len(PNG)
            if name == "hole.png":
                info.pax_headers = {"GNU.sparse.map": f"0,{len(PNG)}", "GNU.sparse.size": str(2**62)}
            archive.addfile(info, io.BytesIO(PNG))
    rows = read(path)
    assert rows["a.png"] == rows["b.png"] == PNG
    assert rows["hole.png"] == f"{path}!/hole.png: is sparse"


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.GNUTYPE_SPARSE, tarfile.CHRTYPE, tarfile.SYMTYPE])
def test_members_of_a_false_length_end_the_archive(kind: bytes, tmp_path: Path) -> None:
    info = tarfile.TarInfo("x.png")
    info.type, info.size = kind, 2**61
    path = tmp_path / "x.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + PNG + bytes(10_000))
    assert list(read(path))


def test_lzma_damage_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.png", PNG * 20)
        archive.writestr("b.png", PNG * 20)
    data = bytearray(path.read_bytes())
    for at in range(40, 60):
        data[at] ^= 0xFF
    path.write_bytes(data)
    rows = read(path)
    assert "damaged in its archive" in rows["a.png"]
    assert rows["b.png"] == PNG * 20


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz"])
def test_damaged_archives_are_a_row(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x.{ending}"
    path.write_bytes(b"this is no archive" * 100)
    assert "damaged or unsupported archive" in read(path)[str(path)]


def test_cut_and_altered_archives_never_raise(tmp_path: Path) -> None:
    made = zipped(tmp_path / "a.zip", {f"{i}.png": PNG * 50 for i in range(4)}).read_bytes()
    packed = tar(tmp_path / "a.tar", [(member(f"{i}.png"), PNG * 50) for i in range(4)]).read_bytes()
    for i in range(0, 700, 7):
        for name, data in (("b.zip", made), ("b.tar", packed), ("c.tar.gz", gzip.compress(packed, 1))):
            path = tmp_path / name
            path.write_bytes(data[: i * len(data) // 700])
            read(path)
            changed = bytearray(data)
            changed[i * len(data) // 700] ^= 0xFF
            path.write_bytes(changed)
            read(path)


def test_encrypted_members_are_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"x.png": PNG})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.find(mark) + offset] |= 1
    path.write_bytes(data)
    assert read(path)["x.png"].endswith("is encrypted")
