"""The receiver, asked by our transports and by an independent client."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.outbox import Parties, parties, receiving, sealed_at

from biocapture.enrolment.outbox.keys import create_keys
from biocapture.enrolment.outbox.packet import Sealed
from biocapture.enrolment.outbox.receipt import check_receipt
from biocapture.enrolment.outbox.transports.protocol import Outgoing, Progress, RefusedError, TransportError
from biocapture.enrolment.outbox.transports.registry import open_transport
from biocapture.errors import UsageError

TUS = {"Tus-Resumable": "1.0.0"}


class Site:
    """A running receiver with its folder and keys."""

    def __init__(self, url: str, folder: Path, known: Parties) -> None:
        self.url, self.folder, self.known = url, folder, known

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, trust_env=False)

    def stored(self, sealed: Sealed) -> bytes | None:
        path = self.folder / "packets" / sealed.path.name
        return path.read_bytes() if path.exists() else None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("receiver")
    known = parties(folder / "keys")
    with receiving(folder / "in", known) as url:
        yield Site(url, folder / "in", known)


def outgoing(sealed: Sealed, upload: str = "") -> Outgoing:
    return Outgoing(sealed.header.id, sealed.sha256, sealed.path, sealed.size, upload)


def begun(client: httpx.Client, sealed: Sealed, sha256: str | None = None) -> str:
    facts = {"id": sealed.header.id, "sha256": sealed.sha256 if sha256 is None else sha256}
    told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in facts.items())
    headers = TUS | {"Upload-Length": str(sealed.size), "Upload-Metadata": told}
    answer = client.post("/", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def patched(client: httpx.Client, upload: str, offset: int, data: bytes) -> httpx.Response:
    headers = TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return client.patch(upload, headers=headers, content=data)


@pytest.mark.parametrize("scheme", ["tus+", ""])
def test_packet_arrives_whole_and_is_receipted(site: Site, tmp_path: Path, scheme: str) -> None:
    sealed = sealed_at(tmp_path, site.known)
    counted: list[int] = []
    transport = open_transport(f"{scheme}{site.url}/")
    for _ in range(2):  # the second time nothing is sent again
        given = transport.send(
            outgoing(sealed, "sent" if counted and not scheme else ""), Progress(counted.append, str)
        )
        check_receipt(given, sealed.header.id, sealed.sha256, sealed.size, site.known.server.public)
    transport.close()
    assert sum(counted) == sealed.size
    assert site.stored(sealed) == sealed.path.read_bytes()


def test_upload_goes_on_where_it_broke_off(site: Site, tmp_path: Path) -> None:
    sealed = sealed_at(tmp_path, site.known)
    data = sealed.path.read_bytes()
    with site.client() as client:
        upload = begun(client, sealed)
        assert patched(client, upload, 0, data[:30_000]).headers["upload-offset"] == "30000"
        assert begun(client, sealed) == upload
        assert client.head(upload, headers=TUS).headers["upload-offset"] == "30000"
        assert patched(client, upload, 0, data).status_code == 409
    counted: list[int] = []
    transport = open_transport(f"tus+{site.url}/")
    transport.send(outgoing(sealed, f"{site.url}{upload}"), Progress(counted.append, str))
    transport.close()
    assert sum(counted) == sealed.size - 30_000
    assert site.stored(sealed) == data


def test_what_changed_on_the_way_is_sent_again(site: Site, tmp_path: Path) -> None:
    sealed = sealed_at(tmp_path, site.known)
    data = bytearray(sealed.path.read_bytes())
    data[50_000] ^= 1
    with site.client() as client:
        upload = begun(client, sealed)
        assert patched(client, upload, 0, bytes(data)).status_code == 460
        assert client.head(upload, headers=TUS).status_code == 404
    assert site.stored(sealed) is None
    transport = open_transport(f"tus+{site.url}/")
    assert transport.send(outgoing(sealed, f"{site.url}{upload}"), Progress(lambda _: None, str))
    transport.close()


def test_packet_of_an_unknown_station_is_refused_for_good(site: Site, tmp_path: Path) -> None:
    stranger = Parties(create_keys(tmp_path / "stranger"), site.known.server, tmp_path)
    sealed = sealed_at(tmp_path, stranger)
    transport = open_transport(f"tus+{site.url}/")
    with pytest.raises(RefusedError, match="not known here"):
        transport.send(outgoing(sealed), Progress(lambda _: None, str))
    transport.close()
    assert site.stored(sealed) is None


def test_second_copy_with_other_bytes_is_refused(site: Site, tmp_path: Path) -> None:
    sealed = sealed_at(tmp_path, site.known)
    transport = open_transport(f"tus+{site.url}/")
    transport.send(outgoing(sealed), Progress(lambda _: None, str))
    other = Outgoing(sealed.header.id, hashlib.sha256(b"x").hexdigest(), sealed.path, sealed.size)
    for each in (transport, open_transport(f"{site.url}/")):
        with pytest.raises(RefusedError, match="other bytes"):
            each.send(other, Progress(lambda _: None, str))
        each.close()


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 32, "0" * 31])
def test_names_that_are_no_ids_are_refused(site: Site, name: str) -> None:
    told = f"id {base64.b64encode(name.encode()).decode()}"
    with site.client() as client:
        answer = client.post("/", headers=TUS | {"Upload-Length": "5", "Upload-Metadata": told})
        assert answer.status_code == 400
        assert client.put("/x.bcp", content=b"x").status_code == 400
        assert client.get("/receipts/..%2f..%2fserver").status_code == 404


def test_upload_without_a_sane_length_is_refused(site: Site, tmp_path: Path) -> None:
    sealed = sealed_at(tmp_path, site.known, 10)
    told = f"id {base64.b64encode(sealed.header.id.encode()).decode()}"
    with site.client() as client:
        for length, status in (("-1", 400), ("x", 400), ("9" * 11, 413), ("9" * 40, 400)):
            answer = client.post("/", headers=TUS | {"Upload-Length": length, "Upload-Metadata": told})
            assert answer.status_code == status
        upload = begun(client, sealed)
        assert patched(client, upload, 0, b"x" * (sealed.size + 1)).status_code == 413


def test_server_killed_after_the_last_byte_still_accepts(tmp_path: Path) -> None:
    known = parties(tmp_path / "keys")
    sealed = sealed_at(tmp_path / "a", known)
    with receiving(tmp_path / "in", known) as url, httpx.Client(base_url=url, trust_env=False) as client:
        begun(client, sealed)
    (tmp_path / "in" / "incoming" / f"{sealed.header.id}.part").write_bytes(sealed.path.read_bytes())
    with receiving(tmp_path / "in", known) as url:
        transport = open_transport(f"tus+{url}/")
        counted: list[int] = []
        assert transport.send(outgoing(sealed), Progress(counted.append, str))
        transport.close()
    assert counted == []
    assert (tmp_path / "in" / "packets" / sealed.path.name).read_bytes() == sealed.path.read_bytes()


def test_nobody_there_is_a_failure_that_may_pass(tmp_path: Path) -> None:
    known = parties(tmp_path / "keys")
    transport = open_transport("tus+http://127.0.0.1:9/")
    with pytest.raises(TransportError):
        transport.send(outgoing(sealed_at(tmp_path / "a", known)), Progress(lambda _: None, str))
    transport.close()


def test_folder_is_carried_there_and_brings_receipts_back(tmp_path: Path) -> None:
    known = parties(tmp_path / "keys")
    sealed = sealed_at(tmp_path / "a", known)
    transport = open_transport(f"folder:{tmp_path / 'stick'}")
    with pytest.raises(TransportError, match="is not there"):
        transport.send(outgoing(sealed), Progress(lambda _: None, str))
    (tmp_path / "stick").mkdir()
    counted: list[int] = []
    for _ in range(2):
        assert transport.send(outgoing(sealed), Progress(counted.append, str)) is None
    assert sum(counted) == sealed.size
    assert (tmp_path / "stick" / "packets" / sealed.path.name).read_bytes() == sealed.path.read_bytes()
    assert (tmp_path / "stick" / "handover.csv").read_text() == f"{sealed.header.id},{sealed.size},{sealed.sha256}\n"
    (tmp_path / "stick" / "receipts").mkdir()
    (tmp_path / "stick" / "receipts" / f"{sealed.header.id}.json").write_text('{"id": 1}')
    assert transport.send(outgoing(sealed), Progress(counted.append, str)) == {"id": 1}


@pytest.mark.parametrize("address", ["", "x", "ftp://host/", "tus+http://", "/tmp"])
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        open_transport(address)
