"""Sealed packets: only the server reads them, nothing of them can be changed."""

import io
import json
from pathlib import Path

import pytest
from tests.support.outbox import MARK, ROOT, Parties, parties, sealed_at

from biocapture.enrolment import read_enrolment
from biocapture.enrolment.outbox.contents import contents_of, read_contents
from biocapture.enrolment.outbox.keys import create_keys, public_path, read_public, read_secret
from biocapture.enrolment.outbox.packet import CHUNK_BYTES, TAG_BYTES, open_packet, read_header, seal, verify
from biocapture.enrolment.readiness import check
from biocapture.errors import PacketError


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path / "keys")


def trusted(known: Parties):
    return lambda station: station.to_bytes() == known.station.public.to_bytes()


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_what_is_sealed_is_opened_as_it_was(tmp_path: Path, known: Parties, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "a.bcp"
    sealed = seal(io.BytesIO(content[:size]), "0" * 32, path, known.server.public, known.station, 5)
    assert sealed == verify(path, trusted(known))
    assert sealed.size == path.stat().st_size
    out = io.BytesIO()
    open_packet(path, known.server, out)
    assert out.getvalue() == content[:size]


def test_nothing_of_the_content_is_in_the_file_and_only_its_owner_reads_it(tmp_path: Path, known: Parties) -> None:
    sealed = sealed_at(tmp_path, known)
    assert MARK not in sealed.path.read_bytes()
    assert sealed.path.stat().st_mode & 0o077 == 0


def test_station_and_other_servers_cannot_open_it(tmp_path: Path, known: Parties) -> None:
    sealed = sealed_at(tmp_path, known)
    for keys in (known.station, create_keys(tmp_path / "other")):
        with pytest.raises(PacketError, match="sealed for keys"):
            open_packet(sealed.path, keys, io.BytesIO())


def test_any_changed_byte_is_noticed(tmp_path: Path, known: Parties) -> None:
    sealed = sealed_at(tmp_path, known, 1000)
    whole = sealed.path.read_bytes()
    for at in range(0, len(whole), 7):
        sealed.path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(PacketError):
            verify(sealed.path, trusted(known))


def test_header_is_bound_to_the_content(tmp_path: Path, known: Parties) -> None:
    """Even whoever can sign again cannot give a sealed content another id or time."""
    sealed = sealed_at(tmp_path, known, 1000)
    whole = sealed.path.read_bytes()
    sealed.path.write_bytes(whole.replace(sealed.header.id.encode(), b"f" * 32))
    with pytest.raises(PacketError, match="cannot be decrypted"):
        open_packet(sealed.path, known.server, io.BytesIO())


@pytest.mark.parametrize("swap", ["cut", "repeat", "exchange"])
def test_chunks_cannot_be_left_out_repeated_or_exchanged(tmp_path: Path, known: Parties, swap: str) -> None:
    sealed = sealed_at(tmp_path, known, 3 * CHUNK_BYTES)
    whole = sealed.path.read_bytes()
    head = len(whole) - (sealed.header.size + 4 * TAG_BYTES + 64)
    step = CHUNK_BYTES + TAG_BYTES
    chunks = [whole[head + i * step : head + (i + 1) * step] for i in range(3)]
    order = {"cut": [0, 2], "repeat": [0, 0, 2], "exchange": [1, 0, 2]}[swap]
    sealed.path.write_bytes(whole[:head] + b"".join(chunks[i] for i in order) + whole[head + 3 * step :])
    with pytest.raises(PacketError):
        open_packet(sealed.path, known.server, io.BytesIO())


def test_unknown_station_is_refused(tmp_path: Path, known: Parties) -> None:
    sealed = sealed_at(tmp_path, known)
    with pytest.raises(PacketError, match="not known here"):
        verify(sealed.path, lambda station: False)


@pytest.mark.parametrize(
    "content", [b"", b"x", b"BIOCAPTURE PACKET 1\n", b"BIOCAPTURE PACKET 1\n\xff\xff\xff\xff", b"\0" * 99]
)
def test_what_is_no_packet_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.bcp"
    path.write_bytes(content)
    with pytest.raises(PacketError):
        read_header(path)


@pytest.mark.parametrize(
    "field", [{"size": -1}, {"size": 10**12}, {"id": "../../etc/passwd"}, {"station": "zz"}, {"x": 1}]
)
def test_hostile_header_is_refused(tmp_path: Path, known: Parties, field: dict) -> None:
    sealed = sealed_at(tmp_path, known, 100)
    whole = sealed.path.read_bytes()
    start = len(b"BIOCAPTURE PACKET 1\n")
    length = int.from_bytes(whole[start : start + 4])
    header = json.dumps(json.loads(whole[start + 4 : start + 4 + length]) | field).encode()
    sealed.path.write_bytes(whole[:start] + len(header).to_bytes(4) + header + whole[start + 4 + length :])
    with pytest.raises(PacketError, match="header"):
        read_header(sealed.path)


def test_keys_are_private_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "k"
    made = create_keys(path)
    assert path.stat().st_mode & 0o077 == 0
    assert read_secret(path).public.id == made.public.id == read_public(public_path(path)).id
    with pytest.raises(PacketError, match="exists"):
        create_keys(path)
    with pytest.raises(PacketError, match="expected a secret key"):
        read_secret(public_path(path))
    path.chmod(0o644)
    with pytest.raises(PacketError, match="others can read"):
        read_secret(path)


def test_contents_are_the_best_captures_byte_for_byte() -> None:
    readiness = check(read_enrolment(ROOT / "sample_data" / "enrolments" / "clean_attempts"))
    content, name = contents_of(readiness, {"operator": "sari"})
    manifest, captures = read_contents(content, "x")
    best = {str(slot.position): Path(str(slot.best.attempt.source)) for slot in readiness.slots if slot.best}
    assert {each["position"] for each in manifest["files"]} == set(best)
    by_name = {capture.name: capture.data for capture in captures}
    for each in manifest["files"]:
        assert by_name[each["name"]] == best[each["position"]].read_bytes()
    assert manifest["about"] == {"operator": "sari"}
    assert manifest["readiness"]["verdict"] == readiness.verdict
    assert contents_of(readiness, {"operator": "sari"})[1] == name
    assert contents_of(readiness, {"operator": "budi"})[1] != name


def test_files_that_are_not_those_of_the_manifest_are_refused() -> None:
    readiness = check(read_enrolment(ROOT / "sample_data" / "enrolments" / "clean_attempts"))
    content, _ = contents_of(readiness, {})
    data = bytearray(content.getvalue())
    at = data.find(b"\xff\xd8\xff") + 100
    data[at] ^= 1
    with pytest.raises(PacketError, match="not those of its manifest"):
        read_contents(io.BytesIO(bytes(data)), "x")
