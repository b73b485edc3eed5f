"""Encryption of a station: what it is bound to, and the file of its key."""

from pathlib import Path

import pytest

from biocapture.enrolment.station.seal import Seal, create_key, read_key
from biocapture.errors import StationError
from biocapture.images.private_files import private

KEY = bytes(range(32))


def test_content_is_bound_to_key_place_and_every_byte() -> None:
    seal = Seal(KEY)
    sealed = seal.encrypt(b"content", "here")
    assert seal.decrypt(sealed, "here") == Seal(KEY).decrypt(sealed, "here") == b"content"
    assert len(sealed) == 12 + len(b"content") + 16
    assert sealed[:12] != seal.encrypt(b"content", "here")[:12]  # a nonce is never used twice
    altered = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in (0, 11, 12, len(sealed) - 1)]
    for key, data, place in [(bytes(32), sealed, "here"), (KEY, sealed, "there"), (KEY, b"", "here")] + [
        (KEY, data, "here") for data in [*altered, sealed[:-1], None]
    ]:
        with pytest.raises(StationError, match=r"^cannot be decrypted: another key, or the file was altered$"):
            Seal(key).decrypt(data, place)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_has_32_bytes(length: int) -> None:
    with pytest.raises(StationError, match=rf"^a key has 32 bytes, not {length}$"):
        Seal(bytes(length))


def test_a_key_is_drawn_for_its_owner_alone_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = create_key(path)
    assert path.read_text() == key.hex() + "\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path) == key
    assert len(key) == 32
    assert create_key(tmp_path / "other") != key
    with pytest.raises(StationError, match=r"key: key file cannot be written: File exists$") as refused:
        create_key(path)
    assert refused.value.subject == str(path)
    assert read_key(path) == key  # and is as it was


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (KEY.hex().encode(), KEY),
        (b"  " + KEY.hex().upper().encode() + b" \r\n", KEY),
        (KEY.hex().encode() * 2, KEY + KEY[:1]),  # one byte too many tells that it is too long
        (b"0" * 1000, bytes(33)),
    ],
)
def test_what_a_key_file_holds(tmp_path: Path, content: bytes, key: bytes) -> None:
    private(tmp_path / "key").write_bytes(content)
    assert read_key(tmp_path / "key") == key


@pytest.mark.parametrize("content", [b"zz" * 32, b"abc", "ä".encode() * 20])
def test_what_is_no_key_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    private(path).write_bytes(content)
    with pytest.raises(StationError, match=r"key: not a key file: 64 hexadecimal digits are expected$") as refused:
        read_key(path)
    assert refused.value.subject == str(path)
    with pytest.raises(StationError, match=r"none: key file cannot be read: No such file or directory$"):
        read_key(tmp_path / "none")


def test_an_error_of_the_system_without_words_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("wires cut")

    existing = private(tmp_path / "existing")
    monkeypatch.setattr("biocapture.enrolment.station.seal.os.open", broken)
    with pytest.raises(StationError, match=r"key file cannot be written: wires cut$"):
        create_key(tmp_path / "key")
    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(StationError, match=r"key file cannot be read: wires cut$"):
        read_key(existing)
